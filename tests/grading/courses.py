"""Courses with a class that has handed in, graders that are run on them, and what those have written."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
from nbgrader.api import Gradebook

from autograder.course import REPOSITORY, Assignment
from autograder.course import Course as Checkout
from autograder.sandbox.inside import linux
from tests.faults.notebooks import Notebooks, cell, code, pack

ASSIGNMENT = Checkout().assignment("03_batch_normalization")
STEM = ASSIGNMENT.stem
NOTEBOOKS = Notebooks(ASSIGNMENT)
TIME = "2026-11-20 10:00:00 UTC"
SECONDS = 300  # more than this no grader may take with the few submissions of a test
END_SECONDS = 15  # in which everything that a killed grader has started must end
_BIASED, _UNBIASED = "variance = x.var(axis=axes)", "variance = x.var(axis=axes, ddof=1)"


def right(number: int) -> dict:
    """A submission that has everything right and is like no other."""
    notebook = NOTEBOOKS.answered
    notebook["cells"].append(code(f"# student {number}"))
    return notebook


def unbiased(number: int) -> dict:
    """A submission with a misconception in one exercise."""
    notebook = right(number)
    answer = cell(notebook, "batchnorm_train")
    assert answer["source"].count(_BIASED) == 1
    answer["source"] = answer["source"].replace(_BIASED, _UNBIASED)
    return notebook


def nothing(number: int) -> dict:
    """A submission in which no exercise is done."""
    notebook = NOTEBOOKS.release
    notebook["cells"].append(code(f"# student {number}"))
    return notebook


def dying(number: int) -> dict:
    """A submission with a cell that ends its kernel."""
    notebook = nothing(number)
    notebook["cells"].append(code("import os; os._exit(1)"))
    return notebook


def busy(number: int, seconds: float) -> dict:
    """A submission that has everything right, and one cell that takes its time."""
    notebook = right(number)
    notebook["cells"].append(code(f"import time; time.sleep({seconds})"))
    return notebook


def class_of(size: int) -> dict[str, bytes]:
    """Submissions of all these kinds, and one that cannot be read; most have little to run."""
    kinds: list[Callable[[int], dict]] = [right, nothing, unbiased, dying, nothing]
    submissions = {f"s{number:02}": pack(kinds[number % len(kinds)](number)) for number in range(size - 1)}
    return {**submissions, f"s{size - 1:02}": b'{"cells": ['}


@dataclass(frozen=True)
class Course:
    """A course folder.

    Attributes:
        folder: The folder.
    """

    folder: Path

    @classmethod
    def make(cls, folder: Path, submissions: Mapping[str, bytes], settings: str = "") -> "Course":
        """Fills a folder.

        Args:
            folder: Made, if it is not there.
            submissions: Submitted notebooks, by student.
            settings: Lines to add to ``nbgrader_config.py``.
        """
        course = cls(folder)
        folder.mkdir(exist_ok=True)
        shutil.copy(REPOSITORY / "_config.yml", folder)
        text = (REPOSITORY / "nbgrader_config.py").read_text(encoding="utf-8")
        (folder / "nbgrader_config.py").write_text(f"{text}\n{settings}\n", encoding="utf-8")
        for stage in ("solutions", "exercises"):
            shutil.copytree(REPOSITORY / stage / STEM, folder / stage / STEM)
        course.grading.mkdir()
        for student, notebook in submissions.items():
            course.hand_in(student, notebook)
        return course

    def hand_in(self, student: str, notebook: bytes, timestamp: str = TIME) -> None:
        """Writes a student's submission."""
        place = self.submitted(student)
        place.mkdir(parents=True, exist_ok=True)
        (place / ASSIGNMENT.release.name).write_bytes(notebook)
        (place / "timestamp.txt").write_text(timestamp)

    def submitted(self, student: str) -> Path:
        """Where a student hands in."""
        return self.grading / "submitted" / student / STEM

    @property
    def grading(self) -> Path:
        """Everything that grading reads and writes."""
        return self.folder / "grading"

    @property
    def assignment(self) -> Assignment:
        """The assignment in this course."""
        return Assignment(self.folder, STEM)

    @property
    def url(self) -> str:
        """Where the gradebook is."""
        return f"sqlite:///{self.grading / 'gradebook.db'}"

    def journal(self) -> dict[str, int]:
        """Results that are worked out, with the time at which they were written."""
        return {path.stem: path.stat().st_mtime_ns for path in self.grading.glob("journal/*/*.json")}

    def autograded(self) -> dict[str, bytes]:
        """What feedback is made from: every autograded file, by its place."""
        top = self.grading / "autograded"
        return {str(path.relative_to(top)): path.read_bytes() for path in top.rglob("*") if path.is_file()}

    def marks(self, url: str | None = None) -> dict[str, dict]:
        """Everything that the gradebook says, by student and by cell."""
        with Gradebook(url or self.url) as gradebook:
            return {
                submission.student.id: {
                    "timestamp": submission.timestamp,
                    "penalties": [notebook.late_submission_penalty for notebook in submission.notebooks],
                    "grades": {
                        grade.name: (
                            grade.auto_score,
                            grade.manual_score,
                            grade.extra_credit,
                            grade.needs_manual_grade,
                        )
                        for notebook in submission.notebooks
                        for grade in notebook.grades
                    },
                    "comments": {
                        comment.name: (comment.auto_comment, comment.manual_comment)
                        for notebook in submission.notebooks
                        for comment in notebook.comments
                    },
                }
                for submission in gradebook.assignment_submissions(STEM)
            }

    def points(self) -> dict[str, float]:
        """Automatic points by student."""
        return {
            student: sum(auto or 0 for auto, *_ in known["grades"].values())
            for student, known in self.marks().items()
        }

    def state(self) -> dict:
        """Everything that must be the same, however often the grader was killed."""
        left_over = [*self.grading.glob(".staged"), *self.grading.glob("journal/*/.*")]
        assert not left_over, left_over
        released = sorted(str(path) for path in (self.folder / "exercises").rglob("*"))
        return {
            "marks": self.marks(),
            "cells": self._cells(),
            "autograded": self.autograded(),
            "journal": set(self.journal()),
            "released": [path.removeprefix(str(self.folder)) for path in released],
        }

    def _cells(self) -> dict[str, tuple]:
        """What the gradebook knows about the assignment."""
        with Gradebook(self.url) as gradebook:
            notebook = gradebook.find_notebook(STEM, STEM)
            known = [*notebook.grade_cells, *notebook.solution_cells, *notebook.source_cells]
            return {
                f"{type(each).__name__} {each.name}": (
                    getattr(each, "max_score", None),
                    getattr(each, "source", None),
                    getattr(each, "checksum", None),
                )
                for each in known
            }

    def command(self, *arguments: str) -> list[str]:
        """The call of the grader."""
        return [sys.executable, "-m", "autograder", "--course", str(self.folder), "grade", STEM, *arguments]

    def start(self, *arguments: str, **options) -> subprocess.Popen:
        """Starts a grader."""
        return subprocess.Popen(
            self.command(*arguments),
            cwd=REPOSITORY,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=dict(os.environ, COLUMNS="200"),
            **options,
        )

    def grade(self, *arguments: str, **options) -> "Report":
        """Runs a grader to its end."""
        return Report.of(self.start(*arguments, **options))


@dataclass(frozen=True)
class Report:
    """What a grader said.

    Attributes:
        status: Its exit status.
        text: What it wrote for people to read.
        complaint: What it wrote on stderr.
    """

    status: int
    text: str
    complaint: str

    @classmethod
    def of(cls, process: subprocess.Popen) -> "Report":
        """Waits for the end of a grader."""
        text, complaint = process.communicate(timeout=SECONDS)
        return cls(process.returncode, text, complaint)

    @property
    def counts(self) -> tuple[int, int, int]:
        """How many submissions were run, known before, and written into the gradebook."""
        line = next(line for line in self.text.splitlines() if "submissions run" in line)
        run, known, written = (int(word) for word in line.replace(";", " ").split() if word.isdigit())
        return run, known, written

    @property
    def is_one_sentence(self) -> bool:
        """Whether the complaint is one line, and no traceback."""
        return len(self.complaint.strip().splitlines()) == 1 and "Traceback" not in self.complaint


def wait_for(condition: Callable[[], object], process: subprocess.Popen | None = None) -> bool:
    """Waits until something is so; False when the process has ended before that."""
    deadline = time.monotonic() + SECONDS
    while not condition():
        if process is not None and process.poll() is not None:
            return False
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.002)
    return True


def descendants(process: psutil.Process | None = None) -> list[psutil.Process]:
    """All living processes below one (by default below this one)."""
    found = []
    for each in (process or psutil.Process()).children(recursive=True):
        try:
            if each.status() != psutil.STATUS_ZOMBIE:
                found.append(each)
        except psutil.NoSuchProcess:
            pass
    return found


def workers(grader: subprocess.Popen) -> list[psutil.Process]:
    """The dask workers of a grader."""
    return [each for each in _children(grader) if "spawn_main" in " ".join(_line(each))]


def templates(grader: subprocess.Popen) -> list[psutil.Process]:
    """The warm templates of a grader: the bubblewrap processes around them."""
    below = descendants(psutil.Process(grader.pid))
    return [each for each in below if _line(each)[:1] and Path(_line(each)[0]).name == "bwrap"]


def test_servers(grader: subprocess.Popen) -> list[psutil.Process]:
    """The processes in which a grader has the hidden tests run."""
    return [
        each for each in descendants(psutil.Process(grader.pid)) if "autograder.testing.server" in _line(each)
    ]


test_servers.__test__ = False  # pytest takes functions of this name for tests


def _children(process: subprocess.Popen) -> list[psutil.Process]:
    try:
        return psutil.Process(process.pid).children()
    except psutil.NoSuchProcess:
        return []


def _line(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


@contextmanager
def no_process_left() -> Iterator[None]:
    """Sees to it that nothing stays behind that was started meanwhile, orphans included."""
    before = set(descendants())
    linux.prctl(linux.PR_SET_CHILD_SUBREAPER, 1)  # orphans become children of this process
    try:
        yield
        deadline = time.monotonic() + END_SECONDS
        while left := set(descendants()) - before:
            assert time.monotonic() < deadline, [" ".join(_line(each))[:200] for each in left]
            time.sleep(0.1)
    finally:
        linux.prctl(linux.PR_SET_CHILD_SUBREAPER, 0)
        for child in psutil.Process().children():
            if child not in before and child.status() == psutil.STATUS_ZOMBIE:
                os.waitpid(child.pid, os.WNOHANG)


def results(course: Course) -> dict[str, dict]:
    """The journal's content, by key."""
    return {path.stem: json.loads(path.read_text()) for path in course.grading.glob("journal/*/*.json")}
