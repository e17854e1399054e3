"""Every term is explained where the lexicon says, and used nowhere earlier without saying where that is."""

import re
from dataclasses import dataclass
from functools import cache

import nbformat
import pytest

from autograder.course import REPOSITORY, Course

LEXICON = REPOSITORY / "book" / "lexicon.md"
LESSONS = [lesson.stem for lesson in Course().lessons]  # in the order of the book
_ROW = re.compile(
    r"^\| (?P<terms>[^|]+) \| (?P<meaning>[^|]+)"
    r" \| lesson (?P<number>\d+), \[(?P<heading>[^\]]+)\]"
    r"\((?P<stem>0?(?P=number)_\w+)\.ipynb(?P<anchor>#[^)]+)?\) \|$"
)
# Prose that is no text to be understood on the spot: code, formulas, links' targets, citations, tags.
_NO_PROSE = re.compile(r"```.*?```|`[^`]*`|\$\$.*?\$\$|\$[^$]*\$|\]\([^)]*\)|\[@[^\]]*\]|<[^>]+>", re.DOTALL)
# An opening and the list of goals announce what a lesson will explain.
_ANNOUNCEMENTS = ("## Notation", "## Set up", "## Setup")


@dataclass(frozen=True)
class Term:
    """A row of the lexicon: the term first, then its other forms."""

    forms: tuple[str, ...]
    meaning: str
    heading: str
    stem: str

    @property
    def pattern(self) -> re.Pattern:
        forms = "|".join(re.escape(form) for form in sorted(self.forms, key=len, reverse=True))
        return re.compile(rf"(?<![\w-])(?:{forms})(?![\w-])", re.IGNORECASE)


def _rows() -> list[str]:
    lines = LEXICON.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line.startswith("| ") and not line.startswith(("| term |", "|:"))]


TERMS = [
    Term(
        tuple(form.strip() for form in match["terms"].split(",")),
        match["meaning"],
        match["heading"],
        match["stem"],
    )
    for match in map(_ROW.match, _rows())
    if match
]


@cache
def sections(stem: str) -> list[tuple[str, list[str]]]:
    """The prose of a lesson: (heading, paragraphs), the opening and the goals under the heading ''."""
    cells = nbformat.read(REPOSITORY / "book" / f"{stem}.ipynb", as_version=4).cells
    found = [("", [])]
    for cell in cells:
        if cell.cell_type != "markdown":
            continue
        text = re.split(r"^## References", cell.source, flags=re.MULTILINE)[0]
        for paragraph in re.split(r"\n(?:\s*\n)+|\n(?=#|\||- |\d+\. )", text):
            if match := re.match(r"#{2,4} (.+)", paragraph):
                found.append((match[1].strip(), []))
                paragraph = paragraph.partition("\n")[2]
            found[-1][1].append(paragraph)
    return found


def words(paragraph: str) -> str:
    return _NO_PROSE.sub(" ", paragraph).replace("*", "")


def _sends_to(paragraph: str, number: int) -> bool:
    """Whether a paragraph tells in which lesson more is said: "lesson 3", "lessons 3 and 10", "5 to 8"."""
    for match in re.finditer(
        r"[Ll]essons? (\d+)(?:(?: to |–|-)(\d+))?((?:, \d+)*(?:,? and \d+)?)", paragraph
    ):
        first, last = int(match[1]), int(match[2] or match[1])
        others = {int(each) for each in re.findall(r"\d+", match[3] or "")}
        if first <= number <= last or number in others:
            return True
    return False


def test_every_row_can_be_read_and_stands_in_its_place():
    assert len(TERMS) == len(_rows()) > 20
    names = [term.forms[0].lower() for term in TERMS]
    assert names == sorted(names)
    forms = [form.lower() for term in TERMS for form in term.forms]
    assert len(forms) == len(set(forms))
    assert all(len(term.meaning.split()) <= 30 for term in TERMS)


@pytest.mark.parametrize("term", TERMS, ids=lambda term: term.forms[0])
def test_a_term_is_explained_where_the_lexicon_says(term):
    under = [paragraphs for heading, paragraphs in sections(term.stem) if heading == term.heading]
    assert len(under) == 1, f"{term.stem} has {len(under)} headings '{term.heading}'"
    assert any(term.pattern.search(text.replace("*", "")) for text in [term.heading, *under[0]])


@pytest.mark.parametrize("term", TERMS, ids=lambda term: term.forms[0])
def test_no_term_is_used_before_it_is_explained(term):
    early = []
    for stem in LESSONS[: LESSONS.index(term.stem) + 1]:
        for heading, paragraphs in sections(stem):
            if stem == term.stem and heading == term.heading:
                break
            if heading == "" or f"## {heading}" in _ANNOUNCEMENTS:
                continue
            early += [
                (stem, heading, paragraph)
                for paragraph in paragraphs
                if term.pattern.search(words(paragraph))
            ]
    # In an earlier lesson, the first mention sends the reader on; in its own, nothing is to be sent.
    own = [f"{heading}: {paragraph[:80]}" for stem, heading, paragraph in early if stem == term.stem]
    first = {stem: (heading, paragraph) for stem, heading, paragraph in reversed(early) if stem != term.stem}
    assert own == []
    assert {
        stem: f"{heading}: {paragraph[:80]}"
        for stem, (heading, paragraph) in first.items()
        if not _sends_to(paragraph, int(term.stem.partition("_")[0]))
    } == {}
