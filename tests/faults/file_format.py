"""Files that are hardly proper notebooks, but can be read."""

import json
import re

from tests.faults.corpus import NOTEBOOK, Fault, case, submit
from tests.faults.notebooks import Notebooks, cell, code, pack, prose

_PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


@case(NOTEBOOK)
def truncated(nb: Notebooks) -> Fault:
    """The file ends in the middle of the second solution cell; the first is whole."""
    whole = pack(nb.answered)
    lost = nb.functions[1:]
    content = whole[: whole.index(nb.answer(lost[0]).split("\n")[0].encode()) + 10]
    return submit(
        nb,
        content,
        shares=dict.fromkeys(lost, 0.0),
        answers=nb.none_written(),
        says=("interrupted download",),
    )


@case(NOTEBOOK)
def text_after_the_end(nb: Notebooks) -> Fault:
    """There is more text after the notebook."""
    return submit(nb, pack(nb.answered) + b'}\n{"cells": []}', says=("after the end",))


@case(NOTEBOOK)
def zero_bytes_after_the_end(nb: Notebooks) -> Fault:
    """There are zero bytes after the notebook."""
    return submit(nb, pack(nb.answered) + bytes(4096), says=("zero bytes",))


@case(NOTEBOOK)
def trailing_commas(nb: Notebooks) -> Fault:
    """Lists and objects end in a comma, as somebody's editor left them."""
    text = re.sub(r'(["\]}])(\n *[\]}])', r"\1,\2", pack(nb.answered).decode())
    return submit(nb, text.encode(), says=("commas",))


@case(NOTEBOOK)
def byte_order_mark(nb: Notebooks) -> Fault:
    """The file begins with the byte order mark of UTF-8."""
    return submit(nb, b"\xef\xbb\xbf" + pack(nb.answered))


@case(NOTEBOOK)
def utf_16(nb: Notebooks) -> Fault:
    """The file is in UTF-16, as Windows' PowerShell writes it."""
    return submit(nb, pack(nb.answered).decode().encode("utf-16"), says=("UTF-16",))


@case(NOTEBOOK)
def utf_16_without_mark(nb: Notebooks) -> Fault:
    """The file is in UTF-16 without a byte order mark."""
    return submit(nb, pack(nb.answered).decode().encode("utf-16-be"), says=("UTF-16",))


@case(NOTEBOOK)
def windows_encoding(nb: Notebooks) -> Fault:
    """The file is in the encoding of an old Windows, with umlauts in an answer."""
    notebook, name = nb.answered, nb.written[0]
    cell(notebook, name)["source"] = "Die Schätzung für die Prüfung - „größer“"
    content = pack(notebook).decode().encode("cp1252", "replace")
    return submit(
        nb, content, answers={name: "Die Schätzung für die Prüfung - „größer“"}, says=("Windows-1252",)
    )


@case(NOTEBOOK)
def damaged_byte(nb: Notebooks) -> Fault:
    """One byte in a comment is no UTF-8; other characters show that the file is."""
    notebook, name = nb.answered, nb.functions[0]
    cell(notebook, name)["source"] += "\n# äöüß @@"
    return submit(nb, pack(notebook).replace(b"@@", b"\xff"), says=("were damaged",))


@case(NOTEBOOK)
def half_characters(nb: Notebooks) -> Fault:
    """A comment holds half of a surrogate pair and a zero character."""
    notebook, name = nb.answered, nb.functions[0]
    add = "\n# \ud83d \x00 \udc00"
    text = json.dumps(notebook).replace(
        json.dumps(nb.answer(name))[1:-1], json.dumps(nb.answer(name) + add)[1:-1]
    )
    return submit(nb, text.encode())


@case(NOTEBOOK)
def windows_line_ends(nb: Notebooks) -> Fault:
    """All lines end as on Windows, those of the file and those of the cells."""
    notebook = nb.answered
    for each in notebook["cells"]:
        each["source"] = each["source"].replace("\n", "\r\n")
    return submit(nb, pack(notebook).replace(b"\n", b"\r\n"))


def _format(nb: Notebooks, version: object, says: tuple[str, ...] = ("read as format 4",)) -> Fault:
    return submit(nb, nb.answered | {"nbformat": version}, says=says)


@case(NOTEBOOK)
def nbformat_99(nb: Notebooks) -> Fault:
    """The notebook says that it is of format 99."""
    return _format(nb, 99)


@case(NOTEBOOK)
def nbformat_is_text(nb: Notebooks) -> Fault:
    """The notebook says that it is of format "four"."""
    return _format(nb, "four")


@case(NOTEBOOK)
def nbformat_missing(nb: Notebooks) -> Fault:
    """The notebook does not say its format."""
    notebook = nb.answered
    del notebook["nbformat"], notebook["nbformat_minor"]
    return submit(nb, notebook, says=("read as format 4",))


@case(NOTEBOOK)
def nbformat_minor_strange(nb: Notebooks) -> Fault:
    """The minor number of the format is a text."""
    return submit(nb, nb.answered | {"nbformat_minor": "x"})


@case(NOTEBOOK)
def nbformat_3(nb: Notebooks) -> Fault:
    """The notebook is of format 3, with worksheets, headings and inputs, and so without ids."""
    cells = []
    for each in nb.answered["cells"]:
        if each["cell_type"] == "code":
            entry = {"cell_type": "code", "input": each["source"], "language": "python", "outputs": []}
        else:
            entry = {"cell_type": "markdown", "source": each["source"]}
        cells.append(entry | {"metadata": each["metadata"]})
    cells.insert(0, {"cell_type": "heading", "level": 2, "metadata": {}, "source": "My notes"})
    notebook = {
        "metadata": {"name": ""},
        "nbformat": 3,
        "nbformat_minor": 0,
        "worksheets": [{"cells": cells}],
    }
    return submit(nb, notebook, says=("old format",))


@case(NOTEBOOK)
def source_null(nb: Notebooks) -> Fault:
    """A solution cell's text is null."""
    notebook, name = nb.answered, nb.functions[0]
    cell(notebook, name)["source"] = None
    return submit(nb, notebook, shares={name: 0.0}, says=("without text",))


@case(NOTEBOOK)
def source_missing(nb: Notebooks) -> Fault:
    """Two cells have no text at all."""
    notebook = nb.answered
    del cell(notebook, nb.functions[0])["source"], cell(notebook, nb.tests[1])["source"]
    return submit(nb, notebook, shares={nb.functions[0]: 0.0}, says=("without text", "had been changed"))


@case(NOTEBOOK)
def source_of_lists(nb: Notebooks) -> Fault:
    """Texts are lists of lines, with things between them that are no lines."""
    notebook = nb.answered
    for each in notebook["cells"]:
        each["source"] = [None, *each["source"].splitlines(keepends=True), 7, ["x"]]
    return submit(nb, notebook)


@case(NOTEBOOK)
def source_is_a_number(nb: Notebooks) -> Fault:
    """A solution cell's text is a number."""
    notebook, name = nb.answered, nb.functions[0]
    cell(notebook, name)["source"] = 12.5
    return submit(nb, notebook, shares={name: 0.0}, says=("without text",))


@case(NOTEBOOK)
def entries_that_are_no_cells(nb: Notebooks) -> Fault:
    """In the list of cells stand numbers, texts, lists and empty objects."""
    notebook = nb.answered
    notebook["cells"][3:3] = [None, 3, "cell", [], {}]
    return submit(nb, notebook, says=("no cells", "without text"))


@case(NOTEBOOK)
def cell_types_missing(nb: Notebooks) -> Fault:
    """Cells do not say their type."""
    notebook = nb.answered
    for each in notebook["cells"]:
        del each["cell_type"]
    return submit(nb, notebook)


@case(NOTEBOOK)
def keys_twice(nb: Notebooks) -> Fault:
    """The object of the notebook has two lists of cells, of which Jupyter shows the second."""
    text = pack(nb.answered).decode().replace("{", '{"cells": [], "nbformat": 3,', 1)
    return submit(nb, text.encode())


@case(NOTEBOOK)
def not_a_number(nb: Notebooks) -> Fault:
    """Numbers are NaN, infinite, or have ten thousand digits."""
    text = pack(nb.answered).decode()
    for number in ("NaN", "-Infinity", "9" * 10_000, "1e999999"):
        text = text.replace('"execution_count": null', f'"execution_count": {number}', 1)
    assert "NaN" in text and "1e999999" in text
    return submit(nb, text.encode())


@case(NOTEBOOK)
def long_cell(nb: Notebooks) -> Fault:
    """A cell of the student's own holds a megabyte of data."""
    notebook = nb.answered
    notebook["cells"].append(code(f"data = '{'x' * 1_000_000}'"))
    return submit(nb, notebook, says=("more than 200000",))


@case(NOTEBOOK)
def scripts_in_outputs(nb: Notebooks) -> Fault:
    """Outputs hold scripts, errors and megabytes of text."""
    notebook = nb.answered
    for each in notebook["cells"]:
        if each["cell_type"] == "code":
            data = {"text/html": "<script>alert(1)</script>", "application/javascript": "alert(2)"}
            each["outputs"] = [
                {"output_type": "display_data", "data": data, "metadata": {}},
                {"output_type": "stream", "name": "stdout", "text": "x" * 200_000},
                {"output_type": "error", "ename": "E", "evalue": "<script>", "traceback": ["<script>"]},
                "nothing",
            ]
            each["execution_count"] = 7
    return submit(nb, notebook)


@case(NOTEBOOK)
def attachments(nb: Notebooks) -> Fault:
    """A photograph is pasted into an answer, and a drawing with a script into a note."""
    notebook, name = nb.answered, nb.written[0]
    cell(notebook, name)["source"] = "![derivation](attachment:a.png)"
    cell(notebook, name)["attachments"] = {"a.png": {"image/png": _PNG}, "b.png": {"image/png": "<script>"}}
    note = prose("![](attachment:c.svg)") | {
        "attachments": {"c.svg": {"image/svg+xml": "<svg><script/></svg>"}, "d": 3}
    }
    notebook["cells"].append(note)
    return submit(nb, notebook, answers={name: "![derivation](attachment:a.png)"})
