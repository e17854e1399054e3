"""Reads a percent source into cells that know the line they came from."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jupytext

from autograder.errors import CourseError

_CELL_LINE = re.compile(r"^# ?%%")


@dataclass(frozen=True)
class SourceCell:
    """One cell of a percent source.

    Attributes:
        path: The source file.
        line: The line of the cell's ``# %%``, counted from 1.
        kind: "code" or "markdown".
        title: The words between ``# %%`` and the options, as in "test iou".
        options: The ``key=value`` pairs of the cell line.
        text: The cell's content; prose without its comment signs.
    """

    path: Path
    line: int
    kind: str
    title: str
    options: dict[str, Any]
    text: str

    def error(self, message: str, offset: int = 0) -> CourseError:
        """An error that points at this cell, or at a line of its text (offset 1 is the first)."""
        return CourseError(message, self.path, self.line + offset)


def read_source(path: Path) -> list[SourceCell]:
    """Reads the cells of a percent source.

    Raises:
        CourseError: When the file does not begin with a cell line, or a cell line cannot be read.
    """
    text = path.read_text(encoding="utf-8")
    lines = [number for number, line in enumerate(text.splitlines(), start=1) if _CELL_LINE.match(line)]
    if not lines or lines[0] != 1:
        raise CourseError("A source begins with a cell line, as in '# %% [markdown]'.", path, 1)
    notebook = jupytext.reads(text, fmt="py:percent")
    if len(notebook.cells) != len(lines):
        raise CourseError(f"{len(lines)} cell lines, but jupytext reads {len(notebook.cells)} cells.", path)
    cells = []
    for line, cell in zip(lines, notebook.cells, strict=True):
        options = dict(cell.metadata)
        options.pop("lines_to_next_cell", None)  # jupytext's note on blank lines
        title = options.pop("title", "")
        source = SourceCell(path, line, cell.cell_type, title, options, cell.source)
        if "incorrectly_encoded_metadata" in options:
            raise source.error(
                f"Cannot read {options['incorrectly_encoded_metadata']!r}; options look like points=3."
            )
        if cell.cell_type not in ("code", "markdown"):
            raise source.error(f"A cell is code or [markdown], not {cell.cell_type}.")
        cells.append(source)
    return cells
