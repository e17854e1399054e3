"""Cells that are missing, copied, moved or changed."""

import copy
from random import Random

from tests.faults.corpus import NOTEBOOK, Fault, case, submit
from tests.faults.notebooks import Notebooks, add_after, add_before, cell, code, position, prose, take


@case(NOTEBOOK)
def untouched(nb: Notebooks) -> Fault:
    """Nothing has been done."""
    return submit(nb, nb.release, shares=nb.none_earned(), answers=nb.none_written())


@case(NOTEBOOK)
def test_deleted(nb: Notebooks) -> Fault:
    """One check cell is gone."""
    notebook = nb.answered
    take(notebook, nb.tests[0])
    return submit(
        nb, notebook, says=(f"The check cell of {nb.functions[0]} was missing; it has been put back.",)
    )


@case(NOTEBOOK)
def tests_deleted_nothing_answered(nb: Notebooks) -> Fault:
    """All check cells are gone, and nothing is answered."""
    notebook = nb.release
    for name in nb.tests:
        take(notebook, name)
    return submit(
        nb, notebook, shares=nb.none_earned(), answers=nb.none_written(), says=("The check cells of",)
    )


@case(NOTEBOOK)
def solution_deleted(nb: Notebooks) -> Fault:
    """One solution cell is gone."""
    notebook = nb.answered
    take(notebook, nb.functions[0])
    says = (f"The cell of {nb.functions[0]} was missing; it has been put back.",)
    return submit(nb, notebook, shares={nb.functions[0]: 0.0}, says=says)


@case(NOTEBOOK)
def written_deleted(nb: Notebooks) -> Fault:
    """One written answer is gone."""
    notebook = nb.answered
    take(notebook, nb.written[0])
    return submit(
        nb, notebook, answers={nb.written[0]: nb.none_written()[nb.written[0]]}, says=("was missing",)
    )


@case(NOTEBOOK)
def prose_and_imports_deleted(nb: Notebooks) -> Fault:
    """Only solution cells and written answers are left."""
    notebook = nb.answered
    notebook["cells"] = [cell(notebook, name) for name in [*nb.functions, *nb.written]]
    return submit(nb, notebook, says=("The check cells of", "The given cell"))


@case(NOTEBOOK)
def no_cells(nb: Notebooks) -> Fault:
    """The notebook has no cells."""
    notebook = nb.release
    notebook["cells"] = []
    return submit(nb, notebook, shares=nb.none_earned(), answers=nb.none_written(), says=("right notebook?",))


@case(NOTEBOOK)
def another_notebook(nb: Notebooks) -> Fault:
    """It is another notebook under this one's name."""
    notebook = nb.release
    notebook["cells"] = [prose("# Diary"), code("print('hello')")]
    return submit(nb, notebook, shares=nb.none_earned(), answers=nb.none_written(), says=("right notebook?",))


@case(NOTEBOOK)
def solution_copied(nb: Notebooks) -> Fault:
    """A solution cell is there twice, with the same answer."""
    notebook = nb.answered
    add_after(notebook, nb.functions[0], copy.deepcopy(cell(notebook, nb.functions[0])))
    return submit(nb, notebook, says=("more than once",))


@case(NOTEBOOK)
def untouched_copy_below(nb: Notebooks) -> Fault:
    """Below the answer stands an untouched copy of the cell."""
    notebook = nb.answered
    add_after(notebook, nb.tests[0], cell(nb.release, nb.functions[0]))
    return submit(nb, notebook, says=("without an answer",))


@case(NOTEBOOK)
def untouched_copy_above(nb: Notebooks) -> Fault:
    """Above the answer stands an untouched copy of the cell."""
    notebook = nb.answered
    add_before(notebook, nb.functions[0], cell(nb.release, nb.functions[0]))
    return submit(nb, notebook, says=("without an answer",))


@case(NOTEBOOK)
def untouched_copies_pasted(nb: Notebooks) -> Fault:
    """Untouched cells have been pasted at the end without their metadata."""
    notebook = nb.answered
    notebook["cells"] += [code(cell(nb.release, name)["source"]) for name in nb.functions]
    return submit(nb, notebook, says=("without an answer",))


@case(NOTEBOOK)
def wrong_then_right(nb: Notebooks) -> Fault:
    """A first attempt is wrong; the right one stands in a copy below the check."""
    notebook, name = nb.answered, nb.functions[0]
    add_after(notebook, nb.tests[0], copy.deepcopy(cell(notebook, name)))
    cell(notebook, name)["source"] = f"def {name}(*arguments):\n    return None"
    return submit(nb, notebook, says=("more than once",))


@case(NOTEBOOK)
def right_then_wrong(nb: Notebooks) -> Fault:
    """A copy below the right answer replaces it by a wrong one."""
    notebook, name = nb.answered, nb.functions[0]
    wrong = copy.deepcopy(cell(notebook, name)) | {"source": f"def {name}(*arguments):\n    return None"}
    add_after(notebook, nb.tests[0], wrong)
    return submit(nb, notebook, shares={name: 0.0}, says=("more than once",))


@case(NOTEBOOK)
def copy_became_a_helper(nb: Notebooks) -> Fault:
    """A solution cell was copied, and the copy above it holds a helper function that the answer calls."""
    notebook, name = nb.answered, nb.functions[0]
    helper = copy.deepcopy(cell(notebook, name)) | {"source": "def helper():\n    return 1"}
    add_before(notebook, name, helper)
    cell(notebook, name)["source"] = nb.answer_with(name, "assert helper() == 1")
    return submit(nb, notebook, says=("more than once",))


@case(NOTEBOOK)
def test_copied(nb: Notebooks) -> Fault:
    """A check cell is there twice."""
    notebook = nb.answered
    add_after(notebook, nb.tests[0], copy.deepcopy(cell(notebook, nb.tests[0])))
    return submit(nb, notebook, says=("it runs once",))


@case(NOTEBOOK)
def everything_copied(nb: Notebooks) -> Fault:
    """The whole notebook is there twice."""
    notebook = nb.answered
    notebook["cells"] += nb.answered["cells"]
    return submit(nb, notebook, says=("more than once", "runs once"))


@case(NOTEBOOK)
def tests_first(nb: Notebooks) -> Fault:
    """All check cells stand at the top."""
    notebook = nb.answered
    notebook["cells"][:0] = [take(notebook, name) for name in nb.tests]
    return submit(nb, notebook, says=("The check cells of",))


@case(NOTEBOOK)
def reversed_order(nb: Notebooks) -> Fault:
    """All cells stand in the reverse order."""
    notebook = nb.answered
    notebook["cells"].reverse()
    return submit(nb, notebook, says=("back in their places",))


@case(NOTEBOOK)
def shuffled(nb: Notebooks) -> Fault:
    """All cells stand in a random order."""
    notebook = nb.answered
    Random(7).shuffle(notebook["cells"])
    return submit(nb, notebook, says=("back in their places",))


@case(NOTEBOOK)
def section_moved(nb: Notebooks) -> Fault:
    """The first exercise, with its question and its check, stands at the end."""
    notebook = nb.answered
    at = position(notebook, nb.functions[0])
    section = notebook["cells"][at - 1 : at + 2]
    notebook["cells"][at - 1 : at + 2] = []
    notebook["cells"] += section
    return submit(nb, notebook, says=("back in their places",))


@case(NOTEBOOK)
def solution_moved_to_the_end(nb: Notebooks) -> Fault:
    """A solution cell stands at the end."""
    notebook = nb.answered
    notebook["cells"].append(take(notebook, nb.functions[0]))
    return submit(nb, notebook, says=("back in its place",))


@case(NOTEBOOK)
def tests_edited(nb: Notebooks) -> Fault:
    """Check cells assert nothing any more; nothing is answered."""
    notebook = nb.release
    for name in nb.tests:
        each = cell(notebook, name)
        each["source"] = each["source"].replace("assert ", "True or ")
    says = ("the originals have been used",)
    return submit(nb, notebook, shares=nb.none_earned(), answers=nb.none_written(), says=says)


@case(NOTEBOOK)
def prose_changed(nb: Notebooks) -> Fault:
    """A heading is gone and a sentence is another one, with a script in it."""
    notebook = nb.answered
    notebook["cells"][1]["source"] = notebook["cells"][1]["source"].replace(
        "Grading", "<script>alert(1)</script>"
    )
    return submit(nb, notebook, says=("You wrote into the text",))


@case(NOTEBOOK)
def given_code_changed(nb: Notebooks) -> Fault:
    """The given imports have been replaced by others."""
    notebook = nb.answered
    given = next(each for each in notebook["cells"] if each["cell_type"] == "code")
    given["source"] = "import numpy\nnp = numpy"
    return submit(nb, notebook, says=("the original runs first",))
