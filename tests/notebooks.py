"""Runs generated notebooks as a reader does: in a kernel, in an empty folder, without the repository."""

import json
import tempfile
from contextlib import contextmanager
from pathlib import Path

import nbformat
from jupyter_core.utils import run_sync
from nbclient import NotebookClient

# What a notebook may not have used: it has to run where there is nothing but the notebook.
_OURS = "[m for m in __import__('sys').modules if m.split('.')[0] in ('convlab', 'autograder', 'tests')]"


class RunningNotebook:
    """A notebook whose cells have run, and whose kernel still answers."""

    def __init__(self, client: NotebookClient) -> None:
        self._client = client
        self.cells = client.nb.cells

    def evaluate(self, expression: str) -> object:
        """The value of an expression, as far as JSON can carry it."""
        plain = "lambda v: v.item() if v.size == 1 else v.tolist()"  # NumPy's numbers and arrays
        text = f"__import__('json').dumps({expression}, default={plain})"
        reply = run_sync(self._client.kc.execute_interactive)(
            "", silent=True, user_expressions={"value": text}, output_hook=lambda _: None, timeout=60
        )
        value = reply["content"]["user_expressions"]["value"]
        assert value["status"] == "ok", f"{expression}: {value.get('ename')}: {value.get('evalue')}"
        return json.loads(eval(value["data"]["text/plain"], {}))

    def imported_ours(self) -> list[str]:
        """Modules of this repository that the notebook has imported."""
        return self.evaluate(_OURS)


@contextmanager
def running(path: Path, *, inserted: dict[int, str] | None = None, allow_errors=False):
    """Runs all cells of a notebook and leaves its kernel running.

    Args:
        path: The notebook.
        inserted: Code cells to put in, by the number of the cell that they come before.
        allow_errors: Whether a cell may fail.
    """
    notebook = nbformat.read(path, as_version=4)
    for number in sorted(inserted or {}, reverse=True):
        notebook.cells.insert(number, nbformat.v4.new_code_cell(inserted[number]))
    with tempfile.TemporaryDirectory() as folder:
        client = NotebookClient(
            notebook,
            timeout=900,
            kernel_name="python3",
            allow_errors=allow_errors,
            resources={"metadata": {"path": folder}},
        )
        with client.setup_kernel():
            for number, cell in enumerate(notebook.cells):
                client.execute_cell(cell, number)
            yield RunningNotebook(client)
