"""Cells whose metadata are not what they were."""

from tests.faults.corpus import NOTEBOOK, Fault, case, submit
from tests.faults.notebooks import Notebooks, cell, graded


@case(NOTEBOOK)
def tests_skipped(nb: Notebooks) -> Fault:
    """Nothing is answered, and the tag skip-execution on the check cells keeps them from failing."""
    notebook = nb.release
    for name in nb.tests:
        cell(notebook, name)["metadata"]["tags"] = ["skip-execution"]
    return submit(nb, notebook, shares=nb.none_earned(), answers=nb.none_written(), says=("skip-execution",))


@case(NOTEBOOK)
def everything_skipped(nb: Notebooks) -> Fault:
    """Every cell of a right notebook has the tag skip-execution."""
    notebook = nb.answered
    for each in notebook["cells"]:
        each["metadata"]["tags"] = ["skip-execution", "raises-exception"]
    return submit(nb, notebook, says=("skip-execution",))


@case(NOTEBOOK)
def test_metadata_stripped(nb: Notebooks) -> Fault:
    """One check cell has lost its metadata and its id; nothing is answered."""
    notebook = nb.release
    each = cell(notebook, nb.tests[0])
    each["metadata"], each["id"] = {}, "a1"
    return submit(
        nb, notebook, shares=nb.none_earned(), answers=nb.none_written(), says=("had lost the name",)
    )


@case(NOTEBOOK)
def all_metadata_stripped(nb: Notebooks) -> Fault:
    """All cells have lost their metadata, and have new ids."""
    notebook = nb.answered
    for number, each in enumerate(notebook["cells"]):
        each["metadata"], each["id"] = {}, f"cell{number}"
    return submit(nb, notebook, says=("had lost the names",))


@case(NOTEBOOK)
def metadata_stripped_and_half_answered(nb: Notebooks) -> Fault:
    """All metadata and ids are gone, one exercise and one question are not answered."""
    notebook = nb.answered
    unanswered, unwritten = nb.functions[1], nb.written[0]
    for name in (unanswered, unwritten):
        cell(notebook, name)["source"] = cell(nb.release, name)["source"]
    for each in notebook["cells"]:
        each["metadata"] = {}
        del each["id"]
    answers = {unwritten: cell(nb.release, unwritten)["source"]}
    return submit(nb, notebook, shares={unanswered: 0.0}, answers=answers, says=("had lost the names",))


@case(NOTEBOOK)
def metadata_stripped_ids_kept(nb: Notebooks) -> Fault:
    """All cells have lost their metadata, but not their ids."""
    notebook = nb.answered
    for each in notebook["cells"]:
        each["metadata"] = {}
    return submit(nb, notebook, says=("had lost the names",))


@case(NOTEBOOK)
def metadata_missing(nb: Notebooks) -> Fault:
    """Neither the notebook nor its cells have metadata at all."""
    notebook = nb.answered
    del notebook["metadata"]
    for each in notebook["cells"]:
        del each["metadata"], each["id"]
    return submit(nb, notebook, says=("had lost the names",))


@case(NOTEBOOK)
def metadata_of_wrong_types(nb: Notebooks) -> Fault:
    """Metadata are lists, numbers and texts where they should be objects."""
    notebook = nb.answered
    notebook["metadata"] = ["kernelspec"]
    wrong = [[], 7, "nbgrader", None, {"nbgrader": []}, {"nbgrader": {"grade_id": [1]}}, {"tags": {"a": 1}}]
    for number, each in enumerate(notebook["cells"]):
        each["metadata"] = wrong[number % len(wrong)]
    return submit(nb, notebook, says=("had lost the names",))


def _rename(nb: Notebooks, old: str, new: object, says: str = "had lost the name") -> Fault:
    notebook = nb.answered
    cell(notebook, old)["metadata"]["nbgrader"]["grade_id"] = new
    return submit(nb, notebook, says=(says,))


@case(NOTEBOOK)
def solution_renamed(nb: Notebooks) -> Fault:
    """The grade_id of a solution cell is another one."""
    return _rename(nb, nb.functions[0], "my_solution")


@case(NOTEBOOK)
def test_renamed(nb: Notebooks) -> Fault:
    """The grade_id of a check cell is another one."""
    return _rename(nb, nb.tests[0], "test_something_else")


@case(NOTEBOOK)
def written_renamed(nb: Notebooks) -> Fault:
    """The grade_id of a written answer is another one."""
    return _rename(nb, nb.written[0], "essay")


@case(NOTEBOOK)
def grade_id_is_a_number(nb: Notebooks) -> Fault:
    """A grade_id is a number."""
    return _rename(nb, nb.functions[0], 5)


@case(NOTEBOOK)
def solution_renamed_to_another(nb: Notebooks) -> Fault:
    """A solution cell has the grade_id of another one."""
    return _rename(nb, nb.functions[0], nb.functions[1])


@case(NOTEBOOK)
def solution_renamed_to_its_test(nb: Notebooks) -> Fault:
    """A solution cell has the grade_id of its check cell."""
    return _rename(nb, nb.functions[0], nb.tests[0])


@case(NOTEBOOK)
def written_renamed_to_a_function(nb: Notebooks) -> Fault:
    """A written answer has the grade_id of a function."""
    notebook = nb.answered
    cell(notebook, nb.written[0])["metadata"]["nbgrader"]["grade_id"] = nb.functions[0]
    return submit(nb, notebook, says=("had lost the name",))


@case(NOTEBOOK)
def grade_ids_swapped(nb: Notebooks) -> Fault:
    """Two solution cells have each other's grade_id."""
    notebook = nb.answered
    one, other = cell(notebook, nb.functions[0]), cell(notebook, nb.functions[1])
    one["metadata"], other["metadata"] = other["metadata"], one["metadata"]
    return submit(nb, notebook, says=("had lost the names",))


@case(NOTEBOOK)
def all_grade_ids_equal(nb: Notebooks) -> Fault:
    """All graded cells, of which none is answered, have the grade_id of the first test."""
    notebook = nb.release
    for each in graded(notebook):
        each["metadata"]["nbgrader"]["grade_id"] = nb.tests[0]
    says = ("had lost the names", "settings", "it runs once", "The check cells of")
    return submit(nb, notebook, shares=nb.none_earned(), answers=nb.none_written(), says=says)


def _settings(nb: Notebooks, notebook: dict, **changes: object) -> Fault:
    for each in graded(notebook):
        each["metadata"]["nbgrader"].update(changes)
    return submit(nb, notebook, says=("settings",))


@case(NOTEBOOK)
def schema_version_1(nb: Notebooks) -> Fault:
    """The metadata say that they are of schema 1."""
    return _settings(nb, nb.answered, schema_version=1)


@case(NOTEBOOK)
def schema_version_99(nb: Notebooks) -> Fault:
    """The metadata say that they are of schema 99."""
    return _settings(nb, nb.answered, schema_version=99)


@case(NOTEBOOK)
def schema_version_is_text(nb: Notebooks) -> Fault:
    """The metadata say that they are of schema "three"."""
    return _settings(nb, nb.answered, schema_version="three")


@case(NOTEBOOK)
def flags_missing(nb: Notebooks) -> Fault:
    """The metadata hold nothing but grade_ids."""
    notebook = nb.answered
    for each in graded(notebook):
        each["metadata"]["nbgrader"] = {"grade_id": each["metadata"]["nbgrader"]["grade_id"]}
    return submit(nb, notebook, says=("settings",))


@case(NOTEBOOK)
def flags_flipped(nb: Notebooks) -> Fault:
    """What is graded is marked as not graded, and the other way round."""
    notebook = nb.answered
    for each in graded(notebook):
        settings = each["metadata"]["nbgrader"]
        settings.update({key: not settings[key] for key in ("grade", "solution", "locked", "task")})
    return submit(nb, notebook, says=("settings",))


@case(NOTEBOOK)
def all_unlocked(nb: Notebooks) -> Fault:
    """Check cells are unlocked and answer "ok" to everything; nothing is answered."""
    notebook = nb.release
    for name in nb.tests:
        each = cell(notebook, name)
        each["metadata"].update(editable=True, deletable=True)
        each["metadata"]["nbgrader"]["locked"] = False
        each["source"] = "print('ok')"
    says = ("settings", "had been changed; the originals")
    return submit(nb, notebook, shares=nb.none_earned(), answers=nb.none_written(), says=says)


@case(NOTEBOOK)
def points_changed(nb: Notebooks) -> Fault:
    """Exercises are worth a million points."""
    return _settings(nb, nb.answered, points=1_000_000)


@case(NOTEBOOK)
def points_are_text(nb: Notebooks) -> Fault:
    """Exercises are worth "NaN" points."""
    return _settings(nb, nb.answered, points="NaN")


def _type(nb: Notebooks, name: str, cell_type: object) -> Fault:
    notebook = nb.answered
    each = cell(notebook, name)
    each["cell_type"] = cell_type
    each.pop("outputs", None), each.pop("execution_count", None)
    return submit(nb, notebook, says=("settings",))


@case(NOTEBOOK)
def solution_is_markdown(nb: Notebooks) -> Fault:
    """A solution cell has become a markdown cell."""
    return _type(nb, nb.functions[0], "markdown")


@case(NOTEBOOK)
def test_is_raw(nb: Notebooks) -> Fault:
    """A check cell has become a raw cell."""
    return _type(nb, nb.tests[0], "raw")


@case(NOTEBOOK)
def written_is_code(nb: Notebooks) -> Fault:
    """A written answer has become a code cell."""
    return _type(nb, nb.written[0], "code")


@case(NOTEBOOK)
def cell_type_unknown(nb: Notebooks) -> Fault:
    """A solution cell has a type that no notebook knows."""
    return _type(nb, nb.functions[0], "quantum")


@case(NOTEBOOK)
def kernel_is_r(nb: Notebooks) -> Fault:
    """The notebook asks for R."""
    notebook = nb.answered
    notebook["metadata"]["kernelspec"] = {"display_name": "R", "language": "R", "name": "ir"}
    notebook["metadata"]["language_info"] = {"name": "R"}
    return submit(nb, notebook, says=("runs with Python",))


@case(NOTEBOOK)
def kernel_runs_a_command(nb: Notebooks) -> Fault:
    """The kernelspec is a path out of the kernels' folder."""
    notebook = nb.answered
    notebook["metadata"]["kernelspec"] = {"display_name": "x", "language": "python", "name": "../../tmp/evil"}
    return submit(nb, notebook)


@case(NOTEBOOK)
def ids_duplicated(nb: Notebooks) -> Fault:
    """All cells have the same id, that of a solution cell."""
    notebook = nb.answered
    for each in notebook["cells"]:
        each["id"] = nb.functions[0]
    return submit(nb, notebook)


@case(NOTEBOOK)
def ids_invalid(nb: Notebooks) -> Fault:
    """Ids are numbers, empty, or far too long."""
    notebook = nb.answered
    for number, each in enumerate(notebook["cells"]):
        each["id"] = [number, "", "x" * 500, None, {"a": 1}, "ä ö/ü"][number % 6]
    return submit(nb, notebook)


@case(NOTEBOOK)
def colab(nb: Notebooks) -> Fault:
    """Saved by Colab: no ids, entries of its own in the metadata, a badge at the top, outputs."""
    notebook = nb.answered
    notebook["nbformat_minor"] = 0
    notebook["metadata"] = {"colab": {"name": "a.ipynb", "provenance": []}, "kernelspec": {"name": "python3"}}
    for number, each in enumerate(notebook["cells"]):
        del each["id"]
        each["metadata"] |= {
            "id": f"fWq{number}",
            "colab": {"height": 35},
            "outputId": "x",
            "executionInfo": {"status": "ok"},
        }
        each["source"] = each["source"].splitlines(keepends=True)
    badge = {
        "cell_type": "markdown",
        "metadata": {"id": "view-in-github"},
        "source": ["<a href='x'>Open</a>"],
    }
    notebook["cells"].insert(0, badge)
    return submit(nb, notebook)


@case(NOTEBOOK)
def colab_without_nbgrader(nb: Notebooks) -> Fault:
    """Saved by an editor that gives new ids and drops what nbgrader wrote."""
    fault = colab(nb)
    notebook = fault.files[nb.file_name]
    for each in notebook["cells"]:
        each["metadata"] = {"id": each["metadata"]["id"]}
    return submit(nb, notebook, says=("had lost the names",))
