"""A course from the first day to the final marks, on the command line, with a class of thirty."""

import csv
import io
import os
import re
import subprocess
import sys
import zipfile
from dataclasses import dataclass

import pytest
from bs4 import BeautifulSoup
from nbgrader.api import Gradebook

from autograder.course import REPOSITORY
from tests.faults.notebooks import code, pack
from tests.grading.courses import STEM, Course, dying, nothing, right, unbiased

pytestmark = pytest.mark.xdist_group("course")  # its tests share what takes long

IN_TIME, LATE = (2026, 11, 9, 20, 0, 0), (2026, 11, 12, 9, 0, 0)
DUE = "2026-11-10 23:59:00 UTC"  # so LATE is in the second day
POLICY = "c.LatePolicy.percent_per_day = 10"
FULL, WRITTEN = 24.0, 6.0


def forging(number: int) -> dict:
    """A submission that tries to print its own marks, and to change everybody's."""
    notebook = nothing(number)
    tricks = "import sys; sys.displayhook = lambda value: print(4.0)\nopen('../../../gradebook.db', 'w').write('')"
    notebook["cells"].insert(1, code(tricks))
    return notebook


KINDS = {  # how many of them, the notebook's bytes, when it was handed in, automatic points
    "right": (8, lambda n: pack(right(n)), IN_TIME, FULL),
    "late": (4, lambda n: pack(right(n)), LATE, FULL),
    "confused": (6, lambda n: pack(unbiased(n)), IN_TIME, FULL - 4),
    "nothing": (4, lambda n: pack(nothing(n)), IN_TIME, 0.0),
    "broken": (2, lambda n: b'{"cells": [', IN_TIME, 0.0),
    "dying": (2, lambda n: pack(dying(n)), IN_TIME, 0.0),
    "forging": (2, lambda n: pack(forging(n)), IN_TIME, 0.0),
    "missing": (2, None, None, None),
}


@dataclass(frozen=True)
class Student:
    id: str
    first: str
    kind: str


STUDENTS = [
    Student(f"{kind}{number}", f"{kind.title()}-{number}", kind)
    for kind, (count, *_) in KINDS.items()
    for number in range(count)
]


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """The course after its last day; what the commands said is in ``said.txt`` beside it."""
    folder = tmp_path_factory.mktemp("course")
    course = Course.make(folder / "course", {}, POLICY)
    roster = ["id,first_name,last_name,lms_user_id"]
    roster += [f"{student.id},{student.first},Ito,{number}" for number, student in enumerate(STUDENTS, 500)]
    (course.grading / "roster.csv").write_text("\n".join(roster) + "\n")
    with zipfile.ZipFile(folder / "moodle.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for number, student in enumerate(STUDENTS, 9000):
            _, content, time, _ = KINDS[student.kind]
            if content:
                name = f"{student.first} Ito_{number}_assignsubmission_file_/{STEM}.ipynb"
                archive.writestr(zipfile.ZipInfo(name, time), content(number))

    said = ""

    def run(package, *arguments, status=0):
        nonlocal said
        done = subprocess.run(
            [sys.executable, "-m", package, *arguments],
            cwd=course.folder if package == "nbgrader" else REPOSITORY,
            capture_output=True,
            text=True,
            env={**os.environ, "COLUMNS": "200", "TZ": "UTC"},
            check=False,
        )
        said += done.stdout
        assert done.returncode == status, done.stdout + done.stderr
        assert "Traceback" not in done.stderr

    ours = ("autograder", "--course", str(course.folder))

    run("nbgrader", "db", "assignment", "add", STEM, f"--duedate={DUE}")
    run("nbgrader", "db", "student", "import", str(course.grading / "roster.csv"))
    run(*ours, "collect", str(folder / "moodle.zip"))
    run(*ours, "grade", STEM, status=1)  # broken, dying and forging submissions need somebody's eye
    run(*ours, "marks", STEM, status=1)  # and the written answers somebody to read them
    with Gradebook(course.url) as gradebook:
        for submission in gradebook.assignment_submissions(STEM):
            for grade in submission.notebooks[0].grades:
                if grade.needs_manual_grade and grade.cell_type == "markdown":
                    grade.manual_score, grade.needs_manual_grade = WRITTEN / 2, False
        gradebook.db.commit()
    run(*ours, "grade", STEM, status=1)  # nothing is new
    run("nbgrader", "generate_feedback", STEM)
    for kind in ("csv", "canvas", "moodle"):
        run(*ours, "marks", STEM, "--format", kind, "--missing", "zero")
    run(*ours, "report", STEM)
    (folder / "said.txt").write_text(said)
    return course


def test_every_student_gets_the_points_that_were_earned(course):
    points = course.points()
    assert points == {
        student.id: KINDS[student.kind][3] for student in STUDENTS if KINDS[student.kind][3] is not None
    }


def test_the_second_round_of_grading_had_nothing_to_do(course):
    said = (course.folder.parent / "said.txt").read_text()
    rounds = re.findall(r"(\d+) submissions run, (\d+) known before; marks of (\d+) students written", said)
    assert rounds == [("28", "0", "28"), ("0", "28", "0")]


def _table(course, kind):
    text = (course.grading / f"marks-{kind}.csv").read_text(encoding="utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_final_marks_have_written_answers_penalties_and_those_who_are_missing(course):
    marks = {row["student"]: float(row["mark"]) for row in _table(course, "csv")}
    assert len(marks) == 30
    for student in STUDENTS:
        automatic = KINDS[student.kind][3]
        if automatic is None:
            expected = 0.0
        else:
            expected = automatic + (0 if student.kind in ("broken", "nothing", "dying", "forging") else WRITTEN)
            expected *= 0.8 if student.kind == "late" else 1
        assert marks[student.id] == pytest.approx(expected), student.id


def test_canvas_and_moodle_get_the_same_marks(course):
    marks = {row["student"]: row["mark"] for row in _table(course, "csv")}
    assert {row["SIS Login ID"]: row[STEM] for row in _table(course, "canvas")[1:]} == marks
    assert {row["username"]: row[STEM] for row in _table(course, "moodle")} == marks
    assert [row["ID"] for row in _table(course, "canvas")[1:]] == [str(n) for n in range(500, 530)]


def test_there_is_feedback_with_the_hint_for_everyone_who_handed_in(course):
    pages = {path.parts[-3]: path for path in course.grading.glob("feedback/*/*/*.html")}
    assert len(pages) == 28
    page = BeautifulSoup(pages["confused0"].read_text(encoding="utf-8"), "html.parser").get_text()
    assert "Your variance is divided by m - 1" in page


def test_the_report_counts_the_misconception(course):
    folder = course.grading / "report" / STEM
    page = BeautifulSoup((folder / "report.html").read_text(encoding="utf-8"), "html.parser")
    assert " ".join(page.find("details").summary.get_text().split()).startswith("6 in batchnorm_train")
    assert len(list((folder / "students").glob("*.html"))) == 28
