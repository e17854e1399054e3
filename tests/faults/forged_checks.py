"""Attempts to get points by deceiving whoever looks at the notebook: its checks, outputs and displays."""

from tests.faults.corpus import Fault, submit
from tests.faults.notebooks import Notebooks, cell
from tests.faults.whole import FORGING, case, in_call, victim, with_trick


@case(FORGING)
def points_in_the_outputs(nb: Notebooks) -> Fault:
    """The submitted notebook claims full points in the outputs of its check cells."""
    notebook = nb.release
    for name in nb.tests:
        points = cell(notebook, name)["metadata"]["nbgrader"]["points"]
        output = {"output_type": "execute_result", "data": {"text/plain": [f"{points}.0"]}, "metadata": {}}
        cell(notebook, name)["outputs"] = [output | {"execution_count": 1}]
    return submit(nb, notebook, shares=nb.none_earned(), answers=nb.none_written())


@case(FORGING)
def display_hook(nb: Notebooks) -> Fault:
    """Everything that is displayed is a full score."""
    source = """
import sys

class Full:
    def __call__(self, value=None):
        print(2.0)

sys.displayhook = Full()
get_ipython().displayhook = Full()
"""
    return with_trick(nb, source)


@case(FORGING)
def formatter_of_numbers(nb: Notebooks) -> Fault:
    """Every number is shown as a full score."""
    source = """
formatter = get_ipython().display_formatter.formatters["text/plain"]
for kind in (int, float, np.float64, dict, str, list, tuple):
    formatter.for_type(kind, lambda value, printer, cycle: printer.text("2.0"))
"""
    return with_trick(nb, source)


@case(FORGING)
def score_printed_in_a_check(nb: Notebooks) -> Fault:
    """A graded function displays a full score as the result of the cell that calls it."""
    lines = """
from IPython.display import publish_display_data
publish_display_data({'text/plain': '2.0'})
print(2.0)
return 2.0
"""
    return in_call(nb, lines)


@case(FORGING)
def patched_numpy_testing(nb: Notebooks) -> Fault:
    """NumPy's comparisons find everything equal."""
    source = """
import numpy.testing
for name in [name for name in dir(np.testing) if name.startswith("assert")]:
    setattr(np.testing, name, lambda *arguments, **keywords: None)
for name in ("allclose", "isclose", "array_equal", "shape"):
    setattr(np, name, lambda *arguments, **keywords: True)
"""
    return with_trick(nb, source)


@case(FORGING)
def asserts_dropped_from_the_text(nb: Notebooks) -> Fault:
    """An input transformer takes the assertions out of every cell."""
    source = """
def drop(lines):
    return [line for line in lines if "assert" not in line] or ["pass"]

get_ipython().input_transformers_cleanup.append(drop)
get_ipython().input_transformers_post.append(drop)
"""
    return with_trick(nb, source)


@case(FORGING)
def asserts_dropped_from_the_tree(nb: Notebooks) -> Fault:
    """A transformer of syntax trees replaces every assertion."""
    source = """
import ast

class Drop(ast.NodeTransformer):
    def visit_Assert(self, node):
        return ast.copy_location(ast.Pass(), node)

get_ipython().ast_transformers.append(Drop())
"""
    return with_trick(nb, source)


@case(FORGING)
def execution_wrapped(nb: Notebooks) -> Fault:
    """The kernel's execution reports success, whatever happens."""
    source = """
kernel = get_ipython().kernel
original = kernel.do_execute

async def do_execute(code, silent, *arguments, **keywords):
    reply = await original(code, silent, *arguments, **keywords)
    print(2.0)
    return reply | {"status": "ok"}

kernel.do_execute = do_execute
"""
    return with_trick(nb, source)


@case(FORGING)
def execution_replaced(nb: Notebooks) -> Fault:
    """The kernel executes nothing any more, reports success and prints a full score."""
    source = """
async def do_execute(code, silent, *arguments, **keywords):
    print(2.0)
    return {"status": "ok", "execution_count": 1, "payload": [], "user_expressions": {}}

get_ipython().kernel.do_execute = do_execute
"""
    return with_trick(nb, source, "was left out")


@case(FORGING)
def output_cleared_after_each_cell(nb: Notebooks) -> Fault:
    """A hook clears the outputs of every cell and prints a full score."""
    source = """
from IPython.display import clear_output

def clear(*arguments):
    clear_output()
    print(2.0)

for event in ("post_execute", "post_run_cell"):
    get_ipython().events.register(event, clear)
"""
    return with_trick(nb, source)


@case(FORGING)
def errors_hidden(nb: Notebooks) -> Fault:
    """Errors are not shown, and every cell counts as successful."""
    source = """
get_ipython().showtraceback = lambda *arguments, **keywords: None
get_ipython()._showtraceback = lambda *arguments, **keywords: None
get_ipython().set_custom_exc((BaseException,), lambda *arguments, **keywords: None)
"""
    return with_trick(nb, source)


@case(FORGING)
def checks_overwritten(nb: Notebooks) -> Fault:
    """A hook replaces the check by one that is content, again before each cell."""
    name = victim(nb)
    source = f"""
def overwrite(*arguments):
    for name in list(get_ipython().user_ns):
        if name.startswith(("check_", "test_")):
            get_ipython().user_ns[name] = lambda: 2.0
    get_ipython().user_ns.update(points=2.0, score=2.0, check_{name}=lambda: 2.0)

for event in ("pre_execute", "pre_run_cell"):
    get_ipython().events.register(event, overwrite)
"""
    return with_trick(nb, source)


@case(FORGING)
def cells_logged(nb: Notebooks) -> Fault:
    """Hooks print every text that is executed, in the hope of hidden tests."""
    source = """
shell = get_ipython()
shell.events.register("pre_run_cell", lambda info: print(info.raw_cell))
run, compile_ = shell.run_cell_async, shell.compile

async def logged(code, *arguments, **keywords):
    print(code)
    return await run(code, *arguments, **keywords)

shell.run_cell_async = logged
shell.input_transformers_cleanup.append(lambda lines: print(lines) or lines)
"""
    return with_trick(nb, source)


@case(FORGING)
def frames_inspected(nb: Notebooks) -> Fault:
    """A graded function looks for the expected value in all frames, modules and objects, and prints them."""
    lines = """
import gc, sys
frame, found = sys._getframe(), []
while frame:
    found.append((frame.f_code.co_filename, frame.f_code.co_name, sorted(map(str, frame.f_locals))))
    for name in ('expected', 'solution', 'reference', 'moving_average'):
        if name in frame.f_locals:
            return frame.f_locals[name]
    frame = frame.f_back
print(found, sorted(sys.modules))
for thing in gc.get_objects():
    if isinstance(thing, dict) and 'expected' in thing and isinstance(thing['expected'], np.ndarray):
        return thing['expected']
"""
    return in_call(nb, lines)


@case(FORGING)
def knows_the_visible_examples(nb: Notebooks) -> Fault:
    """A graded function answers the visible check from a table and everything else with the last entry."""
    lines = """
table = {0.75: np.array([2.0, 8.0]), None: np.array([0.08, 9.92])}
return table.get(keywords.get('momentum'), table[None])
"""
    return in_call(nb, lines)


@case(FORGING)
def right_only_for_the_check(nb: Notebooks) -> Fault:
    """A graded function is right as long as a check calls it, and wrong for everybody else."""
    lines = """
import sys
moving, batch_value = arguments[:2]
right = moving * keywords.get('momentum', 0.99) + batch_value * (1 - keywords.get('momentum', 0.99))
return right if 'check' in sys._getframe(1).f_code.co_name else moving
"""
    return in_call(nb, lines)


@case(FORGING)
def imports_the_tests(nb: Notebooks) -> Fault:
    """A graded function takes the answer from the hidden tests, the solutions or the library."""
    lines = """
import importlib
for name in ('autograder.hidden.test_03_batch_normalization', 'test_03_batch_normalization',
             'autograder.hidden', 'autograder', 'solutions', 'convlab.batch_normalization', 'convlab'):
    try:
        return vars(importlib.import_module(name))['update_moving_average'](*arguments, **keywords)
    except (ImportError, KeyError):
        pass
raise LookupError('nothing to import')
"""
    return in_call(nb, lines, "LookupError: nothing to import")


@case(FORGING)
def random_numbers_fixed(nb: Notebooks) -> Fault:
    """All random numbers are made the same, so that the inputs of the tests could be foreseen."""
    source = """
import random
np.random.seed(0)
random.seed(0)
np.random.default_rng = lambda *arguments: np.random.Generator(np.random.PCG64(0))
"""
    return with_trick(nb, source)
