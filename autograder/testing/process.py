"""Runs hidden tests in a process of their own (``server``), and answers its questions from the kernel."""

import json
import socket
import subprocess
import sys
from collections.abc import Collection

from autograder.course import REPOSITORY, Assignment
from autograder.errors import CourseError
from autograder.student.transport import Transport, TransportError
from autograder.testing.plugin import TestResult
from autograder.testing.run import CellResult
from autograder.testing.server import receive_message, send_message

MEMORY_MB = 2048
CPU_SECONDS = 60
_REST_SECONDS = 5.0  # for what is neither computing here nor waiting for the student's code


class TestProcesses:
    """Starts one server and has it run the tests of many submissions, one after the other or at once."""

    __test__ = False  # pytest takes classes of this name for tests

    def __init__(self) -> None:
        """Starts the server; it imports pytest while the caller goes on."""
        self._start()

    def _start(self) -> None:
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._server = subprocess.Popen(
            [sys.executable, "-m", "autograder.testing.server", str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            cwd=REPOSITORY,
            start_new_session=True,  # Ctrl-C in the terminal is for the grader
        )
        theirs.close()

    def run(
        self, assignment: Assignment, transport: Transport, seed: str, cells: Collection[str]
    ) -> dict[str, CellResult]:
        """Does what ``run_hidden_tests`` does, in a limited process.

        When the process ends before the tests do, each exercise is tested in a process of its own, so that
        only the one that is to blame loses its points.

        Raises:
            CourseError: When the hidden tests themselves cannot be run.
        """
        results = self._run_once(assignment, transport, seed, cells)
        if results is not None:
            return results
        if len(cells) > 1:
            alone = [self.run(assignment, transport, seed, [cell]) for cell in cells]
            return {cell: result for results in alone for cell, result in results.items()}
        (cell,) = cells
        reason = (
            "What your code returned could not be checked: it is too large, or takes too long to compare."
        )
        test = TestResult(cell, "all", "The results can be checked.", 1, passed=False, reason=reason)
        return {cell: CellResult(cell, [test], None)}

    def _run_once(
        self, assignment: Assignment, transport: Transport, seed: str, cells: Collection[str]
    ) -> dict[str, CellResult] | None:
        """Runs the tests; None when their process ended before they did."""
        connection, theirs = socket.socketpair()
        order = {
            "root": str(assignment.root),
            "stem": assignment.stem,
            "seed": seed,
            "cells": list(cells),
            "memory_mb": MEMORY_MB,
            "seconds": CPU_SECONDS,
        }
        with connection, theirs:
            self._send(json.dumps(order).encode(), theirs.fileno())
            theirs.close()
            connection.settimeout(CPU_SECONDS + _REST_SECONDS)
            try:
                while True:
                    message = receive_message(connection)
                    if "results" in message:
                        found = [CellResult.from_json(data) for data in message["results"]]
                        return {result.cell: result for result in found}
                    if "error" in message:
                        raise CourseError(message["error"])
                    send_message(connection, _answer(transport, message["request"]))
            except (EOFError, TimeoutError, ConnectionError):
                return None

    def _send(self, order: bytes, descriptor: int) -> None:
        """Gives the server an order; a server that has ended is replaced."""
        try:
            socket.send_fds(self._control, [order], [descriptor])
        except OSError:
            self.close()
            self._start()
            try:
                socket.send_fds(self._control, [order], [descriptor])
            except OSError as error:
                raise CourseError("The process that runs the hidden tests has ended.") from error

    def close(self) -> None:
        """Ends the server."""
        self._control.close()
        try:
            self._server.wait(2)
        except subprocess.TimeoutExpired:
            self._server.kill()
            self._server.wait()


def _answer(transport: Transport, request: dict) -> dict[str, str]:
    try:
        return {"reply": transport.send(request)}
    except TransportError as error:
        return {"dead": str(error)}
