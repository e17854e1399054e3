"""Honest work that looks odd, and loses points or the whole submission elsewhere."""

from tests.faults.corpus import HONEST, Fault, case, submit
from tests.faults.notebooks import Notebooks, add_after, add_before, cell, code, prose


@case(HONEST)
def all_right(nb: Notebooks) -> Fault:
    """Everything is right."""
    return submit(nb, nb.answered)


@case(HONEST)
def solution_notebook(nb: Notebooks) -> Fault:
    """It is the instructor's own notebook, which has other metadata than the released one."""
    return submit(nb, nb.assignment.solution.read_bytes())


@case(HONEST)
def executed(nb: Notebooks) -> Fault:
    """All cells have been run; JupyterLab has noted how they were shown."""
    notebook = nb.answered
    for number, each in enumerate(notebook["cells"]):
        each["metadata"] |= {"collapsed": True, "jupyter": {"source_hidden": True}, "scrolled": False}
        if each["cell_type"] == "code":
            each["execution_count"] = number
            each["outputs"] = [{"output_type": "stream", "name": "stdout", "text": ["done\n"]}]
    notebook["metadata"]["kernelspec"] = {
        "display_name": "tf",
        "language": "python",
        "name": "conda-env-tf-py",
    }
    notebook["metadata"]["language_info"] = {
        "name": "python",
        "version": "3.12.1",
        "codemirror_mode": {"name": "ipython"},
    }
    return submit(nb, notebook)


def _each_begins_with(nb: Notebooks, lines: str) -> dict:
    notebook = nb.answered
    for name in nb.functions:
        cell(notebook, name)["source"] = nb.answer_with(name, lines)
    return notebook


@case(HONEST)
def warnings_on_stderr(nb: Notebooks) -> Fault:
    """Graded functions warn and write to stderr."""
    lines = "import sys, warnings\nwarnings.warn('careful')\nprint('a note', file=sys.stderr)"
    return submit(nb, _each_begins_with(nb, lines))


@case(HONEST)
def log_lines(nb: Notebooks) -> Fault:
    """Graded functions write to a log."""
    return submit(nb, _each_begins_with(nb, "import logging\nlogging.warning('in here')"))


@case(HONEST)
def prints_in_functions(nb: Notebooks) -> Fault:
    """Graded functions print what they do, numbers that look like scores too."""
    return submit(nb, _each_begins_with(nb, "print('called', 0.0)\nprint(1.0)"))


@case(HONEST)
def results_shown(nb: Notebooks) -> Fault:
    """Extra cells show results, one as np.float64(1.0)."""
    notebook = nb.answered
    for name in nb.tests:
        add_after(notebook, name, code("np.float64(1.0)"), code("print('score: 0')\n0"))
    return submit(nb, notebook)


@case(HONEST)
def helpers_above(nb: Notebooks) -> Fault:
    """Helper functions stand in cells above the answers that need them, also as decorators."""
    notebook = nb.answered
    for number, name in enumerate(nb.functions):
        helper = f"def helper_{number}(value):\n    return value"
        add_before(notebook, name, prose("First a *helper*."), code(helper))
        cell(notebook, name)["source"] = f"@helper_{number}\n{nb.answer(name)}"
    return submit(nb, notebook)


@case(HONEST)
def helpers_at_the_end(nb: Notebooks) -> Fault:
    """A helper function stands at the end: the checks fail, and yet it is there in the end."""
    notebook = _each_begins_with(nb, "helper()")
    notebook["cells"].append(code("def helper():\n    pass"))
    return submit(nb, notebook)


@case(HONEST)
def imports_at_the_top(nb: Notebooks) -> Fault:
    """Imports stand in a new cell at the top."""
    notebook = _each_begins_with(nb, "assert math.pi > 3 and numpy.pi > 3")
    notebook["cells"].insert(0, code("import math\nimport numpy"))
    return submit(nb, notebook)


@case(HONEST)
def imports_in_the_given_cell(nb: Notebooks) -> Fault:
    """Imports have been added to the given ones."""
    notebook = _each_begins_with(nb, "assert math.pi > 3")
    given = next(each for each in notebook["cells"] if each["cell_type"] == "code")
    given["source"] += "\nimport math"
    return submit(nb, notebook)


@case(HONEST)
def imports_in_the_answer(nb: Notebooks) -> Fault:
    """Imports stand in the solution cells, above the functions."""
    notebook = _each_begins_with(nb, "assert cache")
    for name in nb.functions:
        each = cell(notebook, name)
        each["source"] = f"from functools import cache\n\n\n{each['source']}"
    return submit(nb, notebook)


@case(HONEST)
def commands_of_ipython(nb: Notebooks) -> Fault:
    """Extra cells hold commands of IPython and of the shell."""
    notebook = nb.answered
    add_before(notebook, nb.functions[0], code("%matplotlib inline\n!true"), code("%%time\nvalue = 1"))
    return submit(nb, notebook)


@case(HONEST)
def extra_cells_that_fail(nb: Notebooks) -> Fault:
    """Extra cells hold half a line and an error."""
    notebook = nb.answered
    add_after(notebook, nb.functions[0], code("def half("), code("1 / 0"), code(""), prose(""))
    return submit(nb, notebook)


@case(HONEST)
def answer_that_does_not_parse(nb: Notebooks) -> Fault:
    """One answer is no Python; the others are right."""
    notebook, name = nb.answered, nb.functions[0]
    cell(notebook, name)["source"] = nb.answer(name) + "\n    return ]"
    return submit(nb, notebook, shares={name: 0.0})


@case(HONEST)
def only_one_answered(nb: Notebooks) -> Fault:
    """One exercise is done, the others are untouched."""
    notebook, name = nb.release, nb.functions[0]
    cell(notebook, name)["source"] = nb.answer(name)
    return submit(nb, notebook, shares=nb.none_earned() | {name: 1.0}, answers=nb.none_written())


@case(HONEST)
def slow_but_correct(nb: Notebooks) -> Fault:
    """Graded functions take their time."""
    return submit(nb, _each_begins_with(nb, "import time\ntime.sleep(0.002)"))


@case(HONEST)
def notes_with_code_in_them(nb: Notebooks) -> Fault:
    """A text in an extra cell quotes the definition of a function."""
    notebook, name = nb.answered, nb.functions[0]
    add_before(notebook, name, code(f'notes = """\ndef {name}(x):\n    raise NotImplementedError()\n"""'))
    return submit(nb, notebook)


@case(HONEST)
def numpy_under_another_name(nb: Notebooks) -> Fault:
    """The student imports NumPy again under its full name and renames things."""
    notebook = _each_begins_with(nb, "assert numpy is np")
    add_before(notebook, nb.functions[0], code("import numpy as np\nimport numpy"))
    return submit(nb, notebook)


@case(HONEST)
def experiments_with_an_answer(nb: Notebooks) -> Fault:
    """Below the check an extra cell breaks the function and the next one mends it."""
    notebook, name = nb.answered, nb.functions[0]
    add_after(notebook, nb.tests[0], code(f"kept = {name}\n{name} = None"), code(f"{name} = kept"))
    return submit(nb, notebook)
