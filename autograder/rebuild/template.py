"""What the instructor released: the cells that every rebuilt notebook consists of."""

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property

import nbformat
from nbformat import NotebookNode

from autograder.course import Assignment
from autograder.errors import CourseError
from autograder.rebuild.source import lines, names_defined

SETTINGS = ("grade", "locked", "points", "schema_version", "solution", "task")


@dataclass(frozen=True)
class Known:
    """One cell of the assignment.

    Attributes:
        index: Its place in the released notebook.
        role: "solution", "test" or "written" for what nbgrader grades; "code" or "prose" for the cells around
            them.
        name: Its grade_id, or "".
        label: What to call it in a sentence for the student.
        source: The released text.
        cell: The released cell.
    """

    index: int
    role: str
    name: str
    label: str
    source: str
    cell: NotebookNode

    @property
    def kind(self) -> str:
        """Whether it holds "code" or "text"."""
        return "code" if self.cell.cell_type == "code" else "text"

    @property
    def is_slot(self) -> bool:
        """Whether the student's text goes here."""
        return self.role in ("solution", "written")

    @cached_property
    def names(self) -> set[str]:
        """Names that the released code defines."""
        return names_defined(self.source) if self.kind == "code" else set()

    @property
    def settings(self) -> dict[str, object]:
        """What nbgrader is told about the cell."""
        return self.cell.metadata.get("nbgrader", {})


class Template:
    """The cells of one assignment, and what recognizes them.

    Attributes:
        stem: The assignment's name.
        notebook: The released notebook.
        cells: Its cells.
        by_name: Graded cells by their grade_id.
        by_id: All cells by their id.
        by_text: All cells by their text.
    """

    def __init__(self, stem: str, solution: bytes, release: bytes) -> None:
        """Reads the two notebooks of an assignment.

        Args:
            stem: The assignment's name.
            solution: The notebook with the solutions.
            release: The notebook that students got.

        Raises:
            CourseError: When the two do not belong together.
        """
        self.stem = stem
        self.notebook = nbformat.reads(release.decode(), as_version=4)
        if _graded(self.notebook) != _graded(nbformat.reads(solution.decode(), as_version=4)):
            message = (
                f"{stem}: solutions/ and exercises/ do not have the same graded cells. Run 'make notebooks'."
            )
            raise CourseError(message)
        self.cells: list[Known] = []
        for index, cell in enumerate(self.notebook.cells):
            self.cells.append(_known(index, cell, self.notebook.cells[:index]))
        self.by_name = {known.name: known for known in self.cells if known.name}
        self.by_id = {known.cell.id: known for known in self.cells}
        self.by_text: dict[tuple[str, ...], list[Known]] = defaultdict(list)
        for known in self.cells:
            self.by_text[tuple(lines(known.source))].append(known)

    @classmethod
    def of(cls, assignment: Assignment) -> "Template":
        """Reads the template of an assignment from its files.

        Raises:
            CourseError: When the files are missing or do not belong together.
        """
        try:
            return cls(assignment.stem, assignment.solution.read_bytes(), assignment.release.read_bytes())
        except OSError as error:
            raise CourseError(f"{error.filename} cannot be read. Run 'make notebooks'.") from error

    @cached_property
    def solutions(self) -> dict[str, Known]:
        """Solution cells by the name of their function or class."""
        return {known.name: known for known in self.cells if known.role == "solution"}


def _graded(notebook: NotebookNode) -> dict[str, dict[str, object]]:
    settings = [cell.metadata["nbgrader"] for cell in notebook.cells if "nbgrader" in cell.metadata]
    return {entry["grade_id"]: {key: entry.get(key) for key in SETTINGS} for entry in settings}


def _known(index: int, cell: NotebookNode, before: list[NotebookNode]) -> Known:
    settings = cell.metadata.get("nbgrader", {})
    is_code, name = cell.cell_type == "code", settings.get("grade_id", "")
    if settings.get("solution"):
        role = "solution" if is_code else "written"
    elif settings.get("grade") and is_code:
        role = "test"
    else:
        role = "code" if is_code else "prose"
    first_line = next(iter(lines(cell.source)), "").lstrip("# ")
    label = {
        "solution": f"the cell of {name}",
        "test": f"the check cell of {name.removeprefix('test_')}",
        "written": f'the answer cell of "{_heading(before) or name}"',
        "code": f'the given cell "{first_line}"',
        "prose": f'the text "{first_line}"',
    }[role]
    return Known(index, role, name, label, cell.source, cell)


def _heading(cells: list[NotebookNode]) -> str:
    """The last heading in some cells."""
    texts = [line for cell in cells if cell.cell_type == "markdown" for line in cell.source.splitlines()]
    return next((line.lstrip("# ") for line in reversed(texts) if line.startswith("#")), "")
