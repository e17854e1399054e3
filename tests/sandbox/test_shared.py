"""One template for several graders' processes."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.errors import CourseError
from autograder.sandbox import WarmKernels, shared_template
from autograder.sandbox.template import Template

CLIENT = """
import sys, time
from autograder.sandbox import WarmKernels

kernels = WarmKernels(preload=["numpy"], sandbox={sandbox}, shared={address!r})
kernel = kernels.start()
print(type(kernels.template).__name__, flush=True)
time.sleep(1000)
"""


@pytest.fixture
def client():
    """Starts a process with a kernel of its own, from the template at an address."""
    started = []

    def start(address, sandbox):
        code = CLIENT.format(address=address, sandbox=sandbox)
        root = Path(__file__).resolve().parents[2]
        process = subprocess.Popen([sys.executable, "-c", code], cwd=root, stdout=subprocess.PIPE, text=True)
        started.append(process)
        assert process.stdout.readline() == "TemplateLine\n"
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def test_two_graders_use_one_template(limits, start):
    with shared_template(sandbox=True, preload=["numpy"]) as address:
        graders = [WarmKernels(limits, preload=["numpy"], shared=address) for _ in range(2)]
        try:
            numbers = [start(each).run("print(6 * 7)").text for each in graders]
            assert numbers == ["42", "42"]
            assert not any(isinstance(each.template, Template) for each in graders)
        finally:
            for each in graders:
                each.close()


@pytest.mark.parametrize("sandbox", [True, False])
def test_kernels_end_with_the_process_that_asked_for_them(sandbox, client, watch):
    with shared_template(sandbox=sandbox, preload=["numpy"]) as address:
        first = client(address, sandbox)
        before = set(watch.descendants(os.getpid()))
        second = client(address, sandbox)
        new = set(watch.descendants(os.getpid())) - before - {second.pid}
        assert len(new) >= 2  # init and kernel
        second.send_signal(signal.SIGKILL)
        assert watch.wait_until(lambda: not any(watch.is_running(pid) for pid in new))
        assert all(watch.is_running(pid) for pid in before) and first.poll() is None


def test_the_template_ends_with_the_block(client, watch):
    before = set(watch.descendants(os.getpid()))
    with shared_template(sandbox=True, preload=["numpy"]) as address:
        asking = client(address, True)
        new = set(watch.descendants(os.getpid())) - before - {asking.pid}
        assert len(new) >= 3  # template, init, kernel
    assert watch.wait_until(lambda: not any(watch.is_running(pid) for pid in new))
    assert not Path(address).exists()


def test_a_dead_shared_template_is_replaced_by_an_own_one(limits, start, watch):
    before = set(watch.descendants(os.getpid()))
    with (
        shared_template(sandbox=True, preload=["numpy"]) as address,
        WarmKernels(limits, preload=["numpy"], shared=address) as kernels,
    ):
        session = start(kernels)
        new = set(watch.descendants(os.getpid())) - before
        os.kill(min(new), signal.SIGKILL)
        assert watch.wait_until(lambda: not session.kernel.is_alive())
        assert session.kernel.cause == "template"
        assert start(kernels).run("print('alive')").text == "alive"
        assert isinstance(kernels.template, Template)


def test_an_address_without_a_template_does_no_harm(limits, start, tmp_path):
    with WarmKernels(limits, preload=["numpy"], shared=str(tmp_path / "nobody")) as kernels:
        assert start(kernels).run("print('alive')").text == "alive"


def test_what_keeps_the_shared_template_from_starting_is_told_by_the_own_one(limits):
    with (
        shared_template(sandbox=True, preload=["no_such_package"]) as address,
        WarmKernels(limits, preload=["no_such_package"], shared=address) as kernels,
        pytest.raises(CourseError, match="no_such_package"),
    ):
        kernels.start()
