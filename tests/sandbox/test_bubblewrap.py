"""The command line, without starting anything."""

import stat
import sys
from pathlib import Path

import pytest

from autograder.errors import CourseError
from autograder.sandbox import WarmKernels, bubblewrap

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture
def folders(tmp_path, monkeypatch):
    """A Python installation, and a virtual environment inside a repository."""
    base = tmp_path / "python"
    venv = tmp_path / "repository" / ".venv"
    for folder in (base, venv):
        (folder / "bin").mkdir(parents=True)
    (base / "bin" / "python3.11").touch()
    (venv / "bin" / "python").symlink_to(base / "bin" / "python3.11")
    monkeypatch.setattr(sys, "executable", str(venv / "bin" / "python"))
    for name, folder in (
        ("prefix", venv),
        ("exec_prefix", venv),
        ("base_prefix", base),
        ("base_exec_prefix", base),
    ):
        monkeypatch.setattr(sys, name, str(folder))
    return base, venv


def bound(environment):
    call = bubblewrap.command(Path("bwrap"), environment, Path("/inside"), True, {})
    return [call[i + 1] for i, word in enumerate(call) if word in ("--ro-bind", "--ro-bind-try", "--bind")]


def test_only_the_environment_of_a_repository_is_bound(folders):
    base, venv = folders
    paths = bound(bubblewrap.PythonEnvironment.current())
    assert str(base) in paths and str(venv) in paths
    assert not [path for path in paths if path in (str(venv.parent), str(venv.parents[1]), "/")]


def test_nothing_is_bound_writable(folders):
    call = bubblewrap.command(
        Path("bwrap"), bubblewrap.PythonEnvironment.current(), Path("/inside"), False, {}
    )
    assert not {"--bind", "--dev-bind", "--bind-try", "--share-net"} & set(call)


def test_an_interpreter_behind_another_link_is_bound_as_a_file(folders, tmp_path):
    base, venv = folders
    link = tmp_path / "shims" / "python3"
    link.parent.mkdir()
    link.symlink_to(base / "bin" / "python3.11")
    (venv / "bin" / "python").unlink()
    (venv / "bin" / "python").symlink_to(link)
    paths = bound(bubblewrap.PythonEnvironment.current())
    assert str(link) in paths and str(link.parent) not in paths


def test_a_course_that_is_installed_as_a_package_is_covered(folders, monkeypatch):
    _, venv = folders
    package = venv / "lib" / "site-packages" / "hidden_course"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    monkeypatch.syspath_prepend(package.parent)
    environment = bubblewrap.PythonEnvironment.current(packages=["hidden_course"])
    assert environment.hidden == (package,)
    call = environment.arguments()
    assert call[call.index(str(package)) - 1] == "--tmpfs"
    assert call.index(str(package)) > call.index(str(venv), call.index("--ro-bind"))


@pytest.mark.parametrize("outer", ["/usr/src", "/opt/python"])
def test_a_course_within_the_system_is_covered_but_its_environment_is_not(folders, monkeypatch, outer):
    course = Path(outer, "course")
    monkeypatch.setattr(sys, "base_prefix", "/opt/python")
    monkeypatch.setattr(sys, "prefix", str(course / ".venv"))
    environment = bubblewrap.PythonEnvironment.current([course])
    assert environment.hidden == (course,)
    words = environment.arguments()
    place = words.index("--tmpfs")
    assert words[place + 1] == str(course)
    inner = [
        i for i, word in enumerate(words) if word == str(course / ".venv") and words[i - 1] == "--ro-bind"
    ]
    assert len(inner) == 1 and inner[0] > place


def test_a_course_that_is_the_python_installation_is_refused(folders, monkeypatch):
    monkeypatch.setattr(sys, "prefix", str(REPOSITORY))
    with pytest.raises(CourseError, match="are one folder"):
        bubblewrap.PythonEnvironment.current()


def test_without_bubblewrap_the_message_says_what_to_install(monkeypatch):
    monkeypatch.setattr("shutil.which", lambda name: None)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(CourseError, match=r"apt-get install bubblewrap.*--no-sandbox"):
        bubblewrap.find_bwrap()


def test_a_refusing_system_is_told_in_one_sentence(tmp_path, monkeypatch):
    false = tmp_path / "bwrap"
    false.write_text("#!/bin/sh\necho 'bwrap: No permissions to create a new namespace' >&2\nexit 1\n")
    false.chmod(0o755)
    monkeypatch.setattr(bubblewrap, "find_bwrap", lambda: false)
    with (
        WarmKernels(preload=[]) as kernels,
        pytest.raises(
            CourseError, match=r"No permissions to create a new namespace.*user namespaces.*--no-sandbox"
        ),
    ):
        kernels.start()


def test_a_set_uid_installation_is_not_used_by_an_ordinary_user(tmp_path, monkeypatch):
    program = tmp_path / "bwrap"
    program.touch()
    program.chmod(0o755 | stat.S_ISUID)
    monkeypatch.setattr("shutil.which", lambda name: str(program))
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(CourseError):
        bubblewrap.find_bwrap()


def test_the_environment_is_written_from_nothing(monkeypatch):
    monkeypatch.setenv("TOKEN", "secret")
    assert "secret" not in str(bubblewrap.environment_variables())
