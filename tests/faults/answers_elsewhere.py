"""Answers that stand where they do not belong."""

import copy

from tests.faults.corpus import NOTEBOOK, Fault, case, submit
from tests.faults.notebooks import Notebooks, add_after, cell, code, position, prose, take


@case(NOTEBOOK)
def helper_in_a_test(nb: Notebooks) -> Fault:
    """A helper function that the answer needs was written into a check cell."""
    notebook, name = nb.answered, nb.functions[0]
    cell(notebook, name)["source"] = nb.answer_with(name, "assert helper() == 1")
    test = cell(notebook, nb.tests[0])
    test["source"] = "def helper():\n    return 1\n\n\n" + test["source"]
    return submit(nb, notebook, says=("the original has been used",))


@case(NOTEBOOK)
def answer_beside_the_cell(nb: Notebooks) -> Fault:
    """The answer stands in a new cell below the untouched one."""
    notebook, name = nb.answered, nb.functions[0]
    cell(notebook, name)["source"] = cell(nb.release, name)["source"]
    add_after(notebook, name, code("from functools import cache"), code(nb.answer(name)))
    return submit(nb, notebook, says=("what you wrote beside it",))


@case(NOTEBOOK)
def answers_above_the_cells(nb: Notebooks) -> Fault:
    """All answers stand in one cell at the top; the cells for them are untouched."""
    notebook = nb.answered
    for name in nb.functions:
        cell(notebook, name)["source"] = cell(nb.release, name)["source"]
    notebook["cells"].insert(0, code("import numpy as np\n\n" + "\n\n".join(map(nb.answer, nb.functions))))
    return submit(nb, notebook, says=("other cells of yours define",))


@case(NOTEBOOK)
def answers_at_the_end(nb: Notebooks) -> Fault:
    """All answers stand in one cell at the end; the cells for them are gone."""
    notebook = nb.answered
    for name in nb.functions:
        take(notebook, name)
    notebook["cells"].append(code("\n\n".join(map(nb.answer, nb.functions))))
    return submit(nb, notebook, says=("other cells of yours define",))


@case(NOTEBOOK)
def answers_at_the_end_cells_untouched(nb: Notebooks) -> Fault:
    """Each answer stands in a cell of its own at the end, after a helper that one of them needs at once."""
    notebook, name = nb.answered, nb.functions[0]
    for each in nb.functions:
        cell(notebook, each)["source"] = cell(nb.release, each)["source"]
    notebook["cells"] += [code("def same(function):\n    return function"), code(f"@same\n{nb.answer(name)}")]
    notebook["cells"] += [code(nb.answer(each)) for each in nb.functions[1:]]
    return submit(nb, notebook)


@case(NOTEBOOK)
def cells_merged(nb: Notebooks) -> Fault:
    """Two solution cells have been merged into the first."""
    notebook = nb.answered
    one, other = nb.functions[:2]
    cell(notebook, one)["source"] += "\n\n" + take(notebook, other)["source"]
    return submit(nb, notebook, says=("what another of your cells defines counts",))


@case(NOTEBOOK)
def cell_merged_with_its_test(nb: Notebooks) -> Fault:
    """A solution cell has been merged with its check cell."""
    notebook = nb.answered
    cell(notebook, nb.functions[0])["source"] += "\n\n" + take(notebook, nb.tests[0])["source"]
    return submit(nb, notebook, says=("was missing",))


@case(NOTEBOOK)
def cell_split(nb: Notebooks) -> Fault:
    """A solution cell has been split, and both parts have its metadata."""
    notebook, name = nb.answered, nb.functions[0]
    part = copy.deepcopy(cell(notebook, name)) | {"source": "def helper():\n    return 1"}
    add_after(notebook, name, part)
    cell(notebook, name)["source"] = nb.answer_with(name, "assert helper() == 1")
    return submit(nb, notebook, says=("more than once",))


@case(NOTEBOOK)
def written_beside_the_cell(nb: Notebooks) -> Fault:
    """A written answer stands in a new cell below the untouched one."""
    notebook, name = nb.answered, nb.written[0]
    cell(notebook, name)["source"] = cell(nb.release, name)["source"]
    add_after(notebook, name, prose("Because of the moving averages."))
    return submit(
        nb, notebook, answers={name: "Because of the moving averages."}, says=("what you wrote beside it",)
    )


@case(NOTEBOOK)
def written_into_the_question(nb: Notebooks) -> Fault:
    """A written answer stands in the cell of its question."""
    notebook, name = nb.answered, nb.written[0]
    cell(notebook, name)["source"] = cell(nb.release, name)["source"]
    notebook["cells"][position(notebook, name) - 1]["source"] += "\n\nBecause of the moving averages."
    return submit(nb, notebook, answers={name: nb.none_written()[name]}, says=("You wrote into the text",))
