"""Recognizes the assignment's cells among the submitted ones.

A cell is recognized by nbgrader's name for it, else by its text, else by its id, else by most of its text.
Editors drop or rewrite the first and the third (Colab gives new ids), students change the second and the
fourth.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from autograder.rebuild.cells import SubmittedCell
from autograder.rebuild.source import is_stub, lines, names_defined
from autograder.rebuild.template import Known, Template

LIKENESS = 0.5  # share of a released cell's lines by which a changed copy is recognized


@dataclass(frozen=True)
class Match:
    """A submitted cell and what it was recognized as.

    Attributes:
        cell: The submitted cell.
        known: The assignment's cell; None for a cell of the student's own.
        how: "name", "text", "id" or "likeness"; "" when not recognized.
        defines: Names that its code defines.
    """

    cell: SubmittedCell
    known: Known | None
    how: str
    defines: frozenset[str]

    @property
    def is_untouched(self) -> bool:
        """Whether this is a cell for the student's work in which there is none."""
        if self.known is None or not self.known.is_slot or not self.cell.source.strip():
            return not self.cell.source.strip()
        if self.known.role == "solution":
            return is_stub(self.known.source, self.cell.source)
        return lines(self.cell.source) == lines(self.known.source) and not self.cell.images


def match_cells(cells: Sequence[SubmittedCell], template: Template) -> list[Match]:
    """Recognizes each submitted cell.

    Args:
        cells: The submitted cells.
        template: The assignment.

    Returns:
        One match for each cell, in the same order.
    """
    ids = Counter(cell.cell_id for cell in cells)
    claims = {(cell.grade_id, cell.kind) for cell in cells}
    matches: list[Match] = []
    found: set[int] = set()
    last = -1
    for cell in cells:
        defines = frozenset(names_defined(cell.source)) if cell.kind == "code" else frozenset()
        known, how = template.by_name.get(cell.grade_id), "name"
        # A cell whose type was changed keeps its name, unless there is another one of the right type with
        # that name.
        taken = known and cell.kind != known.kind and (cell.grade_id, known.kind) in claims
        if known is None or taken or _belongs_elsewhere(known, defines, template):
            known, how = _by_text(cell, defines, template, found, last), "text"
        if known is None and ids[cell.cell_id] == 1:
            known, how = template.by_id.get(cell.cell_id), "id"
            if known and (cell.kind != known.kind or _belongs_elsewhere(known, defines, template)):
                known = None
        if known is not None:
            found.add(known.index)
            last = known.index
        matches.append(Match(cell, known, how if known else "", defines))
    wanted = [(known, set(lines(known.source))) for known in template.cells if known.index not in found]
    return [match if match.known else _by_likeness(match, wanted, template) for match in matches]


def _belongs_elsewhere(known: Known, defines: frozenset[str], template: Template) -> bool:
    """Whether a name or id cannot be right, since the cell holds the answer to another exercise."""
    answers = defines & template.solutions.keys()
    return bool(answers) and known.name not in answers and not known.names & defines


def _by_text(
    cell: SubmittedCell, defines: frozenset[str], template: Template, found: set[int], last: int
) -> Known | None:
    candidates = template.by_text.get(tuple(lines(cell.source)), []) if cell.source.strip() else []
    # Several cells may have the same text, as those for written answers do: the order decides.
    candidates = sorted(candidates, key=lambda known: (known.index in found, known.index < last, known.index))
    if candidates:
        return candidates[0]
    for name in sorted(defines & template.solutions.keys()):
        if is_stub(template.solutions[name].source, cell.source):
            return template.solutions[name]
    return None


def _by_likeness(match: Match, wanted: list[tuple[Known, set[str]]], template: Template) -> Match:
    if match.defines & template.solutions.keys():
        return match
    text = set(lines(match.cell.source))
    best, best_share = None, 0.0
    for known, released in wanted:
        if match.cell.kind == known.kind and not known.is_slot and released:
            share = len(released & text) / len(released)
            if share > best_share:
                best, best_share = known, share
    return (
        match if best is None or best_share < LIKENESS else Match(match.cell, best, "likeness", match.defines)
    )
