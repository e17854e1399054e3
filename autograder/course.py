"""Where everything stands in a checkout of the course: lessons, assignments, releases, hidden tests."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from autograder.errors import CourseError

REPOSITORY = Path(__file__).resolve().parent.parent
HIDDEN = Path(__file__).resolve().parent / "hidden"


@dataclass(frozen=True)
class Assignment:
    """One assignment and its files; all share the stem, as in ``03_batch_normalization``.

    Attributes:
        root: The checkout.
        stem: The name of the lesson, the assignment and its hidden tests.
    """

    root: Path
    stem: str

    @property
    def source(self) -> Path:
        """The percent source with the solutions: the file that authors edit."""
        return self.root / "solutions" / self.stem / f"{self.stem}.py"

    @property
    def solution(self) -> Path:
        """The notebook with the solutions, generated from the source."""
        return self.source.with_suffix(".ipynb")

    @property
    def release(self) -> Path:
        """The notebook that students get, generated from the solution notebook."""
        return self.root / "exercises" / self.stem / f"{self.stem}.ipynb"

    @property
    def hidden_tests(self) -> Path:
        """The pytest module that decides the marks."""
        return HIDDEN / f"test_{self.stem}.py"

    @property
    def misconceptions(self) -> Path:
        """The module with the known wrong answers and their hints."""
        return HIDDEN / f"misconceptions_{self.stem}.py"


@dataclass(frozen=True)
class Course:
    """A checkout of the course.

    Attributes:
        root: The folder that holds ``_config.yml``, ``book/`` and ``solutions/``.
    """

    root: Path = REPOSITORY

    @property
    def outputs(self) -> Path:
        """What the lessons' cells gave when they were executed; the site is built from it."""
        return self.root / "_build" / ".jupyter_cache"

    @property
    def grading(self) -> Path:
        """Everything of a running course; outside version control."""
        return self.root / "grading"

    @property
    def submitted(self) -> Path:
        """What students handed in: one folder for each student, in it one for each assignment."""
        return self.grading / "submitted"

    @property
    def journal(self) -> Path:
        """Results that have been worked out."""
        return self.grading / "journal"

    @cached_property
    def lessons(self) -> list[Path]:
        """Percent sources of the lessons, in order of their numbers."""
        return sorted((self.root / "book").glob("[0-9][0-9]_*.py"))

    @cached_property
    def assignments(self) -> list[Assignment]:
        """All assignments, in order of their numbers."""
        sources = sorted((self.root / "solutions").glob("*/*.py"))
        return [Assignment(self.root, source.stem) for source in sources if source.stem == source.parent.name]

    def assignment(self, stem: str) -> Assignment:
        """Finds one assignment by its name.

        Raises:
            CourseError: When there is none of that name; the message lists the names that exist.
        """
        for assignment in self.assignments:
            if assignment.stem == stem:
                return assignment
        names = ", ".join(assignment.stem for assignment in self.assignments) or "none yet"
        raise CourseError(f"There is no assignment {stem!r} in solutions/; there are: {names}.")
