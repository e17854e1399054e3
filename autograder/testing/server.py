"""The process in which hidden tests run: trusted, but limited, since what it reads comes from strangers.

It is started once, imports pytest and waits. For every submission it forks a child that runs the tests and
asks for the student's answers over a socket. A result that fills the memory or takes for ever to compare ends
that child, and nothing else.
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
from autograder.testing.run import make_ready, run_hidden_tests

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


def _run_tests(connection: socket.socket, order: dict[str, Any]) -> None:
    """Runs the hidden tests of one submission; this is the child."""
    resource.setrlimit(resource.RLIMIT_DATA, (order["memory_mb"] << 20,) * 2)
    resource.setrlimit(resource.RLIMIT_CPU, (order["seconds"],) * 2)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    # Where the grader's output goes to a file, a warning about a student's array would be an error now.
    nothing = os.open(os.devnull, os.O_WRONLY)
    for number in (1, 2):
        os.dup2(nothing, number)
    sys.dont_write_bytecode = True
    assignment = Assignment(Path(order["root"]), order["stem"])
    try:
        results = run_hidden_tests(assignment, _SocketTransport(connection), order["seed"], order["cells"])
    except CourseError as error:
        send_message(connection, {"error": str(error)})
    except MemoryError:
        raise  # what the student returned was too large: the other side sees this process end
    except BaseException as error:
        # Not the student's fault, so it must not cost points: grading stops and says why.
        send_message(connection, {"error": f"The hidden tests stopped with {type(error).__name__}: {error}"})
    else:
        send_message(connection, {"results": [result.as_json() for result in results.values()]})


def serve(control: socket.socket) -> None:
    """Forks a child for every order, until the other side hangs up."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # ended children need no waiting for
    while True:
        message, descriptors, _, _ = socket.recv_fds(control, 1 << 16, 1)
        if not message:
            return
        connection = socket.socket(fileno=descriptors[0])
        order = json.loads(message)
        with contextlib.suppress(Exception):  # the child will stop at the same error, and tell it
            make_ready(Assignment(Path(order["root"]), order["stem"]))
        gc.freeze()  # a collection in a child would otherwise touch, and so copy, every page
        if os.fork() == 0:
            status = 1
            try:
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                control.close()
                _run_tests(connection, order)
                status = 0
            finally:
                os._exit(status)
        connection.close()


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))
