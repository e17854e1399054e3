"""The built site as the checks see it. `make book` builds it and runs these checks as its last step."""

import os
import shutil
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import pytest
import yaml
from bs4 import BeautifulSoup

from autograder.authoring.serving import served

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="needs chromium (Debian: apt install chromium)")


@dataclass
class Page:
    """One HTML page: its path in the site and its parsed text."""

    path: str
    text: str

    @cached_property
    def soup(self):
        return BeautifulSoup(self.text, "html.parser")

    @cached_property
    def anchors(self):
        return {tag["id"] for tag in self.soup.find_all(id=True)} | {
            tag["name"] for tag in self.soup.find_all("a", attrs={"name": True})
        }


@dataclass
class Site:
    """All files of a site, and its pages parsed. Templates that the theme leaves in _static are no pages."""

    files: set[str]
    pages: dict[str, Page] = field(default_factory=dict)

    @classmethod
    def of_folder(cls, folder: Path) -> "Site":
        files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
        pages = {
            name: Page(name, (folder / name).read_text(encoding="utf-8"))
            for name in sorted(files)
            if name.endswith(".html") and not name.startswith("_static/")
        }
        return cls(files, pages)


SITE_FOLDER = Path(os.environ.get("SITE", ROOT / "_build" / "html"))


def pytest_generate_tests(metafunc):
    """Runs a test that asks for `page_name` once for every page."""
    if "page_name" in metafunc.fixturenames:
        names = sorted(
            path.relative_to(SITE_FOLDER).as_posix()
            for path in SITE_FOLDER.rglob("*.html")
            if path.relative_to(SITE_FOLDER).parts[0] != "_static"
        )
        metafunc.parametrize("page_name", names)


@pytest.fixture(scope="session")
def site() -> Site:
    if not (SITE_FOLDER / "index.html").is_file():
        pytest.skip("no site has been built; `make book` builds one and checks it")
    return Site.of_folder(SITE_FOLDER)


@pytest.fixture
def page(site, page_name) -> Page:
    return site.pages[page_name]


@pytest.fixture(scope="session")
def site_folder(site) -> Path:
    return SITE_FOLDER


@pytest.fixture(scope="session")
def make_site():
    """A function that makes a site of pages given as texts, for the checks of the checks."""
    return lambda **texts: Site(
        {f"{name}.html" for name in texts} | {"picture.png"},
        {f"{name}.html": Page(f"{name}.html", text) for name, text in texts.items()},
    )


@pytest.fixture(scope="session")
def repository() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def config() -> dict:
    return yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def toc_pages() -> list[str]:
    """Names of the pages that _toc.yml lists, without suffix."""
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    chapters = [*toc.get("chapters", []), *(c for part in toc.get("parts", []) for c in part["chapters"])]
    sections = [section for chapter in chapters for section in chapter.get("sections", [])]
    return [toc["root"], *(entry["file"] for entry in [*chapters, *sections])]


@pytest.fixture(scope="session")
def address():
    with served(SITE_FOLDER) as address:
        yield address


@pytest.fixture(scope="session")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=options)
        yield started
        started.close()


class Visit:
    """A page that is open, with everything that went wrong on it."""

    def __init__(self, browser, address, **options):
        self.context = browser.new_context(**options)
        self.page = self.context.new_page()
        self.address = address
        self.problems = []
        self.page.on("console", lambda m: self.problems.append(m.text) if m.type == "error" else None)
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.on("requestfailed", self._note_failure)
        self.page.on("response", self._is_there)
        self.page.on("request", self._stays_here)

    def _note_failure(self, request):
        # The first page sends the reader on at once; what it has still asked for is not needed any more.
        if request.failure != "net::ERR_ABORTED":
            self.problems.append(f"failed: {request.url} ({request.failure})")

    def _is_there(self, response):
        if response.status >= 400:
            self.problems.append(f"{response.status}: {response.url}")

    def _stays_here(self, request):
        if not request.url.startswith((self.address, "data:", "blob:")):
            self.problems.append(f"another host: {request.url}")

    def open(self, path):
        self.page.goto(f"{self.address}/{path}", wait_until="load")
        if path == "index.html":  # which sends the reader on at once
            self.page.wait_for_url("**/book/*.html", wait_until="load")
        return self.page


@pytest.fixture
def visit(browser, address, request):
    opened = Visit(browser, address, **getattr(request, "param", {}))
    yield opened
    opened.context.close()
