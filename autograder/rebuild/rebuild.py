"""Puts the student's work into the instructor's notebook."""

import copy
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from autograder.rebuild.cells import Limits, SubmittedCell, read_cells
from autograder.rebuild.decoding import UnreadableError
from autograder.rebuild.matching import Match, match_cells
from autograder.rebuild.placing import Placement, place_cells
from autograder.rebuild.repairs import describe_repairs
from autograder.rebuild.source import names_defined
from autograder.rebuild.submission import read_submission
from autograder.rebuild.template import Known, Template


@dataclass(frozen=True)
class Rebuilt:
    """A notebook that can be run and graded.

    Attributes:
        notebook: The instructor's cells with the student's work in them, without outputs. When the submission
            is unreadable, the untouched release.
        repairs: What had to be put right, in sentences for the student.
        unreadable: Why nothing of the submission can be graded, in words for the student; None when it can.
    """

    notebook: NotebookNode
    repairs: tuple[str, ...] = ()
    unreadable: str | None = None


def rebuild(content: bytes, template: Template, limits: Limits | None = None) -> Rebuilt:
    """Makes a clean notebook from a submitted one.

    The same bytes always give the same notebook, and no bytes raise an error.

    Args:
        content: The submitted file.
        template: The assignment.
        limits: How large the submitted notebook may be; None for the defaults.
    """
    try:
        reading = read_cells(content, limits or Limits())
    except UnreadableError as error:
        return Rebuilt(copy.deepcopy(template.notebook), unreadable=str(error))
    matches = match_cells(reading.cells, template)
    placement = place_cells(matches, template)
    notebook, elsewhere = _assemble(template, placement)
    repairs = describe_repairs(template, matches, placement, elsewhere, reading.damaged)
    return Rebuilt(notebook, (*reading.repairs, *repairs))


def rebuild_submission(folder: Path, template: Template, limits: Limits | None = None) -> Rebuilt:
    """Finds the notebook in a submitted folder and makes a clean one from it.

    Args:
        folder: What the student handed in for one assignment.
        template: The assignment.
        limits: How large the submitted notebook may be; None for the defaults.
    """
    submitted = read_submission(folder, template.stem, limits)
    if submitted.content is None:
        return Rebuilt(copy.deepcopy(template.notebook), submitted.repairs, submitted.unreadable)
    rebuilt = rebuild(submitted.content, template, limits)
    return Rebuilt(rebuilt.notebook, (*submitted.repairs, *rebuilt.repairs), rebuilt.unreadable)


def _assemble(template: Template, placement: Placement) -> tuple[NotebookNode, list[Known]]:
    """Builds the notebook; also returns the solution cells whose function is defined in another cell."""
    notebook = copy.deepcopy(template.notebook)
    following: dict[int, list[SubmittedCell]] = {}
    for place, cell in placement.extras:
        following.setdefault(place, []).append(cell)
    notebook.cells = [_own_cell(cell, number) for number, cell in enumerate(following.get(-1, []), 1)]
    number = len(notebook.cells)
    anywhere = {name for holder in placement.holders.values() for name in holder.defines}
    anywhere |= _defined([cell for _, cell in placement.extras])
    above = _defined(following.get(-1, []))
    elsewhere = []
    for known in template.cells:
        cell, holder = copy.deepcopy(known.cell), placement.holders.get(known.index)
        if holder:
            _fill(cell, holder)
            above |= holder.defines
        elif known.role == "solution" and known.name in (
            above if known.index in placement.stands else anywhere
        ):
            # The untouched cell would replace what the student has defined above.
            cell.source = f"# Another cell of this notebook defines {known.name}."
            elsewhere.append(known)
        notebook.cells.append(cell)
        for extra in following.get(known.index, []):
            number += 1
            notebook.cells.append(_own_cell(extra, number))
        above |= _defined(following.get(known.index, []))
    return notebook, elsewhere


def _defined(cells: list[SubmittedCell]) -> set[str]:
    return {name for cell in cells if cell.kind == "code" for name in names_defined(cell.source)}


def _fill(cell: NotebookNode, holder: Match) -> None:
    cell.source = holder.cell.source
    if holder.cell.images and cell.cell_type == "markdown":
        cell.attachments = nbformat.from_dict(holder.cell.images)


def _own_cell(cell: SubmittedCell, number: int) -> NotebookNode:
    """A cell of the student's own: no metadata, and an id that no released cell has."""
    cell_id = f"extra-{number}"
    if cell.kind == "code":
        return nbformat.v4.new_code_cell(cell.source, id=cell_id)
    new = nbformat.v4.new_markdown_cell(cell.source, id=cell_id)
    if cell.images:
        new.attachments = nbformat.from_dict(cell.images)
    return new
