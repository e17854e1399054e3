"""The report on a class and the students' pages: what they say, and what they must not say."""

import re
import shutil
from datetime import datetime

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbgrader.api import Gradebook

from autograder.course import REPOSITORY, Course
from autograder.errors import CourseError
from autograder.grading.examination import Examination
from autograder.grading.journal import Journal
from autograder.grading.settings import read_config, read_limits
from autograder.grading.submission import make_ready
from autograder.returning.class_results import read_results
from autograder.returning.report import write_report
from autograder.testing.misconceptions import Misconception
from autograder.testing.plugin import TestResult as Result
from autograder.testing.run import CellResult
from tests.faults.notebooks import Notebooks, cell, pack

pytestmark = pytest.mark.xdist_group("report")  # its tests share what takes long

STEM = "03_batch_normalization"
POINTS = {  # by exercise, as the assignment has them
    "batchnorm_train": 4,
    "update_moving_average": 2,
    "batchnorm_inference": 3,
    "BatchNorm": 5,
    "batchnorm_backward": 6,
    "fold_batchnorm": 4,
}
SCRIPT = "<script>alert('x')</script>"


def _result(exercise, passed, of, hint=None):
    tests = [
        Result(
            exercise, f"test_{n}", f"Sentence {n} holds.", 1, n < passed, None if n < passed else "It is off."
        )
        for n in range(of)
    ]
    return CellResult(exercise, tests, hint and Misconception(exercise, f"{exercise}_confused", hint))


def _class(root, size):
    """A course in which students know less and less; the last one's work has not been graded."""
    course = Course(root)
    for name in ("solutions", "exercises"):
        shutil.copytree(REPOSITORY / name / STEM, root / name / STEM)
    shutil.copy(REPOSITORY / "_config.yml", root)
    shutil.copy(REPOSITORY / "nbgrader_config.py", root)
    (root / "grading").mkdir()
    limits, sandbox = read_limits(read_config(course))
    assignment, notebooks = course.assignment(STEM), Notebooks(Course().assignment(STEM))
    with Gradebook(f"sqlite:///{course.grading}/gradebook.db") as gradebook:
        gradebook.add_assignment(STEM)
        gradebook.add_notebook(STEM, STEM)
        for exercise, points in POINTS.items():
            name = f"test_{exercise}"
            gradebook.add_grade_cell(name, STEM, STEM, cell_type="code", max_score=points)
        for number in range(size):
            student = f"student{number}"
            notebook = notebooks.answered
            cell(notebook, "batchnorm_train")["source"] += f"\n# by {number}: {SCRIPT}"
            folder = course.submitted / student / STEM
            folder.mkdir(parents=True)
            (folder / f"{STEM}.ipynb").write_bytes(pack(notebook))
            if number == size - 1:
                continue
            ready = make_ready(assignment, folder, limits, sandbox)
            known = {}
            gradebook.add_student(student, first_name="Ann", last_name=SCRIPT)
            gradebook.add_submission(STEM, student, timestamp=datetime(2026, 11, 1))
            for place, exercise in enumerate(POINTS):
                passed = max(0, 5 - max(0, number - place) // 2)
                hint = f"A hint on {exercise}. {SCRIPT}" if passed < 5 and number % 2 else None
                known[exercise] = _result(exercise, passed, 5, hint)
                grade = gradebook.find_grade(f"test_{exercise}", STEM, STEM, student)
                grade.auto_score = POINTS[exercise] * known[exercise].share
                grade.needs_manual_grade = number == 1
            repairs = [f"A cell was copied. {SCRIPT}"] if number == 2 else []
            ran = nbformat.from_dict(ready.notebook)
            Journal(course.journal).put(
                ready.key, Examination(known, repairs, [], None, sandbox, 2 + number / 7, ran)
            )
        gradebook.add_student("absent")
        gradebook.db.commit()
    return course


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    return _class(tmp_path_factory.mktemp("course"), 10)


@pytest.fixture(scope="module")
def report(course):
    results = read_results(course, course.assignment(STEM))
    return write_report(course, results)


def _pages(report):
    return sorted((report.parent / "students").glob("*.html"))


def test_the_report_has_the_class_in_numbers_and_figures(course, report):
    page = BeautifulSoup(report.read_text(encoding="utf-8"), "html.parser")
    numbers = {
        item.get_text().removeprefix(item.strong.get_text()): item.strong.get_text()
        for item in page.select(".numbers li")
    }
    assert numbers["handed in"] == "9 of 10"
    assert numbers["wait for a person"] == "1"
    drawings = page.find_all("svg")
    assert [drawing["role"] for drawing in drawings] == ["img"] * 3
    assert "batchnorm_train: 2 full, 7 a part, 0 none" in drawings[1]["aria-label"]
    rows = {
        row.td.get_text(): [each.get_text() for each in row.find_all("td")] for row in page.select("tbody tr")
    }
    assert rows["student0"] == ["student0", "4", "2", "3", "5", "6", "4", "", "24"]
    assert rows["absent"] == ["absent", *["–"] * 6, "", "–"]
    assert "student9" in page.select_one(".warning").get_text()


def test_a_misconception_comes_with_count_hint_and_example(report):
    page = BeautifulSoup(report.read_text(encoding="utf-8"), "html.parser")
    held = page.find_all("details")
    said = " ".join(held[0].get_text().split())
    assert said.startswith("3 in batchnorm_train: batchnorm train confused A hint on batchnorm_train.")
    assert "student3, student5, student7. As student3 wrote it:" in said
    assert held[0].pre.get_text().strip().startswith("def batchnorm_train(")
    assert "# by 3:" in held[0].pre.get_text()


def test_nothing_that_a_student_wrote_is_markup(report):
    for path in [report, *_pages(report)]:
        page = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
        assert page.find("script") is None
        assert not [tag for tag in page.find_all(True) if any(name.startswith("on") for name in tag.attrs)]


def test_no_page_needs_another_file_or_host(report):
    for path in [report, *_pages(report)]:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"(?:src|href)=[\"'](?!#)", text)
        assert "@import" not in text


def test_what_is_sent_to_a_student_names_no_other_and_its_file_nobody(course, report):
    pages = _pages(report)
    assert len(pages) == 9
    for path in pages:
        assert re.fullmatch(r"[0-9a-f]{16}", path.stem)
        assert "student" not in path.read_text(encoding="utf-8").replace("Students", "").lower()
    key = dict(line.split(",") for line in (report.parent / "students.csv").read_text().splitlines()[1:])
    assert {key[f"student{n}"] for n in range(9)} == {path.stem for path in pages}
    first = (report.parent / "students" / f"{key['student1']}.html").read_text(encoding="utf-8")
    assert "so far: your written answers have not been read yet" in first
    assert "update_moving_average: 2 of 2 points" in first
    # The same names again, so that a link that was sent stays right.
    write_report(course, read_results(course, course.assignment(STEM)))
    assert _pages(report) == pages


def test_file_names_by_id_where_that_is_asked(course, tmp_path):
    results = read_results(course, course.assignment(STEM))
    folder = write_report(Course(tmp_path), results, names_by_id=True).parent
    assert {path.stem for path in (folder / "students").iterdir()} == {f"student{n}" for n in range(9)}
    assert not (folder / "students.csv").exists()


def test_without_results_there_is_no_report(course, tmp_path):
    (tmp_path / "grading").mkdir()
    for name in ("solutions", "exercises", "nbgrader_config.py"):
        (tmp_path / name).symlink_to(course.root / name)
    with pytest.raises(CourseError, match="run 'autograder grade 03_batch_normalization' first"):
        read_results(Course(tmp_path), Course(tmp_path).assignment(STEM))
