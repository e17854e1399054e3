"""Cases for the whole grader only: code that must never run outside a sandbox.

They have a register of their own, so that no test that grades in its own process can come across them.
"""

import importlib
from collections.abc import Callable

from tests.faults.corpus import Case, Fault, submit
from tests.faults.notebooks import Notebooks, add_after, add_before, cell, code

PROCESSES = "Process and resources"
FORGING = "Forging"
FILES = "Files and network"
HEAVY = "Honest, and heavy"

# Stand in sources for what only the test knows: a course folder with a classmate's work, this repository,
# and a port of the machine on which somebody listens.
COURSE, REPOSITORY, PORT = "@course@", "@repository@", "@port@"

_MODULES = (
    *("dying", "hanging", "using_up", "lingering"),
    *("forged_checks", "forged_results", "forged_replies", "poisoned"),
    *("files_and_network", "heavy_honest"),
)
_CASES: dict[str, Case] = {}


def case(section: str) -> Callable[[Callable[[Notebooks], Fault]], Callable[[Notebooks], Fault]]:
    """Registers a function that makes a submission; its docstring says what is odd about it."""

    def register(make: Callable[[Notebooks], Fault]) -> Callable[[Notebooks], Fault]:
        assert make.__name__ not in _CASES, make.__name__
        _CASES[make.__name__] = Case(make.__name__, section, make.__doc__, make)
        return make

    return register


def whole_cases() -> list[Case]:
    """Every case, in the order of the modules."""
    for module in _MODULES:
        importlib.import_module(f"tests.faults.{module}")  # its cases register themselves
    return list(_CASES.values())


def victim(nb: Notebooks) -> str:
    """The exercise that most cases are about: one of the first, so that others come before and after."""
    return nb.functions[1]


def in_cell(nb: Notebooks, source: str, *says: str) -> Fault:
    """All answers are right; a cell of the student's own, after the first check, does harm to nobody else."""
    notebook = nb.answered
    add_after(notebook, nb.tests[0], code(source))
    return submit(nb, notebook, says=says)


def in_last_cell(nb: Notebooks, source: str, *says: str) -> Fault:
    """All answers are right; a cell of the student's own at the very end does harm to nobody else."""
    notebook = nb.answered
    notebook["cells"].append(code(source))
    return submit(nb, notebook, says=says)


def in_answer(nb: Notebooks, source: str, *says: str) -> Fault:
    """One exercise has this instead of an answer, and earns nothing; the others are right."""
    notebook, name = nb.answered, victim(nb)
    cell(notebook, name)["source"] = source
    return submit(nb, notebook, shares={name: 0.0}, says=says)


def in_call(nb: Notebooks, lines: str, *says: str) -> Fault:
    """One function does this and returns nothing; the others are right."""
    return in_answer(nb, f"def {victim(nb)}(*arguments, **keywords):\n{indented(lines)}", *says)


def in_right_answer(nb: Notebooks, lines: str, *says: str, share: float = 1.0) -> Fault:
    """One function does this first, and then what it should; all are right."""
    notebook, name = nb.answered, victim(nb)
    cell(notebook, name)["source"] = nb.answer_with(name, lines.strip("\n"))
    return submit(nb, notebook, shares={name: share}, says=says)


def with_trick(nb: Notebooks, source: str, *says: str) -> Fault:
    """One exercise is answered wrongly, and a cell at the top tries to get the points for it all the same."""
    fault = in_call(nb, "return arguments[0]", *says)
    (notebook,) = fault.files.values()
    add_before(notebook, nb.functions[0], code(source))
    return fault


def indented(lines: str) -> str:
    """Lines as the body of a function."""
    return "\n".join(f"    {line}" if line else line for line in lines.strip("\n").split("\n"))
