"""Whatever is handed in, the result is the instructor's notebook with something of the student's in it."""

import time
from random import Random

import nbformat
import pytest

from autograder.rebuild import rebuild
from tests.faults.notebooks import pack
from tests.rebuild.fuzzing import mutate_bytes, mutate_json

FEW = pytest.param(400, id="few")
MANY = pytest.param(20_000, id="many", marks=pytest.mark.slow)


def check(content, template, notebooks, twice=False):
    began = time.process_time()
    rebuilt = rebuild(content, template)
    assert time.process_time() - began < 5
    known = {cell.id: cell for cell in template.notebook.cells}
    kept = [cell for cell in rebuilt.notebook.cells if cell.id in known]
    assert [cell.id for cell in kept] == list(known)
    for cell in kept:
        assert cell.metadata == known[cell.id].metadata
        assert cell.source == known[cell.id].source or cell.id in [*notebooks.functions, *notebooks.written]
    nbformat.validate(rebuilt.notebook)
    assert nbformat.writes(rebuilt.notebook).encode()  # can be stored
    "\n".join(rebuilt.repairs).encode()
    if rebuilt.unreadable:
        assert rebuilt.notebook == template.notebook
    if twice:
        assert rebuild(content, template) == rebuilt
    return rebuilt


@pytest.mark.parametrize("count", [FEW, MANY])
def test_mutated_bytes(count, template, notebooks):
    content = pack(notebooks.answered)
    for seed in range(count):
        try:
            check(mutate_bytes(content, Random(seed)), template, notebooks, twice=seed % 20 == 0)
        except Exception as error:
            raise AssertionError(f"seed {seed}") from error


@pytest.mark.parametrize("count", [FEW, MANY])
def test_mutated_json(count, template, notebooks):
    notebook = notebooks.answered
    for seed in range(count):
        try:
            check(mutate_json(notebook, Random(seed)), template, notebooks, twice=seed % 20 == 0)
        except Exception as error:
            raise AssertionError(f"seed {seed}") from error


@pytest.mark.parametrize(
    "content",
    [
        b"{" + b'"' * 2_000_001,
        b"{" + b'"\\' * 1_000_000,
        b'{"cells": [' + b'{"a":"' * 500_000,
        b'{"cells": [' + b"{}," * 700_000,
        b'{"cells": [' + b", " * 1_000_000,
        b'{"cells": [' + b'{"cell_type":"code","source":""}\n' * 1_900 + b"]}",
        b"{" + b"[]" * 2_000_000,
        b"{" + b" " * 4_000_000,
        b"\x00" * 4_000_000 + b"{",
        b'{"a": 1}' + b" \x00x" * 1_000_000,
        b"<<<<<<< " * 300_000,
        b'{"cells": [' + b"1" * 3_000_000,
        b"\xfe\xff" * 1_000_000,
        b"{\x00" * 1_000_000,
    ],
    ids=lambda content: repr(content[:20]),
)
def test_large_and_wicked(content, template, notebooks):
    check(content, template, notebooks)


@pytest.mark.parametrize(
    "source",
    [
        "'''" * 60_000,
        "'''\"\"\"" * 30_000 + "'''",
        "(" * 190_000,
        "-" * 190_000,
        "def batchnorm_train" * 10_000,
        "def f\n" * 30_000,
        "a:" * 90_000,
        "a" * 190_000 + "=",
        "a=\n" * 60_000,
        " " * 190_000,
        "\n" * 190_000,
        "\ta \t:" * 30_000,
    ],
    ids=lambda source: repr(source[:10]),
)
def test_wicked_source(source, template, notebooks):
    notebook = notebooks.answered
    notebook["cells"][5]["source"] = source
    notebook["cells"].append({"cell_type": "code", "source": source})
    rebuilt = check(pack(notebook), template, notebooks)
    assert rebuilt.unreadable is None


def test_many_copies_of_all_cells(template, notebooks):
    notebook = notebooks.answered
    notebook["cells"] = [cell for cell in notebook["cells"] for _ in range(70)]
    assert check(pack(notebook), template, notebooks).unreadable is None
    notebook["cells"].reverse()
    assert check(pack(notebook), template, notebooks).unreadable is None
