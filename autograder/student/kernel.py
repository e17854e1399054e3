"""Talks to the student's code in a Jupyter kernel."""

import json
import queue
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from jupyter_client import BlockingKernelClient

from autograder.student import endpoint
from autograder.student.transport import TransportError

REPLY_TYPE = "application/vnd.autograder.reply+json"

# Runs before the first cell of the notebook, so that the endpoint holds the modules as they were before the
# student's code. It lives on the shell object: nothing is added to the names that the student's code sees.
_INSTALL = """
def _install(source, reply_type):
    import json
    from IPython import get_ipython
    from IPython.display import publish_display_data
    module = {{"__name__": "autograder_endpoint"}}
    exec(compile(source, "<autograder>", "exec"), module)
    shell = get_ipython()
    endpoint = module["Endpoint"](shell.user_ns)
    dumps, loads = json.dumps, json.loads
    def answer(number, text):
        reply = {{"number": number, "reply": dumps(endpoint.answer(loads(text)))}}
        publish_display_data({{reply_type: reply, "text/plain": ""}})
    shell.autograder_answer = answer
_install({source!r}, {reply_type!r})
del _install
"""


class KernelTransport:
    """Sends requests to a running kernel and waits for its replies.

    Attributes:
        dead: Why the kernel answers no more, in words for the student; None while it does.
    """

    def __init__(
        self, client: BlockingKernelClient, is_alive: Callable[[], bool], call_seconds: float
    ) -> None:
        """Takes a client whose channels are started.

        Args:
            client: A client of the kernel.
            is_alive: Tells whether the kernel's process still runs.
            call_seconds: Limit for each request, in seconds.
        """
        self.client, self.is_alive, self.call_seconds = client, is_alive, call_seconds
        self.dead: str | None = None
        self._number = 0

    def install(self) -> None:
        """Puts the endpoint into the kernel; call it before any cell runs."""
        source = Path(endpoint.__file__).read_text(encoding="utf-8")
        self._execute(_INSTALL.format(source=source, reply_type=REPLY_TYPE), number=None)

    def send(self, request: Mapping[str, Any]) -> str:
        """Sends one request; see ``Transport``."""
        if self.dead:
            raise TransportError(self.dead)
        self._number += 1
        code = f"get_ipython().autograder_answer({self._number}, {json.dumps(request)!r})"
        reply = self._execute(code, self._number)
        if reply is None:
            raise TransportError("the kernel gave no answer")
        return reply

    def _execute(self, code: str, number: int | None) -> str | None:
        """Runs code in the kernel until it is idle again; returns the reply with the number, if one came."""
        message = self.client.execute(
            code, silent=True, store_history=False, allow_stdin=False, stop_on_error=False
        )
        deadline, reply = time.monotonic() + self.call_seconds, None
        while True:
            try:
                output = self.client.get_iopub_msg(timeout=0.2)
            except queue.Empty:
                if not self.is_alive():
                    self._give_up("the kernel died")
                if time.monotonic() > deadline:
                    self._give_up(f"no result after {self.call_seconds:g} seconds")
                continue
            if output["parent_header"].get("msg_id") != message:
                continue
            content = output["content"]
            if output["msg_type"] == "display_data" and reply is None:
                data = content.get("data", {}).get(REPLY_TYPE)
                if (
                    isinstance(data, dict)
                    and data.get("number") == number
                    and isinstance(data.get("reply"), str)
                ):
                    reply = data["reply"]
            if output["msg_type"] == "status" and content.get("execution_state") == "idle":
                return reply

    def _give_up(self, reason: str) -> None:
        # A call that did not end keeps the kernel busy: the requests after it cannot be answered either.
        self.dead = reason
        raise TransportError(reason)
