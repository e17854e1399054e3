"""Writes the report on a class and a page for each student."""

import csv
import io
import secrets
from collections.abc import Callable
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from autograder.course import Course
from autograder.files import write_whole
from autograder.grading.feedback import report_html
from autograder.returning import figures
from autograder.returning.class_results import ClassResults

KEY = "students.csv"


def write_report(
    course: Course,
    results: ClassResults,
    names_by_id: bool = False,
    progress: Callable[[str], None] = lambda _: None,
) -> Path:
    """Writes ``grading/report/ASSIGNMENT/``: the report, and a page for each student in ``students/``.

    The names of the students' pages tell nothing about them; ``students.csv`` says whose each is, and a
    second report uses the same names.

    Args:
        course: The checkout.
        results: What is known about the class.
        names_by_id: Whether the pages are called by the students' ids instead.
        progress: Called with each student.

    Returns:
        The report.

    Raises:
        CourseError: When a file cannot be written.
    """
    templates = Environment(
        loader=PackageLoader("autograder.returning"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
    )
    css = templates.get_template("page.css").render()
    folder = course.grading / "report" / results.assignment.stem
    names = _names(folder, list(results.examinations), names_by_id)
    for student, examination in results.examinations.items():
        if student not in results.marks or results.marks[student].final is None:
            continue  # graded, but the marks are not written yet
        progress(student)
        reports = [
            report_html(result, round(result.share * results.points[name], 4), results.points[name], [])
            for name, result in examination.cells.items()
        ]
        page = templates.get_template("student_page.html.j2").render(
            css=css,
            stem=results.assignment.stem,
            name=results.marks[student].student.name,
            mark=results.marks[student],
            sentences=examination.sentences,
            reports=reports,
        )
        write_whole(folder / "students" / f"{names[student]}.html", page.encode())
    report = folder / "report.html"
    page = templates.get_template("class_report.html.j2").render(
        css=css,
        results=results,
        distribution=figures.distribution(results),
        success=figures.success(results),
        seconds=figures.seconds(results),
    )
    write_whole(report, page.encode())
    return report


def _names(folder: Path, students: list[str], by_id: bool) -> dict[str, str]:
    """The name of each student's page, kept for the next report."""
    if by_id:
        return {student: student for student in students}
    known: dict[str, str] = {}
    if (folder / KEY).is_file():
        with (folder / KEY).open(encoding="utf-8", newline="") as file:
            known = {row["student"]: row["page"] for row in csv.DictReader(file)}
    names = {student: known.get(student) or secrets.token_hex(8) for student in students}
    text = io.StringIO(newline="")
    csv.writer(text).writerows([("student", "page"), *{**known, **names}.items()])
    write_whole(folder / KEY, text.getvalue().encode())
    return names
