"""Assignments run in a kernel, in an empty folder, as students get them."""

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
