"""Lessons are executed side by side into the cache of the site, and nothing that is done is lost."""

import os
import shutil
import signal
import subprocess
import sys
import time

import nbformat
import psutil
import pytest
from myst_nb.core.config import NbParserConfig
from myst_nb.core.execute import create_client

from autograder.authoring.execute import Workers, execute_lessons, missing_lessons
from autograder.course import REPOSITORY, Course
from autograder.errors import CourseError

CONFIG = "execute:\n  timeout: 60\n  run_in_temp: true\n  allow_errors: false\n"
MEETING = """
import pathlib, time
here, other = pathlib.Path({folder!r}, {here!r}), pathlib.Path({folder!r}, {other!r})
here.touch()
for _ in range(1200):
    if other.exists():
        break
    time.sleep(0.05)
print("met" if other.exists() else "alone")
"""


@pytest.fixture
def course(tmp_path):
    (tmp_path / "book").mkdir()
    (tmp_path / "_config.yml").write_text(CONFIG)
    return Course(tmp_path)


def add(course, stem, *cells):
    """Adds a lesson of code cells."""
    (course.root / "book" / f"{stem}.py").touch()
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    path = course.root / "book" / f"{stem}.ipynb"
    nbformat.write(notebook, path)
    return path


def outputs(course, path):
    """What the site shows of a lesson: the outputs as MyST-NB gets them, which may execute nothing here."""
    notebook = nbformat.read(path, as_version=4)
    settings = NbParserConfig(execution_mode="cache", execution_cache_path=str(course.outputs))

    class Logger:
        def info(self, message):
            assert message.startswith("Using cached notebook"), message

    with create_client(notebook, str(path), settings, Logger()) as client:
        return [output.text for cell in client.notebook.cells for output in cell.get("outputs", [])]


def test_the_site_finds_what_was_executed(course):
    path = add(course, "01_a", "import os", "print(os.listdir())")
    assert execute_lessons(course, course.outputs, Workers(1, 1)) == 1
    assert outputs(course, path) == ["[]\n"]
    assert execute_lessons(course, course.outputs, Workers(1, 1)) == 0
    add(course, "01_a", "import os", "print(len(os.listdir()))")
    assert missing_lessons(course, course.outputs) == [path]


def test_two_run_at_the_same_time_and_share_the_processors(course):
    threads = "import os; print(os.environ['OMP_NUM_THREADS'], os.environ['TF_NUM_INTRAOP_THREADS'])"
    folder = str(course.root)
    paths = [
        add(course, f"0{number}_x", threads, MEETING.format(folder=folder, here=here, other=other))
        for number, here, other in ((1, "a", "b"), (2, "b", "a"))
    ]
    told = []
    assert execute_lessons(course, course.outputs, Workers(2, 3), told.append) == 2
    assert [outputs(course, path) for path in paths] == [["3 3\n", "met\n"]] * 2
    assert len(told) == 2


def test_later_lessons_come_first(course):
    paths = [add(course, stem, "1") for stem in ("01_a", "02_b", "03_c")]
    assert missing_lessons(course, course.outputs) == paths[::-1]


def test_a_cell_that_fails_is_told_with_its_notebook_and_what_was_done_is_kept(course):
    kept = add(course, "03_c", "print(1)")
    failing = add(course, "02_b", "numbers = []", "numbers[7]")
    later = add(course, "01_a", "print(2)")
    with pytest.raises(CourseError, match="IndexError: list index out of range") as caught:
        execute_lessons(course, course.outputs, Workers(1, 1))
    assert caught.value.path == failing
    assert "numbers[7]" in str(caught.value)
    assert missing_lessons(course, course.outputs) == [failing, later]
    assert outputs(course, kept) == ["1\n"]


def test_a_kernel_that_dies_is_told_with_its_notebook(course):
    failing = add(course, "01_a", "import os; os._exit(3)")
    with pytest.raises(CourseError, match="Kernel died") as caught:
        execute_lessons(course, course.outputs, Workers(1, 1))
    assert caught.value.path == failing


@pytest.mark.parametrize(
    "damage", [lambda file: shutil.rmtree(file.parent), lambda file: file.write_text("{")]
)
def test_outputs_that_an_interruption_left_incomplete_count_as_missing(course, damage):
    path = add(course, "01_a", "print(1)")
    execute_lessons(course, course.outputs, Workers(1, 1))
    (file,) = course.outputs.glob("executed/*/base.ipynb")
    damage(file)
    assert missing_lessons(course, course.outputs) == [path]
    execute_lessons(course, course.outputs, Workers(1, 1))
    assert outputs(course, path) == ["1\n"]


def test_an_interruption_keeps_what_is_done_and_leaves_no_process(course):
    add(course, "02_b", "print(1)")
    begun = course.root / "begun"
    slow = add(course, "01_a", f"import pathlib, time; pathlib.Path({str(begun)!r}).touch(); time.sleep(600)")
    command = [sys.executable, "-m", "autograder", "--course", course.root, "execute", "--workers", "1"]
    process = subprocess.Popen(
        [*map(str, command)], cwd=REPOSITORY, start_new_session=True, stdout=subprocess.DEVNULL
    )
    while not begun.exists():
        assert process.poll() is None
        time.sleep(0.05)
    children = psutil.Process(process.pid).children(recursive=True)
    os.killpg(process.pid, signal.SIGINT)  # what Ctrl-C does
    assert process.wait(60) != 0
    assert psutil.wait_procs(children, timeout=60)[1] == []
    assert missing_lessons(course, course.outputs) == [slow]


def test_processors_are_shared_out():
    everything = Workers.of_machine(1)
    assert everything.count == 1
    for count in (2, 3, 64):
        shared = Workers.of_machine(count)
        assert shared.count == count
        assert shared.threads == max(1, everything.threads // count)
    assert 1 <= Workers.of_machine().count <= 4


def test_a_setting_of_the_user_stays(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    assert Workers(2, 1).environment["OMP_NUM_THREADS"] == "7"
