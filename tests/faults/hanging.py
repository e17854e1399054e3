"""Code that does not come to an end."""

from tests.faults.corpus import Fault
from tests.faults.notebooks import Notebooks
from tests.faults.whole import PROCESSES, case, in_answer, in_call, in_cell, victim

CELL, CALL = "that a cell may run", "there was no result after"


@case(PROCESSES)
def loop_in_a_cell(nb: Notebooks) -> Fault:
    """A cell runs for ever."""
    return in_cell(nb, "while True:\n    pass", CELL)


@case(PROCESSES)
def loop_in_an_answer(nb: Notebooks) -> Fault:
    """The cell of an answer runs for ever."""
    return in_answer(nb, "while True:\n    pass", f"The cell {victim(nb)} was left out", CELL)


@case(PROCESSES)
def loop_in_a_function(nb: Notebooks) -> Fault:
    """A graded function runs for ever, once its check is over."""
    lines = "import sys\nwhile 'check' not in sys._getframe(1).f_code.co_name:\n    pass"
    return in_call(nb, lines, CALL)


@case(PROCESSES)
def sleep_in_a_cell(nb: Notebooks) -> Fault:
    """A cell sleeps for an hour."""
    return in_cell(nb, "import time\ntime.sleep(3600)", CELL)


@case(PROCESSES)
def sleep_in_a_function(nb: Notebooks) -> Fault:
    """A graded function sleeps for an hour, once its check is over."""
    lines = "import sys, time\nif 'check' not in sys._getframe(1).f_code.co_name:\n    time.sleep(3600)"
    return in_call(nb, lines, CALL)


@case(PROCESSES)
def loop_that_swallows_everything(nb: Notebooks) -> Fault:
    """A cell runs for ever and cannot be interrupted."""
    source = """
while True:
    try:
        while True:
            pass
    except BaseException:
        pass
"""
    return in_cell(nb, source, CELL)


@case(PROCESSES)
def function_that_swallows_everything(nb: Notebooks) -> Fault:
    """A graded function runs for ever and cannot be interrupted, once its check is over."""
    lines = """
import sys, time
while 'check' not in sys._getframe(1).f_code.co_name:
    try:
        time.sleep(1)
    except BaseException:
        pass
"""
    return in_call(nb, lines, CALL)


@case(PROCESSES)
def signals_ignored(nb: Notebooks) -> Fault:
    """A cell ignores all signals and sleeps."""
    source = """
import contextlib, signal, time
for number in signal.valid_signals():
    with contextlib.suppress(OSError):
        signal.signal(number, signal.SIG_IGN)
time.sleep(3600)
"""
    return in_cell(nb, source, CELL)


@case(PROCESSES)
def stops_itself(nb: Notebooks) -> Fault:
    """A cell stops its process, which neither ends nor goes on."""
    return in_cell(nb, "import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)", CELL)


@case(PROCESSES)
def waits_for_nothing(nb: Notebooks) -> Fault:
    """A cell awaits something that never comes."""
    return in_cell(nb, "import asyncio\nawait asyncio.get_running_loop().create_future()", CELL)


@case(PROCESSES)
def one_long_operation(nb: Notebooks) -> Fault:
    """A graded function asks for one operation that takes days and looks at no signal."""
    lines = (
        "import sys\nif 'check' not in sys._getframe(1).f_code.co_name:\n    return 3 ** 10**10 % (10**9 + 7)"
    )
    return in_call(nb, lines, "Your code")


@case(PROCESSES)
def does_not_answer_any_more(nb: Notebooks) -> Fault:
    """A cell closes the stream on which the kernel gets its requests."""
    source = "shell = get_ipython().kernel.shell_stream\nshell.close() if shell else None"
    return in_cell(nb, source)


@case(PROCESSES)
def reading_from_the_keyboard_in_a_cell(nb: Notebooks) -> Fault:
    """Cells ask for a name and for a password."""
    return in_cell(nb, "try:\n    input('name?')\nfinally:\n    import getpass\n    getpass.getpass()")


@case(PROCESSES)
def reading_from_the_keyboard_in_a_function(nb: Notebooks) -> Fault:
    """A graded function asks for a number."""
    return in_call(nb, "return float(input('momentum?'))", "Your code stopped with")


@case(PROCESSES)
def error_whose_text_takes_for_ever(nb: Notebooks) -> Fault:
    """A graded function raises an exception that sleeps when it is asked for its text."""
    source = f"""
class Slow(Exception):
    def __str__(self):
        import time
        time.sleep(3600)

def {victim(nb)}(*arguments, **keywords):
    import sys
    if 'check' not in sys._getframe(1).f_code.co_name:
        raise Slow
"""
    return in_answer(nb, source, CALL)


@case(PROCESSES)
def result_that_is_never_complete(nb: Notebooks) -> Fault:
    """What a graded function returns sleeps when it is read as an array."""
    source = f"""
class Slow:
    def __array__(self, *arguments, **keywords):
        import time
        time.sleep(3600)

def {victim(nb)}(*arguments, **keywords):
    import sys
    return 0 if 'check' in sys._getframe(1).f_code.co_name else Slow()
"""
    return in_answer(nb, source, CALL)
