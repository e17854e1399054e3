"""Code that uses up memory, processes, disk or the space for outputs."""

from tests.faults.corpus import Fault
from tests.faults.notebooks import Notebooks
from tests.faults.whole import PROCESSES, case, in_call, in_cell, in_right_answer


@case(PROCESSES)
def memory_in_a_cell(nb: Notebooks) -> Fault:
    """A cell fills the memory in small pieces."""
    return in_cell(nb, "kept = []\nwhile True:\n    kept.append(bytearray(10**6))")


@case(PROCESSES)
def memory_held_on_to(nb: Notebooks) -> Fault:
    """A cell fills the memory, keeps it, and lets nobody take it back."""
    source = """
kept = []
while True:
    try:
        kept.append(bytearray(b"x") * 10**6)
    except MemoryError:
        pass
"""
    return in_cell(nb, source, "was left out")


@case(PROCESSES)
def memory_in_one_piece(nb: Notebooks) -> Fault:
    """A graded function asks for more memory than there is, at once."""
    return in_call(nb, "return np.ones((10**6, 10**6))", "MemoryError")


@case(PROCESSES)
def memory_in_a_function(nb: Notebooks) -> Fault:
    """A graded function fills the memory."""
    return in_call(nb, "kept = []\nwhile True:\n    kept.append(np.ones(10**6))", "MemoryError")


@case(PROCESSES)
def memory_of_many_processes(nb: Notebooks) -> Fault:
    """A cell starts processes that take a little too much memory together."""
    source = """
import os, time
for _ in range(12):
    if os.fork() == 0:
        kept = bytearray(b"x") * (200 << 20)
        time.sleep(3600)
time.sleep(3600)
"""
    return in_cell(nb, source, "was left out: it used more memory than")


@case(PROCESSES)
def forks_without_end(nb: Notebooks) -> Fault:
    """A cell makes processes that make processes."""
    source = "import os\nwhile True:\n    try:\n        os.fork()\n    except OSError:\n        pass"
    return in_cell(nb, source, "was left out")


@case(PROCESSES)
def forks_in_a_function(nb: Notebooks) -> Fault:
    """A graded function makes processes that make processes."""
    lines = "import os\nwhile True:\n    try:\n        os.fork()\n    except OSError:\n        pass"
    return in_call(nb, lines, "The cell test_", "was left out")


@case(PROCESSES)
def threads_without_end(nb: Notebooks) -> Fault:
    """A cell starts threads until it gets no more."""
    source = """
import threading, time
while True:
    threading.Thread(target=time.sleep, args=(3600,), daemon=True).start()
"""
    return in_cell(nb, source)


@case(PROCESSES)
def disk_filled_in_a_cell(nb: Notebooks) -> Fault:
    """A cell fills every place where it may write."""
    source = """
import contextlib, os
for folder in [".", "/tmp", "/dev/shm", "/var/tmp", os.path.expanduser("~")]:
    for number in range(10**4):
        try:
            with open(f"{folder}/{number}", "wb") as file:
                for _ in range(100):
                    file.write(bytes(10**6))
        except OSError:
            break
"""
    return in_cell(nb, source)


@case(PROCESSES)
def disk_filled_in_a_function(nb: Notebooks) -> Fault:
    """A graded function fills the disk."""
    lines = """
for number in range(10**4):
    with open(f'/tmp/{number}', 'wb') as file:
        file.write(bytes(10**6))
"""
    return in_call(nb, lines, "No space left on device")


@case(PROCESSES)
def a_million_files(nb: Notebooks) -> Fault:
    """A cell makes empty files until it cannot make more."""
    return in_cell(nb, "for number in range(10**6):\n    open(f'/tmp/{number}', 'w').close()")


@case(PROCESSES)
def files_left_open(nb: Notebooks) -> Fault:
    """A cell opens files until it cannot open more, and closes them at the end."""
    source = """
kept = []
try:
    while True:
        kept.append(open("/dev/null"))
finally:
    kept.clear()
"""
    return in_cell(nb, source)


@case(PROCESSES)
def one_line_of_fifty_megabytes(nb: Notebooks) -> Fault:
    """A cell prints one line of 50 MB."""
    return in_cell(nb, "print('x' * 50_000_000)", "was left out: it wrote more output than")


@case(PROCESSES)
def two_hundred_thousand_prints(nb: Notebooks) -> Fault:
    """A cell prints 200,000 lines."""
    return in_cell(nb, "for number in range(200_000):\n    print(number)")


@case(PROCESSES)
def prints_without_end_in_a_cell(nb: Notebooks) -> Fault:
    """A cell prints for ever."""
    return in_cell(nb, "while True:\n    print('again ' * 100)", "it wrote more output than")


@case(PROCESSES)
def prints_without_end_in_a_function(nb: Notebooks) -> Fault:
    """A graded function prints for ever, once its check is over."""
    lines = "import sys\nwhile 'check' not in sys._getframe(1).f_code.co_name:\n    print('again ' * 100)"
    return in_call(nb, lines, "Your code gave no answer")


@case(PROCESSES)
def plots_without_end(nb: Notebooks) -> Fault:
    """A cell shows pictures of noise for ever."""
    source = """
from IPython.display import Image, display
import os
while True:
    display(Image(os.urandom(10**5), format="png"))
"""
    return in_cell(nb, source, "was left out")


@case(PROCESSES)
def a_message_that_is_too_large(nb: Notebooks) -> Fault:
    """A cell shows one thing of 30 MB."""
    source = "from IPython.display import HTML\nHTML('x' * 30_000_000)"
    return in_cell(nb, source, "was left out")


@case(PROCESSES)
def error_of_fifty_megabytes(nb: Notebooks) -> Fault:
    """A graded function raises an exception with a text of 50 MB, and its class has a long name."""
    return in_call(nb, "raise type('E' * 10**6, (Exception,), {})('x' * 50_000_000)", "Your code")


@case(PROCESSES)
def large_result(nb: Notebooks) -> Fault:
    """A graded function returns an array of 40 MB."""
    return in_call(nb, "return np.zeros(5 * 10**6)", "Your code")


@case(PROCESSES)
def compressed_result(nb: Notebooks) -> Fault:
    """A graded function returns an array that takes a few bytes here and terabytes there."""
    return in_call(nb, "return np.broadcast_to(1.0, (10**6, 10**6))", "Your code")


@case(PROCESSES)
def waits_in_vain_for_the_lock(nb: Notebooks) -> Fault:
    """A thread of the student's computes for ever beside the honest rest."""
    source = """
import threading

def compute():
    while True:
        sum(range(1000))

threading.Thread(target=compute, daemon=True).start()
"""
    return in_cell(nb, source)


@case(PROCESSES)
def picky_about_its_arguments(nb: Notebooks) -> Fault:
    """A graded function takes all memory when it is given integers; before that it works."""
    lines = (
        "if moving.dtype.kind == 'i':\n    kept = []\n    while True:\n        kept.append(bytearray(10**6))"
    )
    return in_right_answer(nb, lines, "Your code", share=0.875)
