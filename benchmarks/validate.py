"""Times nbgrader's Validate button for the solved notebook of every assignment.

    python -m benchmarks.validate

Asks a Jupyter server that ``make lab`` has started, as the button does; the browser adds nothing that could
be noticed. Each notebook is validated in a kernel of its own, which imports TensorFlow anew. Processor
seconds are those of the kernel: on a machine with nothing else to do the button takes about as long.
"""

import json
import shutil
import sys
import tempfile
import time
from pathlib import Path

import psutil
from rich.console import Console
from rich.table import Table

from autograder.course import REPOSITORY, Course
from tests.faults.notebooks import Notebooks, pack
from tests.tools.servers import Server, make_lab

LIMIT_SECONDS = 15  # as long as a student should have to wait, at most


def validate(server: Server, path: str) -> tuple[float, float, str]:
    """Validates a notebook; returns the seconds and processor seconds it took, and what would be shown.

    Args:
        server: What ``make lab`` has started.
        path: The notebook, relative to the server's folder.
    """
    begin, used = time.perf_counter(), _used(server)
    reply = server.ask("assignments/validate", {"path": path})
    took = time.perf_counter() - begin, _used(server) - used
    if not reply["success"]:
        return *took, reply["value"]
    return *took, "success" if not reply["value"] else json.dumps(reply["value"])[:200]


def _used(server: Server) -> float:
    """Processor seconds of the server's children that have ended."""
    times = psutil.Process(server.pid).cpu_times()
    return times.children_user + times.children_system


def main() -> int:
    """Prints the table; the exit status is 1 when something failed or took too long."""
    table = Table("assignment", "seconds", "processor seconds", "result")
    fine = True
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "course"
        folder.mkdir()
        shutil.copy(REPOSITORY / "Makefile", folder)
        shutil.copytree(REPOSITORY / "exercises", folder / "exercises")
        with make_lab(folder, Path(name) / "home") as server:
            for assignment in Course(REPOSITORY).assignments:
                path = f"work/{assignment.stem}/{assignment.stem}.ipynb"
                (folder / path).write_bytes(pack(Notebooks(assignment).answered))
                seconds, used, result = validate(server, path)
                table.add_row(assignment.stem, f"{seconds:.1f}", f"{used:.1f}", result)
                fine &= result == "success" and seconds < LIMIT_SECONDS
    Console().print(table)
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
