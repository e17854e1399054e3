"""The process in which hidden tests run: trusted, but limited, since what it reads comes from strangers.

It is started once, imports pytest and waits. For every assignment it forks a process that loads the tests,
and this one forks a child for every submission, which runs them and asks for the student's answers over a
socket. A result that fills the memory or takes for ever to compare ends that child, and nothing else.
"""

import contextlib
import gc
import json
import os
import resource
import signal
import socket
import struct
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from autograder.course import Assignment
from autograder.errors import CourseError
from autograder.student.transport import TransportError
from autograder.testing.plugin import Task
from autograder.testing.run import make_ready, run_when_taken

_LENGTH = struct.Struct("!Q")


def send_message(connection: socket.socket, message: Any) -> None:
    """Writes one message, as JSON behind its length."""
    data = json.dumps(message).encode()
    connection.sendall(_LENGTH.pack(len(data)) + data)


def receive_message(connection: socket.socket) -> Any:
    """Reads one message.

    Raises:
        EOFError: When the other side has gone.
    """
    (length,) = _LENGTH.unpack(_receive(connection, _LENGTH.size))
    return json.loads(_receive(connection, length))


def _receive(connection: socket.socket, length: int) -> bytes:
    parts = []
    while length:
        part = connection.recv(min(length, 1 << 20))
        if not part:
            raise EOFError
        parts.append(part)
        length -= len(part)
    return b"".join(parts)


class _SocketTransport:
    """Passes the requests of the hidden tests on to the process that talks to the kernel."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection

    def send(self, request: Mapping[str, Any]) -> str:
        """Sends one request; see ``autograder.student.transport.Transport``."""
        send_message(self.connection, {"request": request})
        answer = receive_message(self.connection)
        if "reply" not in answer:
            raise TransportError(answer["dead"])
        return answer["reply"]


class _Orders:
    """Where a process that has loaded the hidden tests of an assignment waits for submissions.

    Attributes:
        connection: In a child: the way to the one who gave the order. In the process itself: None.
    """

    def __init__(self, control: socket.socket) -> None:
        self.control = control
        self.connection: socket.socket | None = None

    def take(self) -> Task:
        """Forks a child for every order; returns in the child only."""
        gc.freeze()  # a collection in a child would otherwise touch, and so copy, every page
        while True:
            order, connection = self._receive()
            if os.fork() == 0:
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                self.control.close()
                self.connection = connection
                resource.setrlimit(resource.RLIMIT_DATA, (order["memory_mb"] << 20,) * 2)
                resource.setrlimit(resource.RLIMIT_CPU, (order["seconds"],) * 2)
                resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
                return Task(_SocketTransport(connection), order["seed"], order["cells"])
            connection.close()

    def answer(self, message: dict[str, Any]) -> None:
        """In a child, gives the answer; in the process itself, gives it to every order that is to come."""
        if self.connection is not None:
            send_message(self.connection, message)
            return
        while True:
            _, connection = self._receive()
            with connection, contextlib.suppress(OSError):
                send_message(connection, message)

    def _receive(self) -> tuple[dict[str, Any], socket.socket]:
        """Waits for an order; when nobody is left to give one, ends this process."""
        message, descriptors, _, _ = socket.recv_fds(self.control, 1 << 16, 1)
        if not message:
            os._exit(0)
        return json.loads(message), socket.socket(fileno=descriptors[0])


def _run_tests(assignment: Assignment, control: socket.socket) -> None:
    """Loads the hidden tests of an assignment, and runs them on submissions in children."""
    # Where the grader's output goes to a file, a warning about a student's array would be an error then.
    nothing = os.open(os.devnull, os.O_WRONLY)
    for number in (1, 2):
        os.dup2(nothing, number)
    sys.dont_write_bytecode = True
    orders = _Orders(control)
    try:
        # A child that needs what cannot be read will stop at the same error, and tell it.
        with contextlib.suppress(Exception):
            make_ready(assignment)
        results = run_when_taken(assignment, orders.take)
    except CourseError as error:
        orders.answer({"error": str(error)})
    except MemoryError:
        raise  # what the student returned was too large: the other side sees this process end
    except BaseException as error:
        # Not the student's fault, so it must not cost points: grading stops and says why.
        orders.answer({"error": f"The hidden tests stopped with {type(error).__name__}: {error}"})
    else:
        orders.answer({"results": [result.as_json() for result in results.values()]})


def serve(control: socket.socket) -> None:
    """Passes orders on, each to the process of its assignment, until the other side hangs up."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # ended children need no waiting for
    lines: dict[Assignment, tuple[Any, socket.socket]] = {}
    while True:
        message, descriptors, _, _ = socket.recv_fds(control, 1 << 16, 1)
        if not message:
            return
        order = json.loads(message)
        assignment = Assignment(Path(order["root"]), order["stem"])
        state = _state(assignment)
        known, line = lines.pop(assignment, (None, None))
        try:
            if known != state:
                raise OSError("there is no process yet, or it has read files that have changed since")
            socket.send_fds(line, [message], descriptors)
        except OSError:  # or the process has ended
            if line:
                line.close()  # its process ends; the children go on
            line = _fork(assignment, [control, *(each for _, each in lines.values())])
            socket.send_fds(line, [message], descriptors)
        lines[assignment] = state, line
        os.close(descriptors[0])


def _state(assignment: Assignment) -> list[tuple[int, int]]:
    """Changes when an author writes one of the files that a process reads once."""
    files = assignment.hidden_tests, assignment.misconceptions, assignment.source
    found = [path.stat() for path in files if path.exists()]
    return [(each.st_mtime_ns, each.st_size) for each in found]


def _fork(assignment: Assignment, inherited: list[socket.socket]) -> socket.socket:
    """Starts the process of an assignment; returns the line to it."""
    line, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    if os.fork() == 0:
        status = 1
        try:
            for each in (line, *inherited):
                each.close()
            _run_tests(assignment, theirs)
            status = 0
        finally:
            os._exit(status)
    theirs.close()
    return line


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))
