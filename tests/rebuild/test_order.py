"""Nothing of the student's is lost or changes its order, whatever else was done to the notebook.

Then the rebuilt notebook defines what the student's own would define, run from top to bottom.
"""

import copy
import re
from random import Random

import pytest

from autograder.rebuild import rebuild
from tests.faults.notebooks import add_after, cell, code, pack, prose


def random_notebook(notebooks, random: Random) -> dict:
    """An answered notebook with numbered answers, in which cells were added, copied, deleted and stripped."""
    notebook = notebooks.answered
    answers = [*notebooks.functions, *notebooks.written]
    for name in random.sample(answers, random.randrange(len(answers))):
        cell(notebook, name)["source"] = cell(notebooks.release, name)["source"]  # not answered
    for name in random.sample(answers, 2):
        add_after(notebook, name, copy.deepcopy(cell(notebook, name)))
    for _ in range(random.randrange(12)):
        own = random.choice(
            [
                code("x = 1"),
                code("def helper():\n    pass"),
                code("import numpy as np"),
                prose("A remark."),
                code(notebooks.answer(random.choice(notebooks.functions))),
                copy.deepcopy(cell(notebook, random.choice(answers))),
            ]
        )
        notebook["cells"].insert(random.randrange(len(notebook["cells"]) + 1), own)
    for _ in range(random.choice([0, 0, 1, 3, 10, 20])):
        del notebook["cells"][random.randrange(len(notebook["cells"]))]
    number_own_cells(notebook, notebooks)
    stripped = random.choice([0, 0, 0.3, 1])
    for each in notebook["cells"]:
        if random.random() < stripped:
            each["metadata"] = {}
            each.pop("id", None)
    return notebook


def number_own_cells(notebook: dict, notebooks) -> None:
    """Marks each cell that holds something of the student's with a number of its own."""
    released = {each["source"] for each in notebooks.release["cells"]} - {"import numpy as np"}
    for number, each in enumerate(notebook["cells"]):
        given = each["source"] == "import numpy as np" and "id" in each
        if each["source"] not in released and not given:
            each["source"] += f"\n# own {number}" if each["cell_type"] == "code" else f"\n\nown {number}"


def numbers(cells) -> list[str]:
    return re.findall(r"own (\d+)", "\n".join(each["source"] for each in cells))


@pytest.mark.parametrize(
    "count", [pytest.param(300, id="few"), pytest.param(10_000, id="many", marks=pytest.mark.slow)]
)
def test_own_cells_stay_in_order(count, notebooks, template):
    in_order = 0
    for seed in range(count):
        notebook = random_notebook(notebooks, Random(seed))
        rebuilt = rebuild(pack(notebook), template)
        before, after = numbers(notebook["cells"]), numbers(rebuilt.notebook.cells)
        assert sorted(before) == sorted(after), f"seed {seed}: something was lost"
        if not any(
            "been moved" in sentence or "without an answer" in sentence for sentence in rebuilt.repairs
        ):
            in_order += 1
            assert before == after, f"seed {seed}: the order is another one"
    assert in_order > count / 3
