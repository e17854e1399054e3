"""Grades rebuilt notebooks in this very process: for cases whose code needs no sandbox."""

import contextlib
import io
import warnings
from dataclasses import dataclass
from functools import cache

from IPython.core.inputtransformer2 import TransformerManager
from nbformat import NotebookNode

from autograder.course import Assignment
from autograder.student.transport import LocalTransport
from autograder.testing.run import run_hidden_tests


@dataclass(frozen=True)
class Grading:
    """What a notebook earned.

    Attributes:
        shares: The share of the points of each exercise.
        checks: Whether the visible check of each exercise went through.
    """

    shares: dict[str, float]
    checks: dict[str, bool]


def grade_here(assignment: Assignment, notebook: NotebookNode) -> Grading:
    """Runs all cells from top to bottom, whatever fails, and then the hidden tests."""
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    names = [cell.metadata.get("nbgrader", {}).get("grade_id", "") for cell in cells]
    return _grade(assignment, tuple(zip(names, [cell.source for cell in cells], strict=True)))


@cache
def _grade(assignment: Assignment, cells: tuple[tuple[str, str], ...]) -> Grading:
    """Grades code; many cases come down to the same one."""
    namespace: dict = {"__name__": "__main__"}
    checks = {}
    output = io.StringIO()
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, source in cells:
            passed = _run(source, namespace)
            if name.startswith("test_"):
                checks[name.removeprefix("test_")] = passed
        results = run_hidden_tests(assignment, LocalTransport(namespace), seed="faults")
    return Grading({name: result.share for name, result in results.items()}, checks)


def _run(source: str, namespace: dict) -> bool:
    try:
        exec(compile(TransformerManager().transform_cell(source), "<cell>", "exec"), namespace)
    except BaseException:  # as in a notebook: the next cell runs all the same
        return False
    return True
