"""Kernels for the tests: one template for all of them, and a plain way to run a line in a fresh kernel."""

import asyncio
import os
import time
from dataclasses import dataclass
from pathlib import Path
from queue import Empty
from types import SimpleNamespace

import pytest

from autograder.sandbox import Limits, WarmKernels, kernel_manager

SMALL = Limits(
    memory_mb=1500,
    process_memory_mb=1000,
    processes=64,
    file_mb=8,
    tmp_mb=32,
    output_mb=4,
    submission_seconds=60,
)


@dataclass(frozen=True)
class Answer:
    """What a cell printed, the name and text of the error that ended it; ``died``: there was no answer."""

    text: str
    error: str
    died: bool
    seconds: float


class Session:
    """A fresh kernel with its manager and client."""

    def __init__(self, kernels, **options):
        self.loop = asyncio.new_event_loop()
        self.manager = kernel_manager(kernels, **options)
        self.loop.run_until_complete(self.manager.start_kernel())
        self.kernel = self.manager.provisioner.kernel
        self.client = self.manager.client()
        self.client.start_channels()
        self.loop.run_until_complete(self.client.wait_for_ready(timeout=30))

    def run(self, code, seconds=20.0):
        return self.loop.run_until_complete(self._run(code, seconds))

    async def _run(self, code, seconds):
        begin = time.monotonic()
        request = self.client.execute(code, store_history=False, allow_stdin=False, stop_on_error=False)
        text, error = [], ""
        while time.monotonic() < begin + seconds:
            try:
                message = await self.client.get_iopub_msg(timeout=0.1)
            except Empty:
                if not self.kernel.is_alive():
                    return Answer("".join(text), error, True, time.monotonic() - begin)
                continue
            content, kind = message["content"], message["msg_type"]
            if message["parent_header"].get("msg_id") != request:
                continue
            if kind == "stream" and content["name"] == "stdout":
                text.append(content["text"])
            elif kind == "error":
                error = f"{content['ename']}: {content['evalue']}"
            elif kind == "status" and content["execution_state"] == "idle":
                return Answer("".join(text).strip(), error, False, time.monotonic() - begin)
        raise TimeoutError(f"no end after {seconds} s; so far {text}")

    def close(self):
        self.loop.run_until_complete(self.manager.shutdown_kernel())
        self.client.stop_channels()
        self.loop.close()


@pytest.fixture(scope="session")
def limits():
    return SMALL


@pytest.fixture(scope="session")
def secret():
    """The value of a variable in the environment of the grader."""
    return "c2VjcmV0IG9mIHRoZSBncmFkZXI"


@pytest.fixture(scope="session")
def kernels(secret):
    os.environ["REGISTRY_TOKEN"] = secret
    with WarmKernels(SMALL, preload=["numpy"]) as kernels:
        yield kernels
    del os.environ["REGISTRY_TOKEN"]


@pytest.fixture
def start(kernels):
    """Starts a session; several may run at once."""
    sessions = []

    def start_one(kernels=kernels, **options):
        sessions.append(Session(kernels, **options))
        return sessions[-1]

    yield start_one
    for session in sessions:
        session.close()


@pytest.fixture
def session(start):
    return start()


def descendants(pid):
    """The ids of all processes below a process, as this process sees them."""
    parents = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                stat = (folder / "stat").read_text()
            except OSError:
                continue
            parents.setdefault(int(stat.rpartition(")")[2].split()[1]), []).append(int(folder.name))
    found, waiting = [], [pid]
    while waiting:
        children = parents.get(waiting.pop(), [])
        found += children
        waiting += children
    return found


def is_running(pid):
    """Whether a process exists and is not a zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def wait_until(condition, seconds=10.0):
    """Waits until a condition holds; says whether it does."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.02)
    return condition()


@pytest.fixture(scope="session")
def watch():
    """Looks at processes from outside."""
    return SimpleNamespace(descendants=descendants, is_running=is_running, wait_until=wait_until)
