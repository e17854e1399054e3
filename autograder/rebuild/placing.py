"""Decides where the student's cells go among the released ones.

What the rebuilt notebook defines in the end is what the student's own would define, run from top to bottom:
the student's cells keep their order, also among the released cells, as far as those stand in the order of the
assignment.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from autograder.rebuild.cells import SubmittedCell
from autograder.rebuild.matching import Match
from autograder.rebuild.source import added_lines, same_text
from autograder.rebuild.template import Known, Template

# When cells have been moved, those with a lower weight are taken to be the ones that were moved.
_WEIGHTS = {"solution": 3, "written": 3, "code": 3, "prose": 2, "test": 1}


@dataclass
class Placement:
    """Where the student's cells go.

    Attributes:
        holders: The submitted cell whose text goes into a released cell, by the latter's index.
        extras: The student's own cells, each with the index of the released cell that it follows (-1: at the
            top).
        in_order: Indices of released cells that the student's notebook has in the right order.
        anchors: (index of a submitted cell, index of the released cell that it stands for), both increasing.
        stands: Index of the submitted cell that stands for a released one, by the latter's index.
    """

    holders: dict[int, Match] = field(default_factory=dict)
    extras: list[tuple[int, SubmittedCell]] = field(default_factory=list)
    in_order: set[int] = field(default_factory=set)
    anchors: list[tuple[int, int]] = field(default_factory=list)
    stands: dict[int, int] = field(default_factory=dict)

    def before(self, index: int) -> int:
        """The last released cell at or before a submitted one, -1 at the top."""
        return max((known for cell, known in self.anchors if cell <= index), default=-1)

    def fits(self, match: Match, slot: Known) -> bool:
        """Whether a submitted cell stands where the released one does."""
        others = [(cell, known) for cell, known in self.anchors if known != slot.index]
        return all((cell < match.cell.index) == (known < slot.index) for cell, known in others)


def place_cells(matches: Sequence[Match], template: Template) -> Placement:
    """Finds a place for everything that is the student's.

    Args:
        matches: The submitted cells, recognized.
        template: The assignment.
    """
    placement = Placement()
    placement.anchors = _longest_order(matches)
    placement.in_order = {known for _, known in placement.anchors}
    for slot in template.cells:
        if slot.is_slot and (holder := _holder(slot, matches, placement)):
            placement.holders[slot.index] = holder
            if placement.fits(holder, slot):
                others = [anchor for anchor in placement.anchors if anchor[1] != slot.index]
                placement.anchors = sorted([*others, (holder.cell.index, slot.index)])
    placement.stands = {match.known.index: match.cell.index for match in reversed(matches) if match.known}
    placement.stands |= {known: holder.cell.index for known, holder in placement.holders.items()}
    held = {holder.cell.index for holder in placement.holders.values()}
    for match in matches:
        if match.cell.index not in held and (cell := _kept(match, placement)):
            placement.extras.append((_place(cell, placement, template), cell))
    return placement


def _longest_order(matches: Sequence[Match]) -> list[tuple[int, int]]:
    """The heaviest sequence of recognized cells that stand in the order of the assignment."""
    cells = [match for match in matches if match.known]
    # For each cell: the weight of the heaviest sequence that ends with it, and the cell before it in there.
    best: list[tuple[int, int]] = []
    for i, match in enumerate(cells):
        earlier = [(best[j][0], -j) for j in range(i) if cells[j].known.index < match.known.index]
        weight, predecessor = max(earlier, default=(0, 1))
        best.append((weight + _WEIGHTS[match.known.role], -predecessor))
    at = max(range(len(cells)), key=lambda i: (best[i][0], -i), default=-1)
    order = []
    while at >= 0:
        order.append((cells[at].cell.index, cells[at].known.index))
        at = best[at][1]
    return order[::-1]


def _holder(slot: Known, matches: Sequence[Match], placement: Placement) -> Match | None:
    """The submitted cell that holds the student's work for a released one."""
    used = {holder.cell.index for holder in placement.holders.values()}
    free = [match for match in matches if match.cell.index not in used and not match.is_untouched]
    own = [match for match in free if match.known is slot]
    beside = [match for match in free if match.known is None and placement.fits(match, slot)]
    if slot.role == "solution":
        defining = [match for match in own if slot.name in match.defines]
        beside = [match for match in beside if slot.name in match.defines]
        in_place = [match for match in defining if placement.fits(match, slot)]
        pool = in_place or beside or defining or own
    else:
        # A text is taken for an answer when it follows the question or the cell for the answer.
        texts = [match for match in beside if match.cell.kind == "text"]
        pool = own or [match for match in texts if placement.before(match.cell.index) >= slot.index - 1]
    # Whichever it is, the others stay before or after it as they were.
    fitting = [match for match in pool if placement.fits(match, slot)]
    above = [match for match in pool if placement.before(match.cell.index) <= slot.index]
    return next(iter(fitting or above[-1:] or pool), None)


def _kept(match: Match, placement: Placement) -> SubmittedCell | None:
    """What is the student's own in a cell that holds no answer."""
    cell, known = match.cell, match.known
    if not cell.source.strip() or (known and known.is_slot and match.is_untouched):
        return None
    if known is None or known.is_slot:
        return cell
    changed = not same_text(known.source, cell.source)
    if known.role == "prose":
        added = added_lines(known.source, cell.source)
        return replace(cell, kind="text", source=added) if added or cell.images else None
    if known.role == "test":
        # A copy of the check does not run, but a helper function that was written into it may be needed.
        return cell if changed and match.defines - known.names else None
    is_copy = (cell.index, known.index) not in placement.anchors and known.index in placement.in_order
    return cell if changed or is_copy else None


def _place(cell: SubmittedCell, placement: Placement, template: Template) -> int:
    """The released cell that one of the student's own follows.

    Cells that are put back come first, so that the student's code has the last word as it had before; only
    checks that are put back come after it, since they may need it.
    """
    place = placement.before(cell.index)
    fixed = {known for _, known in placement.anchors}
    for known in template.cells[place + 1 :]:
        if known.index in fixed or known.role == "test" or placement.stands.get(known.index, -1) > cell.index:
            break
        place = known.index
    return place
