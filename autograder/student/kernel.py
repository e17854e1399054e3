"""Talks to the student's code in a kernel."""

import contextlib
import json
import os
import queue
import socket
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from jupyter_client.asynchronous import AsyncKernelClient
from jupyter_core.utils import run_sync

from autograder.student import endpoint
from autograder.student.transport import TransportError

# Runs before the first cell of the notebook, so that the endpoint holds the modules as they were before the
# student's code. Calls come on a connection of their own: an execute request would pass through IPython's
# transformers, hooks and displays, which the student's code can change, and every message of Jupyter's
# through three threads of the kernel and twenty checks here, which takes twenty times as long. They are
# answered where cells run, in the main thread's event loop.
_INSTALL = """
def _install(source, longest):
    import asyncio
    from IPython import get_ipython
    module = {{"__name__": "autograder_endpoint"}}
    exec(compile(source, "<autograder>", "exec"), module)
    shell = get_ipython()
    shell.unobserve_all("exit_now")  # the command exit ends a cell, not the kernel
    endpoint, connection = module["Endpoint"](shell.user_ns), shell.kernel.parent.calls
    loop = asyncio.get_running_loop()
    def answer():
        if not endpoint.serve(connection, longest):
            loop.remove_reader(connection)
    loop.add_reader(connection, answer)
_install({source!r}, {longest})
del _install
"""
_STEP_SECONDS = 0.1  # between two looks at whether the kernel still runs
_END_SECONDS = 2.0  # until the end of a kernel that has closed its connections has been noticed
_PIECE = 1 << 20


class KernelTransport:
    """Sends requests to a running kernel and waits for its replies.

    Attributes:
        dead: Why the kernel answers no more, in words for the student; None while it does.
    """

    def __init__(
        self,
        client: AsyncKernelClient,
        calls: socket.socket,
        explain_end: Callable[[], str | None],
        call_seconds: float,
        message_mb: int,
    ) -> None:
        """Takes a client whose channels are started.

        Args:
            client: A client of the kernel.
            calls: The connection on which functions in the kernel are called.
            explain_end: Tells why the kernel has ended, as in "the kernel died"; None while it runs.
            call_seconds: Limit for each request, in seconds.
            message_mb: Limit for each reply, in MiB.
        """
        self.client, self.explain_end, self.call_seconds = client, explain_end, call_seconds
        self.message_mb = message_mb
        self.dead: str | None = None
        self._calls = calls
        self._calls.settimeout(_STEP_SECONDS)

    def close(self) -> None:
        """Ends the connection; the kernel stays."""
        self._calls.close()

    def install(self) -> None:
        """Puts the endpoint into the kernel; call it before any cell runs."""
        source = Path(endpoint.__file__).read_text(encoding="utf-8")
        code = _INSTALL.format(source=source, longest=self.message_mb << 20)
        run_sync(self._exchange)("execute_request", {"code": code, "silent": True})

    def send(self, request: Mapping[str, Any]) -> str:
        """Sends one request; see ``Transport``.

        Replies to other requests are passed over; so nothing that was sent ahead counts as a reply.
        """
        if self.dead:
            raise TransportError(self.dead)
        deadline = time.monotonic() + self.call_seconds
        name, text = os.urandom(8), json.dumps(request).encode()
        self._send(name + len(text).to_bytes(8) + text, deadline)
        while True:
            head = self._receive(16, deadline)
            length = int.from_bytes(head[8:])
            if length > self.message_mb << 20:
                self._give_up(f"the reply is longer than the {self.message_mb} MB that it may have")
            reply = self._receive(length, deadline)
            if head[:8] == name:
                return reply.decode("utf-8", "replace")

    def executes(self) -> bool:
        """Whether the kernel still executes code, and does not only say so."""
        content = {"code": "", "silent": True, "user_expressions": {"sum": "6 * 7"}}
        with contextlib.suppress(TransportError, AttributeError):
            result = run_sync(self._exchange)("execute_request", content).get("user_expressions")
            return result.get("sum").get("data").get("text/plain") == "42"
        return False

    def _send(self, data: bytes, deadline: float) -> None:
        rest = memoryview(data)
        while rest:
            try:
                rest = rest[self._calls.send(rest[:_PIECE]) :]
            except TimeoutError:
                self._check(deadline)
            except OSError:
                self._wait_for_end(deadline)

    def _receive(self, length: int, deadline: float) -> bytes:
        data = bytearray()
        while len(data) < length:
            try:
                part = self._calls.recv(min(length - len(data), _PIECE))
            except TimeoutError:
                self._check(deadline)
                continue
            except OSError:
                part = b""
            if not part:
                self._wait_for_end(deadline)
            data += part
            if time.monotonic() > deadline:  # bytes that trickle in must not put the end off
                self._check(deadline)
        return bytes(data)

    def _wait_for_end(self, deadline: float) -> None:
        """For a connection that the kernel has closed: at its end, seen in a moment, or on purpose."""
        patience = min(deadline, time.monotonic() + _END_SECONDS)
        while time.monotonic() < patience:
            self._check(deadline)
            time.sleep(_STEP_SECONDS)
        self._give_up("the kernel gave no answer")

    async def _exchange(self, kind: str, content: dict[str, Any]) -> dict[str, Any]:
        """Sends a message of Jupyter's and waits for the reply to this very message."""
        message = self.client.session.msg(kind, content)
        self.client.shell_channel.send(message)
        deadline = time.monotonic() + self.call_seconds
        while True:
            try:
                reply = await self.client.get_shell_msg(timeout=_STEP_SECONDS)
                if reply["parent_header"].get("msg_id") == message["header"]["msg_id"]:
                    return reply["content"]
            except queue.Empty:
                pass
            self._check(deadline)  # other replies must not put the end off

    def _check(self, deadline: float) -> None:
        """Gives up when the kernel has ended or the time is over."""
        if ended := self.explain_end():
            self._give_up(ended)
        if time.monotonic() > deadline:
            self._give_up(f"there was no result after {self.call_seconds:g} seconds")

    def _give_up(self, reason: str) -> None:
        # A call that did not end keeps the kernel busy: the requests after it cannot be answered either.
        self.dead = reason
        raise TransportError(reason)
