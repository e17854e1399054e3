"""The Makefile: one list of commands; nothing is done twice, and nothing counts as done that failed."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.skipif(not shutil.which("make"), reason="there is no make here to be tested")

# Stands in for Python: notes what it is asked to do, makes a site where Sphinx would, fails when told to.
PYTHON = r"""#!/bin/sh
if [ "$*" = "-V" ]; then echo "Python 3.12.0"; exit 0; fi
mkdir -p _build; echo "$*" >> _build/log
case "$*" in
    *jupyter_book*) mkdir -p _build/html; echo "<title>x</title>" > _build/html/index.html ;;
    *notebooks*) if [ -f unbuilt ]; then mv unbuilt built; fi ;;
esac
case "$*" in *"$(cat fail 2>/dev/null || echo nothing)"*) exit 1 ;; esac
"""


class Project:
    """A small project with the real Makefile and a Python that only takes notes."""

    def __init__(self, folder):
        self.folder = folder
        for name in ("Makefile", ".ci/state", ".gitignore", "requirements.lock", "pyproject.toml"):
            (folder / name).parent.mkdir(exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
        (folder / "python").write_text(PYTHON)
        (folder / "python").chmod(0o755)
        self.write("source.py", "x = 1\n")
        # Variables of a make that runs these tests must not reach the make that is tested.
        dropped = {"PY", "PYTHON", "FORCE", "WORKERS", "VENV", "UPGRADE", "SITE"}
        self.environment = {
            name: value
            for name, value in os.environ.items()
            if name not in dropped and not name.startswith(("MAKE", "MFLAGS", "GIT_", "GNUMAKE"))
        }
        self.run("git", "init", "-q")

    def write(self, name, text):
        (self.folder / name).write_text(text)

    def run(self, *command, check=True):
        done = subprocess.run(
            command, cwd=self.folder, env=self.environment, capture_output=True, text=True, check=False
        )
        assert not check or done.returncode == 0, done.stdout + done.stderr
        return done

    def make(self, *arguments, check=True):
        """Runs make; returns what it printed, and what Python was asked to do meanwhile."""
        log = self.folder / "_build" / "log"
        log.unlink(missing_ok=True)
        done = self.run("make", *arguments, "PY=./python", check=check)
        return done.stdout + done.stderr, log.read_text() if log.exists() else "", done.returncode

    def state(self, version="3.12"):
        return self.run(".ci/state", version).stdout


@pytest.fixture
def project(tmp_path):
    return Project(tmp_path)


def test_make_alone_lists_every_command(project):
    listed = re.findall(r"^make (\S+) +\S", project.run("make").stdout, re.MULTILINE)
    phony = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)[1].split()
    assert sorted(listed) == sorted(set(phony) - {"env"})
    assert not (project.folder / ".venv").exists()


def test_test_runs_once_and_again_after_a_change(project):
    _, asked, _ = project.make("test")
    assert "ruff check" in asked and "ruff format --check" in asked and "pytest" in asked
    said, asked, _ = project.make("test")
    assert "Nothing changed" in said and asked == ""
    _, asked, _ = project.make("test", "FORCE=1")
    assert "pytest" in asked
    project.write("source.py", "x = 2\n")
    _, asked, _ = project.make("test")
    assert "pytest" in asked


@pytest.mark.parametrize("failing", ["ruff check", "ruff format", "pytest"])
def test_tests_that_failed_do_not_count(project, failing):
    project.write("fail", failing)
    for _ in range(2):
        _, asked, code = project.make("test", check=False)
        assert failing in asked and code != 0


def test_tests_that_fail_with_force_take_back_the_record(project):
    project.make("test")
    project.write(".gitignore", "/_build/\n/fail\n")  # the file that makes pytest fail changes no state
    project.make("test")
    project.write("fail", "pytest")
    assert project.make("test", "FORCE=1", check=False)[2] != 0
    assert project.make("test", check=False)[2] != 0


def test_book_is_built_once_and_again_after_a_change(project):
    said, asked, _ = project.make("book")
    steps = ["autograder notebooks", "autograder execute", "jupyter_book", "tests/site"]
    assert [asked.index(step) for step in steps] == sorted(asked.index(step) for step in steps)
    assert "_build/html/index.html" in said and "http.server" in said
    said, asked, _ = project.make("book")
    assert "Nothing changed" in said and "http.server" in said and asked == ""
    project.write("new.py", "")
    assert "jupyter_book" in project.make("book")[1]
    shutil.rmtree(project.folder / "_build" / "html")
    assert "jupyter_book" in project.make("book")[1]


@pytest.mark.parametrize(
    "failing", ["autograder notebooks", "autograder execute", "jupyter_book", "tests/site"]
)
def test_book_that_failed_does_not_count(project, failing):
    project.write("fail", failing)
    for _ in range(2):
        said, asked, code = project.make("book", check=False)
        assert failing in asked and code != 0 and "http.server" not in said


def test_book_whose_sources_changed_meanwhile_does_not_count(project):
    project.write("unbuilt", "")
    project.make("book")
    assert "jupyter_book" in project.make("book")[1]
    assert "Nothing changed" in project.make("book")[0]


def test_outputs_of_lessons_are_kept_until_the_lock_changes(project):
    project.make("book")
    cached = project.folder / "_build" / ".jupyter_cache" / "output"
    cached.parent.mkdir()
    cached.touch()
    project.make("book", "FORCE=1")
    assert cached.exists()
    project.write("requirements.lock", "numpy==1\n")
    project.make("book")
    assert not cached.exists()


def test_without_a_site_its_check_says_what_to_do(project):
    said, asked, code = project.make("check-site", check=False)
    assert "make book" in said and code != 0 and asked == ""


def test_state_tells_every_change_and_no_other(project):
    first = project.state()
    assert first.strip()
    assert project.state() == first
    os.utime(project.folder / "source.py", (1, 1))
    (project.folder / "__pycache__").mkdir()
    project.write("__pycache__/source.pyc", "ignored")
    assert project.state() == first
    assert project.state("3.13") != first
    project.write("added.py", "")
    added = project.state()
    (project.folder / "source.py").unlink()
    deleted = project.state()
    assert len({first, added, deleted}) == 3
    project.write("source.py", "x = 1\n")
    (project.folder / "added.py").unlink()
    assert project.state() == first


def test_state_leaves_the_users_index_alone(project):
    project.run("git", "add", "source.py")
    project.write("source.py", "x = 3\n")
    before = project.run("git", "status", "--porcelain").stdout
    project.state()
    assert project.run("git", "status", "--porcelain").stdout == before
    assert "A  " not in before.replace("A  source.py", "") and "AM source.py" in before


def test_state_survives_lost_objects(project):
    first = project.state()
    shutil.rmtree(project.folder / "_build" / "state" / "objects")
    assert project.state() == first


def test_without_history_nothing_counts_as_done(project):
    shutil.rmtree(project.folder / ".git")
    project.environment["GIT_CEILING_DIRECTORIES"] = str(project.folder.parent)
    assert project.state() == ""
    for _ in range(2):
        assert "pytest" in project.make("test")[1]
        assert "jupyter_book" in project.make("book")[1]


def test_a_python_that_does_not_fit_is_refused_in_a_sentence(project):
    project.write("old", "#!/bin/sh\nexit 1\n")
    (project.folder / "old").chmod(0o755)
    for python in ("./old", "./none"):
        done = project.run("make", "lint", f"PYTHON={python}", check=False)
        assert done.returncode != 0
        assert f"{python} is not version 3.11, 3.12 or 3.13" in " ".join(done.stderr.split())
        assert not (project.folder / ".venv").exists()
