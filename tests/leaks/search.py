"""Looks for lines of solutions and hidden tests in texts that students can read."""

import ast
import re
from pathlib import Path

import nbformat

from autograder.course import HIDDEN, Course

COURSE = Course()
# Characters without spaces; shorter lines, such as "y = layer(x, training=False)", stand everywhere.
SHORTEST = {"solution": 25, "hidden test": 40}


def _statements(path: Path) -> set[str]:
    """The statements of a Python file that are long enough to be told apart, without white space."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, (ast.Assign, ast.AugAssign, ast.Return, ast.Expr, ast.Assert)):
            found.add(re.sub(r"\s+", "", ast.unparse(node)))
    return {text for text in found if len(text) >= SHORTEST["hidden test"]}


def _solution_statements(source: Path) -> set[str]:
    """Statements between the marks of a solution source that are not in its released notebook."""
    hidden, inside = [], False
    for line in source.read_text(encoding="utf-8").splitlines():
        if line.strip() in ("### BEGIN SOLUTION", "### END SOLUTION"):
            inside = line.strip() == "### BEGIN SOLUTION"
        elif inside:
            hidden.append(re.sub(r"\s+", "", line))
    return {line for line in hidden if len(line) >= SHORTEST["solution"]}


def _model_answers(solution: Path) -> set[str]:
    cells = nbformat.read(solution, as_version=4).cells
    answers = [
        cell.source
        for cell in cells
        if cell.cell_type == "markdown" and cell.metadata.get("nbgrader", {}).get("solution")
    ]
    return {
        re.sub(r"\s+", "", line)
        for answer in answers
        for line in answer.splitlines()
        if len(line) >= SHORTEST["solution"]
    }


SECRETS = {
    **{
        one.source: _solution_statements(one.source) | _model_answers(one.solution)
        for one in COURSE.assignments
    },
    **{path: _statements(path) for path in sorted(HIDDEN.glob("*.py"))},
}


def leaks_in(text: str) -> set[str]:
    """Secret lines that a text contains, whatever the white space."""
    squeezed = re.sub(r"\s+", "", text)
    return {line for lines in SECRETS.values() for line in lines if line in squeezed}
