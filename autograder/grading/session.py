"""A kernel during one examination: the ways to talk to it, and to see whether it is still sound.

A cell may sabotage the kernel without ending it: it may remove functions, keep later cells from running, or
change what carries results. Nothing of that earns points, but it would cost the other questions theirs.
"""

import contextlib
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np
from nbclient import NotebookClient

from autograder.sandbox import Kernel
from autograder.student.kernel import KernelTransport
from autograder.student.transport import TransportError
from autograder.student.wire import ReplyError, encode, read_reply

_SAMPLE = np.array([[1.5, -2.0, 0.25]])


@dataclass(frozen=True)
class Session:
    """A kernel, and the two ways to talk to it.

    Attributes:
        client: Runs cells.
        kernel: The kernel.
        transport: Carries calls of the student's functions.
    """

    client: NotebookClient
    kernel: Kernel
    transport: KernelTransport

    def defined(self, names: Collection[str]) -> set[str] | None:
        """Which of the names are defined; None when results do not come through as they should."""
        echo = self._value({"operation": "echo", "value": encode(_SAMPLE)})
        if not (isinstance(echo, np.ndarray) and np.array_equal(echo, _SAMPLE)):
            return None
        found = self._value({"operation": "defined", "names": sorted(names)})
        return set(names) & set(found) if isinstance(found, list) and set(map(type, found)) <= {str} else None

    def harm(self, before: set[str], names: Collection[str]) -> str | None:
        """What the last cell did to the kernel, as the rest of a sentence that begins with "it".

        Args:
            before: What was defined before that cell.
            names: Names of the graded functions.
        """
        runs = self.transport.executes()
        now = self.defined(names)
        if not self.kernel.is_alive():
            return self.kernel.explain()
        if not runs:
            return "it kept the cells after it from running"
        if now is None:
            return "it changed what your results are passed on with"
        if lost := sorted(before - now):
            return f"it removed {', '.join(lost)}"
        return None

    def remember(self) -> None:
        """Has the kernel take down its state, for ``altered``."""
        self._value({"operation": "remember"})

    def altered(self) -> bool:
        """Whether calls have changed variables, NumPy or built-in functions since ``remember``."""
        return self._value({"operation": "altered"}) is not False

    def _value(self, request: dict[str, Any]) -> Any:
        with contextlib.suppress(TransportError, ReplyError, KeyError):
            return read_reply(self.transport.send(request))["value"]
        return None
