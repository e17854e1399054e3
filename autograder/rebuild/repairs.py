"""Says in words for the student what was put right: one sentence for each cause, always in the same order."""

from collections.abc import Iterable, Sequence

from autograder.rebuild.matching import Match
from autograder.rebuild.placing import Placement
from autograder.rebuild.source import added_lines, overlap, same_text
from autograder.rebuild.template import SETTINGS, Known, Template

MAX_NAMES = 4  # so many names are told in a sentence, of more only how many they are
SKIP_TAG = "skip-execution"  # nbclient does not run cells with this tag


def describe_repairs(
    template: Template,
    matches: Sequence[Match],
    placement: Placement,
    elsewhere: Sequence[Known],
    damaged: bool,
) -> list[str]:
    """Describes what is different in the rebuilt notebook, apart from outputs and the student's own cells.

    Args:
        template: The assignment.
        matches: The submitted cells, recognized.
        placement: Where they went.
        elsewhere: Solution cells whose function is defined in another cell.
        damaged: Whether the end of the file could not be read, so that missing cells need no further word.
    """
    if not any(match.known for match in matches):
        return (
            []
            if damaged
            else [f"None of the cells of {template.stem} is in the file. Is it the right notebook?"]
        )
    graded = [known for known in template.cells if known.name]
    of: dict[int, list[Match]] = {known.index: [] for known in template.cells}
    for match in matches:
        if match.known:
            of[match.known.index].append(match)
    return [
        *_names(graded, of, placement),
        *_settings(graded, of, matches),
        *_order(template, of, placement),
        *_copies(graded, of),
        *_changes(template, of),
        *([] if damaged else _missing(template, of, placement, elsewhere)),
    ]


def _names(graded: list[Known], of: dict[int, list[Match]], placement: Placement) -> Iterable[str]:
    nameless, beside = [], []
    for known in graded:
        holder = placement.holders.get(known.index)
        if of[known.index] and all(match.how != "name" for match in of[known.index]):
            nameless.append(known)
        elif holder and holder.known is None:
            (beside if of[known.index] else nameless).append(known)
    if nameless:
        yield _tell(
            nameless,
            "{} had lost the name that nbgrader gave it; it has been recognized by its text or place.",
            "{} had lost the names that nbgrader gave them; they have been recognized by text or place.",
        )
    if beside:
        yield _tell(
            beside,
            "{} was untouched; what you wrote beside it has been put into it.",
            "{} were untouched; what you wrote beside them has been put into them.",
        )


def _settings(graded: list[Known], of: dict[int, list[Match]], matches: Sequence[Match]) -> Iterable[str]:
    changed = [known for known in graded if any(_settings_differ(known, match) for match in of[known.index])]
    if changed:
        yield _tell(
            changed,
            "The settings of {} (such as type, points or lock) had been changed; they have been put back.",
            "The settings of {} (such as type, points or lock) had been changed; they have been put back.",
        )
    if any(SKIP_TAG in match.cell.tags for match in matches):
        yield f'The tag "{SKIP_TAG}", which keeps a cell from running, has been removed.'


def _settings_differ(known: Known, match: Match) -> bool:
    settings = match.cell.settings
    if known.kind != match.cell.kind:
        return True
    return match.how == "name" and any(settings.get(key) != known.settings.get(key) for key in SETTINGS)


def _order(template: Template, of: dict[int, list[Match]], placement: Placement) -> Iterable[str]:
    moved = [
        known
        for known in template.cells
        if known.role != "prose" and of[known.index] and known.index not in placement.in_order
    ]
    if moved:
        yield _tell(
            moved,
            "{} had been moved; it is back in its place.",
            "{} had been moved; they are back in their places.",
        )


def _copies(graded: list[Known], of: dict[int, list[Match]]) -> Iterable[str]:
    untouched, answers, checks = [], [], []
    for known in graded:
        if len(of[known.index]) < 2:
            continue
        if known.role == "test":
            checks.append(known)
            continue
        filled = sum(not match.is_untouched for match in of[known.index])
        if filled > 1:
            answers.append(known)
        if filled < len(of[known.index]):
            untouched.append(known)
    if answers:
        yield _tell(
            answers,
            "{} was there more than once; all copies have been kept in their order, so the last counts.",
            "{} were there more than once; all copies have been kept in their order, so the last counts.",
        )
    if untouched:
        yield _tell(
            untouched,
            "{} was there a second time, without an answer; that copy has been left out.",
            "{} were there a second time, without an answer; those copies have been left out.",
        )
    if checks:
        yield _tell(
            checks,
            "{} was there more than once; it runs once.",
            "{} were there more than once; each of them runs once.",
        )


def _changes(template: Template, of: dict[int, list[Match]]) -> Iterable[str]:
    checks, given, prose = [], [], []
    for known in template.cells:
        sources = [match.cell.source for match in of[known.index]]
        if (
            known.role == "test"
            and sources
            and not any(same_text(known.source, source) for source in sources)
        ):
            checks.append(known)
        if known.role == "code" and sources and all(overlap(known.source, source) < 1 for source in sources):
            given.append(known)
        if known.role == "prose" and any(added_lines(known.source, source) for source in sources):
            prose.append(known)
    if checks:
        yield _tell(
            checks,
            "{} had been changed; the original has been used.",
            "{} had been changed; the originals have been used.",
        )
    if given:
        yield _tell(
            given,
            "{} had been changed; the original runs first, then yours.",
            "{} had been changed; the originals run first, each followed by yours.",
        )
    if prose:
        yield _tell(
            prose,
            "You wrote into {}; your lines have been put into a cell of their own.",
            "You wrote into {}; your lines have been put into cells of their own.",
        )


def _missing(
    template: Template, of: dict[int, list[Match]], placement: Placement, elsewhere: Sequence[Known]
) -> Iterable[str]:
    gone = [known for known in template.cells if not of[known.index] and known.index not in placement.holders]
    for roles in (("test",), ("solution", "written", "code")):
        missing = [known for known in gone if known.role in roles and known not in elsewhere]
        if missing:
            yield _tell(
                missing,
                "{} was missing; it has been put back.",
                "{} were missing; they have been put back.",
            )
    if elsewhere:
        yield _tell(
            list(elsewhere),
            "{} was missing or untouched; what another of your cells defines counts.",
            "{} were missing or untouched; what other cells of yours define counts.",
        )


def _tell(cells: list[Known], one: str, many: str) -> str:
    """Fills in the cells; "the check cell of a" and that of b become "the check cells of a and b"."""
    groups: dict[str, list[str]] = {}
    for cell in cells:
        kind, _, name = cell.label.partition(" of ") if cell.name else (cell.label, "", "")
        groups.setdefault(kind, []).append(name)
    phrases = []
    for kind, names in groups.items():
        plural = kind.replace("cell", "cells", 1) if len(names) > 1 else kind
        noun = "questions" if "answer" in kind else "exercises"
        listed = _listed(names) if len(names) <= MAX_NAMES else f"{len(names)} {noun}"
        phrases.append(f"{plural} of {listed}" if names[0] else kind)
    sentence = (one if len(cells) == 1 else many).format(_listed(phrases))
    return sentence[0].upper() + sentence[1:]


def _listed(words: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))
