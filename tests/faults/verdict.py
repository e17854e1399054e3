"""Compares what became of a case with what should become of it."""

import tempfile
from pathlib import Path

import nbformat

from autograder.rebuild import Rebuilt, Template, read_timestamp, rebuild_submission
from tests.faults.corpus import Fault, Link, folder_bytes
from tests.faults.grading import grade_here
from tests.faults.notebooks import Notebooks


def findings(fault: Fault, notebooks: Notebooks) -> list[str]:
    """Rebuilds and grades a submission; returns what is not as it should be."""
    with tempfile.TemporaryDirectory() as folder:
        rebuilt = rebuild_folder(fault, notebooks, Path(folder))
        _, problem = read_timestamp(Path(folder, "submitted"))
    sentences = [*rebuilt.repairs, *filter(None, [problem, rebuilt.unreadable])]
    return [
        *_wrong_notebook(rebuilt, fault, notebooks),
        *_wrong_words(sentences, rebuilt, fault),
        *_wrong_marks(rebuilt, fault, notebooks),
    ]


def rebuild_folder(fault: Fault, notebooks: Notebooks, parent: Path) -> Rebuilt:
    """Writes a submission to disk and rebuilds it."""
    folder = parent / "submitted"
    folder.mkdir()
    for name, content in folder_bytes(fault).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, Link):
            path.symlink_to(content.target)
        else:
            path.write_bytes(content)
    return rebuild_submission(folder, Template.of(notebooks.assignment))


def _wrong_notebook(rebuilt: Rebuilt, fault: Fault, notebooks: Notebooks) -> list[str]:
    """The rebuilt notebook is the released one, but for the student's own cells, answers and solutions."""
    found = []
    nbformat.validate(rebuilt.notebook)
    release = nbformat.from_dict(notebooks.release)
    known = {cell.id: cell for cell in release.cells}
    own = [cell for cell in rebuilt.notebook.cells if cell.id not in known]
    if [cell.id for cell in rebuilt.notebook.cells if cell.id in known] != list(known):
        found.append("the released cells are not all there in their order")
    if any(cell.metadata for cell in own):
        found.append("a cell of the student's own has metadata")
    if any(cell.get("outputs") or cell.get("execution_count") for cell in rebuilt.notebook.cells):
        found.append("an output has survived")
    answers = {name: notebooks.answer(name) for name in notebooks.written} | fault.answers
    for cell in rebuilt.notebook.cells:
        if cell.id in known:
            original = known[cell.id]
            if cell.metadata != original.metadata or cell.cell_type != original.cell_type:
                found.append(f"{cell.id} has other metadata or another type")
            if cell.source != original.source and cell.id not in [*notebooks.functions, *notebooks.written]:
                found.append(f"{cell.id} has another text")
            if cell.id in answers and cell.source.split() != answers[cell.id].split():
                found.append(f"{cell.id} holds {cell.source[:60]!r}")
    return found


def _wrong_words(sentences: list[str], rebuilt: Rebuilt, fault: Fault) -> list[str]:
    if bool(rebuilt.unreadable) != fault.unreadable:
        return [f"unreadable: {rebuilt.unreadable}"]
    if len(sentences) != len(fault.says):
        return [f"says {sentences} instead of {fault.says}"]
    return [
        f"says {sentence!r} instead of {piece!r}"
        for sentence, piece in zip(sentences, fault.says, strict=True)
        if piece not in sentence
    ]


def _wrong_marks(rebuilt: Rebuilt, fault: Fault, notebooks: Notebooks) -> list[str]:
    if rebuilt.unreadable:
        return []
    grading = grade_here(notebooks.assignment, rebuilt.notebook)
    expected = dict.fromkeys(notebooks.functions, 1.0) | dict(fault.shares)
    return [
        f"{name} earns {grading.shares.get(name)} instead of {share}"
        for name, share in expected.items()
        if grading.shares.get(name) != share
    ]
