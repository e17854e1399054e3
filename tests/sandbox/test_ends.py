"""How kernels, templates and graders end, and that nothing is left of them."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from autograder.sandbox import Limits, WarmKernels

ENDS = {
    "os._exit": ("import os; os._exit(3)", 3, "exit status 3"),
    "SIGKILL": ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", -9, "killed itself"),
    "SIGTERM": ("import os, signal; os.kill(os.getpid(), signal.SIGTERM)", -15, "signal 15"),
    "segmentation fault": ("import ctypes; ctypes.string_at(0)", -11, "segmentation fault"),
    "abort": ("import os; os.abort()", -6, "signal 6"),
    "kill group": ("import os, signal; os.killpg(0, signal.SIGKILL)", -9, "killed itself"),
}


@pytest.mark.parametrize("name", ENDS)
def test_a_dead_kernel_says_how_it_died(start, name):
    code, status, words = ENDS[name]
    session, other = start(), start()
    assert session.run(code).died
    assert (session.kernel.status, session.kernel.cause) == (status, None)
    assert words in session.kernel.explain()
    assert other.run("print('alive')").text == "alive"


def test_sys_exit_is_an_answer(session):
    assert session.run("import sys; sys.exit(1)").error.startswith("SystemExit")
    assert session.run("print('alive')").text == "alive"


def test_daemons_end_with_the_kernel(kernels, start, watch):
    before = set(watch.descendants(kernels.template.pid))
    session = start()
    session.run(
        """
        import os, time
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                while True: time.sleep(1)
            os._exit(0)
        import subprocess
        subprocess.Popen(['sleep', '1000'], start_new_session=True)
        """
    )
    new = set(watch.descendants(kernels.template.pid)) - before
    assert len(new) >= 4  # init, kernel, daemon, sleep
    session.kernel.kill()
    assert watch.wait_until(lambda: not any(watch.is_running(pid) for pid in new))


def test_daemons_end_when_the_kernel_ends_itself(kernels, start, watch):
    before = set(watch.descendants(kernels.template.pid))
    session = start()
    session.run("import subprocess, os; subprocess.Popen(['sleep', '1000'], start_new_session=True)")
    new = set(watch.descendants(kernels.template.pid)) - before
    assert session.run("os._exit(0)").died
    assert watch.wait_until(lambda: not any(watch.is_running(pid) for pid in new))


def test_an_exit_handler_that_sleeps_does_not_hold_up_the_grader(start):
    session = start()
    session.run("import atexit, time; atexit.register(time.sleep, 60)")
    begin = time.monotonic()
    session.loop.run_until_complete(session.manager.shutdown_kernel())
    assert time.monotonic() - begin < 3 and not session.kernel.is_alive()


def test_a_dead_template_takes_its_kernels_along_and_is_replaced(start, watch, limits):
    with WarmKernels(limits, preload=["numpy"]) as kernels:
        session = start(kernels)
        first = kernels.template.pid
        family = watch.descendants(first)
        os.kill(max(family[:2]), signal.SIGKILL)
        assert watch.wait_until(lambda: not session.kernel.is_alive())
        assert session.kernel.cause == "template" and "not the submission's fault" in session.kernel.explain()
        assert start(kernels).run("print('alive')").text == "alive"
        assert kernels.template.pid != first
        assert not any(watch.is_running(pid) for pid in [first, *family])


def test_close_ends_everything(watch, limits):
    kernels = WarmKernels(limits, preload=["numpy"])
    kernel = kernels.start()
    family = [kernels.template.pid, *watch.descendants(kernels.template.pid)]
    folder = kernels._folder
    kernels.close()
    assert not kernel.is_alive() and not folder.exists()
    assert watch.wait_until(lambda: not any(watch.is_running(pid) for pid in family))


GRADER = """
import sys, time, threading
from autograder.sandbox import Limits, WarmKernels

def work():
    kernels = WarmKernels(preload=["numpy"], sandbox={sandbox})
    kernel = kernels.start()
    print(kernels.template.pid, flush=True)
    time.sleep(1000)

threading.Thread(target=work, daemon=True).start()
time.sleep(1000)
"""


@pytest.mark.parametrize(
    ("sandbox", "number"), [(True, signal.SIGKILL), (True, signal.SIGTERM), (False, signal.SIGKILL)]
)
def test_everything_dies_with_the_grader(sandbox, number, watch):
    root = Path(__file__).resolve().parents[2]
    with tempfile.TemporaryDirectory(dir="/tmp") as short:  # a killed grader leaves its folder there
        with subprocess.Popen(
            [sys.executable, "-c", GRADER.format(sandbox=sandbox)],
            cwd=root,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "TMPDIR": short},
        ) as grader:
            template = int(grader.stdout.readline())
            family = [template, *watch.descendants(template)]
            assert len(family) >= 3
            grader.send_signal(number)
            grader.wait(10)
        assert watch.wait_until(lambda: not any(watch.is_running(pid) for pid in family))


def test_what_a_killed_grader_left_in_the_temporary_folder_is_removed(tmp_path, monkeypatch):
    base = tmp_path if len(str(tmp_path)) < 60 else Path("/tmp")
    monkeypatch.setattr("tempfile.tempdir", str(base))
    left, young = base / "kernels-left", base / "kernels-young"
    for folder in (left, young):
        folder.mkdir()
    os.utime(left, (0, 0))
    with WarmKernels(limits=Limits(), preload=[], sandbox=False) as running:
        os.utime(running._folder, (0, 0))
        WarmKernels(preload=[], sandbox=False).close()
        assert not left.exists() and young.exists() and running._folder.exists()
    young.rmdir()


def test_nothing_grows_with_the_number_of_submissions(kernels, watch):
    def one(_=None):
        kernels.start().kill()

    def count():
        watch.wait_until(lambda: len(watch.descendants(kernels.template.pid)) <= 2)
        files, threads = len(os.listdir("/proc/self/fd")), len(os.listdir("/proc/self/task"))
        template = max(watch.descendants(kernels.template.pid))
        return files, threads, len(list(kernels._folder.iterdir())), len(os.listdir(f"/proc/{template}/fd"))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(one, range(8)))
        before = count()
        list(pool.map(one, range(60)))
        assert count() == before
