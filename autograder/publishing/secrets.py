"""Looks for lines of solutions and hidden tests in texts that students can read."""

import ast
import re
from collections.abc import Mapping
from pathlib import Path

import nbformat

from autograder.course import HIDDEN, Assignment, Course

# Characters without spaces; shorter lines, such as "y = layer(x, training=False)", stand everywhere.
_SHORTEST_SOLUTION, _SHORTEST_TEST = 25, 40


def squeeze(text: str) -> str:
    """A text without white space: a secret is one however it is wrapped and indented."""
    return re.sub(r"\s+", "", text)


def read_secrets(course: Course) -> dict[Path, set[str]]:
    """Lines that no student may read, without white space, by the file that they stand in."""
    solutions = {
        one.source: _solution_statements(one.source) | _model_answers(one) for one in course.assignments
    }
    return {**solutions, **{path: _statements(path) for path in sorted(HIDDEN.glob("*.py"))}}


def leaks_in(text: str, secrets: Mapping[Path, set[str]]) -> set[str]:
    """Secret lines that a text contains."""
    squeezed = squeeze(text)
    return {line for lines in secrets.values() for line in lines if line in squeezed}


def readable_text(path: str, content: bytes) -> str:
    """What a reader sees of a file: a notebook's cells, or the file itself."""
    if path.endswith(".ipynb"):
        return "\n".join(cell.source for cell in nbformat.reads(content.decode(), as_version=4).cells)
    return content.decode("utf-8", "replace")


def _statements(path: Path) -> set[str]:
    """The statements of a Python file that are long enough to be told apart."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, (ast.Assign, ast.AugAssign, ast.Return, ast.Expr, ast.Assert)):
            found.add(squeeze(ast.unparse(node)))
    return {text for text in found if len(text) >= _SHORTEST_TEST}


def _solution_statements(source: Path) -> set[str]:
    """Statements between the marks of a solution source."""
    hidden, inside = [], False
    for line in source.read_text(encoding="utf-8").splitlines():
        if line.strip() in ("### BEGIN SOLUTION", "### END SOLUTION"):
            inside = line.strip() == "### BEGIN SOLUTION"
        elif inside:
            hidden.append(squeeze(line))
    return {line for line in hidden if len(line) >= _SHORTEST_SOLUTION}


def _model_answers(assignment: Assignment) -> set[str]:
    cells = nbformat.read(assignment.solution, as_version=4).cells
    answers = [
        cell.source
        for cell in cells
        if cell.cell_type == "markdown" and cell.metadata.get("nbgrader", {}).get("solution")
    ]
    lines = [line for answer in answers for line in answer.splitlines()]
    return {squeeze(line) for line in lines if len(line) >= _SHORTEST_SOLUTION}
