"""Executes the lessons' notebooks, several at once, into the cache from which the site is built.

The site is built by Sphinx in one process, and MyST-NB would execute one lesson after another there. So the
lessons are executed before, each in a process of its own, and kept in jupyter-cache under the key that
MyST-NB asks for: the text of the code cells. Sphinx then finds every lesson in the cache and executes none.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path

import nbformat
import yaml
from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn, JupyterCacheAbstract
from jupyter_cache.executors.utils import single_nb_execution
from nbconvert.filters import strip_ansi
from nbformat.reader import NotJSONError

from autograder.course import Course
from autograder.errors import CourseError

# Every kernel holds TensorFlow and a lesson's arrays, up to two gigabytes.
MOST_WORKERS = 4


@dataclass(frozen=True)
class Workers:
    """How the processors are shared out.

    Attributes:
        count: Notebooks that are executed at the same time.
        threads: Threads that each of them computes with. Kernels that each take all processors hinder each
            other.
    """

    count: int
    threads: int

    @classmethod
    def of_machine(cls, count: int | None = None) -> "Workers":
        """Shares out the processors that this process may use; by default each notebook gets one."""
        processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        count = count or min(processors, MOST_WORKERS)
        return cls(count, max(1, processors // count))

    @property
    def environment(self) -> dict[str, str]:
        """The environment of a kernel. A variable that is set already stays as it is."""
        threads = str(self.threads)
        return {"OMP_NUM_THREADS": threads, "TF_NUM_INTRAOP_THREADS": threads} | os.environ


def missing_lessons(course: Course, cache_folder: Path) -> list[Path]:
    """Notebooks of the lessons whose outputs are not in the cache, in the order in which to execute them.

    The last lessons come first: they train the most networks, and a long lesson that began last would keep
    one processor busy while the others have nothing left to do.
    """
    cache = get_cache(str(cache_folder))
    notebooks = (lesson.with_suffix(".ipynb") for lesson in reversed(course.lessons))
    return [notebook for notebook in notebooks if not _is_cached(cache, notebook)]


def execute_lessons(
    course: Course,
    cache_folder: Path,
    workers: Workers,
    told: Callable[[str], None] = lambda _: None,
) -> int:
    """Executes all lessons that the cache does not hold.

    Each lesson is kept as soon as it is done: after an interruption or a mistake only the others are left.

    Args:
        course: The checkout; its notebooks must have been made.
        cache_folder: The folder of the cache.
        workers: How many at once, on how many threads.
        told: Called with a line for each notebook that is done or has failed.

    Returns:
        The number of lessons executed.

    Raises:
        CourseError: When a cell fails or takes too long; the message has the notebook and the traceback.
            Lessons that run at that moment are still finished and kept, others are not begun.
    """
    waiting = missing_lessons(course, cache_folder)
    total = len(waiting)
    running: dict[Future[float], Path] = {}
    with ThreadPoolExecutor(workers.count) as pool:  # each thread only waits for its process
        while waiting or running:
            # A lesson is handed over when there is room for it, and not before: a mistake or Ctrl-C then
            # leaves none that would still begin.
            while waiting and len(running) < workers.count:
                notebook = waiting.pop(0)
                running[pool.submit(_execute_apart, notebook, cache_folder, course, workers)] = notebook
            for done in wait(running, return_when=FIRST_COMPLETED).done:
                stem = running.pop(done).stem
                if done.exception():
                    told(f"{stem} failed. Lessons that have begun are finished first.")
                seconds = done.result()
                told(f"{total - len(waiting) - len(running)} of {total}: {stem}, {seconds:.0f} s")
    return total


def _is_cached(cache: JupyterCacheAbstract, notebook: Path) -> bool:
    """Whether the cache has the notebook's outputs; an interruption can leave a record without them."""
    try:
        cache.get_cache_bundle(cache.match_cache_notebook(nbformat.read(notebook, as_version=4)).pk)
    except (KeyError, NotJSONError):
        return False
    return True


def _execute_apart(notebook: Path, cache_folder: Path, course: Course, workers: Workers) -> float:
    """Executes one notebook in a process of its own and returns the seconds that it took."""
    command = [sys.executable, "-m", "autograder.authoring.execute", notebook, cache_folder, course.root]
    begin = time.monotonic()
    done = subprocess.run(
        [*map(str, command)], env=workers.environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise CourseError(
            f"This lesson could not be executed.\n\n{done.stdout}{done.stderr}".rstrip(), notebook
        )
    return time.monotonic() - begin


def _execute(notebook: Path, cache_folder: Path, settings: dict) -> str | None:
    """Executes one notebook as MyST-NB does and keeps it; returns what went wrong in a cell, if anything."""
    content = nbformat.read(notebook, as_version=4)
    with tempfile.TemporaryDirectory() as folder:
        result = single_nb_execution(
            content,
            cwd=folder if settings["run_in_temp"] else str(notebook.parent),
            timeout=settings["timeout"],
            allow_errors=settings["allow_errors"],
        )
    if result.err is not None:
        return strip_ansi(str(result.err))
    get_cache(str(cache_folder)).cache_notebook_bundle(
        CacheBundleIn(content, str(notebook), data={"execution_seconds": result.time}),
        check_validity=False,
        overwrite=True,
    )
    return None


if __name__ == "__main__":
    _notebook, _cache_folder, _root = map(Path, sys.argv[1:])
    sys.exit(
        _execute(_notebook, _cache_folder, yaml.safe_load((_root / "_config.yml").read_text())["execute"])
    )
