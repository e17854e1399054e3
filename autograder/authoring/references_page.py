"""The appendix that lists every work which the lessons cite, with the lessons that do."""

from collections.abc import Mapping
from pathlib import Path

from autograder.authoring.citations import cited_keys, full_reference, read_bibliography, short_name
from autograder.authoring.percent import read_source
from autograder.course import Course

PAGE = Path("book", "references.md")

_OPENING = """\
# References

Every work that the lessons cite, in the order of its authors, with the lessons that cite it. Each lesson has
its own list at its end.
"""


def references_page(course: Course) -> bytes:
    """Renders ``book/references.md`` from the bibliography and the lessons.

    Works that no lesson cites are left out. Every key must be in the bibliography: rendering the lessons
    makes sure of that.

    Raises:
        CourseError: When the bibliography or a lesson cannot be read.
    """
    bibliography = read_bibliography(course.root / "book" / "references.bib")
    cited = _citing_lessons(course.lessons)
    entries = sorted(
        ((key, bibliography[key]) for key in cited),
        key=lambda item: (short_name(item[1]), item[1].fields["title"]),
    )
    lines = [f"- {full_reference(entry)} {_lessons(cited[key])}" for key, entry in entries]
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
