"""Examines a case with the whole grader, in a course with a gradebook and a classmate, and looks around."""

import hashlib
import os
import socket
import sqlite3
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import nbformat

from autograder.grading.examination import Examination
from autograder.grading.examine import Examiner
from autograder.grading.feedback import report_html
from autograder.rebuild import Rebuilt, Template, rebuild_submission
from autograder.sandbox import Limits
from tests.faults.corpus import Fault, Link, folder_bytes
from tests.faults.notebooks import Notebooks
from tests.faults.whole import COURSE, PORT, REPOSITORY

LIMITS = Limits(
    memory_mb=1500,
    process_memory_mb=1400,
    processes=128,
    file_mb=8,
    tmp_mb=32,
    output_mb=4,
    message_mb=8,
    cell_seconds=6,
    call_seconds=3,
    submission_seconds=60,
)
SECRET = "c2VjcmV0IG9mIHRoZSBjb3Vyc2U"
VARIABLE = "COURSE_REGISTRY_TOKEN"
# What nobody's output may hold: the secret, and pieces of hidden tests and of marked solutions.
PRIVATE = (SECRET, "def numerical_dx", "feature_maps(rng", "### BEGIN " + "SOLUTION", "WRITABLE", "CONNECTED")


@dataclass
class Course:
    """A folder that looks like a course, and a port on which the grader's machine listens.

    Attributes:
        folder: The course.
        visitors: Sockets at which nobody should knock.
    """

    folder: Path
    visitors: list[socket.socket] = field(default_factory=list)

    @classmethod
    def make(cls, folder: Path, notebooks: Notebooks) -> "Course":
        """Fills a folder: gradebook, solutions, a classmate's submission, settings, an open socket."""
        for place in (
            f"submitted/classmate/{notebooks.assignment.stem}",
            f"solutions/{notebooks.assignment.stem}",
        ):
            (folder / place).mkdir(parents=True)
            (folder / place / notebooks.file_name).write_text(f'{{"cells": ["{SECRET}"]}}')
        (folder / "nbgrader_config.py").write_text(f"# {SECRET}\n")
        with sqlite3.connect(folder / "gradebook.db") as gradebook:
            gradebook.execute("create table grade (student, points)")
            gradebook.execute("insert into grade values (?, 17)", [SECRET])
        gradebook.close()
        os.chmod(folder, 0o755)
        course = cls(folder)
        internet, local, abstract = (
            socket.socket(),
            socket.socket(socket.AF_UNIX),
            socket.socket(socket.AF_UNIX),
        )
        internet.bind(("127.0.0.1", 0))
        local.bind(str(folder / "socket"))
        course.visitors = [internet, local, abstract]
        abstract.bind(f"\0{course.port}")
        for item in course.visitors:
            item.listen()
            item.setblocking(False)
        return course

    @property
    def port(self) -> int:
        """Where the machine listens."""
        return self.visitors[0].getsockname()[1]

    def fingerprint(self) -> dict[str, tuple]:
        """Content, rights and time of every file."""
        return {
            str(path): (
                path.lstat().st_mode,
                path.lstat().st_mtime_ns,
                hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "",
            )
            for path in sorted([self.folder, *self.folder.rglob("*")])
        }

    def visited(self) -> bool:
        """Whether anybody has knocked."""
        for item in self.visitors:
            try:
                item.accept()[0].close()
                return True
            except BlockingIOError:
                pass
        return False

    def close(self) -> None:
        """Closes the sockets."""
        for item in self.visitors:
            item.close()


def hand_in(fault: Fault, notebooks: Notebooks, course: Course) -> Rebuilt:
    """Writes a submission to disk and rebuilds it."""
    places = {COURSE: str(course.folder), REPOSITORY: str(notebooks.assignment.root), PORT: str(course.port)}
    with tempfile.TemporaryDirectory() as parent:
        for name, content in folder_bytes(fault).items():
            path = Path(parent, "submitted", name)
            path.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(content, Link):
                path.symlink_to(_fill_in(content.target, places))
            else:
                path.write_bytes(_fill_in(content.decode("latin-1"), places).encode("latin-1"))
        return rebuild_submission(Path(parent, "submitted"), Template.of(notebooks.assignment))


def _fill_in(text: str, places: dict[str, str]) -> str:
    for mark, place in places.items():
        text = text.replace(mark, place)
    return text


def findings(fault: Fault, found: Examination, notebooks: Notebooks) -> list[str]:
    """What is not as it should be in what the grader says about a case."""
    expected = dict.fromkeys(notebooks.functions, 1.0) | dict(fault.shares)
    shares = {name: result.share for name, result in found.cells.items()}
    wrong = [
        f"{name} earns {shares.get(name)} instead of {share}: {_reasons(found, name)}"
        for name, share in expected.items()
        if shares.get(name) != share
    ]
    said = " ".join([*found.sentences, *(_reasons(found, name) for name in found.cells)])
    wrong += [f"does not say {piece!r} but {said!r}" for piece in fault.says if piece not in said]
    seen = told(found)
    wrong += [f"shows {piece!r}" for piece in PRIVATE if piece in seen]
    if len(seen) > 8 << 20:
        wrong.append(f"the notebook and its feedback are {len(seen) >> 20} MB long")
    nbformat.validate(found.notebook)
    return wrong


def told(found: Examination) -> str:
    """Everything that an examination shows to the student, beside the student's own text."""
    outputs = [str(cell.get("outputs", "")) for cell in found.notebook.cells]
    reports = [report_html(result, 0, 1, found.sentences) for result in found.cells.values()]
    return "\n".join([*outputs, *reports])


def _reasons(found: Examination, name: str) -> str:
    reasons = (test.reason for test in found.cells[name].tests if not test.passed)
    return " ".join(dict.fromkeys(filter(None, reasons)))


def examiner() -> Examiner:
    """A grader with small limits, with a secret in its own environment."""
    os.environ[VARIABLE] = SECRET
    return Examiner.start(LIMITS)


def processes_of(examiner: Examiner) -> set[int]:
    """All living processes of an examiner: below this one, and those of the hidden tests."""
    server = examiner.tests._server.pid
    children: dict[int, list[int]] = {}
    living = set()
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                state, parent, _, session = (folder / "stat").read_text().rpartition(")")[2].split()[:4]
            except OSError:
                continue
            children.setdefault(int(parent), []).append(int(folder.name))
            if int(session) == server:
                living.add(int(folder.name))
            if state == "Z":
                children[int(parent)].pop()
    waiting = [os.getpid()]
    while waiting:
        below = children.get(waiting.pop(), [])
        living.update(below)
        waiting += below
    return living


def wait_for_silence(examiner: Examiner, before: set[int], seconds: float = 10) -> set[int]:
    """Waits until only the processes of before are left; returns the others."""
    deadline = time.monotonic() + seconds
    while (left := processes_of(examiner) - before) and time.monotonic() < deadline:
        time.sleep(0.02)
    return left
