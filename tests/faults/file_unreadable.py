"""Files from which nothing can be read."""

from tests.faults.corpus import NOTEBOOK, Fault, case, submit
from tests.faults.notebooks import Notebooks, code, pack


def _unreadable(nb: Notebooks, content: bytes, says: str) -> Fault:
    return submit(
        nb, content, shares=nb.none_earned(), answers=nb.none_written(), says=(says,), unreadable=True
    )


@case(NOTEBOOK)
def empty_file(nb: Notebooks) -> Fault:
    """The file is empty."""
    return _unreadable(nb, b"", "is empty")


@case(NOTEBOOK)
def zero_bytes(nb: Notebooks) -> Fault:
    """The file holds nothing but zero bytes."""
    return _unreadable(nb, bytes(5000), "is empty")


@case(NOTEBOOK)
def web_page(nb: Notebooks) -> Fault:
    """The file is the page that shows the notebook."""
    return _unreadable(nb, b"<!DOCTYPE html>\n<html><body>Sign in</body></html>", "is a web page")


@case(NOTEBOOK)
def zip_archive(nb: Notebooks) -> Fault:
    """The file is a zip archive."""
    return _unreadable(nb, b"PK\x03\x04" + bytes(range(256)), "archive")


@case(NOTEBOOK)
def python_script(nb: Notebooks) -> Fault:
    """The file is a Python script."""
    return _unreadable(nb, b"import numpy as np\n", "does not hold a notebook")


@case(NOTEBOOK)
def random_bytes(nb: Notebooks) -> Fault:
    """The file is noise."""
    return _unreadable(nb, bytes((i * i * 31 + 7) % 251 for i in range(4000)), "")


@case(NOTEBOOK)
def json_list(nb: Notebooks) -> Fault:
    """The file is JSON, but a list."""
    return _unreadable(nb, b"[1, 2, 3]", "does not hold a notebook")


@case(NOTEBOOK)
def json_of_something_else(nb: Notebooks) -> Fault:
    """The file is JSON without cells."""
    return _unreadable(nb, b'{"name": "package", "version": 3}', "no list of cells")


@case(NOTEBOOK)
def cells_are_an_object(nb: Notebooks) -> Fault:
    """The list of cells is an object."""
    notebook = nb.answered
    notebook["cells"] = {str(number): each for number, each in enumerate(notebook["cells"])}
    return _unreadable(nb, pack(notebook), "no list of cells")


@case(NOTEBOOK)
def conflict_marks(nb: Notebooks) -> Fault:
    """Git has left both versions in the file."""
    lines = pack(nb.answered).decode().split("\n")
    lines[40:40] = ["<<<<<<< HEAD", '  "a",', "=======", '  "b",', ">>>>>>> main"]
    return _unreadable(nb, "\n".join(lines).encode(), "conflict marks")


@case(NOTEBOOK)
def nested_deeply(nb: Notebooks) -> Fault:
    """An output is a list in a list in a list, a hundred thousand times."""
    text = (
        pack(nb.answered).decode().replace('"outputs": []', '"outputs": ' + "[" * 100_000 + "]" * 100_000, 1)
    )
    return _unreadable(nb, text.encode(), "nested more than")


@case(NOTEBOOK)
def brackets_only(nb: Notebooks) -> Fault:
    """The file is an opening brace and a million brackets."""
    return _unreadable(nb, b"{" + b"[" * 1_000_000, "nested more than")


@case(NOTEBOOK)
def too_many_cells(nb: Notebooks) -> Fault:
    """The notebook has 30,000 cells."""
    notebook = nb.answered
    notebook["cells"] += [code("1")] * 30_000
    return _unreadable(nb, pack(notebook), "cells; at most")


@case(NOTEBOOK)
def too_large(nb: Notebooks) -> Fault:
    """The file is larger than any notebook should be."""
    return _unreadable(nb, pack(nb.answered) + b" " * 2**26, "larger than 64 MB")


@case(NOTEBOOK)
def truncated_at_once(nb: Notebooks) -> Fault:
    """The file ends before the first cell does."""
    return _unreadable(nb, pack(nb.answered)[:40], "is damaged")
