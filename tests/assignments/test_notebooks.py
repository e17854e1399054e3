"""Assignments run in a kernel, in an empty folder, as students get them."""

import ast

import nbformat
import pytest

from autograder.course import Course
from tests.notebooks import running

ASSIGNMENTS = [pytest.param(one, id=one.stem) for one in Course().assignments]


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_the_solution_runs_without_the_repository(assignment):
    with running(assignment.solution) as notebook:
        assert notebook.imported_ours() == []


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_only_the_checks_of_the_release_stop(assignment):
    with running(assignment.release, allow_errors=True) as notebook:
        assert notebook.imported_ours() == []
        cells = notebook.cells
    failing = {
        cell.id for cell in cells for output in cell.get("outputs", []) if output.output_type == "error"
    }
    checks = [
        cell for cell in nbformat.read(assignment.release, as_version=4).cells if cell.cell_type == "code"
    ]
    assert failing == {cell.id for cell in checks if cell.metadata.get("nbgrader", {}).get("grade")}


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_what_a_check_says_fits_into_the_dialog_of_validate(assignment):
    # nbgrader's dialog does not wrap lines: what is longer, and often the hint stands last, would be cut off.
    long = []
    for node in ast.walk(ast.parse(assignment.source.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Assert) and isinstance(node.msg, ast.JoinedStr | ast.Constant):
            parts = getattr(node.msg, "values", [node.msg])
            text = "".join(part.value if isinstance(part, ast.Constant) else "12345" for part in parts)
            long += [line for line in text.split("\n") if len(line) > 105]
    assert long == []
