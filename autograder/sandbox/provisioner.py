"""Warm, walled-off kernels for every tool that speaks jupyter_client: nbclient, nbconvert, nbgrader.

A kernel provisioner is jupyter_client's own extension point for "where and how a kernel runs". The kernelspec
``autograder-sandbox`` (``kernels/``) names it; ``kernel_manager`` needs no installed kernelspec.
"""

import asyncio
import atexit
import signal
import threading
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning import KernelProvisionerBase, KernelProvisionerFactory
from traitlets import Any as AnyTrait
from traitlets import Type, Unicode, default

from autograder.sandbox.client import BoundedClient
from autograder.sandbox.kernel import Kernel
from autograder.sandbox.warm import WarmKernels

NAME = "autograder-sandbox"
_lock = threading.Lock()
_shared: WarmKernels | None = None


def shared_kernels() -> WarmKernels:
    """The process's own warm kernels with the default limits, for a kernel manager that brings none."""
    global _shared
    with _lock:
        if _shared is None:
            _shared = WarmKernels()
            atexit.register(_shared.close)
        return _shared


class SandboxProvisioner(KernelProvisionerBase):
    """Starts a kernel by forking it from a template.

    Attributes:
        kernel: The running kernel, or None.
    """

    kernel: Kernel | None = None

    @property
    def has_process(self) -> bool:
        """Whether there is a kernel."""
        return self.kernel is not None

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Leaves out what the base class does: no environment, no command reaches the kernel."""
        return {"cmd": []}

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> dict[str, Any]:
        """Forks the kernel.

        Raises:
            CourseError: No kernel can be started; says why.
        """
        kernels = getattr(self.parent, "warm_kernels", None) or shared_kernels()
        seed = getattr(self.parent, "seed", None)
        limits = getattr(self.parent, "limits", None)
        self.kernel = await asyncio.to_thread(kernels.start, limits, seed)
        self.connection_info = self.kernel.connection_info
        self.parent.connection_file = self.kernel.connection_file
        return self.connection_info

    async def poll(self) -> int | None:
        """The exit status of the kernel, None as long as it runs."""
        if self.kernel is None:
            return 0
        if self.kernel.is_alive():
            return None
        return -9 if self.kernel.status is None else self.kernel.status

    async def wait(self) -> int | None:
        """Waits for the kernel's end."""
        if self.kernel is None:
            return 0
        await asyncio.to_thread(self.kernel.wait)
        status = await self.poll()
        self.kernel = None
        return status

    async def send_signal(self, signum: int) -> None:
        """Sends a signal to the kernel's main process."""
        if self.kernel is not None:
            self.kernel.send_signal(signum)

    async def kill(self, restart: bool = False) -> None:
        """Ends every process of the kernel."""
        if self.kernel is not None:
            await asyncio.to_thread(self.kernel.kill)

    async def terminate(self, restart: bool = False) -> None:
        """Ends every process of the kernel: there is nothing in it to save."""
        await self.kill(restart)

    async def cleanup(self, restart: bool = False) -> None:
        """Nothing is left: the kernel's folder goes with it."""


class SandboxedKernelManager(AsyncKernelManager):
    """A kernel manager for one submission, to be given to ``nbclient.NotebookClient(notebook, km=...)``.

    Attributes:
        warm_kernels: Where its kernel comes from.
        limits: Other limits than those of ``warm_kernels``, or None.
        seed: For the kernel's random generators, or None.
    """

    warm_kernels = AnyTrait()
    limits = AnyTrait(None)
    seed = AnyTrait(None)
    kernel_name = Unicode(NAME)
    client_factory = Type(BoundedClient)

    @default("kernel_spec_manager")
    def _kernel_spec_manager_default(self) -> KernelSpecManager:
        return KernelSpecManager(kernel_dirs=[str(Path(__file__).parent / "kernels")])

    async def _async_shutdown_kernel(self, now: bool = False, restart: bool = False) -> None:
        """Ends the kernel at once: a student's exit handlers must not keep the grader waiting."""
        await super()._async_shutdown_kernel(now=True, restart=restart)

    shutdown_kernel = _async_shutdown_kernel

    async def _async_interrupt_kernel(self) -> None:
        """Interrupts by a signal from outside, which needs no goodwill of the kernel."""
        if self.provisioner is not None:
            await self.provisioner.send_signal(signal.SIGINT)

    interrupt_kernel = _async_interrupt_kernel

    def _connect_control_socket(self) -> None:
        """Opens none: interrupt and end come from outside, and an unread socket would fill up."""


def kernel_manager(kernels: WarmKernels, **options: Any) -> SandboxedKernelManager:
    """A kernel manager that forks its kernel from ``kernels``; nothing needs to be installed.

    Args:
        kernels: Warm kernels.
        options: ``limits`` and ``seed``, as for ``WarmKernels.start``.
    """
    register()
    return SandboxedKernelManager(warm_kernels=kernels, **options)


def register() -> None:
    """Makes the provisioner known in this process, if the installation has not (see pyproject.toml)."""
    factory = KernelProvisionerFactory.instance()
    if NAME not in factory.provisioners:
        value = "autograder.sandbox.provisioner:SandboxProvisioner"
        factory.provisioners[NAME] = EntryPoint(NAME, value, KernelProvisionerFactory.GROUP_NAME)
