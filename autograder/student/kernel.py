"""Talks to the student's code in a Jupyter kernel."""

import contextlib
import json
import queue
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from jupyter_client.asynchronous import AsyncKernelClient
from jupyter_core.utils import run_sync

from autograder.student import endpoint
from autograder.student.transport import TransportError

# Runs before the first cell of the notebook, so that the endpoint holds the modules as they were before the
# student's code. It answers messages of a kind of its own: an execute request would pass through IPython's
# transformers, hooks and displays, which take five times as long and which the student's code can change.
_INSTALL = """
def _install(source):
    import json
    from IPython import get_ipython
    module = {{"__name__": "autograder_endpoint"}}
    exec(compile(source, "<autograder>", "exec"), module)
    shell = get_ipython()
    shell.unobserve_all("exit_now")  # the command exit ends a cell, not the kernel
    endpoint, session = module["Endpoint"](shell.user_ns), shell.kernel.session
    dumps, loads = json.dumps, json.loads
    def answer(stream, identity, request):
        reply = dumps(endpoint.answer(loads(request["content"]["request"])))
        session.send(stream, "autograder_reply", {{"reply": reply}}, request, ident=identity)
    shell.kernel.shell_handlers["autograder_request"] = answer
_install({source!r})
del _install
"""


class KernelTransport:
    """Sends requests to a running kernel and waits for its replies.

    Attributes:
        dead: Why the kernel answers no more, in words for the student; None while it does.
    """

    def __init__(
        self, client: AsyncKernelClient, explain_end: Callable[[], str | None], call_seconds: float
    ) -> None:
        """Takes a client whose channels are started.

        Args:
            client: A client of the kernel.
            explain_end: Tells why the kernel has ended, as in "the kernel died"; None while it runs.
            call_seconds: Limit for each request, in seconds.
        """
        self.client, self.explain_end, self.call_seconds = client, explain_end, call_seconds
        self.dead: str | None = None

    def install(self) -> None:
        """Puts the endpoint into the kernel; call it before any cell runs."""
        source = Path(endpoint.__file__).read_text(encoding="utf-8")
        self._ask("execute_request", {"code": _INSTALL.format(source=source), "silent": True})

    def send(self, request: Mapping[str, Any]) -> str:
        """Sends one request; see ``Transport``."""
        if self.dead:
            raise TransportError(self.dead)
        reply = self._ask("autograder_request", {"request": json.dumps(request)}).get("reply")
        if not isinstance(reply, str):
            raise TransportError("the kernel gave no answer")
        return reply

    def executes(self) -> bool:
        """Whether the kernel still executes code, and does not only say so."""
        content = {"code": "", "silent": True, "user_expressions": {"sum": "6 * 7"}}
        with contextlib.suppress(TransportError, AttributeError):
            result = self._ask("execute_request", content).get("user_expressions")
            return result.get("sum").get("data").get("text/plain") == "42"
        return False

    def _ask(self, kind: str, content: dict[str, Any]) -> dict[str, Any]:
        return run_sync(self._exchange)(kind, content)

    async def _exchange(self, kind: str, content: dict[str, Any]) -> dict[str, Any]:
        """Sends a message and waits for the reply to this very message.

        What the code prints meanwhile is published on another channel, where nobody listens now.
        """
        message = self.client.session.msg(kind, content)
        self.client.shell_channel.send(message)
        deadline = time.monotonic() + self.call_seconds
        while True:
            try:
                reply = await self.client.get_shell_msg(timeout=0.1)
                if reply["parent_header"].get("msg_id") == message["header"]["msg_id"]:
                    return reply["content"]
            except queue.Empty:
                if ended := self.explain_end():
                    self._give_up(ended)
            if time.monotonic() > deadline:  # other replies must not put the end off
                self._give_up(f"there was no result after {self.call_seconds:g} seconds")

    def _give_up(self, reason: str) -> None:
        # A call that did not end keeps the kernel busy: the requests after it cannot be answered either.
        self.dead = reason
        raise TransportError(reason)
