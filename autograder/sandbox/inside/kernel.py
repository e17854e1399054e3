"""The ipykernel application of a forked kernel.

Its five sockets were bound by the trusted side and arrive as open descriptors (ZeroMQ's ZMQ_USE_FD, made
for socket activation). So no folder is shared between a student and the trusted side, and there is no
connection file. A sixth descriptor is connected already; on it the grader calls the student's functions.
"""

import os
import random
import socket
import sys
from ast import PyCF_ALLOW_TOP_LEVEL_AWAIT, PyCF_ONLY_AST
from contextlib import suppress

import zmq
from ipykernel.heartbeat import Heartbeat
from ipykernel.iostream import OutStream
from ipykernel.kernelapp import IPKernelApp
from IPython.core.inputtransformer2 import TransformerManager
from traitlets import Dict, Instance
from traitlets.config import Config

from . import CHANNELS

_PIECE = 1 << 17  # characters


def _listen(channel: zmq.Socket, descriptor: int) -> None:
    channel.setsockopt(zmq.USE_FD, descriptor)
    channel.bind("ipc://bound-already")  # the name is not used


class Output(OutStream):
    """Sends what is printed in pieces, and waits for each.

    A loop that prints for ever would else pile up megabytes between two messages, in the kernel's memory
    and in a message that the trusted side refuses. Small messages let it count and say "too much output".
    """

    _waiting = 0

    def write(self, string):
        """Prints; the same as in every ipykernel, but for the pieces."""
        if not isinstance(string, str) or len(string) + self._waiting < _PIECE:
            self._waiting += len(string)
            return super().write(string)
        for begin in range(0, len(string), _PIECE):
            super().write(string[begin : begin + _PIECE])
            self.flush()
        self._waiting = 0
        return len(string)


class _Heartbeat(Heartbeat):
    descriptor = -1

    def _try_bind_socket(self):
        _listen(self.socket, self.descriptor)


class KernelApp(IPKernelApp):
    """An IPython kernel on descriptors that listen already; a port number is a place in CHANNELS, from 1.

    Attributes:
        calls: The connection on which the grader calls functions.
    """

    descriptors = Dict()
    calls = Instance(socket.socket)
    connection_file = "none"

    def init_connection_file(self):
        """There is none."""

    def write_connection_file(self, **kwargs):
        """There is none."""

    def parse_command_line(self, argv=None):
        """There is none; building its parser takes a tenth of the whole start."""

    def _try_bind_socket(self, s, port):
        _listen(s, self.descriptors[port])
        return port

    def init_control(self, context):
        """Leaves out the debugger's second connection: the shell socket's address is not visible here."""
        super().init_control(context)
        if self.debug_shell_socket is not None:
            self.debug_shell_socket.disconnect(self.debug_shell_socket.getsockopt(zmq.LAST_ENDPOINT))

    def init_heartbeat(self):
        """Answers pings on the descriptor for them."""
        self.heartbeat = _Heartbeat(zmq.Context(), (self.transport, self.ip, self.hb_port))
        self.heartbeat.descriptor = self.descriptors[self.hb_port]
        self.heartbeat.start()


def _name_of(raw_code: str, code: str, number: int) -> str:
    """What tracebacks call a cell; ipykernel's own names, made for a debugger, take milliseconds each."""
    return f"<cell {number}>"


class _Transformer(TransformerManager):
    """Leaves Python as it is: what IPython adds to the language (%magic, !command, name?) is no Python.

    IPython would tokenize every cell twice, in Python, to find nothing in nearly all of them.
    """

    def transform_cell(self, cell):
        """The same as IPython's, but quick for cells that are Python from the first character on."""
        if not cell[:1].isspace() and not cell.startswith("In ["):  # a prompt can pass for Python
            with suppress(SyntaxError, ValueError, MemoryError, RecursionError):
                compile(cell, "<cell>", "exec", PyCF_ONLY_AST | PyCF_ALLOW_TOP_LEVEL_AWAIT)
                return cell if cell.endswith("\n") else cell + "\n"
        return super().transform_cell(cell)


def seed_generators(seed: int) -> None:
    """Gives this kernel random numbers of its own: a fork inherits the state of the generators."""
    random.seed(seed)
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed(seed % 2**32)


def prepare(key: str, descriptors: list[int]) -> KernelApp:
    """Makes the kernel; its ``start`` serves until it is told to stop.

    Args:
        key: Signs the messages.
        descriptors: Listening sockets in the order of CHANNELS, then the connection for calls.
    """
    config = Config()
    config.Session.key = key.encode()
    config.HistoryManager.enabled = False
    config.InteractiveShell.xmode = "Plain"  # the usual tracebacks take a tenth of a second each
    sys.argv = ["ipykernel"]
    ports = {f"{name}_port": number for number, name in enumerate(CHANNELS, start=1)}
    app = KernelApp.instance(config=config, transport="ipc", ip="kernel", **ports)
    app.outstream_class = f"{__name__}.Output"
    *channels, calls = descriptors
    app.descriptors = dict(enumerate(channels, start=1))
    os.set_inheritable(calls, False)
    app.calls = socket.socket(fileno=calls)
    app.initialize([])
    app.shell.compile.get_code_name = _name_of
    app.shell.input_transformer_manager = _Transformer()
    if "matplotlib.pyplot" in sys.modules:  # its import, long ago, found no IPython to tie itself to
        app.shell.enable_matplotlib("inline")
    return app
