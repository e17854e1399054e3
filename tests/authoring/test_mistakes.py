"""A mistake in a source is told in one sentence, with file and line."""

import subprocess
import sys

import pytest

from autograder.authoring.build import render_notebooks
from autograder.course import REPOSITORY, Course
from autograder.errors import CourseError

LESSON, ASSIGNMENT = "book/01_means.py", "solutions/01_means/01_means.py"

# source, text to replace, its replacement, line of the error, part of the sentence
MISTAKES = {
    "link that does not say what is there": (
        LESSON,
        "# # Means",
        "# # Means\n#\n# See [a page](https://example.org/page).",
        4,
        "Say after the address what is there",
    ),
    "unknown word": (LESSON, "# %% include", "# %% inclued", 9, "none of the known words"),
    "option that cannot be read": (LESSON, "# %% include", "# %% include tags=", 9, "Cannot read"),
    "option that does not belong": (LESSON, "# %% include", "# %% include points=3", 9, "no option points"),
    "no name": (ASSIGNMENT, "# %% solution mean", "# %% solution", 7, "takes one name"),
    "two names": (ASSIGNMENT, "# %% solution mean", "# %% solution mean median", 7, "takes one name"),
    "no points": (ASSIGNMENT, "# %% test mean points=2", "# %% test mean", 14, "needs points"),
    "points without a value": (
        ASSIGNMENT,
        "# %% test mean points=2",
        "# %% test mean points",
        14,
        "one name",
    ),
    "negative points": (ASSIGNMENT, "points=2", "points=-2", 14, "not a positive number"),
    "points in words": (ASSIGNMENT, "points=2", 'points="two"', 14, "not a positive number"),
    "written cell as code": (ASSIGNMENT, "why [markdown]", "why", 17, "is a markdown cell"),
    "test cell as prose": (
        ASSIGNMENT,
        "test mean points=2",
        "test mean [markdown] points=2",
        14,
        "is a code cell",
    ),
    "duplicate grade_id": (ASSIGNMENT, "written why", "written mean", 17, "taken by line 7"),
    "duplicate of a test's grade_id": (
        ASSIGNMENT,
        "written why",
        "written test_mean",
        17,
        "taken by line 14",
    ),
    "test without solution": (ASSIGNMENT, "test mean", "test median", 14, "no '# %% solution median'"),
    "solution without test": (ASSIGNMENT, "# %% test mean points=2", "# %%", 7, "no '# %% test mean"),
    "solution that defines another name": (
        ASSIGNMENT,
        "def mean(x)",
        "def average(x)",
        7,
        "of its name: mean",
    ),
    "solution without marks": (ASSIGNMENT, "    ### BEGIN SOLUTION\n", "", 7, "### BEGIN SOLUTION"),
    "graded cell in a lesson": (LESSON, "# %% include", "# %% solution f", 9, "no solution cells"),
    "figure without a description": (LESSON, 'alt="Two bars." ', "", 12, "needs alt"),
    "figure with an empty description": (LESSON, "Two bars.", "", 12, "described in words"),
    "include of a missing name": (LESSON, "import center", "import centre", 9, "defines no 'centre'"),
    "include of a missing module": (LESSON, "convlab.means", "convlab.modes", 9, "no module convlab.modes"),
    "include of something else": (LESSON, "from convlab.means", "from numpy", 10, "only 'from convlab"),
    "include with another name": (LESSON, "import center", "import center as c", 10, "no 'as'"),
    "include that lacks a name": (LESSON, "import center", "import shifted", 9, "needs OFFSET, center"),
    "include before the import it needs": (LESSON, "import numpy as np", "pass", 9, "needs np"),
    "include that is not Python": (LESSON, "import center", "import", 10, "not Python"),
    "code that is not Python": (LESSON, "import numpy as np", "import numpy as", 7, "not Python"),
    "unknown citation": (LESSON, "[@ioffe2015]", "[@ioffe2051]", 4, "[@ioffe2051] is not in"),
    "link to nothing": (LESSON, "colab:exercises/01", "colab:exercises/02", 4, "does not exist"),
    "Colab link to a text": (
        LESSON,
        "colab:exercises/01_means/01_means.ipynb",
        "colab:_config.yml",
        4,
        "notebooks",
    ),
    "no heading": (LESSON, "# # Means", "# Means", 1, "begins with a prose cell"),
    "text before the first cell": (
        LESSON,
        "# %% [markdown]\n# # Means",
        "x = 1\n# %% [markdown]\n# # Means",
        1,
        "begins",
    ),
    "raw cell": (LESSON, "# %% include", "# %% [raw]", 9, "code or [markdown]"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_the_sentence_names_file_and_line(course, mistake):
    name, old, new, line, words = MISTAKES[mistake]
    path = course.root / name
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(CourseError) as caught:
        render_notebooks(course)
    assert (caught.value.path, caught.value.line) == (path, line), caught.value
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_repository_that_colab_cannot_open(course):
    (course.root / "_config.yml").write_text("repository:\n  url: https://example.org/book\n")
    with pytest.raises(CourseError, match=r"_config.yml: repository.url has to look like"):
        render_notebooks(course)


def test_an_assignment_that_does_not_exist(course):
    with pytest.raises(CourseError, match=r"no assignment '01_median' in solutions/; there are: 01_means"):
        course.assignment("01_median")
    with pytest.raises(CourseError, match="none yet"):
        Course(course.root / "book").assignment("01_means")


def test_the_command_ends_with_a_status_and_one_line(checkout):
    (checkout / LESSON).write_text("# %% nonsense\n")
    done = subprocess.run(
        [sys.executable, "-m", "autograder", "--course", str(checkout), "notebooks"],
        capture_output=True,
        text=True,
        cwd=REPOSITORY,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        f"{checkout / LESSON}:1: '# %% nonsense' begins with none of the known words: "
        "include, figure, solution, test, written."
    ]


@pytest.mark.parametrize(
    ("entry", "line", "words"),
    [
        ("@book{b, title = {A}\n\n@book{c, title = {C}}\n", 3, "syntax error"),
        ("@book{a,\n}\n" * 2, None, "repeated"),
    ],
    ids=["a missing brace", "a key that stands twice"],
)
def test_a_bibliography_that_cannot_be_read(course, entry, line, words):
    path = course.root / "book" / "references.bib"
    path.write_text(entry)
    with pytest.raises(CourseError, match=words) as caught:
        render_notebooks(course)
    assert (caught.value.path, caught.value.line) == (path, line)
    assert "\n" not in str(caught.value)
