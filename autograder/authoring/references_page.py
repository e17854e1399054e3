"""The appendix that lists every work which the lessons cite, and every other page to which the book links."""

from collections.abc import Mapping
from pathlib import Path

from autograder.authoring.citations import (
    address,
    cited_keys,
    full_reference,
    read_bibliography,
    short_name,
)
from autograder.authoring.external_links import ExternalLink, external_links
from autograder.authoring.percent import read_source
from autograder.course import Course

PAGE = Path("book", "references.md")

_OPENING = """\
# References

Every work that the lessons cite, in the order of its authors, with the lessons that cite it. Each lesson has
its own list at its end. [Other pages](#other-pages) to which the book links come after the works.
"""

_OTHER_PAGES = """
## Other pages

What the book links to and does not cite. Left out are the links that every page has: to its notebook on Colab
and to the public repository of the course.
"""


def references_page(course: Course) -> bytes:
    """Renders ``book/references.md`` from the bibliography, the lessons and the hand-written pages.

    Works that no lesson cites are left out. Every key must be in the bibliography: rendering the lessons
    makes sure of that.

    Raises:
        CourseError: When the bibliography or a lesson cannot be read, or a link does not say what is there.
    """
    bibliography = read_bibliography(course.root / "book" / "references.bib")
    cited = _citing_lessons(course.lessons)
    entries = sorted(
        ((key, bibliography[key]) for key in cited),
        key=lambda item: (short_name(item[1]), item[1].fields["title"]),
    )
    lines = [f"- {full_reference(entry)} {_lessons(cited[key])}" for key, entry in entries]
    others = external_links(course, {address(entry) for entry in bibliography.values()})
    if others:
        lines += [_OTHER_PAGES, *_other_pages(others)]
    return "\n".join([_OPENING, *lines, ""]).encode()


def _citing_lessons(lessons: list[Path]) -> Mapping[str, list[str]]:
    """The stems of the lessons that cite a work, by its key."""
    found: dict[str, list[str]] = {}
    for lesson in lessons:
        prose = "\n".join(cell.text for cell in read_source(lesson) if cell.kind == "markdown")
        for key in cited_keys(prose):
            found.setdefault(key, []).append(lesson.stem)
    return found


def _lessons(stems: list[str]) -> str:
    """Links to lessons, as in "Lessons 3, 7"."""
    links = ", ".join(f"[{int(stem.partition('_')[0])}]({stem}.ipynb)" for stem in stems)
    return f"{'Lesson' if len(stems) == 1 else 'Lessons'} {links}."


def _other_pages(links: list[ExternalLink]) -> list[str]:
    """One line for each address, with the pages that link to it."""
    by_address: dict[str, list[ExternalLink]] = {}
    for link in links:
        by_address.setdefault(link.address, []).append(link)
    lines = []
    for same in by_address.values():
        first, pages = same[0], dict.fromkeys(link.page for link in same)
        stems = [page.removesuffix(".ipynb") for page in pages if page.endswith(".ipynb")]
        places = [_lessons(stems)] if stems else []
        places += [
            f"[{page.removesuffix('.md').replace('_', ' ').capitalize()}]({page})."
            for page in pages
            if page.endswith(".md")
        ]
        lines.append(f"- [{first.text}]({first.address}): {first.title}. {' '.join(places)}")
    return lines
