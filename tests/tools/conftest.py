"""What tests in real programs share: a browser, and a course folder to work in."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.course import REPOSITORY

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")


@pytest.fixture(scope="module")
def browser() -> Iterator:
    """Chromium; a module's own, because Playwright's event loop would disturb tests of other modules."""
    if CHROMIUM is None:
        pytest.skip("needs chromium (Debian: apt install chromium)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=options)
        yield started
        started.close()


@pytest.fixture
def page(browser) -> Iterator:
    """A page in a browser that has never been anywhere."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    yield context.new_page()
    context.close()


@pytest.fixture(scope="module")
def checkout(tmp_path_factory) -> Path:
    """A copy of what ``make lab`` needs of the checkout."""
    folder = tmp_path_factory.mktemp("checkout")
    for name in ("Makefile", "nbgrader_config.py", "_config.yml"):
        shutil.copy(REPOSITORY / name, folder)
    for name in ("exercises", "solutions"):
        shutil.copytree(REPOSITORY / name, folder / name)
    return folder


@pytest.fixture(scope="session")
def pictures() -> Path | None:
    """Where pictures of what the tests see go: a folder that PICTURES names, or nowhere."""
    folder = os.environ.get("PICTURES")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
    return Path(folder) if folder else None
