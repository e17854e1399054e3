"""Starts and talks to a template process (``inside/template.py``); the trusted side."""

import json
import os
import secrets
import select
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from autograder.errors import CourseError
from autograder.sandbox import bubblewrap

_INSIDE = Path(__file__).parent / "inside"
_FIRST_USER, _USERS = 1 << 30, 1 << 29  # ids that no system gives to people or services
_START_SECONDS = 180.0


class TemplateError(Exception):
    """The template is gone or did not fork; a new one may do better."""


class TemplateLine:
    """A line to a template process, on which kernels are asked for.

    Attributes:
        sandbox: Whether bubblewrap is around the process.
    """

    def __init__(self, control: socket.socket, sandbox: bool, hide: Iterable[Path], privileged: bool | None):
        """Takes a connected socket; the rest is as for ``Template``."""
        self.sandbox = sandbox
        self._control = control
        self._privileged = bubblewrap.is_privileged() if privileged is None else privileged
        self._environment = bubblewrap.PythonEnvironment.current(hide)
        self._folder = bubblewrap.INSIDE if sandbox else str(_INSIDE)

    @classmethod
    def connect(
        cls, address: str, sandbox: bool, hide: Iterable[Path] = (), privileged: bool | None = None
    ) -> "TemplateLine":
        """A line to a template that another process has started, with the same options.

        Raises:
            OSError: There is none at this address.
        """
        control = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            control.connect(address)
        except OSError:
            control.close()
            raise
        return cls(control, sandbox, hide, privileged)

    def is_alive(self) -> bool:
        """Whether there is a process at the other end."""
        poll = select.poll()
        poll.register(self._control, 0)  # hanging up is always told
        return not poll.poll(0)

    def wait_until_ready(self) -> None:
        """Waits for the end of the imports.

        Raises:
            TemplateError: The process ended before, or is not ready after three minutes.
        """
        self._control.settimeout(_START_SECONDS)
        try:
            if self._control.recv(1 << 16):
                self._control.settimeout(None)
                return
        except OSError:
            pass
        self._control.close()
        raise TemplateError("the shared template process did not start")

    def close(self) -> None:
        """Hangs up."""
        self._control.close()

    def fork(
        self, limits: Mapping[str, Any], key: str, seed: int, folder: Path, sockets: list[socket.socket]
    ):
        """Forks one kernel.

        Args:
            limits: ``Limits.as_json``.
            key: Signs the messages.
            seed: For the random generators of the kernel.
            folder: Working folder of a kernel without a sandbox.
            sockets: Those that listen for the kernel's channels, then a connection for calls.

        Returns:
            The socket on which the kernel's init process reports, not yet read.

        Raises:
            TemplateError: The template is gone.
        """
        report, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        request = {
            "sandbox": self.sandbox,
            "user": _FIRST_USER + secrets.randbelow(_USERS) if self._privileged else None,
            "limits": dict(limits),
            "keep": self._environment.below("/tmp"),
            "key": key,
            "seed": seed,
            "folder": str(folder),
            "inside": self._folder,
        }
        try:
            descriptors = [theirs.fileno(), *(item.fileno() for item in sockets)]
            socket.send_fds(self._control, [json.dumps(request).encode()], descriptors)
        except OSError as error:
            report.close()
            raise TemplateError("the template process is gone") from error
        finally:
            theirs.close()
        return report


class Template(TemplateLine):
    """One template process.

    Start it from a thread that lives as long as it shall live: bubblewrap's --die-with-parent means the
    thread.
    """

    def __init__(
        self,
        preload: Sequence[str],
        sandbox: bool,
        hide: Iterable[Path] = (),
        privileged: bool | None = None,
        listener: socket.socket | None = None,
    ) -> None:
        """Starts the process; ``wait_until_ready`` waits for its imports.

        Args:
            preload: Names of the modules to import once.
            sandbox: False: no bubblewrap, for systems without it.
            hide: Folders that no kernel may see, should they lie in the Python environment or in /usr.
            privileged: Overrides ``bubblewrap.is_privileged``, for tests.
            listener: A listening socket, at which other processes may ask for kernels.
        """
        control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        super().__init__(control, sandbox, hide, privileged)
        variables = bubblewrap.environment_variables()
        wrapper = self._wrapper(variables)
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - open as long as the process
        passed = [theirs.fileno()] + ([listener.fileno()] if listener else [])
        try:
            self._process = subprocess.Popen(
                [*wrapper, *self._program(preload, *passed)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._errors,
                env=variables if sandbox else {**variables, "HOME": tempfile.gettempdir()},
                pass_fds=passed,
                cwd="/",
                start_new_session=True,  # Ctrl-C in the terminal is for the grader
            )
        except OSError as error:
            self._control.close()
            self._errors.close()
            raise CourseError(bubblewrap.REFUSED.format(reason=error)) from error
        finally:
            theirs.close()
        self._ready = False

    def _wrapper(self, variables: Mapping[str, str]) -> list[str]:
        if not self.sandbox:
            return []
        self._check_readable()
        bwrap = bubblewrap.find_bwrap()
        return bubblewrap.command(bwrap, self._environment, _INSIDE, self._privileged, dict(variables))

    def _check_readable(self) -> None:
        """Root's kernels run as a user who owns nothing: the Python environment must be open to others."""
        for module in (os, sys.modules["numpy"]) if "numpy" in sys.modules else (os,):
            path = Path(module.__file__)
            if self._privileged and not path.stat().st_mode & 0o004:
                raise CourseError(
                    f"submissions run as another user, who cannot read {path}: `chmod -R o+rX {sys.prefix}`"
                )

    def _program(self, preload: Sequence[str], descriptor: int, listener: int | None = None) -> list[str]:
        parent, package = os.path.split(self._folder)
        options = {"preload": list(preload), "sandbox": self.sandbox, "listener": listener}
        text = (
            f"import sys; sys.path.insert(0, {parent!r}); from {package} import template; "
            f"sys.path.remove({parent!r}); template.main({descriptor}, {options!r})"
        )
        return [sys.executable, "-P", "-s", "-c", text]

    @property
    def pid(self) -> int:
        """The process id of bubblewrap (of the template itself without a sandbox)."""
        return self._process.pid

    def is_alive(self) -> bool:
        """Whether the process runs."""
        return self._process.poll() is None

    def wait_until_ready(self) -> None:
        """Waits for the end of the imports.

        Raises:
            CourseError: The process ended before, or is not ready after three minutes; says why.
        """
        if self._ready:
            return
        readable, _, _ = select.select([self._control], [], [], _START_SECONDS)
        if not readable or not self._control.recv(1 << 16):
            self._end()
            self._errors.seek(0)
            lines = self._errors.read().decode(errors="replace").strip().splitlines() or ["no message"]
            self._errors.close()
            if self.sandbox and lines[-1].startswith("bwrap:"):
                raise CourseError(bubblewrap.REFUSED.format(reason=lines[-1].removeprefix("bwrap: ")))
            raise CourseError(f"the template process did not start: {lines[-1]}")
        self._ready = True

    def close(self) -> None:
        """Ends the process and, with it, every kernel that it has forked."""
        self._end()
        self._errors.close()

    def _end(self) -> None:
        self._control.close()  # asks it to end
        try:
            self._process.wait(0.5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
