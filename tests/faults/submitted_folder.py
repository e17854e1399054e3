"""Folders in which the notebook is not where or what it should be."""

from tests.faults.corpus import NOTEBOOK, Fault, Link, case
from tests.faults.notebooks import Notebooks, pack


def _renamed(nb: Notebooks, name: str) -> Fault:
    return Fault({name: nb.answered}, says=("should be called",))


def _nothing(nb: Notebooks, files: dict, says: tuple[str, ...]) -> Fault:
    return Fault(files, nb.none_earned(), nb.none_written(), says, unreadable=True)


@case(NOTEBOOK)
def renamed_by_the_browser(nb: Notebooks) -> Fault:
    """The browser has put "(1)" into the name."""
    return _renamed(nb, nb.file_name.replace(".ipynb", " (1).ipynb"))


@case(NOTEBOOK)
def renamed_with_umlauts(nb: Notebooks) -> Fault:
    """The name has umlauts, spaces, quotes and a line end."""
    return _renamed(nb, "Übung 3 'fertig'\nvon Jürgen.ipynb")


@case(NOTEBOOK)
def renamed_in_capitals(nb: Notebooks) -> Fault:
    """The name is in capitals."""
    return _renamed(nb, nb.file_name.upper())


@case(NOTEBOOK)
def renamed_to_a_text(nb: Notebooks) -> Fault:
    """The browser took the notebook for a text and has added ".txt" to its name."""
    return _renamed(nb, f"{nb.file_name}.txt")


@case(NOTEBOOK)
def renamed_to_a_script(nb: Notebooks) -> Fault:
    """The name holds markup."""
    return _renamed(nb, "<img src=x onerror=alert(1)>.ipynb")


@case(NOTEBOOK)
def in_a_folder(nb: Notebooks) -> Fault:
    """The notebook stands in a folder of its own, among what archives and editors bring along."""
    files = {
        f"{nb.assignment.stem}/{nb.file_name}": nb.answered,
        f"__MACOSX/{nb.assignment.stem}/._{nb.file_name}": b"\x00\x05",
        f"{nb.assignment.stem}/.ipynb_checkpoints/{nb.file_name}": nb.release,
    }
    return Fault(files, says=("should be called",))


@case(NOTEBOOK)
def with_a_second_notebook(nb: Notebooks) -> Fault:
    """There is another notebook beside the one of the right name."""
    return Fault({nb.file_name: nb.answered, "scratch.ipynb": nb.release, "z/scratch.ipynb": nb.release})


@case(NOTEBOOK)
def two_renamed_notebooks(nb: Notebooks) -> Fault:
    """There are two notebooks, and none has the right name."""
    return _nothing(nb, {"a.ipynb": nb.answered, "b.ipynb": nb.release}, ("There are 2 notebooks",))


@case(NOTEBOOK)
def no_notebook(nb: Notebooks) -> Fault:
    """There is a text and a folder that is called like a notebook."""
    files = {"answers.txt": b"done", f"{nb.file_name}/readme.txt": b"here"}
    return _nothing(nb, files, ("There is no notebook",))


@case(NOTEBOOK)
def notebook_is_a_link(nb: Notebooks) -> Fault:
    """The notebook is a symbolic link to a classmate's."""
    files = {nb.file_name: Link("../classmate.ipynb"), "../classmate.ipynb": nb.answered}
    return _nothing(nb, files, ("is a link",))


@case(NOTEBOOK)
def folder_is_a_link(nb: Notebooks) -> Fault:
    """The folder with the notebook is a symbolic link."""
    files = {"work": Link("../classmate"), f"../classmate/{nb.file_name}": nb.answered}
    return _nothing(nb, files, ("There is no notebook",))


@case(NOTEBOOK)
def modules_beside_the_notebook(nb: Notebooks) -> Fault:
    """Beside the notebook stand modules and settings that would change what runs."""
    evil = b"raise SystemExit('ran')\n"
    names = (
        "numpy.py",
        "conftest.py",
        "autograder.py",
        "sitecustomize.py",
        "ipython_config.py",
        "nbgrader_config.py",
    )
    return Fault(
        {nb.file_name: pack(nb.release)} | dict.fromkeys(names, evil), nb.none_earned(), nb.none_written()
    )


@case(NOTEBOOK)
def timestamp_malformed(nb: Notebooks) -> Fault:
    """The file with the time of submission holds no time."""
    return Fault(
        {nb.file_name: nb.answered, "timestamp.txt": b"yesterday \xff"}, says=("does not hold a time",)
    )
