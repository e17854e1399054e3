"""Jupyter's own tools on these kernels, and the way without a sandbox."""

import asyncio
import json
import sys
import threading
import time
from pathlib import Path

import nbformat
import pytest
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError

from autograder.errors import CourseError
from autograder.sandbox import WarmKernels, kernel_manager, provisioner
from autograder.sandbox.inside import template


def notebook(*cells):
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])


def text(cell):
    return "".join(output.get("text", "") for output in cell.outputs)


def test_nbclient_runs_a_notebook(kernels):
    book = notebook("x = 2", "print(x + 1)", "x * 2")
    NotebookClient(book, km=kernel_manager(kernels)).execute(cleanup_kc=True)
    assert text(book.cells[1]) == "3\n"
    assert book.cells[2].outputs[0]["data"]["text/plain"] == "4"


def test_an_error_is_an_error(kernels):
    with pytest.raises(CellExecutionError, match="ZeroDivisionError"):
        NotebookClient(notebook("1 / 0"), km=kernel_manager(kernels)).execute(cleanup_kc=True)


def test_a_dead_kernel_is_noticed(kernels):
    manager = kernel_manager(kernels)
    client = NotebookClient(notebook("import os; os._exit(3)"), km=manager)
    with pytest.raises(DeadKernelError):
        client.execute(cleanup_kc=True)


def test_a_cell_time_limit_interrupts(kernels):
    book = notebook(
        "import time\ntry:\n    time.sleep(99)\nexcept KeyboardInterrupt:\n    print('stopped')",
        "print('next')",
    )
    NotebookClient(book, km=kernel_manager(kernels), timeout=1, interrupt_on_timeout=True).execute(
        cleanup_kc=True
    )
    assert text(book.cells[0]) == "stopped\n" and text(book.cells[1]) == "next\n"


def test_the_kernelspec_names_the_provisioner(kernels, monkeypatch):
    """As after an installation with entry point and kernelspec: nothing but a kernel's name is given."""
    monkeypatch.setattr(provisioner, "_shared", kernels)
    provisioner.register()
    folder = str(Path(provisioner.__file__).parent)
    monkeypatch.setenv("JUPYTER_PATH", folder)
    book = notebook("import os; print(os.getcwd())")
    NotebookClient(book, kernel_name=provisioner.NAME).execute(cleanup_kc=True)
    assert text(book.cells[0]) == "/tmp/home\n"


def test_the_kernelspec_is_valid():
    spec = json.loads(
        (Path(provisioner.__file__).parent / "kernels" / provisioner.NAME / "kernel.json").read_text()
    )
    assert spec["interrupt_mode"] == "message"
    assert spec["metadata"]["kernel_provisioner"]["provisioner_name"] == provisioner.NAME


def test_a_restart_gives_a_fresh_kernel(start):
    session = start()
    session.run("x = 1")
    old = session.kernel
    session.loop.run_until_complete(session.manager.restart_kernel())
    assert not old.is_alive() and session.manager.provisioner.kernel.is_alive()


def test_kernels_run_at_the_same_time(kernels):
    async def both():
        books = [notebook("import time; time.sleep(1.5); print('x')") for _ in range(3)]
        await asyncio.gather(
            *(
                NotebookClient(book, km=kernel_manager(kernels)).async_execute(cleanup_kc=True)
                for book in books
            )
        )
        return [text(book.cells[0]) for book in books]

    begin = time.monotonic()
    assert asyncio.run(both()) == ["x\n"] * 3
    assert time.monotonic() - begin < 4.4


def test_input_is_refused(session):
    assert session.run("input()").error.startswith("StdinNotImplementedError")


def test_garbage_on_the_channels_hangs_nothing(start):
    session = start()
    session.client.execute(
        "from ipykernel.kernelapp import IPKernelApp\n"
        "app = IPKernelApp.instance()\n"
        "send = lambda: app.iopub_thread.socket.send_multipart([b'x'] * 9)\n"
        "for _ in range(1000): app.iopub_thread.schedule(send)"
    )
    time.sleep(0.5)
    begin = time.monotonic()
    session.loop.run_until_complete(session.manager.shutdown_kernel())
    session.client.stop_channels()
    assert time.monotonic() - begin < 3


@pytest.fixture(scope="module")
def bare():
    with WarmKernels(preload=["numpy"], sandbox=False) as kernels:
        yield kernels


def test_without_a_sandbox_the_name_says_so(bare, kernels):
    assert bare.name == "NO SANDBOX" and bare.start().sandbox is False
    assert kernels.name == "sandbox (bubblewrap)" and kernels.start().sandbox is True


def test_without_a_sandbox_notebooks_run_too(bare):
    book = notebook("import numpy as np", "print(np.arange(3).sum())")
    NotebookClient(book, km=kernel_manager(bare)).execute(cleanup_kc=True)
    assert text(book.cells[1]) == "3\n"


def test_without_a_sandbox_daemons_end_too(bare, start, watch):
    before = set(watch.descendants(bare.template.pid))
    session = start(bare)
    session.run("import subprocess; subprocess.Popen(['sleep', '1000'], start_new_session=True)")
    new = set(watch.descendants(bare.template.pid)) - before
    assert len(new) == 3
    session.kernel.kill()
    assert watch.wait_until(lambda: not any(watch.is_running(pid) for pid in new))


def test_without_a_sandbox_limits_hold(start, bare, limits):
    session = start(bare, limits=limits)
    assert "MemoryError" in session.run("import numpy as np; np.ones(1 << 28)").error
    answer = session.run(
        "import os\n"
        "for _ in range(8):\n"
        "    if os.fork() == 0: x = bytearray(b'x') * (500 << 20); break\n"
        "while True: pass",
        60,
    )
    assert answer.died and session.kernel.cause == "memory"


def test_a_package_that_is_missing_is_named_each_time():
    with WarmKernels(preload=["no_such_package"]) as kernels:
        for _ in range(2):
            with pytest.raises(CourseError, match="no_such_package"):
                kernels.start()


def test_a_package_that_starts_threads_is_refused():
    done = threading.Event()
    thread = threading.Thread(target=done.wait)
    thread.start()
    try:
        with pytest.raises(RuntimeError, match="threads"):
            template.check_threads()
    finally:
        done.set()
        thread.join()


def test_closed_kernels_start_no_more():
    kernels = WarmKernels(preload=[], sandbox=False)
    kernels.close()
    with pytest.raises(CourseError, match="closed"):
        kernels.start()


def test_the_manager_needs_no_installed_kernelspec(kernels):
    manager = kernel_manager(kernels)
    assert isinstance(manager, AsyncKernelManager)
    assert manager.kernel_spec.display_name == "Python 3 (grading sandbox)"
    assert sys.executable not in manager.kernel_spec.argv
