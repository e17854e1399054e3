"""How results become marks and words."""

import nbformat
import pytest
from nbgrader.utils import determine_grade

from autograder.errors import CourseError
from autograder.grading.feedback import report_html
from autograder.grading.marks import write_marks
from autograder.testing.misconceptions import Misconception
from autograder.testing.plugin import TestResult as Result
from autograder.testing.run import CellResult


def _result(*passed, reason=None, hint=None, sentence="It holds."):
    tests = [
        Result("mean", f"test_{i}", sentence, 1, ok, None if ok else reason) for i, ok in enumerate(passed)
    ]
    return CellResult("mean", tests, hint and Misconception("mean", "wrong", hint, None))


def _notebook(*outputs, points=4):
    metadata = {"grade": True, "solution": False, "grade_id": "test_mean", "points": points, "locked": True}
    cell = nbformat.v4.new_code_cell("assert True", outputs=list(outputs), metadata={"nbgrader": metadata})
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("x = 1"), cell])


ERROR = nbformat.v4.new_output("error", ename="AssertionError", evalue="Divide by the count.")
STDERR = nbformat.v4.new_output("stream", name="stderr", text="a warning")
FORGED = nbformat.v4.new_output("execute_result", data={"text/plain": "4"})


@pytest.mark.parametrize(
    "outputs", [(), (ERROR,), (STDERR,), (FORGED,)], ids=["none", "error", "log", "forged"]
)
@pytest.mark.parametrize(("passed", "points"), [((1, 1), 4), ((1, 0), 2), ((0, 0), 0), ((1, 0, 0), 1.3333)])
def test_nbgrader_reads_what_the_hidden_tests_gave_and_nothing_else(outputs, passed, points):
    notebook = _notebook(*outputs)
    write_marks(notebook, {"mean": _result(*passed)}, [])
    nbformat.validate(notebook)
    assert determine_grade(notebook.cells[1]) == (points, 4)


def test_a_test_cell_without_hidden_tests_gets_no_mark_by_accident():
    with pytest.raises(CourseError, match="no hidden tests for 'test_mean'"):
        write_marks(_notebook(), {}, [])


def test_the_visible_check_and_remarks_are_told():
    notebook = _notebook(ERROR)
    write_marks(notebook, {"mean": _result(0)}, ["The kernel died in cell 3."])
    html = notebook.cells[1].outputs[0].data["text/html"]
    assert "Divide by the count." in html and "The kernel died in cell 3." in html


def test_the_report_has_every_sentence_and_the_hint():
    html = report_html(_result(1, 0, reason="Wrong values.", hint="Take the mean."), 2, 4, [])
    assert html.count("It holds.") == 2
    assert html.count("✓ passed") == html.count("✗ failed") == 1
    assert "Wrong values." in html and "Take the mean." in html and "2 of 4 points" in html


def test_a_reason_that_all_failures_share_is_told_once():
    html = report_html(_result(0, 0, 0, reason="This part is not written yet."), 0, 4, [])
    assert html.count("This part is not written yet.") == 1


def test_nothing_of_the_student_becomes_markup():
    attack = "<script>alert(1)</script><img src=x onerror=alert(2)>"
    html = report_html(_result(0, reason=attack, hint=attack, sentence=attack), 0, 1, [attack])
    assert "<script" not in html and "<img" not in html
    assert html.count("&lt;script&gt;") == 4
