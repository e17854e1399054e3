"""Writes the results of the hidden tests into a notebook, in the form from which nbgrader reads marks."""

from collections.abc import Mapping, Sequence

from nbformat import NotebookNode
from nbformat.v4 import new_output

from autograder.errors import CourseError
from autograder.grading.feedback import report_html
from autograder.testing.run import CellResult


def write_marks(notebook: NotebookNode, results: Mapping[str, CellResult], remarks: Sequence[str]) -> None:
    """Replaces the outputs of every test cell by a report and the points earned.

    nbgrader takes a number that a test cell displays as its points, and an error or a line on stderr as zero:
    so nothing that the student's code wrote may stay there.

    Args:
        notebook: The notebook that was run; changed in place.
        results: The result of each exercise, by name.
        remarks: What there is to say about the run as a whole.

    Raises:
        CourseError: When a test cell has no hidden tests: without them it would have no honest mark.
    """
    for cell in notebook.cells:
        form = cell.metadata.get("nbgrader", {})
        if cell.cell_type != "code" or not form.get("grade") or form.get("solution"):
            continue
        name = form["grade_id"].removeprefix("test_")
        if name not in results:
            raise CourseError(f"There are no hidden tests for {form['grade_id']!r}.")
        points = round(results[name].share * form["points"], 4)
        notes = [*remarks, *visible_check_notes(cell)]
        # One output for both readers: nbgrader takes the number, a page shows the report.
        report = report_html(results[name], points, form["points"], notes)
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
