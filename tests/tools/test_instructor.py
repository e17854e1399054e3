"""An instructor in Formgrader: releases, collects, grades, reads the written answers, returns feedback."""

import shutil
import subprocess
import sys

import pytest
from bs4 import BeautifulSoup

from autograder.course import REPOSITORY
from tests.faults.notebooks import pack
from tests.grading.courses import NOTEBOOKS, STEM, Course, right, unbiased
from tests.tools.servers import environment, make_lab

pytestmark = [
    pytest.mark.xdist_group("instructor_in_formgrader"),  # its tests share what takes long
    pytest.mark.skipif(shutil.which("make") is None, reason="there is no make here to start JupyterLab with"),
]

STUDENTS = {"anna": right, "ben": unbiased}
COMMENT = "Which **moving** average do you mean?"
POINTS = 2.5


def hand_in(student, notebook, folder, exchange):
    """Submits a notebook from the student's own folder, by nbgrader's command."""
    work = folder / student / STEM
    work.mkdir(parents=True)
    (work / f"{STEM}.ipynb").write_bytes(notebook)
    settings = (
        "--course=convolutional_networks",
        f"--CourseDirectory.student_id={student}",
        f"--Exchange.root={exchange}",
    )
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", "submit", STEM, *settings],
        cwd=work.parent,
        env=environment(work.parent),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


class Round:
    """What the buttons said, and where everything is afterwards."""

    def __init__(self, course, exchange):
        self.course, self.exchange, self.said = course, exchange, {}

    def feedback(self, student):
        (page,) = (self.course.grading / "feedback" / student).rglob("*.html")
        return page


@pytest.fixture(scope="module")
def round_(browser, tmp_path_factory, pictures):
    """A whole round, with every step by its button."""
    from tests.tools.formgrader import Formgrader

    folder = tmp_path_factory.mktemp("instructor")
    exchange = folder / "exchange"
    exchange.mkdir()
    exchange.chmod(0o777)
    course = Course.make(folder / "course", {}, f"c.Exchange.root = {str(exchange)!r}")
    shutil.copy(REPOSITORY / "Makefile", course.folder)
    told = Round(course, exchange / "convolutional_networks")
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    with make_lab(course.folder, folder / "home") as server:
        desk = Formgrader(context.new_page(), server)

        def look(name):
            if pictures:
                desk.page.wait_for_timeout(500)
                desk.page.screenshot(path=pictures / f"formgrader-{name}.png")

        told.said["generate"] = desk.press(STEM, "assign")
        told.said["release"] = desk.press(STEM, "release")
        look("assignments")
        for name, work in STUDENTS.items():
            hand_in(name, pack(work(1)), folder, exchange)
        told.said["collect"] = desk.press(STEM, "collect")
        desk.go("2")  # submissions
        told.said["autograde"] = desk.press("anna", "autograde")
        graded = course.grade("--workers", "1")  # the other way: everybody who is left, on the command line
        assert graded.counts == (1, 1, 1), graded.text
        desk.go("Assignments", "2")
        look("submissions")
        desk.go("Manual Grading", STEM, STEM, "Submission #1")
        desk.tab.locator(f"input.score[id='{NOTEBOOKS.written[0]}']").wait_for()
        look("manual")
        desk.give(NOTEBOOKS.written[0], POINTS, COMMENT)
        desk.tab.locator(f"input.score[id='{NOTEBOOKS.written[0]}']").scroll_into_view_if_needed()
        look("manual-given")
        desk.go("Manual Grading", "Manage Assignments")
        told.said["generate feedback"] = desk.press(STEM, "generate-feedback")
        told.said["release feedback"] = desk.press(STEM, "release-feedback")
        if pictures:
            page = context.new_page()
            for name in STUDENTS:
                page.goto(f"file://{told.feedback(name)}")
                page.screenshot(path=pictures / f"feedback-{name}.png", full_page=True)
    context.close()
    return told


def test_every_button_succeeds(round_):
    assert [name for name, said in round_.said.items() if "Success" not in said] == []


def test_students_find_the_committed_notebook_in_the_exchange(round_):
    committed = REPOSITORY / "exercises" / STEM / f"{STEM}.ipynb"
    (released,) = [path for path in (round_.exchange / "outbound").rglob("*") if path.is_file()]
    assert released.relative_to(round_.exchange / "outbound").parts == (STEM, committed.name)
    assert released.read_bytes() == committed.read_bytes()


def test_marks_are_those_of_the_safe_grader(round_):
    assert round_.course.points() == {"anna": 24.0, "ben": 20.0}
    assert len(round_.course.journal()) == 2  # only the safe path keeps a journal


def test_points_and_comments_by_hand_reach_the_gradebook(round_):
    marks = round_.course.marks()
    given = [
        name
        for name, known in marks.items()
        if known["grades"][NOTEBOOKS.written[0]][1] == POINTS
        and known["comments"][NOTEBOOKS.written[0]][1] == COMMENT
    ]
    assert len(given) == 1


def test_students_find_their_feedback_in_the_exchange(round_):
    released = {path.read_bytes() for path in (round_.exchange / "feedback").rglob("*.html")}
    assert released == {round_.feedback(name).read_bytes() for name in STUDENTS}


def test_students_get_the_feedback_of_the_hidden_tests(round_):
    texts = {
        name: BeautifulSoup(round_.feedback(name).read_text(encoding="utf-8"), "html.parser").get_text()
        for name in STUDENTS
    }
    assert "Your variance is divided by m - 1" in texts["ben"]
    assert "✗ failed" in texts["ben"] and "✗ failed" not in texts["anna"]
    assert all("✓ passed" in text for text in texts.values())
    assert sum("Which moving average do you mean?" in text for text in texts.values()) == 1
