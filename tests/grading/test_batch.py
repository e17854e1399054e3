"""A class is graded whatever happens around it: other programs, full disks, dying processes, odd folders."""

import os
import resource
import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

import psutil
import pytest
from nbgrader.api import Gradebook

from autograder.course import REPOSITORY
from autograder.grading import submission as submissions
from autograder.sandbox import Limits
from tests.faults.notebooks import pack
from tests.grading.courses import (
    ASSIGNMENT,
    STEM,
    Course,
    Report,
    busy,
    descendants,
    no_process_left,
    nothing,
    right,
    templates,
    test_servers,
    unbiased,
    wait_for,
    workers,
)

# These wait for graders to reach a certain point and take half a minute each.
SLOW = pytest.mark.slow

CHECKED = "test_update_moving_average"
WRITTEN = "inference_trap"


def _few() -> dict[str, bytes]:
    return {"anna": pack(nothing(1)), "ben": pack(unbiased(2)), "cleo": pack(nothing(3))}


def _full_points(course: Course) -> float:
    with Gradebook(course.url) as gradebook:
        return sum(
            cell.max_score
            for cell in gradebook.find_notebook(STEM, STEM).grade_cells
            if cell.cell_type == "code"
        )


# ------------------------------------------------------------------------------------------ grading again


def test_only_what_has_changed_is_graded_again(tmp_path):
    course = Course.make(tmp_path / "course", _few())
    assert course.grade().counts == (3, 0, 3)
    state = course.state()

    report = course.grade()
    assert (report.status, report.counts) == (0, (0, 3, 0))
    assert course.state() == state

    # A person has graded one check and one written answer of Anna's, who then hands in again.
    with Gradebook(course.url) as gradebook:
        gradebook.find_grade(CHECKED, STEM, STEM, "anna").manual_score = 0.5
        gradebook.find_grade(WRITTEN, STEM, STEM, "anna").manual_score = 2
        gradebook.find_comment(WRITTEN, STEM, STEM, "anna").manual_comment = "Well seen."
        gradebook.db.commit()
    course.hand_in("anna", pack(right(1)))
    assert course.grade().counts == (1, 2, 1)
    again = course.state()
    auto, manual, _, needs_a_person = again["marks"]["anna"]["grades"][CHECKED]
    assert (auto, manual, needs_a_person) == (2, 0.5, True)
    assert again["marks"]["anna"]["grades"][WRITTEN][1] == 2
    assert again["marks"]["anna"]["comments"][WRITTEN][1] == "Well seen."
    for student in ("ben", "cleo"):
        assert again["marks"][student] == state["marks"][student]
    unchanged = {place for place in state["autograded"] if not place.startswith("anna")}
    assert {place: again["autograded"][place] for place in unchanged} == {
        place: state["autograded"][place] for place in unchanged
    }

    # Another time of handing in changes no result, but may change a penalty.
    course.hand_in("ben", pack(unbiased(2)), "2026-11-21 10:00:00 UTC")
    assert course.grade().counts == (0, 3, 1)
    assert course.marks()["ben"]["timestamp"] == datetime(2026, 11, 21, 10)

    settings = course.folder / "nbgrader_config.py"
    settings.write_text(settings.read_text() + '\nc.Grading.limits = {"call_seconds": 29}\n')
    assert course.grade().counts == (3, 0, 3)
    assert course.points() == {
        student: sum(g[0] or 0 for g in known["grades"].values()) for student, known in again["marks"].items()
    }


def test_only_some_students_are_graded_when_asked(tmp_path):
    course = Course.make(tmp_path / "course", _few())
    assert course.grade("--student", "[bc]*").counts == (2, 0, 2)
    assert set(course.marks()) == {"ben", "cleo"}
    assert course.grade().counts == (1, 2, 1)
    report = course.grade("--student", "dora")
    assert report.status == 2 and report.is_one_sentence and "dora" in report.complaint


def test_results_depend_on_everything_that_makes_them(tmp_path, monkeypatch):
    course = Course.make(tmp_path / "course", _few())

    def key(sandbox: bool = True, **limits: float) -> str:
        submissions._fingerprint.cache_clear()
        submissions._template.cache_clear()
        return submissions.make_ready(
            course.assignment, course.submitted("anna"), Limits(**limits), sandbox
        ).key

    first = key()
    assert key() == first
    assert key(call_seconds=1) != first
    assert key(sandbox=False) != first
    for path in (course.assignment.solution, course.assignment.release):
        text = path.read_text(encoding="utf-8")
        path.write_text(text + "\n", encoding="utf-8")
        assert key() != first, path
        path.write_text(text, encoding="utf-8")
    assert key() == first
    hidden = tmp_path / "hidden"
    hidden.mkdir()
    for path in (ASSIGNMENT.hidden_tests, ASSIGNMENT.misconceptions):
        (hidden / path.name).write_bytes(path.read_bytes())
    monkeypatch.setattr("autograder.course.HIDDEN", hidden)
    assert key() == first
    for path in hidden.iterdir():
        content = path.read_bytes()
        path.write_bytes(content + b"\n# a comment\n")
        assert key() != first, path
        path.write_bytes(content)
    submissions._fingerprint.cache_clear()


# ----------------------------------------------------------------------------------- as nbgrader does it

PENALTY = """
from nbgrader.plugins import LateSubmissionPlugin


class PointForEveryHour(LateSubmissionPlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return total_seconds_late // 3600


c.AssignLatePenalties.plugin_class = PointForEveryHour
"""


def test_nbgrader_and_the_command_give_the_same_marks_penalties_and_notebooks(tmp_path, monkeypatch):
    # For a new gradebook nbgrader runs alembic, which is on the path when the environment is activated.
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    handed_in = {"anna": pack(right(1)), **{name: known for name, known in _few().items() if name != "anna"}}
    courses = []
    for name in ("nbgrader", "command"):
        course = Course.make(tmp_path / name, handed_in, PENALTY)
        course.hand_in("anna", handed_in["anna"], "2026-11-20 14:30:00 UTC")
        with Gradebook(course.url) as gradebook:
            gradebook.add_assignment(STEM, duedate="2026-11-20 12:00:00 UTC")
        courses.append(course)
    by_nbgrader, by_command = courses
    for step in ("generate_assignment", "autograde"):
        done = subprocess.run(
            [sys.executable, "-m", "nbgrader", step, STEM, "--force"],
            cwd=by_nbgrader.folder,
            env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
    assert by_command.grade().status == 0
    marks = by_command.marks()
    assert {student: known["penalties"] for student, known in marks.items()} == {
        "anna": [2.0],
        "ben": [None],
        "cleo": [None],
    }
    assert by_nbgrader.marks() == marks
    assert by_nbgrader.autograded() == by_command.autograded()


# ------------------------------------------------------------------------------- others at the same place


def test_the_second_of_two_graders_says_who_is_at_work(tmp_path):
    course = Course.make(tmp_path / "course", {"anna": pack(busy(1, 3)), "cleo": pack(nothing(3))})
    with no_process_left():
        first = course.start()
        lock = course.grading / ".lock"
        assert wait_for(lambda: lock.exists() and lock.read_text(), first)
        second = course.grade()
        assert first.poll() is None
        assert second.status == 2 and second.is_one_sentence, second.complaint
        year = datetime.now().strftime("%Y")
        for word in (f"process {first.pid}", socket.gethostname(), f"since {year}"):
            assert word in second.complaint
        report = Report.of(first)
    assert (report.status, report.counts) == (0, (2, 0, 2))
    assert course.points() == {"anna": _full_points(course), "cleo": 0}


@contextmanager
def _locked(course: Course):
    """Another program writes into the gradebook and does not come to an end."""
    with closing(sqlite3.connect(course.grading / "gradebook.db")) as gradebook:
        gradebook.execute("BEGIN EXCLUSIVE")
        yield
        gradebook.rollback()


def _says_that_the_gradebook_is_locked(report: Report) -> bool:
    return report.status == 2 and report.is_one_sentence and "gradebook is locked" in report.complaint


def test_a_locked_gradebook_is_waited_for_or_told(tmp_path):
    course = Course.make(tmp_path / "course", _few())
    grader = course.start()
    assert wait_for(course.journal, grader)
    with _locked(course):
        report = Report.of(grader)
    assert _says_that_the_gradebook_is_locked(report), report.complaint
    done = len(course.journal())
    with _locked(course):
        report = course.grade()
    assert _says_that_the_gradebook_is_locked(report), report.complaint
    assert course.grade().counts == (3 - done, done, 3)
    undisturbed = Course.make(tmp_path / "undisturbed", _few())
    undisturbed.grade()
    assert course.state() == undisturbed.state()


# -------------------------------------------------------------------------------------------- a full disk

# Bytes that a file may have at most: less than a result has; more than that, but less than the gradebook has.
SIZES = {"result": 40 << 10, "marks": 100 << 10}


@SLOW
@pytest.mark.parametrize("what", SIZES)
def test_what_cannot_be_written_is_written_later(tmp_path, what):
    course = Course.make(tmp_path / "course", {"anna": pack(nothing(1))})
    assert course.grade().status == 0
    for student, notebook in _few().items():
        course.hand_in(student, notebook)
    grader = course.start()
    resource.prlimit(grader.pid, resource.RLIMIT_FSIZE, (SIZES[what], SIZES[what]))
    report = Report.of(grader)
    assert report.status == 2 and report.is_one_sentence, report.complaint
    _completes(course, tmp_path)


def _completes(course: Course, tmp_path) -> None:
    """The next start does the rest, to the same end."""
    assert course.grade().status == 0
    undisturbed = Course.make(tmp_path / "undisturbed", _few())
    assert undisturbed.grade().status == 0
    assert course.state() == undisturbed.state()


@SLOW
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a small disk")
@pytest.mark.parametrize("when", ["journal", ".staged/submitted"])
def test_a_disk_that_fills_up_costs_nothing(tmp_path, when):
    folder = tmp_path / "course"
    folder.mkdir()
    try:
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=32m", "tmpfs", str(folder)], check=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("this machine's root may mount nothing")
    try:
        course = Course.make(folder, _few())
        grader = course.start()
        assert wait_for((course.grading / when).exists, grader)
        with (
            (folder / "filler").open("wb", buffering=0) as filler,
            pytest.raises(OSError, match="No space left"),
        ):
            while True:
                filler.write(bytes(4096))
        report = Report.of(grader)
        assert report.status == 2 and report.is_one_sentence, report.complaint
        (folder / "filler").unlink()
        _completes(course, tmp_path)
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


# --------------------------------------------------------------------------------------- dying processes


def _kernels(grader: subprocess.Popen) -> list[psutil.Process]:
    """Kernels at work: whatever stands below a template beside the template itself."""
    # bubblewrap, its child, the template, the kernel's first process, the kernel
    return [kernel for bwrap in templates(grader) for kernel in descendants(bwrap)[3:]]


@SLOW
@pytest.mark.parametrize("kind", [workers, templates, test_servers], ids=lambda kind: kind.__name__)
def test_a_process_that_dies_costs_no_points(tmp_path, kind):
    course = Course.make(tmp_path / "course", {f"s{number}": pack(busy(number, 3)) for number in range(3)})
    with no_process_left():
        grader = course.start("--workers", "2")
        assert wait_for(lambda: len(_kernels(grader)) >= 2, grader)
        time.sleep(1.5)  # in the middle of the cell that takes its time
        victims = kind(grader)
        assert victims
        for victim in victims if kind is test_servers else victims[:1]:
            victim.kill()
        report = Report.of(grader)
    assert (report.status, report.counts) == (0, (3, 0, 3)), report.complaint + report.text
    assert set(course.points().values()) == {_full_points(course)}
    assert not any(b"left out" in content for content in course.autograded().values())


@SLOW
def test_a_submission_that_cannot_be_examined_keeps_no_other_from_it(tmp_path):
    course = Course.make(tmp_path / "course", {"anna": pack(nothing(1)), "ben": pack(busy(2, 60))})
    grader = course.start("--workers", "1")
    while grader.poll() is None:
        if len(course.journal()) == 1 and _kernels(grader):
            for template in templates(grader):
                template.kill()
        time.sleep(0.2)
    report = Report.of(grader)
    assert report.status == 1
    assert "ben not graded: The kernel was ended 3 times" in report.text
    assert set(course.marks()) == {"anna"}


# ------------------------------------------------------------------------------------------- odd folders


@SLOW
def test_odd_names_and_shapes_stop_nothing(tmp_path):
    names = ["o'neil, anna", "=cmd()", "Ünal Müller", "a[1]*?", "{x}", "-rf", "ben "]
    course = Course.make(tmp_path / "course", {name: pack(nothing(i)) for i, name in enumerate(names)})
    submitted = course.grading / "submitted"
    (submitted / "readme.txt").write_text("not a student")
    (submitted / "late").mkdir()  # who has not handed in
    (submitted / "empty" / STEM).mkdir(parents=True)
    (submitted / "file").mkdir()
    (submitted / "file" / STEM).write_text("not a folder")
    (submitted / ".ipynb_checkpoints" / STEM).mkdir(parents=True)
    course.hand_in("two\nlines", pack(nothing(8)))
    (submitted / os.fsdecode(b"\xff") / STEM).mkdir(parents=True)
    report = course.grade()
    assert report.status == 1
    assert set(course.marks()) == {*names, "empty", "file"}
    assert report.counts == (9, 0, 9)
    assert "two\\nlines not graded: The folder's name has characters" in report.text
    assert "Nothing was handed in" in report.text and "There is no notebook among the files" in report.text
    assert course.grade().counts == (0, 9, 0)


# --------------------------------------------------------------------------- other machines, other servers

CLUSTER = """
import sys
from distributed import LocalCluster

if __name__ == "__main__":
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        print(cluster.scheduler_address, flush=True)
        sys.stdin.read()
"""


@SLOW
def test_a_running_scheduler_is_used(tmp_path):
    course = Course.make(tmp_path / "course", _few())
    script = tmp_path / "cluster.py"
    script.write_text(CLUSTER)
    with no_process_left():
        cluster = subprocess.Popen(
            [sys.executable, str(script)],
            cwd=REPOSITORY,
            env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        with cluster:
            address = cluster.stdout.readline().strip()
            grader = course.start("--scheduler", address)
            own = []
            while grader.poll() is None:
                own += workers(grader)
                time.sleep(0.2)
            report = Report.of(grader)
            cluster.stdin.close()
    assert (report.status, report.counts) == (0, (3, 0, 3)), report.complaint
    assert not own
    here = Course.make(tmp_path / "here", _few())
    here.grade()
    assert course.state() == here.state()


@SLOW
def test_a_scheduler_that_is_not_there_is_told(tmp_path):
    course = Course.make(tmp_path / "course", _few(), "c.Grading.limits = {}")
    with closing(socket.socket()) as reserved:
        reserved.bind(("127.0.0.1", 0))  # nobody listens here
        report = course.grade("--scheduler", f"tcp://127.0.0.1:{reserved.getsockname()[1]}")
    assert report.status == 2 and report.is_one_sentence, report.complaint
    assert "cannot be reached" in report.complaint
