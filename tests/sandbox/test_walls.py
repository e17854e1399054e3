"""Other processes, the network, the environment, and ways to regain power."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest


def test_only_its_own_processes_are_visible(start):
    start()
    session = start()
    assert (
        session.run("import os; print(sorted(p for p in os.listdir('/proc') if p.isdigit()))").text
        == "['1', '2']"
    )


@pytest.mark.parametrize("number", ["signal.SIGKILL", "signal.SIGTERM", "signal.SIGINT", "signal.SIGSTOP"])
def test_no_signal_ends_the_init_process(session, number):
    session.run(f"import os, signal\ntry:\n    os.kill(1, {number})\nexcept PermissionError:\n    pass")
    assert session.run("print('alive')").text == "alive"


def test_processes_of_the_grader_cannot_be_signalled(session, watch):
    answer = session.run(f"import os; os.kill({os.getpid()}, 9)")
    assert answer.error.startswith("ProcessLookupError")
    assert watch.is_running(os.getpid())


def test_memory_and_descriptors_of_init_are_closed(session):
    answer = session.run(
        """
        for name in ('mem', 'maps', 'environ', 'fd/5', 'root', 'cwd', 'syscall'):
            try:
                open('/proc/1/' + name, 'rb').read(1)
                print('read', name)
            except OSError:
                pass
        """
    )
    assert (answer.text, answer.error) == ("", "")


def test_no_descriptor_leads_out(session):
    """Beside its own pipes, event files and listening channels a kernel inherits nothing."""
    answer = session.run(
        """
        import os
        for name in os.listdir('/proc/self/fd'):
            try:
                target = os.readlink('/proc/self/fd/' + name)
            except OSError:
                continue
            if not target.startswith(('pipe:', 'socket:', 'anon_inode:', '/dev/null', '/proc/')):
                print(name, target)
        """
    )
    assert answer.text == ""


def test_inherited_sockets_are_the_five_channels(session):
    """The control socket of the template and the report of init are closed."""
    answer = session.run(
        """
        import os, socket
        names = []
        for name in os.listdir('/proc/self/fd'):
            try:
                item = socket.socket(fileno=os.dup(int(name)))
            except OSError:
                continue
            if item.family == socket.AF_UNIX:
                names.append((item.type, item.getsockname()))
            item.close()
        print([name for kind, name in names if kind != socket.SOCK_STREAM])
        """
    )
    assert answer.text == "[]"


def test_the_environment_holds_no_secret(start, secret):
    answer = start().run("import os; print(os.environ)\nprint(open('/proc/self/environ').read())")
    assert secret not in answer.text and "HOME" in answer.text


def test_no_process_of_the_sandbox_was_started_with_a_secret(kernels, watch, secret):
    """bubblewrap's own start environment could be read in /proc/1/environ."""
    family = [kernels.template.pid, *watch.descendants(kernels.template.pid)]
    assert len(family) >= 3
    for pid in family:
        assert secret not in Path(f"/proc/{pid}/environ").read_text()


@pytest.mark.parametrize("host", ["'127.0.0.1'", "'1.1.1.1'", "'::1'"])
def test_no_network(session, host):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        answer = session.run(f"import socket; socket.create_connection(({host}, {port}), timeout=3)")
    assert answer.error.startswith(("OSError", "ConnectionRefused")) and not answer.died


def test_connections_to_the_grader_tell_nothing_about_its_network(session):
    answer = session.run(
        """
        import array, fcntl, os, socket, struct
        found = []
        for name in os.listdir('/proc/self/fd'):
            try:
                item = socket.socket(fileno=os.dup(int(name)))
            except OSError:
                continue
            block = array.array('B', bytes(4096))
            try:
                request = struct.pack('iL', 4096, block.buffer_info()[0])
                if struct.unpack('iL', fcntl.ioctl(item.fileno(), 0x8912, request))[0]:
                    found.append(bytes(block).strip(b'\\0'))
            except OSError:
                pass
        print(found)
        """
    )
    assert (answer.text, answer.error) == ("[]", "")


def test_the_process_at_the_other_end_of_a_connection_cannot_be_signalled(session):
    answer = session.run(
        """
        import os, signal, socket
        for name in os.listdir('/proc/self/fd'):
            try:
                item = socket.socket(fileno=os.dup(int(name)))
                peer = item.getsockopt(socket.SOL_SOCKET, 77)  # SO_PEERPIDFD
                signal.pidfd_send_signal(peer, signal.SIGKILL)
                print('signalled', name)
            except OSError:
                pass
        """
    )
    assert (answer.text, answer.error) == ("", "")


def test_no_names_are_resolved(session):
    assert "gaierror" in session.run("import socket; socket.getaddrinfo('example.org', 80)").error


CALLS = {
    "unshare user": (272, 97, (0x10000000,)),
    "clone user": (56, 220, (0x10000011, 0, 0, 0, 0)),
    "clone3": (435, 435, (0, 0)),
    "setns": (308, 268, (0, 0)),
    "mount": (165, 40, (0, b"/tmp", b"tmpfs", 0, 0)),
    "umount": (166, 39, (b"/proc", 2)),
    "remount usr": (165, 40, (0, b"/usr", 0, 4128, 0)),
    "memfd": (319, 279, (b"x", 0)),
    "shmget": (29, 194, (0, 1 << 20, 0o1777)),
    "keyctl": (250, 219, (0, -4, 0)),
    "ptrace init": (101, 117, (16, 1, 0, 0)),
    "bpf": (321, 280, (0, 0, 0)),
    "io_uring": (425, 425, (1, 0)),
    "vsock": (41, 198, (40, 1, 0)),
    "packet": (41, 198, (17, 3, 0)),
    "setuid": (105, 146, (0,)),
    "sethostname": (170, 161, (b"x", 1)),
    "chroot": (161, 51, (b"/tmp",)),
}


@pytest.mark.parametrize("name", CALLS)
def test_calls_that_would_bring_power_are_refused(session, name):
    x86, arm, arguments = CALLS[name]
    number = x86 if os.uname().machine == "x86_64" else arm
    answer = session.run(f"import ctypes; print(ctypes.CDLL(None).syscall({number}, *{arguments!r}))")
    assert (answer.text, answer.died) == ("-1", False)


def test_there_are_no_capabilities_and_no_way_to_them(session):
    answer = session.run(
        "print(*(line.split()[1] for line in open('/proc/self/status') "
        "if line.startswith(('CapInh', 'CapPrm', 'CapEff', 'CapAmb', 'NoNewPrivs', 'Seccomp:'))))"
    )
    zero = "0" * 16
    assert answer.text == f"{zero} {zero} {zero} {zero} 1 2"


def test_setuid_programs_do_not_help(session):
    answer = session.run(
        "import subprocess\n"
        "calls = ['unshare -Ur true', 'unshare -Urm mount -o remount,rw /usr', 'su -c true']\n"
        "print([subprocess.run(call, shell=True, capture_output=True).returncode == 0 for call in calls])"
    )
    assert answer.text == "[False, False, False]"


def test_kernels_share_no_random_numbers(start):
    code = "import random, numpy.random as r\nprint(random.random(), r.rand(), r.default_rng().random())"
    first, second = start().run(code).text.split(), start().run(code).text.split()
    assert not set(first) & set(second)


def test_a_seed_gives_the_same_numbers_again(start):
    code = "import random, numpy; print(random.random(), numpy.random.rand(), hash('a'))"
    assert start(seed=7).run(code).text == start(seed=7).run(code).text


def test_the_order_of_sets_is_the_same_in_every_grading(session):
    here = subprocess.run(
        [sys.executable, "-c", "print(hash('a'))"],
        env={"PYTHONHASHSEED": "0"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert session.run("print(hash('a'))").text == here.stdout.strip()


def test_one_kernel_sees_no_variable_module_or_patch_of_another(start):
    first = start()
    first.run(
        "import numpy, builtins, sys; numpy.stolen = builtins.stolen = 1; sys.modules['planted'] = sys; x = 1"
    )
    answer = start().run(
        "import numpy, sys; print(hasattr(numpy, 'stolen'), 'planted' in sys.modules, 'x' in globals())"
    )
    assert answer.text == "False False False"


def test_honest_tools_work(session):
    answer = session.run(
        """
        import multiprocessing, subprocess, threading
        with multiprocessing.get_context('fork').Pool(2) as pool:
            print(pool.map(abs, [-1, 2]))
        print(subprocess.run(['echo', 'child'], capture_output=True, text=True).stdout.strip())
        thread = threading.Thread(target=print, args=('thread',)); thread.start(); thread.join()
        """
    )
    assert answer.text.split("\n") == ["[1, 2]", "child", "thread"]
    assert session.run("!echo shell").text == "shell"
