"""Times the execution of all lessons from nothing: one after another, and several at once.

    python -m benchmarks.execution

Takes some ten minutes for each of the two on two cores. One after another is what the build did when Sphinx
executed the lessons itself: each with all processors to itself. The share of the processors that was in use
while the lessons ran, by whomever, tells whether the machine had other work.
"""

import tempfile
import time
from pathlib import Path
from typing import Annotated

import psutil
import typer
from rich.console import Console
from rich.table import Table

from autograder.authoring.execute import Workers, execute_lessons
from autograder.course import REPOSITORY, Course


def cold_seconds(course: Course, workers: Workers, console: Console) -> float:
    """Seconds to execute all lessons into an empty cache."""
    with tempfile.TemporaryDirectory() as folder, console.status(f"{workers.count} at once"):
        begin = time.monotonic()
        execute_lessons(course, Path(folder), workers, console.print)
        return time.monotonic() - begin


def main(
    workers: Annotated[
        int | None, typer.Option(min=2, help="Lessons at once; as the build by default.")
    ] = None,
    course: Annotated[Path, typer.Option(help="A checkout of the course.")] = REPOSITORY,
) -> None:
    """Prints both times and their ratio."""
    console = Console(highlight=False)
    table = Table("lessons at once", "threads each", "seconds", "processors in use")
    seconds = []
    for shared in (Workers.of_machine(1), Workers.of_machine(workers)):
        psutil.cpu_percent()
        seconds.append(cold_seconds(Course(course), shared, console))
        table.add_row(
            str(shared.count), str(shared.threads), f"{seconds[-1]:.0f}", f"{psutil.cpu_percent():.0f} %"
        )
    console.print(table, f"ratio {seconds[0] / seconds[1]:.2f}")


if __name__ == "__main__":
    typer.run(main)
