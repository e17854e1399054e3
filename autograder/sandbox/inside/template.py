"""The template process: imports the heavy packages once and forks a fresh kernel for every submission.

Rules that keep forks safe:

* It imports and does nothing else. One TensorFlow operation here would start threads that a fork does not
  have, and every kernel would hang; so the number of threads is checked before it reports ready.
* It never runs a student's code and reads nothing from a kernel.
* Requests come over sockets that only the trusted side holds. When the process that started the template
  dies, its socket ends, the template ends, and with it every process in its namespace.
* Other trusted processes may connect. When one of these dies, the reports of its kernels have no reader any
  more, and with that these kernels end.

For each request it forks an *init* process (number 1 of the new process-id namespace), which builds the
walls, forks the kernel, waits for it and reports how it ended. When init ends, Linux kills whatever is
left in the namespace, sessions and daemons included.
"""

import contextlib
import gc
import importlib
import json
import os
import select
import signal
import socket
import sys
import traceback
from pathlib import Path

from . import CHANNELS, linux, walls

WARM = (  # what ipykernel and the first cells would import late
    "IPython.core.completerlib",
    "IPython.core.debugger",
    "IPython.core.magics.execution",
    "IPython.core.oinspect",
    "IPython.extensions.storemagic",
    "IPython.utils.wildcard",
    "cProfile",
    "faulthandler",
    "ipykernel.ipkernel",
    "ipykernel.zmqshell",
    "numpy.random",
    "pdb",
    "pstats",
    "tornado.platform.asyncio",
)
WARM_PLOTS = ("IPython.core.pylabtools", "PIL.PngImagePlugin", "matplotlib_inline.backend_inline")
_READY = json.dumps({"ready": True}).encode()


def main(descriptor: int, options: dict) -> None:
    """Imports, reports ready, then forks a kernel for each request until the trusted side hangs up.

    Args:
        descriptor: The socket to the trusted side.
        options: ``preload``, names of modules; ``sandbox``, whether bubblewrap is around this process;
            ``listener``, a listening socket at which others may connect, or None.
    """
    control = socket.socket(fileno=descriptor)
    control.set_inheritable(False)
    lines = {descriptor: control}
    if options["listener"] is not None:
        listener = socket.socket(fileno=options["listener"])
        listener.set_inheritable(False)
        lines[listener.fileno()] = listener
    linux.prctl(linux.PR_SET_PDEATHSIG, signal.SIGKILL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for name in options["preload"]:
        importlib.import_module(name)
    _import_without_debugger()
    plots = WARM_PLOTS if "matplotlib" in sys.modules else ()
    for name in (f"{__package__}.kernel", *WARM, *plots):
        importlib.import_module(name)
    check_threads()
    gc.collect()
    gc.freeze()  # a collection in a kernel would otherwise touch, and so copy, every page
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # ended init processes need no waiting for
    linux.prctl(linux.PR_SET_DUMPABLE, 0)
    control.send(_READY)
    own_namespace = os.open("/proc/self/ns/pid", os.O_RDONLY)
    poll = select.poll()
    for number in lines:
        poll.register(number, select.POLLIN)
    while True:
        for number, _ in poll.poll():
            if number == options["listener"]:
                line, _ = lines[number].accept()
                with contextlib.suppress(OSError):  # it has gone already, which the next round sees
                    line.send(_READY)
                lines[line.fileno()] = line
                poll.register(line, select.POLLIN)
            elif not _serve(lines, number, options["sandbox"], own_namespace):
                if number == descriptor:
                    return
                poll.unregister(number)
                lines.pop(number).close()


def _serve(lines: dict[int, socket.socket], number: int, sandbox: bool, own_namespace: int) -> bool:
    """Forks the kernel that is asked for on a line; says whether there is still somebody on it."""
    try:
        message, descriptors, _, _ = socket.recv_fds(lines[number], 1 << 16, 2 + len(CHANNELS))
    except OSError:
        return False
    if not message:
        return False
    with contextlib.suppress(OSError):  # no room for a process now: the trusted side sees no report
        if sandbox:
            linux.unshare(linux.CLONE_NEWPID)  # for the next child
        if os.fork() == 0:
            try:
                for line in lines.values():
                    line.close()
                _init(json.loads(message), descriptors, own_namespace)
            finally:
                os._exit(1)  # whatever happens, there must not be a second template
    if sandbox:
        linux.setns(own_namespace, linux.CLONE_NEWPID)
    for each in descriptors:
        os.close(each)
    return True


def check_threads() -> None:
    """Raises RuntimeError if there is more than one thread: a fork copies locks, but not their owners."""
    threads = len(os.listdir("/proc/self/task"))
    if threads > 1:
        raise RuntimeError(f"an imported package has started {threads - 1} threads: a fork would hang")


def _import_without_debugger() -> None:
    """Lets ipykernel find no debugger: debugpy takes a quarter of a second and starts a thread."""
    sys.modules["debugpy"] = None
    importlib.import_module("ipykernel.debugger")
    del sys.modules["debugpy"]


def _init(request: dict, descriptors: list[int], own_namespace: int) -> None:
    """Process 1 of a kernel: builds the walls, starts the kernel, reports its end. Does not return."""
    report = socket.socket(fileno=descriptors[0])
    try:
        os.close(own_namespace)
        nothing = os.open("/dev/null", os.O_RDWR)
        for number in (0, 1, 2):
            os.dup2(nothing, number)
        os.close(nothing)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        if request["sandbox"]:
            walls.separate(request)
        else:
            linux.prctl(linux.PR_SET_PDEATHSIG, signal.SIGKILL)
            linux.prctl(linux.PR_SET_CHILD_SUBREAPER, 1)
            signal.signal(signal.SIGTERM, lambda *_: sys.exit())
            os.environ["HOME"] = os.environ["TMPDIR"] = request["folder"]
            os.chdir(request["folder"])
        child = os.fork()
        if child == 0:
            _kernel(request, report, descriptors[1:])
        for number in descriptors[1:]:
            os.close(number)
        proc = os.open("/proc", os.O_RDONLY | os.O_DIRECTORY)
        handles = [os.pidfd_open(os.getpid()), os.pidfd_open(child), proc]
        socket.send_fds(report, [json.dumps({"started": child}).encode()], handles)
        for number in handles:
            os.close(number)
        linux.drop_capabilities()
        status = _wait_for(child, report)
        if status is not None:
            report.send(json.dumps({"ended": os.waitstatus_to_exitcode(status)}).encode())
    except SystemExit:
        pass  # asked to end
    except BaseException:
        with contextlib.suppress(OSError):
            report.send(json.dumps({"error": traceback.format_exc()[-4000:]}).encode())
    finally:
        if not request["sandbox"]:
            _end_descendants()
        os._exit(0)


def _wait_for(child: int, report: socket.socket) -> int | None:
    """Waits for the end of the kernel; returns its status, or None when nobody reads the report any more.

    Orphans that have ended and are not waited for would count as processes of the kernel.
    """
    ended, wakeup = socket.socketpair()
    wakeup.setblocking(False)
    signal.set_wakeup_fd(wakeup.fileno(), warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    poll = select.poll()
    poll.register(ended, select.POLLIN)
    poll.register(report, 0)  # hanging up is always told
    while True:
        with contextlib.suppress(ChildProcessError):
            while (found := os.waitpid(-1, os.WNOHANG)) != (0, 0):
                if found[0] == child:
                    return found[1]
        for number, _ in poll.poll():
            if number == report.fileno():
                return None
            ended.recv(1 << 12)


def _end_descendants() -> None:
    """Does what the end of a process-id namespace does: orphans become children of this process."""
    listing = Path(f"/proc/self/task/{os.getpid()}/children")
    while children := listing.read_text().split():
        for child in children:
            os.kill(int(child), signal.SIGKILL)
        for _ in children:
            os.wait()


def _kernel(request: dict, report: socket.socket, descriptors: list[int]) -> None:
    """The kernel process: locks itself in and runs ipykernel. Does not return."""
    status = 1
    try:
        os.setsid()  # an interrupt then reaches the kernel's children too, and nobody else
        if request["sandbox"]:
            walls.lock_in(request)
        else:
            walls.limit(request["limits"], own_user=False)
            linux.prctl(linux.PR_SET_PDEATHSIG, signal.SIGKILL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        _close_all_but({0, 1, 2, report.fileno(), *descriptors})
        from . import kernel

        sys.path[:] = [path for path in sys.path if path != request["inside"]]
        kernel.seed_generators(request["seed"])
        app = kernel.prepare(request["key"], descriptors)
        report.close()  # the last handle to the trusted side goes before the first line of the student runs
        app.start()
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else 1
    except BaseException:
        with contextlib.suppress(OSError):  # once the report is closed there is nobody to tell
            report.send(json.dumps({"error": traceback.format_exc()[-4000:]}).encode())
    finally:
        os._exit(status & 0xFF)


def _close_all_but(kept: set[int]) -> None:
    for name in os.listdir("/proc/self/fd"):
        if int(name) not in kept:
            with contextlib.suppress(OSError):  # the descriptor of the listing itself
                os.close(int(name))
