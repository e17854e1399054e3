"""How results become marks and words."""

import copy
import json

import nbformat
import pytest
from nbgrader.utils import determine_grade

from autograder.errors import CourseError
from autograder.grading.examination import Examination
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


def _notebook(*outputs, points=4, answer="", extra="", own=()):
    """A notebook with a solution, a test, a written answer and the student's note, with outputs."""
    graded = {"grade": True, "solution": False, "grade_id": "test_mean", "points": points, "locked": True}
    written = {"grade": True, "solution": True, "grade_id": "why", "points": 1, "locked": False}
    new = nbformat.v4
    cells = [
        new.new_code_cell("x = 1", id="mean", outputs=list(own)),
        new.new_code_cell(
            "assert True", id="test_mean", outputs=list(outputs), metadata={"nbgrader": graded}
        ),
        new.new_markdown_cell(answer, id="why", metadata={"nbgrader": written}),
        new.new_markdown_cell(extra, id="extra-1"),
        new.new_markdown_cell("<b>The instructor's own.</b>", id="given"),
    ]
    return new.new_notebook(cells=cells)


def _examination(notebook, *results, **other):
    told = {"repairs": [], "remarks": [], "unreadable": None, "sandbox": True, "seconds": 0.1, **other}
    return Examination(cells={result.cell: result for result in results}, notebook=notebook, **told)


def _marked(notebook, *results, **other):
    """The notebook as nbgrader gets it: without outputs, then with what was examined."""
    bare = copy.deepcopy(notebook)
    for cell in bare.cells:
        if cell.cell_type == "code":
            cell.outputs = []
    write_marks(bare, _examination(notebook, *results, **other))
    nbformat.validate(bare)
    return {cell.id: cell for cell in bare.cells}


ERROR = nbformat.v4.new_output("error", ename="AssertionError", evalue="Divide by the count.")
STDERR = nbformat.v4.new_output("stream", name="stderr", text="a warning")
FORGED = nbformat.v4.new_output("execute_result", data={"text/plain": "4"})
ATTACK = "<script>alert(1)</script><img src=x onerror=alert(2)>"


@pytest.mark.parametrize(
    "outputs", [(), (ERROR,), (STDERR,), (FORGED,)], ids=["none", "error", "log", "forged"]
)
@pytest.mark.parametrize(("passed", "points"), [((1, 1), 4), ((1, 0), 2), ((0, 0), 0), ((1, 0, 0), 1.3333)])
def test_nbgrader_reads_what_the_hidden_tests_gave_and_nothing_else(outputs, passed, points):
    cells = _marked(_notebook(*outputs), _result(*passed))
    assert determine_grade(cells["test_mean"]) == (points, 4)


def test_a_test_cell_without_hidden_tests_gets_no_mark_by_accident():
    with pytest.raises(CourseError, match="no hidden tests for 'test_mean'"):
        _marked(_notebook())


def test_the_visible_check_is_told_and_what_happened_stands_on_top():
    cells = _marked(_notebook(ERROR), _result(0), remarks=["The cell x was left out: it crashed."])
    assert "Divide by the count." in cells["test_mean"].outputs[0].data["text/html"]
    assert "it crashed" in next(iter(cells.values())).source


def test_an_ordinary_submission_gets_no_remark():
    assert "about-this-submission" not in _marked(_notebook(), _result(1))


def test_without_a_sandbox_every_report_says_so():
    cells = _marked(_notebook(), _result(1), sandbox=False)
    assert "run without a sandbox" in cells["about-this-submission"].source


def test_outputs_of_the_students_cells_are_kept_but_sanitized():
    html = nbformat.v4.new_output("display_data", data={"text/html": ATTACK, "application/javascript": "x()"})
    shown = _marked(_notebook(own=[STDERR, html]), _result(1))["mean"].outputs
    assert shown[0] == STDERR
    assert "<script" not in shown[1].data["text/html"] and "<img" not in shown[1].data["text/html"]
    assert "application/javascript" not in shown[1].data


def test_what_students_write_is_sanitized_and_what_instructors_write_is_not():
    cells = _marked(_notebook(answer=f"Because $a < b$. {ATTACK}", extra=ATTACK), _result(1))
    assert "<script" not in cells["why"].source + cells["extra-1"].source
    assert "<img" not in cells["why"].source + cells["extra-1"].source
    assert cells["given"].source == "<b>The instructor's own.</b>"


def test_an_examination_comes_back_from_json_as_it_was():
    before = _examination(_notebook(FORGED), _result(1, 0, hint="Take the mean."), repairs=["Repaired."])
    after = Examination.from_json(json.loads(json.dumps(before.as_json())))
    assert after.as_json() == before.as_json()
    assert after.cells["mean"].misconception.hint == "Take the mean."


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
