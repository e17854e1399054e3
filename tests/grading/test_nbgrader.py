"""nbgrader's own commands, from release to exported marks, in a copy of the course."""

import csv
import shutil
import subprocess
import sys

import nbformat
import pytest
from nbgrader.api import Gradebook

from autograder.course import REPOSITORY, Course

pytestmark = pytest.mark.xdist_group("nbgrader")  # its tests share what takes long

ASSIGNMENT = Course().assignment("03_batch_normalization")
BIASED, UNBIASED = "variance = x.var(axis=axes)", "variance = x.var(axis=axes, ddof=1)"


def _nbgrader(folder, *arguments):
    return subprocess.run(
        [sys.executable, "-m", "nbgrader", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """Three students have handed in: everything right, nothing done, one misconception in one function."""
    folder = tmp_path_factory.mktemp("course")
    for name in ("nbgrader_config.py", "_config.yml"):
        shutil.copy(REPOSITORY / name, folder)
    shutil.copytree(REPOSITORY / "solutions", folder / "solutions")
    solution = nbformat.read(ASSIGNMENT.solution, as_version=4)
    release = nbformat.read(ASSIGNMENT.release, as_version=4)
    confused = nbformat.read(ASSIGNMENT.solution, as_version=4)
    (cell,) = [cell for cell in confused.cells if cell.id == "batchnorm_train"]
    assert cell.source.count(BIASED) == 1
    cell.source = cell.source.replace(BIASED, UNBIASED)
    for student, notebook in {"right": solution, "nothing": release, "confused": confused}.items():
        path = folder / "grading" / "submitted" / student / ASSIGNMENT.stem / f"{ASSIGNMENT.stem}.ipynb"
        path.parent.mkdir(parents=True)
        nbformat.write(notebook, path)
    for command in (
        ["generate_assignment", ASSIGNMENT.stem],
        ["autograde", ASSIGNMENT.stem],
        ["generate_feedback", ASSIGNMENT.stem],
        ["export"],
    ):
        done = _nbgrader(folder, *command)
        assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def points(course):
    """Automatic points by student and cell."""
    with Gradebook(f"sqlite:///{course / 'grading' / 'gradebook.db'}") as gradebook:
        return {
            student: {
                grade.name: (grade.auto_score, grade.max_score)
                for grade in gradebook.find_submission_notebook(
                    ASSIGNMENT.stem, ASSIGNMENT.stem, student
                ).grades
                if grade.cell.cell_type == "code"
            }
            for student in ("right", "nothing", "confused")
        }


def test_the_release_is_the_committed_one(course):
    released = course / "exercises" / ASSIGNMENT.stem
    assert [path.name for path in released.iterdir()] == [ASSIGNMENT.release.name]
    assert (released / ASSIGNMENT.release.name).read_bytes() == ASSIGNMENT.release.read_bytes()


def test_marks_reach_the_gradebook(points):
    assert all(earned == possible for earned, possible in points["right"].values())
    assert all(earned == 0 for earned, _ in points["nothing"].values())
    assert len(points["right"]) >= 6


def test_partial_credit_reaches_the_gradebook(points):
    earned, possible = points["confused"].pop("test_batchnorm_train")
    assert 0 <= earned < possible
    assert all(earned == possible for earned, possible in points["confused"].values())


def _feedback(course, student):
    folder = course / "grading" / "feedback" / student / ASSIGNMENT.stem
    return (folder / f"{ASSIGNMENT.stem}.html").read_text(encoding="utf-8")


def test_the_feedback_page_tells_what_was_tested_and_why_it_failed(course):
    page = _feedback(course, "confused")
    assert "divided by m - 1" in page  # the hint
    assert "✗ failed" in page and "✓ passed" in page
    assert "For images, every channel is normalized" in page
    assert "✗ failed" not in _feedback(course, "right")
    assert "This part is not written yet." in _feedback(course, "nothing")


def test_the_feedback_page_shows_no_hidden_test(course):
    for student in ("right", "nothing", "confused"):
        page = _feedback(course, student)
        assert "assert_close" not in page and "pytest" not in page and "student." not in page


def test_the_exported_marks_are_those_of_the_gradebook(course, points):
    with (course / "grading" / "grades.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["student_id"]: row for row in csv.DictReader(file)}
    assert {student: float(row["score"]) for student, row in rows.items()} == {
        student: pytest.approx(sum(earned for earned, _ in cells.values()))
        for student, cells in points.items()
    }


def test_grading_again_gives_the_same_marks_and_feedback(course, points):
    before = {student: _feedback(course, student) for student in points}
    assert _nbgrader(course, "autograde", ASSIGNMENT.stem, "--force").returncode == 0
    assert _nbgrader(course, "generate_feedback", ASSIGNMENT.stem, "--force").returncode == 0
    assert {student: _feedback(course, student) for student in points} == before


def test_an_unknown_assignment_is_refused(course):
    for command in ("generate_assignment", "autograde", "generate_feedback"):
        done = _nbgrader(course, command, "03_batch_normalisation")
        assert done.returncode != 0
        assert "03_batch_normalisation" in done.stderr
        assert "Traceback" not in done.stderr
