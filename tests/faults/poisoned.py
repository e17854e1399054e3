"""Attempts on the kernel itself: its modules, names, messages and connections."""

from tests.faults.corpus import Fault, submit
from tests.faults.notebooks import Notebooks, cell
from tests.faults.whole import FORGING, case, in_cell, victim, with_trick


@case(FORGING)
def modules_poisoned(nb: Notebooks) -> Fault:
    """A cell puts false modules in the place of those that a grader might use."""
    source = """
import sys, types
for name in ("pytest", "numpy.testing", "json", "base64", "hashlib", "io", "math", "nbgrader", "autograder"):
    sys.modules[name] = types.ModuleType(name)
"""
    return with_trick(nb, source)


@case(FORGING)
def functions_of_modules_poisoned(nb: Notebooks) -> Fault:
    """A cell replaces the functions that turn results into text."""
    source = """
import base64, hashlib, io, json, math
base64.b64encode = lambda data: b"AAAA"
base64.b64decode = lambda data, **options: b""
json.dumps = lambda *arguments, **keywords: '{"value": 1.0}'
json.loads = lambda *arguments, **keywords: {}
hashlib.sha256 = lambda data: None
math.isfinite = lambda number: False
io.BytesIO = None
"""
    return with_trick(nb, source)


@case(FORGING)
def numpy_poisoned(nb: Notebooks) -> Fault:
    """A cell replaces NumPy's reading and writing of arrays."""
    source = """
np.lib.format.write_array = lambda file, array, **options: file.write(b"nothing")
np.lib.format.read_array = lambda file, **options: np.zeros(3)
np.ascontiguousarray = lambda array: np.zeros(3)
"""
    return with_trick(nb, source)


@case(FORGING)
def builtins_poisoned(nb: Notebooks) -> Fault:
    """A cell replaces built-in functions and errors."""
    source = """
import builtins
builtins.AssertionError = type("Fine", (Exception,), {})
builtins.isinstance = lambda thing, kind: True
builtins.getattr = lambda *arguments: None
builtins.hasattr = lambda *arguments: False
"""
    return with_trick(nb, source)


@case(FORGING)
def builtins_shadowed(nb: Notebooks) -> Fault:
    """A careless student uses names of built-in functions, and of the kernel's, for variables."""
    source = """
list = [1, 2]
dict = type = object = 3
sum = max = isinstance = hash = id = None
get_ipython = display = json = base64 = hashlib = io = math = encode = answer = None
"""
    return in_cell(nb, source)


@case(FORGING)
def classes_of_errors_replaced(nb: Notebooks) -> Fault:
    """Wrong answers come as errors that claim to be no errors."""
    source = """
class Passed(AssertionError):
    __module__ = "builtins"

    def __str__(self):
        return "passed"

Passed.__name__ = Passed.__qualname__ = "NotImplementedError"
"""
    fault = with_trick(nb, source)
    (notebook,) = fault.files.values()
    cell(notebook, victim(nb))["source"] = f"def {victim(nb)}(*arguments, **keywords):\n    raise Passed"
    return fault


@case(FORGING)
def poisoned_when_called(nb: Notebooks) -> Fault:
    """A graded function spoils NumPy for all functions that are called after it."""
    name = victim(nb)
    notebook = nb.answered
    cell(notebook, name)["source"] = (
        f"def {name}(*arguments, **keywords):\n"
        "    import sys\n"
        "    if 'check' not in sys._getframe(1).f_code.co_name:\n"
        "        np.sqrt = np.mean = np.lib.format.write_array = None\n"
    )
    return submit(nb, notebook, shares={name: 0.0})


@case(FORGING)
def functions_replaced_when_called(nb: Notebooks) -> Fault:
    """A graded function replaces the right functions after it by wrong ones."""
    name = victim(nb)
    notebook = nb.answered
    cell(notebook, name)["source"] = (
        f"def {name}(*arguments, **keywords):\n"
        "    import sys\n"
        "    if 'check' not in sys._getframe(1).f_code.co_name:\n"
        "        globals().update(BatchNorm=None, fold_batchnorm=None, np=None)\n"
    )
    return submit(nb, notebook, shares={name: 0.0})


def _sends(nb: Notebooks, kind: str, content: str, *says: str, parent: str = "kernel.get_parent()") -> Fault:
    """A cell sends a message of its own through the kernel's connection for outputs."""
    source = f"""
kernel = get_ipython().kernel
kernel.session.send(kernel.iopub_socket, {kind!r}, {content}, parent={parent})
"""
    return in_cell(nb, source, *says)


@case(FORGING)
def says_that_it_is_idle(nb: Notebooks) -> Fault:
    """A cell says too early that it is done."""
    return _sends(nb, "status", "{'execution_state': 'idle'}")


@case(FORGING)
def says_that_it_is_idle_in_every_call(nb: Notebooks) -> Fault:
    """A graded function says too early that it is done, every time."""
    source = """
def idle():
    kernel = get_ipython().kernel
    content, parent = {"execution_state": "idle"}, kernel.get_parent()
    kernel.session.send(kernel.iopub_socket, "status", content, parent=parent)
"""
    fault = with_trick(nb, source)
    (notebook,) = fault.files.values()
    cell(notebook, victim(nb))["source"] = f"def {victim(nb)}(*arguments, **keywords):\n    idle()"
    return fault


@case(FORGING)
def output_without_data(nb: Notebooks) -> Fault:
    """A cell sends an output whose data are a list."""
    return _sends(nb, "display_data", "{'data': [1, 2], 'metadata': 'none'}")


@case(FORGING)
def output_without_content(nb: Notebooks) -> Fault:
    """A cell sends an output without content."""
    return _sends(nb, "execute_result", "{}")


@case(FORGING)
def stream_without_text(nb: Notebooks) -> Fault:
    """A cell sends text that is a number, to a stream that does not exist."""
    return _sends(nb, "stream", "{'name': ['stdwho'], 'text': 17}")


@case(FORGING)
def error_without_a_name(nb: Notebooks) -> Fault:
    """A cell sends an error whose traceback is a number."""
    return _sends(nb, "error", "{'ename': None, 'evalue': 3, 'traceback': 7}")


@case(FORGING)
def message_of_an_unknown_type(nb: Notebooks) -> Fault:
    """A cell sends a message of a type that does not exist."""
    return _sends(nb, "grade_result", "{'score': 2.0, 'max_score': 2.0}")


@case(FORGING)
def widget_without_a_state(nb: Notebooks) -> Fault:
    """A cell sends messages of widgets, malformed."""
    return _sends(nb, "comm_open", "{'comm_id': [], 'data': {'state': 5, 'buffer_paths': [1]}}")


@case(FORGING)
def updates_a_display_of_the_check(nb: Notebooks) -> Fault:
    """A cell changes outputs that were shown before, and those that come."""
    return _sends(nb, "update_display_data", "{'data': {}, 'metadata': {}, 'transient': {'display_id': {}}}")


@case(FORGING)
def message_with_another_signature(nb: Notebooks) -> Fault:
    """A cell sends a message that is signed with another key."""
    source = """
from jupyter_client.session import Session
kernel = get_ipython().kernel
Session(key=b"wrong").send(kernel.iopub_socket, "status", {"execution_state": "idle"})
"""
    return in_cell(nb, source)


@case(FORGING)
def garbage_on_the_sockets(nb: Notebooks) -> Fault:
    """A cell writes bytes that are no message into all open connections."""
    source = """
import contextlib, os
for number in range(3, 200):
    with contextlib.suppress(OSError):
        os.set_blocking(number, False)
        os.write(number, os.urandom(1000))
"""
    return in_cell(nb, source)


@case(FORGING)
def reply_to_the_execution_forged(nb: Notebooks) -> Fault:
    """A cell sends the reply to its own execution, malformed, before the kernel does."""
    source = """
kernel = get_ipython().kernel
parent = kernel.get_parent("shell")
identities = getattr(kernel, "_parent_ident", {})
stream = kernel.shell_stream
identity = identities.get("shell") if isinstance(identities, dict) else identities
kernel.session.send(stream, "execute_reply", {"status": 5, "payload": 7}, parent=parent, ident=identity)
stream.flush()
"""
    return in_cell(nb, source)
