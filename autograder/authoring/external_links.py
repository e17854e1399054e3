"""Links of the book to pages elsewhere that are no works of the bibliography.

Such a link says what it leads to in its title: ``[keras.io](https://keras.io "the documentation of Keras")``.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder.authoring.percent import read_source
from autograder.course import Course
from autograder.errors import CourseError

_LINK = re.compile(r"\[(?P<text>[^\]]+)\]\((?P<address>https?://[^)\s]+)(?:\s+\"(?P<title>[^\"]+)\")?\)")
_CODE = re.compile(r"```.*?```|`[^`]*`", re.DOTALL)


@dataclass(frozen=True)
class ExternalLink:
    """A link to a page elsewhere.

    Attributes:
        page: The page of the book that has it, as other pages link to it: ``05_alexnet.ipynb``, ``setup.md``.
        text: The words that are the link.
        address: Where it leads.
        title: What is there.
    """

    page: str
    text: str
    address: str
    title: str


def external_links(course: Course, known: set[str]) -> list[ExternalLink]:
    """Finds the links in lessons and hand-written pages, in the order of lessons and then of pages' names.

    Args:
        course: The checkout.
        known: Addresses that need no explanation: those of the bibliography.

    Raises:
        CourseError: When a link does not say what it leads to.
    """
    found = []
    for source, page, prose in _pages(course):
        for match in _LINK.finditer(_CODE.sub("", prose)):
            if match["address"] in known:
                continue
            if not match["title"]:
                raise CourseError(
                    f'Say after the address what is there: [{match["text"]}]({match["address"]} "..."). '
                    "The page of references lists every link with it.",
                    source,
                    1 + source.read_text(encoding="utf-8").partition(match["address"])[0].count("\n"),
                )
            found.append(ExternalLink(page, match["text"], match["address"], match["title"]))
    return found


def _pages(course: Course) -> Iterator[tuple[Path, str, str]]:
    """Source, page and prose of everything that a person writes for the site."""
    for lesson in course.lessons:
        cells = (cell.text for cell in read_source(lesson) if cell.kind == "markdown")
        yield lesson, f"{lesson.stem}.ipynb", "\n".join(cells)
    for page in sorted((course.root / "book").glob("*.md")):
        if page.name != "references.md":
            yield page, page.name, page.read_text(encoding="utf-8")
