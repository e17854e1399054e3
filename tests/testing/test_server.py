"""The process that runs hidden tests, and what it has read once."""

import shutil
import subprocess
import sys

import pytest

import autograder.course
from autograder.course import REPOSITORY, Assignment
from autograder.student.transport import LocalTransport
from autograder.testing.process import TestProcesses

STEM = "11_model_complexity"


SERVER = """
import runpy, sys
from pathlib import Path
import autograder.course
autograder.course.HIDDEN = Path({hidden!r})
sys.argv = ["server", sys.argv[1]]
runpy.run_module("autograder.testing.server", run_name="__main__")
"""


@pytest.fixture
def assignment(tmp_path, monkeypatch):
    """An assignment with files of its own, hidden tests among them."""
    shutil.copytree(REPOSITORY / "solutions" / STEM, tmp_path / "solutions" / STEM)
    shutil.copytree(autograder.course.HIDDEN, tmp_path / "hidden")
    monkeypatch.setattr(autograder.course, "HIDDEN", tmp_path / "hidden")
    return Assignment(tmp_path, STEM)


@pytest.fixture
def processes(assignment, monkeypatch):
    """A server that knows these files."""
    start, code = subprocess.Popen, SERVER.format(hidden=str(autograder.course.HIDDEN))

    def start_with_these_files(call, **options):
        return start([sys.executable, "-c", code, call[-1]], **options)

    monkeypatch.setattr("autograder.testing.process.subprocess.Popen", start_with_these_files)
    started = TestProcesses()
    yield started
    started.close()


def test_tests_that_have_changed_are_read_anew(assignment, processes):
    def sentences():
        found = processes.run(assignment, LocalTransport({}), "0" * 64, ["pareto_front"])
        return [test.sentence for test in found["pareto_front"].tests]

    assert assignment.hidden_tests.is_relative_to(assignment.root)
    before = sentences()
    assert sentences() == before
    text = assignment.hidden_tests.read_text()
    addition = '\n\n@pytest.mark.cell("pareto_front")\ndef test_new(student):\n    """A new sentence."""\n'
    assignment.hidden_tests.write_text(text + addition)
    assert sentences() == [*before, "A new sentence."]
