"""Times a class of submissions in stock nbgrader and in this project's grader, one after the other.

    python -m benchmarks.grading --sizes 10,30,100,300 --kinds numpy,tensorflow --stock 5

Both grade notebooks of the same kind, no two of them alike, on the same machine and in turns. Stock nbgrader
runs with its default preprocessors: it executes each notebook in a new kernel, with the visible checks, and
has no sandbox and no hidden tests. Ours runs behind walls, with the hidden tests. The time of stock nbgrader
does not depend on the size of the class, so a few submissions are enough to measure it.
"""

import ast
import itertools
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import psutil
import typer
from rich.console import Console
from rich.table import Table

from autograder.course import REPOSITORY
from autograder.sandbox.inside import linux
from tests.assignments.grading import data_of
from tests.faults.notebooks import cell, code, pack
from tests.grading.courses import ASSIGNMENT, NOTEBOOKS, STEM, Course, right

_SAMPLE_SECONDS = 1.0  # looking at all pages of all processes takes time from what is measured
_ALTERNATIVES = REPOSITORY / "tests" / "assignments" / f"alternatives_{STEM}.py"
_SERIAL = itertools.count()  # no two submissions of a benchmark are alike, so nothing is known before
_STOCK = """
c = get_config()
c.CourseDirectory.root = {root!r}
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "exercises"
c.CourseDirectory.submitted_directory = "grading/submitted"
c.CourseDirectory.autograded_directory = "grading/autograded"
c.CourseDirectory.db_url = "sqlite:///{root}/grading/gradebook.db"
"""


def numpy_submission(number: int) -> dict:
    """Everything right, with NumPy."""
    return right(number)


def tensorflow_submission(number: int) -> dict:
    """Everything right, with TensorFlow and Keras: the answers that the tests of the assignment know."""
    notebook = NOTEBOOKS.answered
    answers = data_of("alternatives", ASSIGNMENT, "ALTERNATIVES")["tensorflow"]
    names = {answer.__name__: name for name, answer in answers.items()}
    text = _ALTERNATIVES.read_text(encoding="utf-8")
    defined = {each.name: each for each in ast.parse(text).body if hasattr(each, "name")}
    for name, answer in answers.items():
        source = ast.get_source_segment(text, defined[answer.__name__])
        source = source.replace("    tf = tensorflow()\n", "").replace("tensorflow()", "tf")
        for old, new in names.items():
            source = source.replace(old, new)
        cell(notebook, name)["source"] = f"import tensorflow as tf\n\n{source}"
    notebook["cells"].append(code(f"# student {number}"))
    return notebook


KINDS: dict[str, Callable[[int], dict]] = {"numpy": numpy_submission, "tensorflow": tensorflow_submission}


@dataclass(frozen=True)
class Measurement:
    """One run of a grader.

    Attributes:
        size: Number of submissions.
        seconds: From start to end of the process.
        memory_mb: The most that all its processes used together; shared pages count once.
    """

    size: int
    seconds: float
    memory_mb: float

    @property
    def each(self) -> float:
        """Seconds per submission."""
        return self.seconds / self.size


def memory_mb(processes: list[psutil.Process]) -> float:
    """Memory of processes in MiB; a page that several of them share counts once."""
    total = 0
    for process in processes:
        try:
            text = Path(f"/proc/{process.pid}/smaps_rollup").read_text()
        except OSError:
            continue  # it has just ended
        total += next(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:"))
    return total / 1024


def measure(command: list[str], folder: Path, size: int) -> Measurement:
    """Runs a grader and looks at its processes every second."""
    most, over = 0.0, threading.Event()

    def watch() -> None:
        nonlocal most
        while not over.wait(_SAMPLE_SECONDS):
            most = max(most, memory_mb(psutil.Process().children(recursive=True)))

    watcher = threading.Thread(target=watch)
    watcher.start()
    begin = time.perf_counter()
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        seconds = time.perf_counter() - begin
    finally:
        over.set()
        watcher.join()
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return Measurement(size, seconds, most)


def make_course(folder: Path, make: Callable[[int], dict], size: int) -> Course:
    """A course in which a class has handed in."""
    return Course.make(folder, {f"s{number:04}": pack(make(next(_SERIAL))) for number in range(size)})


def ours(folder: Path, make: Callable[[int], dict], size: int) -> Measurement:
    """Grades a class with this project's grader, sandbox on."""
    course = make_course(folder, make, size)
    found = measure(course.command(), Path.cwd(), size)
    earned = set(course.points().values())
    if len(earned) != 1 or 0 in earned:
        raise RuntimeError(f"All submissions are right, but earned {sorted(earned)} points.")
    return found


def stock(folder: Path, make: Callable[[int], dict], size: int) -> Measurement:
    """Grades a class with nbgrader as it comes."""
    course = make_course(folder, make, size)
    (course.folder / "nbgrader_config.py").write_text(_STOCK.format(root=str(course.folder)))
    nbgrader = [sys.executable, "-m", "nbgrader"]
    subprocess.run(
        [*nbgrader, "generate_assignment", STEM, "--force"],
        cwd=course.folder,
        capture_output=True,
        check=True,
    )
    return measure([*nbgrader, "autograde", STEM], course.folder, size)


def compare(kind: str, sizes: list[int], stock_size: int, console: Console) -> Table:
    """Measures one kind of submissions and makes a table of it."""
    table = Table(title=f"{kind} submissions, {os.cpu_count()} processors")
    for heading in (
        "submissions",
        "s each",
        "memory MB",
        "stock: submissions",
        "s each",
        "memory MB",
        "ratio",
    ):
        table.add_column(heading, justify="right")
    found = []
    for size in sizes:
        pair = []
        for grade, number in ((stock, stock_size), (ours, size)):
            folder = Path(tempfile.mkdtemp(prefix="benchmark-"))
            with console.status(f"{kind}: {grade.__name__}, {number} submissions"):
                pair.append(grade(folder / "course", KINDS[kind], number))
            shutil.rmtree(folder)
        theirs, own = pair
        found.append(own)
        row = (
            own.size,
            own.each,
            own.memory_mb,
            theirs.size,
            theirs.each,
            theirs.memory_mb,
            theirs.each / own.each,
        )
        table.add_row(
            *(f"{value:.0f}" if value >= 100 or isinstance(value, int) else f"{value:.2f}" for value in row)
        )
    table.caption = growth(found)
    return table


def growth(found: list[Measurement]) -> str:
    """How time and memory grow with the class, in a sentence."""
    if len(found) < 2:
        return "One size only: nothing to say about growth."
    sizes = [each.size for each in found]
    slope, start = np.polyfit(sizes, [each.seconds for each in found], 1)
    memory, _ = np.polyfit(sizes, [each.memory_mb for each in found], 1)
    return f"About {start:.1f} s to start and {slope:.2f} s and {memory:.2f} MB for every further submission."


def main(
    sizes: Annotated[str, typer.Option(help="Class sizes for our grader.")] = "10,30,100,300",
    kinds: Annotated[str, typer.Option(help=f"Of {', '.join(KINDS)}.")] = ",".join(KINDS),
    stock: Annotated[int, typer.Option(min=1, help="Submissions for stock nbgrader, before each size.")] = 5,
) -> None:
    """Prints a table for each kind of submissions."""
    # Stock nbgrader starts "alembic", which stands beside this Python.
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    linux.prctl(linux.PR_SET_CHILD_SUBREAPER, 1)  # processes whose parents have ended stay in sight
    console = Console()
    for kind in kinds.split(","):
        console.print(compare(kind, [int(size) for size in sizes.split(",")], stock, console))


if __name__ == "__main__":
    typer.run(main)
