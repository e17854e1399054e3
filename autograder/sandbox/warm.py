"""Warm kernels: fresh kernels in a fraction of a second, from a template that has imported everything."""

import concurrent.futures
import contextlib
import fcntl
import os
import secrets
import shutil
import socket
import sys
import tempfile
import threading
import time
import weakref
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from autograder.errors import CourseError
from autograder.sandbox.kernel import Kernel, listen
from autograder.sandbox.limits import Limits
from autograder.sandbox.template import Template, TemplateError, TemplateLine
from autograder.sandbox.usage import own_memory_mb

PRELOAD = ("numpy", "tensorflow", "keras", "matplotlib.pyplot")
_WATCH_SECONDS = 0.05
_REST_SECONDS = 0.3  # until the death of a template has been noticed
_GROWTH_MB = 2048
_ADDRESS_BYTES = 107 - len("/10000000/k-1")
_PREFIX = "kernels-"
_YOUNG_SECONDS = 60.0


class WarmKernels:
    """Makes kernels, each for one submission, and watches their limits.

    Safe to use from several threads. Each trusted process has its own. The template may be another process's,
    which saves seconds and memory; kernels end with the process that asked for them, even when it is killed.

    Attributes:
        limits: What each kernel may use.
        sandbox: Whether kernels are walled off. Where this is False every report must say so.
    """

    def __init__(
        self,
        limits: Limits | None = None,
        preload: Sequence[str] = PRELOAD,
        sandbox: bool = True,
        hide: Iterable[Path] = (),
        privileged: bool | None = None,
        shared: str | None = None,
    ) -> None:
        """Starts the template in the background.

        Args:
            limits: Default: ``Limits()``.
            preload: Modules that the template imports. They must not start threads.
            sandbox: False runs student code without protection.
            hide: The course's folder, if that is not the checkout that this package belongs to.
            privileged: Overrides ``bubblewrap.is_privileged``, for tests.
            shared: Address of a template that another process has started with the same options
                (``shared_template``). Where there is none, this process starts one of its own.

        Raises:
            CourseError: This is not Linux.
        """
        if sys.platform != "linux":
            raise CourseError(
                "submissions can only be run on Linux; on other systems use a container or WSL 2"
            )
        self.limits = limits or Limits()
        self.preload, self.sandbox = tuple(preload), sandbox
        self._hide, self._privileged, self._shared = tuple(hide), privileged, shared
        self._folder, self._folder_lock = _make_folder()
        self._numbers = iter(range(1, 10**8))
        self._lock = threading.Lock()
        self._kernels: set[Kernel] = set()
        self._changed = threading.Event()
        self._closed = False
        # bubblewrap dies with the *thread* that started it; this one lives until close().
        self._starter = concurrent.futures.ThreadPoolExecutor(1, thread_name_prefix="template-starter")
        self._template: TemplateLine | None = None
        self._coming: concurrent.futures.Future[TemplateLine] | None = self._starter.submit(
            self._start_template
        )
        threading.Thread(target=_watch, args=(weakref.ref(self), self._changed), daemon=True).start()

    def _start_template(self) -> TemplateLine:
        shared, self._shared = self._shared, None  # when that has ended, it will not come again
        if shared is not None:
            with contextlib.suppress(OSError):
                return TemplateLine.connect(shared, self.sandbox, self._hide, self._privileged)
        return Template(self.preload, self.sandbox, self._hide, self._privileged)

    @property
    def name(self) -> str:
        """Says in reports how student code ran."""
        return "sandbox (bubblewrap)" if self.sandbox else "NO SANDBOX"

    @property
    def template(self) -> TemplateLine:
        """The template, ready; a new one if the last has died.

        Raises:
            CourseError: None can be started; says what is missing.
            TemplateError: A shared one did not start; asked again, there will be another.
        """
        with self._lock:
            if self._closed:
                raise CourseError("these warm kernels have been closed")
            if self._template is not None and not self._template.is_alive():
                self._template.close()
                self._template = None
            if self._template is None:
                coming, self._coming = self._coming or self._starter.submit(self._start_template), None
                template = coming.result()
                template.wait_until_ready()
                self._template = template
            return self._template

    def start(self, limits: Limits | None = None, seed: int | None = None) -> Kernel:
        """Forks a kernel for one submission.

        Args:
            limits: Others than ``self.limits``, for this kernel.
            seed: For the kernel's random generators; the default is drawn afresh.

        Raises:
            CourseError: No kernel can be started; says why.
        """
        limits = limits or self.limits
        seed = secrets.randbits(64) if seed is None else seed
        for last in (False, True):
            try:
                kernel = self._fork(limits, seed)
                break
            except TemplateError as error:  # most likely the template has died: once more with a new one
                if last:
                    raise CourseError(
                        f"no kernel can be started: {str(error).strip().splitlines()[-1]}"
                    ) from error
                time.sleep(_REST_SECONDS)
        with self._lock:
            self._kernels.add(kernel)
        self._changed.set()
        return kernel

    def _fork(self, limits: Limits, seed: int) -> Kernel:
        template = self.template
        folder = self._folder / str(next(self._numbers))
        home = folder / "home"  # used only where there is no sandbox
        home.mkdir(mode=0o700, parents=True)
        folder.chmod(0o700)
        calls, theirs = socket.socketpair()
        sockets = [*listen(folder), theirs]
        key = secrets.token_hex(32)
        try:
            report = template.fork(limits.as_json(), key, seed, home, sockets)
            return Kernel(report, calls, folder, key, limits, self.sandbox)
        except TemplateError:
            calls.close()
            shutil.rmtree(folder, ignore_errors=True)
            raise
        finally:
            for item in sockets:
                item.close()

    def running(self) -> list[Kernel]:
        """The kernels that are alive."""
        with self._lock:
            self._kernels = {kernel for kernel in self._kernels if kernel.is_alive()}
            return list(self._kernels)

    def close(self) -> None:
        """Ends all kernels and the template."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            kernels, self._kernels = self._kernels, set()
        for kernel in kernels:
            kernel.kill()
        with contextlib.suppress(CourseError):
            template = self._template or (self._coming and self._coming.result())
            if template is not None:
                template.close()
        self._starter.shutdown()
        self._changed.set()  # the watchdog sees that it is over
        shutil.rmtree(self._folder, ignore_errors=True)
        os.close(self._folder_lock)

    def __enter__(self) -> "WarmKernels":
        """Waits for nothing: the template imports while the caller goes on."""
        return self

    def __exit__(self, *_: object) -> None:
        """Ends all kernels and the template."""
        self.close()


@contextlib.contextmanager
def shared_template(sandbox: bool, preload: Sequence[str] = PRELOAD) -> Iterator[str]:
    """Starts one template for several processes of this machine and gives its address, at once.

    A template that cannot be started does no harm: who finds none at the address starts one, and sees why it
    fails.
    """
    folder, folder_lock = _make_folder()
    starter = concurrent.futures.ThreadPoolExecutor(1, thread_name_prefix="template-starter")
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    try:
        address = str(folder / "template")
        listener.bind(address)
        listener.listen(64)
        coming = starter.submit(Template, preload, sandbox, listener=listener)
        coming.add_done_callback(lambda _: listener.close())  # the template has it now, or nobody
        try:
            yield address
        finally:
            with contextlib.suppress(CourseError):
                coming.result().close()
    finally:
        starter.shutdown()
        listener.close()
        shutil.rmtree(folder, ignore_errors=True)
        os.close(folder_lock)


def _watch(owner: "weakref.ref[WarmKernels]", changed: threading.Event) -> None:
    """The watchdog's thread: many times a second as long as there are kernels, else asleep.

    It also watches this process itself. ZeroMQ bounds the size of a message's part and the number of whole
    messages, but not the number of parts: an endless message would fill the grader's memory. The kernels
    that run at such a moment are ended; the memory is free again as soon as their connections are.
    """
    idle_mb = own_memory_mb()
    while True:
        changed.wait()
        changed.clear()
        kernels = owner()
        if kernels is None or kernels._closed:
            return
        running = kernels.running()
        if running:
            changed.set()
        else:
            idle_mb = own_memory_mb()
        flooded = own_memory_mb() - idle_mb > _GROWTH_MB
        for kernel in running:
            try:
                kernel.kill("messages", wait=False) if flooded else kernel.enforce()
            except Exception:  # the watchdog must not die; what it cannot watch, it ends
                kernel.kill("watchdog", wait=False)
        del kernels, running
        time.sleep(_WATCH_SECONDS)


def _make_folder() -> tuple[Path, int]:
    """A private folder for sockets, with a short path, and a descriptor that keeps it locked.

    The lock ends with the process, however that ends; folders without one are removed.
    """
    base = tempfile.gettempdir()
    if len(os.fsencode(base)) + len(f"/{_PREFIX}xxxxxxxx") > _ADDRESS_BYTES:
        base = "/tmp"
    for old in Path(base).glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError):  # another user's, or another grader is faster
            state = old.lstat()
            if state.st_uid == os.geteuid() and time.time() - state.st_mtime > _YOUNG_SECONDS:
                os.close(_lock(old))
                shutil.rmtree(old)
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=base))
    return folder, _lock(folder)


def _lock(folder: Path) -> int:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor
