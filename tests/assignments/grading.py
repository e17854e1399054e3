"""What tests of assignments have in common: running a notebook's code here, and grading it here."""

import contextlib
import importlib.util
from pathlib import Path

import nbformat

from autograder.course import Assignment, Course
from autograder.student.transport import LocalTransport
from autograder.testing.run import CellResult, run_hidden_tests

ASSIGNMENTS = Course().assignments


def code_cells(path) -> list[str]:
    notebook = nbformat.read(path, as_version=4)
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"]


def namespace_of(path) -> dict:
    """Runs a notebook's code here, as a kernel would: an error ends its cell, not the notebook."""
    namespace = {"__name__": "__main__"}
    for source in code_cells(path):
        with contextlib.suppress(NotImplementedError, AssertionError):
            exec(compile(source, str(path), "exec"), namespace)
    return namespace


def graded_cells(assignment: Assignment) -> dict[str, float]:
    """Names of the graded functions and the points of their test cells."""
    cells = nbformat.read(assignment.solution, as_version=4).cells
    forms = [cell.metadata.get("nbgrader", {}) for cell in cells if cell.cell_type == "code"]
    return {form["grade_id"].removeprefix("test_"): form["points"] for form in forms if form.get("grade")}


def grade(
    assignment: Assignment, namespace: dict, cells=None, seed="a seed", quick=False
) -> dict[str, CellResult]:
    return run_hidden_tests(assignment, LocalTransport(namespace), seed, cells, quick)


def failures(results: dict[str, CellResult]) -> dict[str, str | None]:
    """Reasons of the tests that failed, by test."""
    tests = [test for result in results.values() for test in result.tests]
    return {test.name: test.reason for test in tests if not test.passed}


def data_of(kind: str, assignment: Assignment, name: str, **default):
    """Reads a table that stands beside these tests, as ALTERNATIVES in alternatives_03_....py.

    With ``default=`` the file need not have it.
    """
    path = Path(__file__).with_name(f"{kind}_{assignment.stem}.py")
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return getattr(module, name, *default.values())
