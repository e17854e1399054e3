"""Writes the results of an examination into a notebook, in the form from which nbgrader reads marks."""

import re

from nbconvert.preprocessors.sanitize import SanitizeHTML
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell, new_output

from autograder.errors import CourseError
from autograder.grading.examination import Examination
from autograder.grading.feedback import report_html, submission_text

_TAG = re.compile(r"<\s*[A-Za-z/!?]")


def write_marks(notebook: NotebookNode, examination: Examination) -> None:
    """Puts the outputs of the run into a notebook, and a report and the points earned into every test cell.

    nbgrader takes a number that a test cell displays as its points, and an error or a line on stderr as zero:
    so nothing that the student's code wrote stays in a test cell. What it wrote elsewhere is sanitized, for
    feedback is a web page.

    Args:
        notebook: The notebook that was examined; changed in place.
        examination: What was found.

    Raises:
        CourseError: When a test cell has no results: without them it would have no honest mark.
    """
    executed = {cell.id: cell for cell in examination.notebook.cells}
    sanitizer = SanitizeHTML()
    for cell in notebook.cells:
        form = cell.metadata.get("nbgrader", {})
        if cell.cell_type != "code":
            if _is_students(cell, form) and _TAG.search(cell.source):
                cell.source = sanitizer.sanitize_html_tags(cell.source)
            continue
        ran = executed.get(cell.id)
        if ran is not None:
            cell.outputs, cell.execution_count = ran.outputs, ran.execution_count
        if form.get("grade") and not form.get("solution"):
            _write_mark(cell, form, examination)
        else:
            cell.outputs = sanitizer.sanitize_code_outputs(cell.outputs)
    if examination.sentences:
        text = submission_text(examination.sentences)
        notebook.cells.insert(0, new_markdown_cell(text, id="about-this-submission"))


def _is_students(cell: NotebookNode, form: dict) -> bool:
    """Whether the student wrote the text of a prose cell: an answer, or a cell of their own."""
    return bool(form.get("solution")) or cell.id.startswith("extra-")


def _write_mark(cell: NotebookNode, form: dict, examination: Examination) -> None:
    name = form["grade_id"].removeprefix("test_")
    if name not in examination.cells:
        raise CourseError(f"There are no hidden tests for {form['grade_id']!r}.")
    result = examination.cells[name]
    points = round(result.share * form["points"], 4)
    # One output for both readers: nbgrader takes the number, a page shows the report.
    report = report_html(result, points, form["points"], visible_check_notes(cell))
    data = {"text/plain": repr(points), "text/html": report}
    cell.outputs = [new_output("execute_result", data=data, execution_count=cell.execution_count)]


def visible_check_notes(cell: NotebookNode) -> list[str]:
    """What the visible checks of a test cell said, in a sentence."""
    for output in cell.outputs:
        if output.output_type == "error":
            if output.ename in ("AssertionError", "NotImplementedError"):
                return [output.evalue[:500]] if output.evalue else []
            return [f"The check in this cell stopped with {output.ename}: {output.evalue}"[:500]]
    return []
