"""Code that ends the kernel."""

from tests.faults.corpus import Fault
from tests.faults.notebooks import Notebooks, add_after, code
from tests.faults.whole import PROCESSES, case, in_answer, in_call, in_cell, in_last_cell, victim

NO_ANSWER = "Your code gave no answer"


@case(PROCESSES)
def exit_in_a_cell(nb: Notebooks) -> Fault:
    """A cell ends the process."""
    return in_cell(nb, "import os\nos._exit(1)", "was left out: it ended by itself with exit status 1")


@case(PROCESSES)
def exit_with_success_in_a_cell(nb: Notebooks) -> Fault:
    """A cell ends the process as if all were well."""
    return in_cell(nb, "import os\nos._exit(0)", "was left out: it ended by itself with exit status 0")


@case(PROCESSES)
def exit_in_the_last_cell(nb: Notebooks) -> Fault:
    """The last cell ends the process."""
    return in_last_cell(nb, "import os\nos._exit(1)", "was left out: it ended by itself")


@case(PROCESSES)
def exit_in_three_cells(nb: Notebooks) -> Fault:
    """Three cells end the process."""
    fault = in_cell(nb, "import os\nos._exit(1)", "was left out")
    (notebook,) = fault.files.values()
    for name in nb.tests[2:4]:
        add_after(notebook, name, code("import os\nos._exit(2)"))
    return fault


@case(PROCESSES)
def exit_in_an_answer(nb: Notebooks) -> Fault:
    """The cell of an answer ends the process."""
    return in_answer(nb, "import os\nos._exit(1)", f"The cell {victim(nb)} was left out")


@case(PROCESSES)
def exit_in_a_function(nb: Notebooks) -> Fault:
    """A graded function ends the process."""
    return in_call(nb, "import os\nos._exit(1)", NO_ANSWER)


@case(PROCESSES)
def exit_only_when_tested(nb: Notebooks) -> Fault:
    """A graded function ends the process as soon as it is called from elsewhere than a check."""
    lines = "import os, sys\nif 'check' not in sys._getframe(1).f_code.co_name:\n    os._exit(0)"
    return in_call(nb, lines, f"{NO_ANSWER}: it ended by itself with exit status 0")


@case(PROCESSES)
def exit_of_ipython(nb: Notebooks) -> Fault:
    """A cell leaves with IPython's own command."""
    return in_cell(nb, "exit()\nquit()")


@case(PROCESSES)
def exit_by_exception_in_a_cell(nb: Notebooks) -> Fault:
    """A cell leaves by SystemExit."""
    return in_cell(nb, "import sys\nsys.exit(1)")


@case(PROCESSES)
def exit_by_exception_in_a_function(nb: Notebooks) -> Fault:
    """A graded function leaves by SystemExit."""
    return in_call(nb, "import sys\nsys.exit('bye')", "SystemExit: bye")


@case(PROCESSES)
def interrupt_raised_in_a_function(nb: Notebooks) -> Fault:
    """A graded function raises KeyboardInterrupt."""
    return in_call(nb, "raise KeyboardInterrupt", "KeyboardInterrupt")


@case(PROCESSES)
def generator_exit_in_a_function(nb: Notebooks) -> Fault:
    """A graded function raises an exception that is no error."""
    return in_call(nb, "raise GeneratorExit('done')", "GeneratorExit")


@case(PROCESSES)
def kills_itself_in_a_cell(nb: Notebooks) -> Fault:
    """A cell kills its process."""
    return in_cell(nb, "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", "it killed itself")


@case(PROCESSES)
def kills_itself_in_a_function(nb: Notebooks) -> Fault:
    """A graded function kills its process."""
    return in_call(nb, "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", "it killed itself")


@case(PROCESSES)
def kills_everything_it_can(nb: Notebooks) -> Fault:
    """A cell kills all processes that it can reach."""
    source = """
import contextlib, os, signal
with contextlib.suppress(OSError):
    os.kill(-1, signal.SIGKILL)
os.kill(os.getpid(), signal.SIGKILL)
"""
    return in_cell(nb, source, "was left out")


@case(PROCESSES)
def terminates_its_parent(nb: Notebooks) -> Fault:
    """A cell asks its parent process to end, and every process with a small number."""
    source = """
import contextlib, os, signal
for number in [os.getppid(), *range(1, 60)]:
    if number != os.getpid():
        with contextlib.suppress(OSError):
            os.kill(number, signal.SIGTERM)
"""
    return in_cell(nb, source)


@case(PROCESSES)
def crashes_in_a_cell(nb: Notebooks) -> Fault:
    """A cell reads from address 0."""
    return in_cell(nb, "import ctypes\nctypes.string_at(0)", "it crashed (segmentation fault)")


@case(PROCESSES)
def crashes_in_a_function(nb: Notebooks) -> Fault:
    """A graded function reads from address 0."""
    return in_call(nb, "import ctypes\nctypes.string_at(0)", "it crashed (segmentation fault)")


@case(PROCESSES)
def aborts_in_a_function(nb: Notebooks) -> Fault:
    """A graded function aborts, as TensorFlow does at a failed check."""
    return in_call(nb, "import os\nos.abort()", "it was ended by signal 6")


@case(PROCESSES)
def endless_recursion(nb: Notebooks) -> Fault:
    """A graded function calls itself without end."""
    return in_call(nb, f"return {victim(nb)}(*arguments)", "RecursionError")


@case(PROCESSES)
def endless_recursion_without_limit(nb: Notebooks) -> Fault:
    """A graded function raises Python's limit and calls itself until the stack is full."""
    lines = f"import sys\nsys.setrecursionlimit(10**9)\nreturn [{victim(nb)}(*arguments)]"
    return in_call(nb, lines, "Your code")


@case(PROCESSES)
def closes_all_files(nb: Notebooks) -> Fault:
    """A cell closes every open file, the kernel's connections too."""
    return in_cell(nb, "import os\nos.closerange(0, 4096)", "was left out")


@case(PROCESSES)
def shuts_the_kernel_down(nb: Notebooks) -> Fault:
    """A cell asks the kernel to shut down."""
    source = "get_ipython().kernel.do_shutdown(False)\nget_ipython().kernel.io_loop.stop()"
    return in_cell(nb, source, "was left out")


@case(PROCESSES)
def replaces_the_process(nb: Notebooks) -> Fault:
    """A cell puts another program in the place of its process."""
    return in_cell(nb, "import os\nos.execv('/bin/true', ['true'])", "it ended by itself with exit status 0")


@case(PROCESSES)
def exit_in_a_destructor(nb: Notebooks) -> Fault:
    """What a function returns ends the process when it is thrown away."""
    source = f"""
class Bomb(list):
    def __del__(self):
        import os
        os._exit(3)

def {victim(nb)}(*arguments, **keywords):
    return Bomb()
"""
    return in_answer(nb, source, NO_ANSWER)
