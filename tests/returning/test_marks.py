"""Marks as they leave the house: what counts, and files that platforms and spreadsheets read."""

import csv
import io
import shutil
from datetime import datetime
from types import SimpleNamespace

import pytest
from nbgrader.api import Gradebook

from autograder.collecting import Roster, Student
from autograder.course import REPOSITORY, Course
from autograder.errors import CourseError
from autograder.grading.late_policy import LatePolicy
from autograder.grading.settings import read_config
from autograder.returning.formats import Format, marks_file
from autograder.returning.marks import Mark, read_marks

STEM = "03_batch_normalization"
DAY = 24 * 3600


@pytest.fixture
def course(tmp_path):
    """A course in which anna was in time, ben a day and a half late, cleo handed in nothing."""
    shutil.copy(REPOSITORY / "_config.yml", tmp_path)
    policy = (
        "c.AssignLatePenalties.plugin_class = 'autograder.grading.late_policy.LatePolicy'\n"
        "c.LatePolicy.percent_per_day = 10\n"
    )
    text = (REPOSITORY / "nbgrader_config.py").read_text(encoding="utf-8")
    (tmp_path / "nbgrader_config.py").write_text(text + policy, encoding="utf-8")
    (tmp_path / "grading").mkdir()
    read_config(Course(tmp_path))  # lets nbgrader find alembic
    with Gradebook(f"sqlite:///{tmp_path}/grading/gradebook.db") as gradebook:
        gradebook.add_assignment(STEM, duedate=datetime(2026, 11, 1, 12))
        gradebook.add_notebook(STEM, STEM)
        for name, kind, points in (("test_f", "code", 10), ("why", "markdown", 4)):
            gradebook.add_grade_cell(name, STEM, STEM, cell_type=kind, max_score=points)
        for student, day in (("anna", 1), ("ben", 3)):
            gradebook.add_student(student, first_name=student.title(), last_name="Ito")
            gradebook.add_submission(STEM, student, timestamp=datetime(2026, 11, day, 0))
            for name, score in (("test_f", 8.0), ("why", None)):
                grade = gradebook.find_grade(name, STEM, STEM, student)
                grade.auto_score, grade.needs_manual_grade = score, score is None
        gradebook.add_student("cleo")
        gradebook.db.commit()
    return Course(tmp_path)


def _grade_by_hand(course, points):
    with Gradebook(f"sqlite:///{course.grading}/gradebook.db") as gradebook:
        for student in ("anna", "ben"):
            grade = gradebook.find_grade("why", STEM, STEM, student)
            grade.manual_score, grade.needs_manual_grade = points, False
        gradebook.db.commit()


def _finals(marks):
    return {mark.student.id: mark.final for mark in marks}


def test_a_penalty_counts_what_was_given_by_hand_later(course):
    marks = read_marks(course, [STEM])
    assert _finals(marks) == {"anna": 8, "ben": 6.4, "cleo": None}
    assert [mark.waits for mark in marks] == [True, True, False]
    _grade_by_hand(course, 4)
    marks = read_marks(course, [])
    assert _finals(marks) == {"anna": 12, "ben": 9.6, "cleo": None}
    assert [(mark.max_score, mark.waits) for mark in marks] == [(14, False)] * 3
    # The gradebook says the same: formgrader shows it.
    with Gradebook(f"sqlite:///{course.grading}/gradebook.db") as gradebook:
        assert gradebook.find_submission(STEM, "ben").late_submission_penalty == pytest.approx(2.4)


def test_the_roster_gives_the_order_and_those_without_submission(course):
    roster = Roster((Student("dora", "Dora"), Student("ben", "Ben", "Ito", "b@x.org", "7")))
    marks = read_marks(course, [STEM], roster)
    assert list(_finals(marks).items()) == [("dora", None), ("ben", 6.4), ("anna", 8)]


def test_an_assignment_without_marks_is_refused(course):
    with pytest.raises(CourseError, match="no marks for '01_x'; it has: 03_batch_normalization"):
        read_marks(course, ["01_x"])


@pytest.mark.parametrize(
    ("late", "settings", "taken"),
    [
        (5 * DAY, {}, None),
        (60, {"percent_per_day": 10}, 2.0),
        (DAY, {"percent_per_day": 10}, 2.0),
        (DAY + 1, {"percent_per_day": 10}, 4.0),
        (20 * DAY, {"percent_per_day": 10}, 20.0),
        (3600, {"percent_per_day": 10, "grace_minutes": 60}, None),
        (3601, {"percent_per_day": 10, "grace_minutes": 60}, 2.0),
        (3 * DAY + 1, {"days_until_zero": 3}, 20.0),
        (3 * DAY, {"days_until_zero": 3}, None),
        (1, {"penalty_method": "zero"}, 20.0),
        (60, {"penalty_method": "zero", "grace_minutes": 1}, None),
    ],
)
def test_what_being_late_costs(late, settings, taken):
    assert LatePolicy(**settings).late_submission_penalty("anna", 20.0, late) == taken


MARKS = [
    Mark(Student("anna", "Anna", "Müller", "a@x.org", "101"), "01_a", 10, 7.25, 0.5, datetime(2026, 11, 1)),
    Mark(Student("ben", "=cmd()", "Ito, B."), "01_a", 10, 1.0, 3.0, waits=True),
    Mark(Student("cleo"), "01_a", 10),
    Mark(Student("anna", "Anna", "Müller", "a@x.org", "101"), "02_b", 12, 12.0),
]


def _rows(kind, **options):
    text = marks_file(MARKS, kind, **options).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


def test_canvas_reads_names_numbers_and_points():
    assert _rows(Format.CANVAS) == [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "01_a", "02_b"],
        ["Points Possible", "", "", "", "", "10", "12"],
        ["Müller, Anna", "101", "", "anna", "", "6.75", "12"],
        ["Ito, B., =cmd()", "", "", "ben", "", "0", ""],
        ["cleo", "", "", "cleo", "", "", ""],
    ]


def test_moodle_reads_one_line_for_each_student():
    assert _rows(Format.MOODLE, missing_is_zero=True) == [
        ["username", "email", "firstname", "lastname", "01_a", "02_b"],
        ["anna", "a@x.org", "Anna", "Müller", "6.75", "12"],
        ["ben", "", "'=cmd()", "Ito, B.", "0", "0"],
        ["cleo", "", "", "", "0", "0"],
    ]


def test_the_table_has_everything_that_makes_up_a_mark():
    rows = _rows(Format.CSV)
    assert dict(zip(rows[0], rows[1], strict=True)) == {
        "student": "anna",
        "last_name": "Müller",
        "first_name": "Anna",
        "assignment": "01_a",
        "handed_in_utc": "2026-11-01 00:00:00",
        "points": "7.25",
        "late_penalty": "0.5",
        "mark": "6.75",
        "of": "10",
        "waits_for_a_person": "no",
    }
    assert [row[-1] for row in rows[1:]] == ["no", "yes", "no", "no"]


def test_the_command_writes_the_file_and_says_who_waits(course, monkeypatch, capsys):
    from autograder import cli

    def run(*arguments):
        monkeypatch.setattr("sys.argv", ["autograder", "--course", str(course.root), "marks", *arguments])
        # The assignments themselves are not in this course.
        monkeypatch.setattr(Course, "assignment", lambda self, stem: SimpleNamespace(stem=stem))
        with pytest.raises(SystemExit) as end:
            cli.main()
        return end.value.code, capsys.readouterr()

    code, said = run(STEM, "--format", "canvas")
    assert code == 1
    assert "Written answers wait for a person" in said.out
    assert (course.grading / "marks-canvas.csv").read_text(encoding="utf-8").startswith("Student,ID,")
    _grade_by_hand(course, 1)
    code, said = run(STEM)
    assert (code, "3 marks, 2 of them for something handed in" in said.out) == (0, True)
    code, said = run("--format", "excel")
    assert (code, said.err) == (2, "There is no format 'excel'; there are: csv, canvas, moodle.\n")
