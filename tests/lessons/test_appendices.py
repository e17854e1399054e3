"""The appendices: every slide has its place, every correction its proof, every work its citation."""

import re
from functools import cache

import nbformat
import pytest

from autograder.authoring.citations import address, cited_keys, read_bibliography
from autograder.authoring.percent import read_source
from autograder.course import REPOSITORY, Course

BOOK = REPOSITORY / "book"
# The slides' titles, in their order; a title that comes again is counted.
SLIDES = """
    Convolutional Neural Networks: Part 2
    Convolution Layer
    Batch Convolution
    Batched Training
    Batch Normalization
    Batch Normalization (2)
    Batch Normalization (3)
    Batch Normalization (4)
    Batch Normalization Layer
    tf.keras.layers.BatchNormalization
    ImageNet Large Scale Visual Recognition Challenge
    ImageNet Large Scale Visual Recognition Challenge (2)
    ImageNet Classification Challenge Results (2010-2017)
    ImageNet Classification Challenge Results (2010-2017) (2)
    AlexNet
    AlexNet (2)
    AlexNet (3)
    AlexNet (4)
    ZF Net
    VGG
    GoogLeNet
    GoogLeNet (2)
    GoogLeNet (3)
    Are Deeper Networks Better?
    Are Deeper Networks Better? (2)
    Residual Networks Motivation
    ResNet
    Model Complexity Comparison
    Other Popular Architectures
    Network in Network
    ResNeXt
    DenseNet
    SqueezeNet
    MobileNet
    Summary
    Resources
    Colab Notebook
"""
CORRECTIONS = 20
_LINK = re.compile(r"\[([^\]]+)\]\(([^)]+)\)")
_NOT_IN_A_SLUG = re.compile(r"[^\w\u4e00-\u9fff\- ]")


def prose(stem: str) -> str:
    """All prose of a lesson."""
    cells = nbformat.read(BOOK / f"{stem}.ipynb", as_version=4).cells
    return "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")


@cache
def headings(page: str) -> dict[str, str]:
    """The headings of a lesson by their anchors, as Jupyter Book makes them."""
    cells = nbformat.read(BOOK / page, as_version=4).cells
    lines = [line for cell in cells if cell.cell_type == "markdown" for line in cell.source.splitlines()]
    found = [match[1] for line in lines if (match := re.match(r"#{1,3} (.+)", line))]
    return {_NOT_IN_A_SLUG.sub("", each.lower()).replace(" ", "-"): each for each in found}


def place(target: str) -> str | None:
    """The heading that a link goes to; None when there is none."""
    page, _, anchor = target.partition("#")
    return headings(page).get(anchor) if (BOOK / page).is_file() else None


def slides() -> list[list[str]]:
    """The rows of the table of slides: title, places."""
    return table("syllabus.md", "slide")


def table(page: str, first: str) -> list[list[str]]:
    """The rows of the table whose first column has a heading."""
    text = (BOOK / page).read_text(encoding="utf-8")
    (block,) = [each for each in text.split("\n\n") if each.startswith(f"| {first} |")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in block.splitlines()[2:]]


def needs() -> dict[str, list[str]]:
    """What the syllabus says of each lesson, by the lesson's stem."""
    rows = table("syllabus.md", "lesson")
    return {_LINK.search(row[0])[2].removesuffix(".ipynb"): row for row in rows}


def numbers(text: str) -> set[int]:
    """Numbers of lessons in a text, as in "lesson 3, lessons 5 to 8, lessons 1 and 5"."""
    found = set()
    for part in re.findall(r"[Ll]essons? (\d+(?:(?: to |, | and )\d+)*)", text):
        found |= {int(number) for number in re.findall(r"\d+", part)}
        for first, last in re.findall(r"(\d+) to (\d+)", part):
            found |= set(range(int(first), int(last) + 1))
    return found


def corrections() -> dict[str, dict[str, str]]:
    """What is said of each correction: Lecture, Book, Where, Source."""
    text = (BOOK / "corrections.md").read_text(encoding="utf-8")
    found = {}
    for part in re.split(r"^### ", text, flags=re.MULTILINE)[1:]:
        title, _, body = part.partition("\n")
        items = re.findall(r"^- \*\*(\w+):\*\* (.+?)(?=^- |^#|\Z)", body, re.MULTILINE | re.DOTALL)
        found[title] = {name: " ".join(said.split()) for name, said in items}
    return found


def test_every_lesson_stands_in_the_syllabus_in_its_order():
    assert list(needs()) == [lesson.stem for lesson in Course().lessons]
    for stem, (lesson, *_) in needs().items():
        heading = next(iter(headings(f"{stem}.ipynb").values()))
        assert lesson == f"{int(stem[:2])}, [{heading}]({stem}.ipynb)"


@pytest.mark.parametrize("stem", needs())
def test_a_lesson_needs_what_it_says_itself_and_only_earlier_lessons(stem):
    _, lessons, *_ = needs()[stem]
    needed = numbers(f"lessons {lessons}")
    assert needed or lessons == "none"
    assert max(needed, default=0) < int(stem[:2])
    (said,) = re.findall(r"\*\*Prerequisites\.\*\* (.*?) \*\*Time\.\*\*", prose(stem))
    assert needed == numbers(said)


@pytest.mark.parametrize("stem", needs())
def test_a_lesson_takes_the_time_that_it_says_itself(stem):
    *_, reading, assignment = needs()[stem]
    (said,) = re.findall(
        r"\*\*Time\.\*\* About (an hour and a half|two hours|90 minutes|ninety minutes),", prose(stem)
    )
    assert reading == ("2 h" if said == "two hours" else "1.5 h")
    stems = {one.stem for one in Course().assignments}
    assert re.fullmatch(r"\d(?:\.5)? h" if stem in stems else "none", assignment)
    (row,) = [row for row in table("index.md", "lesson") if f"({stem}.ipynb)" in row[0]]
    assert row[2:] == ([f"`{stem}`", f"{reading} + {assignment}"] if stem in stems else ["none", reading])


def test_every_slide_stands_in_the_table_in_its_order():
    assert [title for title, _ in slides()] == [line.strip() for line in SLIDES.strip().splitlines()]


@pytest.mark.parametrize("row", slides(), ids=lambda row: row[0])
def test_a_slide_has_its_place_in_the_book(row):
    title, places = row
    links = _LINK.findall(places)
    assert links, f"'{title}' has no place in the book"
    if title != slides()[0][0]:
        assert {text: place(target) for text, target in links} == {text: text for text, _ in links}


def test_all_corrections_are_there():
    assert len(corrections()) == CORRECTIONS


@pytest.mark.parametrize("title", corrections())
def test_a_correction_says_what_where_and_from_whom(title):
    correction = corrections()[title]
    assert list(correction) == ["Lecture", "Book", "Where", "Source"]
    links = _LINK.findall(correction["Where"])
    assert links, f"'{title}' is shown nowhere"
    for text, target in links:
        assert place(target) == re.sub(r"^lesson \d+, ", "", text), target
    known = {address(entry) for entry in read_bibliography(BOOK / "references.bib").values()}
    sources = {target for _, target in _LINK.findall(correction["Source"])}
    assert sources <= known
    assert sources or correction["Source"].startswith("computed")


def test_every_work_in_the_bibliography_is_cited():
    lessons = Course().lessons
    prose = [cell.text for lesson in lessons for cell in read_source(lesson) if cell.kind == "markdown"]
    assert sorted(set(read_bibliography(BOOK / "references.bib")) - set(cited_keys("\n".join(prose)))) == []
