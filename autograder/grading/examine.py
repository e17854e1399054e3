"""Runs one notebook and tests it: the way from a student's notebook to the results of the hidden tests."""

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from jupyter_client import BlockingKernelClient
from jupyter_core.utils import run_sync
from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

from autograder.course import Assignment
from autograder.student.kernel import KernelTransport
from autograder.testing.run import CellResult, run_hidden_tests

CELL_SECONDS = 60
CALL_SECONDS = 20


def examine(assignment: Assignment, notebook: NotebookNode) -> tuple[dict[str, CellResult], list[str]]:
    """Executes a notebook and runs the hidden tests on what it defined.

    Args:
        assignment: Whose hidden tests to run.
        notebook: The student's notebook; its cells receive their outputs.

    Returns:
        The result of each exercise by name, and remarks on the run, in words for the student.
    """
    with _kernel(notebook) as (client, transport):
        remarks = _execute_cells(client, notebook)
        if remarks and not transport.is_alive():
            transport.dead = "the kernel died while the notebook ran"
        return run_hidden_tests(assignment, transport, submission_seed(notebook)), remarks


def submission_seed(notebook: NotebookNode) -> str:
    """What seeds the random inputs: the code alone, so that the same work always gets the same marks."""
    code = "\0".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
    return hashlib.sha256(code.encode("utf-8", "surrogatepass")).hexdigest()


def _execute_cells(client: NotebookClient, notebook: NotebookNode) -> list[str]:
    """Runs the cells in order; an error in one does not keep the next from running."""
    for number, cell in enumerate(notebook.cells, start=1):
        try:
            client.execute_cell(cell, number - 1)
        except CellTimeoutError:
            return [
                f"Cell {number} did not end within {CELL_SECONDS} seconds; the cells after it were not run."
            ]
        except DeadKernelError:
            return [f"The kernel died in cell {number}; the cells after it were not run."]
    return []


@contextmanager
def _kernel(notebook: NotebookNode) -> Iterator[tuple[NotebookClient, KernelTransport]]:
    """Starts a kernel in an empty folder, with the endpoint installed before any cell has run."""
    with tempfile.TemporaryDirectory() as folder:
        client = NotebookClient(
            notebook,
            kernel_name="python3",
            timeout=CELL_SECONDS,
            allow_errors=True,
            resources={"metadata": {"path": folder}},
        )
        with client.setup_kernel():
            # A second client of the same kernel: nbclient's own is asynchronous, hidden tests ask and wait.
            questions = BlockingKernelClient()
            questions.load_connection_info(client.km.get_connection_info())
            questions.start_channels()
            try:
                questions.wait_for_ready(timeout=60)
                transport = KernelTransport(questions, lambda: run_sync(client.km.is_alive)(), CALL_SECONDS)
                transport.install()
                yield client, transport
            finally:
                questions.stop_channels()
