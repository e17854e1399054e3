"""One kernel, seen from the trusted side."""

import contextlib
import json
import os
import select
import shutil
import signal
import socket
import threading
import time
from pathlib import Path
from typing import Any

from autograder.sandbox.inside import CHANNELS
from autograder.sandbox.limits import Limits
from autograder.sandbox.template import TemplateError
from autograder.sandbox.usage import measure

_SENTENCES = {
    "memory": "it used more memory than the {memory_mb} MB that a submission may use",
    "processes": "it started more than {processes} processes and threads",
    "time": "it ran longer than the {submission_seconds:g} seconds that a submission may run",
    "cell": "a cell ran longer than the {cell_seconds:g} seconds that a cell may run",
    "call": "a call ran longer than the {call_seconds:g} seconds that a call may run",
    "output": "it wrote more output than the {output_mb} MB that a submission may write",
    "messages": "it sent messages that Jupyter does not know",
    "watchdog": "its use of memory could not be measured",
    "template": "the grader's own template process ended (not the submission's fault)",
}
_START_SECONDS = 20.0
_END_SECONDS = 10.0


def listen(folder: Path) -> list[socket.socket]:
    """Makes the sockets of a kernel's channels: ``folder/k-1`` to ``folder/k-5``.

    Raises:
        OSError: The path is longer than the 107 bytes that a Unix socket's address holds.
    """
    sockets = []
    for number in range(1, len(CHANNELS) + 1):
        item = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        sockets.append(item)
        item.bind(str(folder / f"k-{number}"))
        item.listen(16)
        item.setblocking(False)
    return sockets


class Kernel:
    """A running kernel.

    Attributes:
        connection_info: What jupyter_client needs to connect: transport, ip, the five ports, key.
        limits: Its limits.
        sandbox: Whether it runs in a sandbox.
        cause: Why it was ended from outside: "memory", "processes", "time", "output", "messages",
            "template", another word that was given to ``kill``, or None.
        status: How its main process ended, if it ended by itself: exit status, or minus the signal; else
            None.
    """

    def __init__(
        self,
        report: socket.socket,
        calls: socket.socket,
        folder: Path,
        key: str,
        limits: Limits,
        sandbox: bool,
    ) -> None:
        """Waits until the walls stand.

        Raises:
            TemplateError: The template did not fork, or building the walls failed.
        """
        self._report, self._folder = report, folder
        self._calls: socket.socket | None = calls
        self.limits, self.sandbox = limits, sandbox
        self.cause: str | None = None
        self.status: int | None = None
        self.error: str | None = None
        self.connection_info: dict[str, Any] = {
            "transport": "ipc",
            "ip": str(folder / "k"),
            "key": key.encode(),
            "signature_scheme": "hmac-sha256",
            **{f"{name}_port": number for number, name in enumerate(CHANNELS, start=1)},
        }
        self._lock = threading.Lock()
        self._begin = time.monotonic()
        self._init, self._main, self._proc = self._handles()
        # The number in this process's namespace; only needed where there is no sandbox.
        self._root = None if sandbox else int(_field(self._init, "Pid"))

    def _handles(self) -> list[int]:
        self._report.settimeout(_START_SECONDS)
        try:
            message, handles, _, _ = socket.recv_fds(self._report, 1 << 14, 3)
            if len(handles) != 3:
                reply = json.loads(message or b'{"error": "the template process forked no kernel"}')
                raise TemplateError(reply["error"])
        except (OSError, TemplateError) as error:
            self._report.close()
            raise TemplateError(str(error)) from error
        self._report.setblocking(False)
        return handles

    @property
    def connection_file(self) -> str:
        """Where a kernel manager may write the connection information."""
        return str(self._folder / "kernel.json")

    def take_calls(self) -> socket.socket:
        """The connection on which functions in the kernel are called; who takes it closes it."""
        with self._lock:
            if self._calls is None:
                raise RuntimeError("the connection for calls has been taken, or the kernel has ended")
            calls, self._calls = self._calls, None
            return calls

    def is_alive(self) -> bool:
        """Whether any process of the kernel is left."""
        with self._lock:
            return self._is_alive()

    def _is_alive(self) -> bool:
        if self._init < 0:
            return False
        poll = select.poll()
        poll.register(self._init, select.POLLIN)
        if not poll.poll(0):
            return True
        self._finish()
        return False

    def _finish(self) -> None:
        told = {}
        with contextlib.suppress(OSError):  # nothing, or nothing more, was told
            while message := self._report.recv(1 << 14):
                told |= json.loads(message)
        self.status, self.error = told.get("ended"), told.get("error")
        if self.cause is None and (self.status is None or self.error):
            self.cause = "template"
        for handle in (self._init, self._main, self._proc):
            os.close(handle)
        self._init = -1
        self._report.close()
        if self._calls is not None:
            self._calls.close()
            self._calls = None
        shutil.rmtree(self._folder, ignore_errors=True)

    def send_signal(self, number: int) -> None:
        """Sends a signal to the main process of the kernel, if that is alive."""
        with self._lock:
            if self._is_alive():
                _send(self._main, number)

    def interrupt(self) -> None:
        """Interrupts the running cell, unless the submission ignores that."""
        self.send_signal(signal.SIGINT)

    def kill(self, cause: str | None = None, wait: bool = True) -> None:
        """Ends all processes of the kernel.

        Args:
            cause: Kept as ``cause``, if the kernel was alive and this is the first one.
            wait: Returns only when they are gone.
        """
        with self._lock:
            if not self._is_alive():
                return
            self.cause = self.cause or cause or "stopped"
            # Where no namespace ends with init, it is asked to end what it has started.
            _send(self._init, signal.SIGKILL if self.sandbox else signal.SIGTERM)
        if wait:
            self.wait(_END_SECONDS)

    def wait(self, timeout: float | None = None) -> bool:
        """Waits for the end of all processes; says whether they have ended."""
        with self._lock:
            handle = os.dup(self._init) if self._is_alive() else -1
        if handle >= 0:
            try:
                poll = select.poll()
                poll.register(handle, select.POLLIN)
                poll.poll(None if timeout is None else 1000 * timeout)
            finally:
                os.close(handle)
        return not self.is_alive()

    def enforce(self) -> None:
        """Ends the kernel if it is over its limits; called by the watchdog many times a second."""
        with self._lock:
            if not self._is_alive():
                return
            usage = measure(self._proc, self._root, self.limits.memory_mb)
        if usage.memory_mb > self.limits.memory_mb:
            self.kill("memory", wait=False)
        elif usage.processes > self.limits.processes + 1:  # init is not the submission's
            self.kill("processes", wait=False)
        elif time.monotonic() - self._begin > self.limits.submission_seconds:
            self.kill("time", wait=False)

    def explain(self) -> str:
        """Why the kernel is no longer there, as the rest of a sentence that begins with "it"."""
        if self.is_alive():
            return "it is running"
        if self.error is not None:
            return f"it could not be started: {self.error.strip().splitlines()[-1]}"
        if self.cause is not None:
            sentence = _SENTENCES.get(self.cause, f"it was ended ({self.cause})")
            return sentence.format(**self.limits.as_json())
        if self.status is not None and self.status < 0:
            words = {signal.SIGSEGV: "it crashed (segmentation fault)", signal.SIGKILL: "it killed itself"}
            return words.get(-self.status, f"it was ended by signal {-self.status}")
        return f"it ended by itself with exit status {self.status}"


def _field(pidfd: int, name: str) -> str:
    text = Path(f"/proc/self/fdinfo/{pidfd}").read_text()
    return next(line.split()[1] for line in text.splitlines() if line.startswith(f"{name}:"))


def _send(pidfd: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError):  # it has just ended
        signal.pidfd_send_signal(pidfd, number)
