"""What a submission can read and write."""

import os
import socket
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]


def test_nothing_of_the_repository_can_be_read(session):
    answer = session.run(
        f"""
        import os
        root = {str(REPOSITORY)!r}
        for path in (root + '/pyproject.toml', root + '/autograder', root + '/solutions', root + '/grading'):
            try:
                print('found', path, os.stat(path))
            except OSError:
                pass
        try:
            import autograder
            print('imported', autograder)
        except ImportError:
            pass
        """
    )
    assert (answer.text, answer.error) == ("", "")


def test_a_file_beside_the_grader_cannot_be_read(session, tmp_path):
    secret = tmp_path / "gradebook.db"
    secret.write_text("marks")
    answer = session.run(f"print(open({str(secret)!r}).read())")
    assert answer.error.startswith("FileNotFoundError")


def test_home_folders_hold_nothing_but_the_python_environment(session):
    answer = session.run(
        f"""
        import os
        allowed = {[sys.prefix, sys.base_prefix, os.path.realpath(sys.executable)]!r}
        for top in ('/root', '/home', '/work', '/mnt', '/opt', '/srv', '/var'):
            for folder, folders, files in os.walk(top):
                if any(folder == path or folder.startswith(path + '/') for path in allowed):
                    folders.clear()
                else:
                    python = os.path.basename(allowed[2])
                    print(*(os.path.join(folder, name) for name in files if name != python))
        """
    )
    assert answer.text.strip() == ""


def test_passwords_keys_and_the_sandbox_code_are_not_there(session):
    answer = session.run(
        "import os\n"
        "names = ('/etc/passwd', '/etc/shadow', '/etc/hostname', '/run/inside/template.py')\n"
        "print([name for name in names if os.path.exists(name)])"
    )
    assert answer.text == "[]"


def test_only_tmp_home_and_shared_memory_can_be_written(session):
    answer = session.run(
        """
        import os
        writable = []
        for folder, folders, _ in os.walk('/'):
            if folder.startswith(('/proc', '/usr/share', '/usr/lib')):
                folders.clear()
                continue
            name = os.path.join(folder, 'written-by-a-test')
            try:
                open(name, 'w').close()
            except OSError:
                continue
            os.unlink(name)
            writable.append(folder)
        print(*writable, sep='\\n')
        """,
        seconds=60,
    )
    found = [Path(line) for line in answer.text.splitlines()]
    assert {Path("/tmp/home"), Path("/dev/shm")} <= set(found)
    for path in found:
        assert path.is_relative_to("/tmp") or path == Path("/dev/shm")
        assert not path.is_relative_to(sys.prefix) and not path.is_relative_to(sys.base_prefix)


def test_home_temporary_files_and_shared_memory_work(session):
    answer = session.run(
        """
        import os, tempfile, multiprocessing.shared_memory as shared
        open(os.path.expanduser('~/x'), 'w').write('1')
        open('beside', 'w').write('1')
        with tempfile.NamedTemporaryFile() as file: pass
        block = shared.SharedMemory(create=True, size=1000); block.close(); block.unlink()
        print(os.getcwd(), sorted(os.listdir()))
        """
    )
    assert (answer.text, answer.error) == ("/tmp/home ['.ipython', 'beside', 'x']", "")


def test_the_tmp_of_another_kernel_is_another_one(start):
    first, second = start(), start()
    assert first.run("open('/tmp/note', 'w').write('x'); open('/dev/shm/note', 'w').write('x')").error == ""
    listing = second.run("import os; print(os.listdir('/tmp'), os.listdir('/dev/shm'), os.listdir('.'))").text
    assert "note" not in listing


def test_links_to_files_outside_lead_nowhere(session, tmp_path):
    (tmp_path / "marks").write_text("1")
    answer = session.run(f"import os; os.symlink({str(tmp_path / 'marks')!r}, 'data.csv'); open('data.csv')")
    assert answer.error.startswith("FileNotFoundError")


def test_packages_can_be_imported_late(session):
    """The kernel is another user than the one who installed them."""
    assert session.run("import secrets, xml.dom.minidom, scipy.linalg; print('fine')", 60).text == "fine"


def test_the_python_environment_is_read_only(session):
    answer = session.run(
        "import numpy, os\nopen(os.path.join(os.path.dirname(numpy.__file__), 'linalg', 'zz.py'), 'w')"
    )
    assert answer.error.startswith("OSError: [Errno 30]")


@pytest.mark.parametrize(
    "name", ["sys/kernel/core_pattern", "sys/kernel/hostname", "sys/fs/file-max", "self/uid_map"]
)
def test_settings_of_the_machine_cannot_be_written(session, name):
    assert "Error" in session.run(f"with open('/proc/{name}', 'w') as file: file.write('x')").error


def test_the_sockets_of_the_kernel_are_not_visible_as_files(session):
    folder = Path(session.kernel.connection_info["ip"]).parent
    assert len(list(folder.glob("k-*"))) == 5
    assert session.run(f"import os; print(os.path.exists({str(folder)!r}))").text == "False"


def test_the_folder_of_the_sockets_goes_with_the_kernel(kernels):
    kernel = kernels.start()
    folder = Path(kernel.connection_info["ip"]).parent
    assert folder.stat().st_mode & 0o077 == 0
    kernel.kill()
    assert not folder.exists()


def test_a_socket_beside_the_grader_cannot_be_reached(session, tmp_path):
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("\0beside-the-grader")
        server.listen()
        answer = session.run("import socket; socket.socket(socket.AF_UNIX).connect('\\0beside-the-grader')")
    assert answer.error.startswith("ConnectionRefusedError")
