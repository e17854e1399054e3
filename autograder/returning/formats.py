"""Writes marks as files that learning platforms and spreadsheets read."""

import csv
import io
from collections.abc import Callable, Sequence
from enum import StrEnum

from autograder.collecting import Student
from autograder.returning.marks import Mark

# What a spreadsheet would take for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Format(StrEnum):
    """Who is to read the file."""

    CSV = "csv"
    CANVAS = "canvas"
    MOODLE = "moodle"


def marks_file(marks: Sequence[Mark], kind: Format, missing_is_zero: bool = False) -> bytes:
    """Renders a file of marks.

    - ``csv``: one line for each student and assignment, with everything that makes up the mark.
    - ``canvas``: the gradebook that Canvas imports. Canvas finds a student by the column ID
      (``lms_user_id`` of the roster) or SIS Login ID (our id); it takes an unknown column for a new
      assignment.
    - ``moodle``: one line for each student, for Moodle's *Grades, Import, CSV file*, where one says that
      ``username`` or ``email`` identifies the student and which grade item each column is.

    Args:
        marks: From ``read_marks``.
        kind: Who is to read the file.
        missing_is_zero: Whether those who handed in nothing get 0 instead of an empty cell.

    Returns:
        UTF-8, with the mark by which spreadsheets know it.
    """
    rows = _ROWS[kind](marks, missing_is_zero)
    text = io.StringIO(newline="")
    csv.writer(text).writerows([[_cell(value) for value in row] for row in rows])
    return text.getvalue().encode("utf-8-sig" if kind is not Format.CANVAS else "utf-8")


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.4f}".rstrip("0").rstrip(".")
    text = "" if value is None else " ".join(str(value).split("\n"))
    return f"'{text}" if text.startswith(_FORMULA) else text


def _points(mark: Mark | None, missing_is_zero: bool) -> float | None:
    final = None if mark is None else mark.final
    return 0.0 if final is None and missing_is_zero else final


def _by_student(marks: Sequence[Mark]) -> tuple[list[str], dict[Student, dict[str, Mark]]]:
    stems = list(dict.fromkeys(mark.assignment for mark in marks))
    found: dict[Student, dict[str, Mark]] = {}
    for mark in marks:
        found.setdefault(mark.student, {})[mark.assignment] = mark
    return stems, found


def _csv_rows(marks: Sequence[Mark], missing_is_zero: bool) -> list[list[object]]:
    heading = ["student", "last_name", "first_name", "assignment", "handed_in_utc", "points", "late_penalty"]
    rows: list[list[object]] = [[*heading, "mark", "of", "waits_for_a_person"]]
    for mark in marks:
        student = mark.student
        who = [student.id, student.last_name, student.first_name]
        when = mark.handed_in and f"{mark.handed_in:%Y-%m-%d %H:%M:%S}"
        points = [mark.score, float(mark.penalty), _points(mark, missing_is_zero), float(mark.max_score)]
        rows.append([*who, mark.assignment, when, *points, "yes" if mark.waits else "no"])
    return rows


def _canvas_rows(marks: Sequence[Mark], missing_is_zero: bool) -> list[list[object]]:
    stems, students = _by_student(marks)
    maxima = {mark.assignment: float(mark.max_score) for mark in marks}
    rows: list[list[object]] = [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", *stems],
        ["Points Possible", "", "", "", "", *(maxima[stem] for stem in stems)],
    ]
    for student, theirs in students.items():
        name = ", ".join(filter(None, [student.last_name, student.first_name])) or student.id
        points = [_points(theirs.get(stem), missing_is_zero) for stem in stems]
        rows.append([name, student.lms_user_id, "", student.id, "", *points])
    return rows


def _moodle_rows(marks: Sequence[Mark], missing_is_zero: bool) -> list[list[object]]:
    stems, students = _by_student(marks)
    rows: list[list[object]] = [["username", "email", "firstname", "lastname", *stems]]
    for student, theirs in students.items():
        points = [_points(theirs.get(stem), missing_is_zero) for stem in stems]
        rows.append([student.id, student.email, student.first_name, student.last_name, *points])
    return rows


_ROWS: dict[Format, Callable[[Sequence[Mark], bool], list[list[object]]]] = {
    Format.CSV: _csv_rows,
    Format.CANVAS: _canvas_rows,
    Format.MOODLE: _moodle_rows,
}
