"""No solution and no hidden test is anywhere in what students get or can read."""

import pytest

from autograder.course import REPOSITORY, Course
from autograder.publishing.secrets import leaks_in, read_secrets, readable_text

COURSE = Course()
SECRETS = read_secrets(COURSE)
READABLE = sorted(
    path
    for folder in ("exercises", "book")
    for path in (REPOSITORY / folder).rglob("*")
    if path.is_file() and path.suffix in {".ipynb", ".py", ".md", ".bib", ".html", ".txt"}
)


def _leaks(path):
    return leaks_in(readable_text(path.name, path.read_bytes()), SECRETS)


@pytest.mark.parametrize("secret", SECRETS, ids=lambda path: path.name)
def test_there_is_something_to_look_for(secret):
    assert len(SECRETS[secret]) > 5


def test_the_search_finds_a_leak():
    for assignment in COURSE.assignments:
        assert _leaks(assignment.solution) >= SECRETS[assignment.source]


@pytest.mark.parametrize("path", READABLE, ids=lambda path: str(path.relative_to(REPOSITORY)))
def test_nothing_leaks(path):
    assert _leaks(path) == set()


def test_exercises_hold_nothing_but_the_released_notebooks():
    files = {path for path in (REPOSITORY / "exercises").rglob("*") if path.is_file()}
    assert files == {assignment.release for assignment in COURSE.assignments}
