"""The built site holds no line of a solution or of a hidden test."""

import json

import nbformat
import pytest
from bs4 import BeautifulSoup

from autograder.course import Course
from autograder.publishing.secrets import leaks_in, read_secrets
from tests.site.conftest import SITE_FOLDER

SECRETS = read_secrets(Course())
FILES = sorted(
    path
    for path in SITE_FOLDER.rglob("*")
    if path.suffix in {".html", ".ipynb", ".md", ".txt", ".js", ".json"}
)


def _text(path):
    raw = path.read_text(encoding="utf-8", errors="replace")
    if path.suffix == ".html":
        return BeautifulSoup(raw, "html.parser").get_text()
    if path.suffix == ".ipynb":
        return "\n".join("".join(cell["source"]) for cell in json.loads(raw)["cells"])
    return raw


def test_there_are_pages_to_search():
    assert {".html", ".ipynb"} <= {path.suffix for path in FILES}


def test_a_leak_would_be_found_in_highlighted_code():
    solution = nbformat.read(Course().assignment("03_batch_normalization").solution, as_version=4)
    (cell,) = [cell for cell in solution.cells if cell.id == "batchnorm_train"]
    page = "".join(f"<span>{part}</span> " for part in cell.source.split(" "))
    assert leaks_in(BeautifulSoup(page, "html.parser").get_text(), SECRETS)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SITE_FOLDER)))
def test_nothing_leaks(path):
    assert leaks_in(_text(path), SECRETS) == set()
