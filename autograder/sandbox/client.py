"""A jupyter_client client that does not trust the kernel at the other end."""

import asyncio
import time
from queue import Empty
from typing import Any

import zmq
import zmq.asyncio
from jupyter_client.asynchronous import AsyncKernelClient
from jupyter_client.channels import AsyncZMQSocketChannel
from traitlets import Type

from autograder.sandbox.kernel import Kernel

_QUEUED_MESSAGES = 20


class CheckedChannel(AsyncZMQSocketChannel):
    """A channel on which every message is counted and a malformed one ends the kernel."""

    client: "BoundedClient"
    counted = False

    async def _recv(self, **kwargs: Any) -> dict[str, Any]:
        frames = await self.socket.recv_multipart(**kwargs)
        if self.counted:
            self.client.count_output(sum(map(len, frames)))
        try:
            _, signed = self.session.feed_identities(frames)
            message = self.session.deserialize(signed)
            if not _is_message(message):
                raise ValueError("not a message")
        except (
            Exception
        ) as error:  # whatever bytes can make the parsing raise; honest kernels send none of them
            self.client.kernel.kill("messages", wait=False)
            raise Empty from error
        return message


class OutputChannel(CheckedChannel):
    """The channel of outputs."""

    counted = True


def _is_message(message: dict[str, Any]) -> bool:
    """Whether the parts that clients use without asking are there."""
    return (
        isinstance(message["content"], dict)
        and isinstance(message["parent_header"], dict)
        and isinstance(message["msg_type"], str)
        and isinstance(message["header"], dict)
        and (message["msg_type"] != "status" or isinstance(message["content"].get("execution_state"), str))
    )


class BoundedClient(AsyncKernelClient):
    """A client whose memory and waiting a hostile kernel cannot stretch.

    * A message above ``message_mb`` closes the connection that sent it, before it is in memory.
    * Outputs are counted; above ``output_mb`` the kernel is ended with the cause "output".
    * A malformed message ends the kernel with the cause "messages".
    * No heartbeat and no input channel: a grader needs neither, and garbage there can hang the closing.

    Attributes:
        output_bytes: Bytes of outputs so far. Who asks the kernel for large answers may set it back.
    """

    shell_channel_class = Type(CheckedChannel)
    control_channel_class = Type(CheckedChannel)
    iopub_channel_class = Type(OutputChannel)
    output_bytes = 0

    def _context_default(self) -> zmq.asyncio.Context:
        self._created_context = True
        context = zmq.asyncio.Context()
        context.setsockopt(zmq.MAXMSGSIZE, self.kernel.limits.message_mb << 20)
        context.setsockopt(zmq.RCVHWM, _QUEUED_MESSAGES)
        return context

    @property
    def kernel(self) -> Kernel:
        """The kernel at the other end."""
        return self.parent.provisioner.kernel

    def count_output(self, size: int) -> None:
        """Adds the bytes of a message; ends the kernel if they are too many."""
        self.output_bytes += size
        if self.output_bytes > self.kernel.limits.output_mb << 20:
            self.kernel.kill("output", wait=False)

    def start_channels(self, **channels: bool) -> None:
        """Opens the channels; never those for input and heartbeat."""
        super().start_channels(**{**channels, "stdin": False, "hb": False})
        for channel in (self.shell_channel, self.iopub_channel, self.control_channel):
            channel.client = self

    def stop_channels(self) -> None:
        """Closes the channels; those that were never opened are not opened for that."""
        for channel in (self._shell_channel, self._iopub_channel, self._control_channel):
            if channel is not None:
                channel.stop()
        if not self.context.closed:
            self.context.destroy(linger=0)

    async def _async_wait_for_ready(self, timeout: float | None = None) -> None:
        """Waits until the kernel answers and its outputs arrive here.

        The inherited method waits a fifth of a second for silence; here the outputs are read up to the
        message that says that this very request is done.

        Raises:
            RuntimeError: The kernel ended or does not answer in time.
        """
        deadline = time.monotonic() + (timeout or 60.0)
        while time.monotonic() < deadline:
            request = self.kernel_info()
            try:
                reply = await self.get_shell_msg(timeout=1.0)
                while True:
                    message = await self.get_iopub_msg(timeout=0.2)
                    idle = message["msg_type"] == "status" and message["content"]["execution_state"] == "idle"
                    if idle and message["parent_header"].get("msg_id") == request:
                        self._handle_kernel_info_reply(reply)
                        return
            except Empty:  # the subscription had not arrived when the kernel answered: ask again
                if not self.kernel.is_alive():
                    raise RuntimeError(f"the kernel did not start: {self.kernel.explain()}") from None
                await asyncio.sleep(0)
        raise RuntimeError("the kernel does not answer")

    wait_for_ready = _async_wait_for_ready
