"""No solution and no hidden test is anywhere in what students get or can read."""

from pathlib import Path

import nbformat
import pytest

from autograder.course import REPOSITORY
from tests.leaks.search import COURSE, SECRETS, leaks_in

READABLE = sorted(
    path
    for folder in ("exercises", "book")
    for path in (REPOSITORY / folder).rglob("*")
    if path.is_file() and path.suffix in {".ipynb", ".py", ".md", ".bib", ".html", ".txt"}
)


@pytest.mark.parametrize("secret", SECRETS, ids=lambda path: path.name)
def test_there_is_something_to_look_for(secret):
    assert len(SECRETS[secret]) > 5


def test_the_search_finds_a_leak():
    for assignment in COURSE.assignments:
        assert leaks_in(_text(assignment.solution)) >= SECRETS[assignment.source]


def _text(path: Path) -> str:
    if path.suffix == ".ipynb":
        return "\n".join(cell.source for cell in nbformat.read(path, as_version=4).cells)
    return path.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", READABLE, ids=lambda path: str(path.relative_to(REPOSITORY)))
def test_nothing_leaks(path):
    assert leaks_in(_text(path)) == set()


def test_exercises_hold_nothing_but_the_released_notebooks():
    files = {path for path in (REPOSITORY / "exercises").rglob("*") if path.is_file()}
    assert files == {assignment.release for assignment in COURSE.assignments}
