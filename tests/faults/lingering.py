"""Code that leaves something behind: processes, threads, handlers, an empty namespace."""

from tests.faults.corpus import Fault
from tests.faults.notebooks import Notebooks
from tests.faults.whole import PROCESSES, case, in_cell, in_last_cell, in_right_answer


@case(PROCESSES)
def child_in_its_own_session(nb: Notebooks) -> Fault:
    """A cell starts a process in a session of its own that outlives the kernel."""
    source = "import subprocess\nsubprocess.Popen(['sleep', '3600'], start_new_session=True)"
    return in_cell(nb, source)


@case(PROCESSES)
def daemon_that_ignores_signals(nb: Notebooks) -> Fault:
    """A cell starts a daemon by two forks; it ignores signals and holds the kernel's files open."""
    source = """
import os, signal, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        time.sleep(3600)
    os._exit(0)
"""
    return in_cell(nb, source)


@case(PROCESSES)
def children_in_a_function(nb: Notebooks) -> Fault:
    """A graded function starts a process with every call, and is right."""
    return in_right_answer(nb, "import subprocess\nsubprocess.Popen(['sleep', '3600'])")


@case(PROCESSES)
def forked_copy_of_the_kernel(nb: Notebooks) -> Fault:
    """A cell forks, and parent and child both go on as the kernel."""
    return in_cell(nb, "import os\nos.fork()")


@case(PROCESSES)
def threads_left_running(nb: Notebooks) -> Fault:
    """A cell leaves threads behind that sleep and print."""
    source = """
import threading, time

def tick():
    while True:
        time.sleep(0.05)
        print("tick")

for _ in range(5):
    threading.Thread(target=tick).start()
"""
    return in_cell(nb, source)


@case(PROCESSES)
def exit_handler_that_sleeps(nb: Notebooks) -> Fault:
    """A cell has Python sleep for an hour when it ends."""
    return in_cell(nb, "import atexit, time\natexit.register(time.sleep, 3600)")


@case(PROCESSES)
def namespace_emptied_at_the_end(nb: Notebooks) -> Fault:
    """The last cell removes all names."""
    return in_last_cell(nb, "%reset -f", "was left out")


@case(PROCESSES)
def functions_deleted_at_the_end(nb: Notebooks) -> Fault:
    """The last cell tidies up and deletes the functions."""
    return in_last_cell(nb, f"del {', '.join(nb.functions)}", "was left out")


@case(PROCESSES)
def alarm_after_the_last_cell(nb: Notebooks) -> Fault:
    """The last cell sets an alarm that ends the kernel while its functions are tested."""
    source = "import signal\nsignal.setitimer(signal.ITIMER_REAL, 0.03)"
    return in_last_cell(nb, source, "was left out: it was ended by signal 14")


@case(PROCESSES)
def timer_after_the_last_cell(nb: Notebooks) -> Fault:
    """A thread that the last cell has started ends the kernel while its functions are tested."""
    source = "import os, threading\nthreading.Timer(0.03, os._exit, [0]).start()"
    return in_last_cell(nb, source, "was left out: it ended by itself")


@case(PROCESSES)
def output_closed(nb: Notebooks) -> Fault:
    """A cell closes the standard output and error."""
    return in_cell(nb, "import sys\nsys.stdout.close()\nsys.stderr.close()\nsys.stdout = sys.stderr = None")


@case(PROCESSES)
def surroundings_changed(nb: Notebooks) -> Fault:
    """A cell empties the environment and the module path, and stays in a folder that is gone."""
    source = """
import os, sys
os.environ.clear()
sys.path.clear()
os.mkdir("gone")
os.chdir("gone")
os.rmdir("../gone")
"""
    return in_cell(nb, source)


@case(PROCESSES)
def processor_time_given_up(nb: Notebooks) -> Fault:
    """A cell lowers its own limits until hardly anything works."""
    source = "import os, resource\nresource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))\nos.nice(19)"
    return in_cell(nb, source)


@case(PROCESSES)
def event_loop_replaced(nb: Notebooks) -> Fault:
    """A cell gives the thread another event loop and turns the collector off."""
    return in_cell(nb, "import asyncio, gc\nasyncio.set_event_loop(asyncio.new_event_loop())\ngc.disable()")
