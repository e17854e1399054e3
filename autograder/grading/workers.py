"""Maps examinations over dask: a local cluster by default, any running scheduler by its address."""

import asyncio
import atexit
import json
import multiprocessing
from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import dask
from distributed import Client, LocalCluster, as_completed
from distributed.scheduler import KilledWorker
from jupyter_core.utils import ensure_event_loop
from nbformat import from_dict

from autograder.course import Assignment
from autograder.errors import CourseError
from autograder.grading.examination import Examination
from autograder.grading.examine import Examiner, NotExaminedError
from autograder.grading.submission import Submission, read_note
from autograder.sandbox import Limits

# A worker starts processes of its own, which Python forbids to "daemonic" children. It gets one submission
# at a time: when it dies, dask counts that against every submission it had, and gives up the repeaters.
_SETTINGS = {
    "distributed.worker.daemon": False,
    "distributed.worker.memory.terminate": False,
    # dask's profiler looks at all threads a hundred times a second. In Python 3.11, a collection of garbage at
    # that moment and a thread that ends wait for each other, for ever (CPython issue 106883).
    "distributed.worker.profile.enabled": False,
    "distributed.scheduler.worker-saturation": 1.0,
    "distributed.comm.timeouts.connect": "30s",
}
_REACH_SECONDS = 10  # for the first answer of a scheduler that somebody has named
_REST_SECONDS = 5.0  # for what a kernel that has ended leaves behind in the event loop


@cache
def _examiner(limits: Limits, sandbox: bool, shared: str | None) -> Examiner:
    """The examiner of this worker; its templates stay warm from one submission to the next."""
    examiner = Examiner.start(limits, sandbox, shared)
    atexit.register(examiner.close)
    return examiner


def examine_task(
    root: str, stem: str, notebook: str, limits: dict[str, Any], sandbox: bool, shared: str | None = None
) -> dict[str, Any]:
    """Examines one notebook, given as JSON; this is what runs on a worker. Plain data in and out."""
    _, rebuilt = read_note(from_dict(json.loads(notebook)))
    examiner = _examiner(Limits.from_json(limits), sandbox, shared)
    with event_loop():
        return examiner.examine(Assignment(Path(root), stem), rebuilt).as_json()


@contextmanager
def event_loop() -> Iterator[None]:
    """Gives Jupyter's packages an event loop, and takes it away afterwards with all that is left in it.

    jupyter_core keeps its loop in a context variable, and dask gives every task a new context: loops, their
    threads and their files would else pile up until Python happens to collect garbage.
    """
    loop = ensure_event_loop()
    try:
        yield
    finally:
        if left := asyncio.all_tasks(loop):
            for each in left:
                each.cancel()
            loop.run_until_complete(asyncio.wait(left, timeout=_REST_SECONDS))
        loop.close()


@contextmanager
def cluster(workers: int | None, scheduler: str | None) -> Iterator[Client]:
    """Connects to a scheduler, or starts workers on this machine.

    Args:
        workers: Number of workers to start; None: one for each processor core.
        scheduler: Address of a running scheduler; None starts workers here.

    Raises:
        CourseError: When the scheduler cannot be reached.
    """
    with dask.config.set(_SETTINGS):
        if scheduler:
            try:
                client = Client(scheduler, timeout=_REACH_SECONDS)
            except (OSError, ValueError) as error:
                raise CourseError(f"The scheduler {scheduler} cannot be reached: {error}") from error
            with client:
                yield client
            return
        count = workers or multiprocessing.cpu_count()
        options = {"n_workers": count, "threads_per_worker": 1, "memory_limit": 0, "silence_logs": 50}
        # dask's own web page is not wanted; its server takes any free port, so that two graders get along.
        no_page = {"dashboard_address": "127.0.0.1:0", "scheduler_kwargs": {"dashboard": False}}
        with LocalCluster(**options, **no_page) as local, Client(local) as client:
            yield client


def examine_all(
    client: Client,
    assignment: Assignment,
    submissions: Sequence[Submission],
    limits: Limits,
    sandbox: bool,
    shared: str | None = None,
) -> Iterator[tuple[Submission, Examination | str]]:
    """Yields each submission with its examination, in the order in which they are done.

    In place of an examination comes a sentence where this one submission could not be examined.

    Args:
        client: The way to the workers.
        assignment: Whose hidden tests to run.
        submissions: What to examine.
        limits: What each may use.
        sandbox: Whether to run them behind walls.
        shared: Address of a template on this machine; workers that cannot reach it start their own.

    Raises:
        CourseError: When the grader itself cannot work; what was yielded before stays valid.
    """
    futures = {
        client.submit(
            examine_task,
            str(assignment.root),
            assignment.stem,
            submission.text,
            limits.as_json(),
            sandbox,
            shared,
            key=f"{submission.student}-{submission.key}",
            pure=False,
        ): submission
        for submission in submissions
    }
    for future in as_completed(futures):
        submission = futures[future]
        try:
            examination: Examination | str = Examination.from_json(future.result())
        except CancelledError as error:
            raise CourseError(f"The connection to the dask scheduler was lost: {error}") from error
        except KilledWorker:
            examination = "Every worker that examined this submission died."
        except NotExaminedError as error:
            examination = str(error)
        except CourseError:
            raise
        except Exception as error:  # whatever it is, it must not keep the other submissions from being graded
            examination = f"The grader stopped with {type(error).__name__}: {error}"
        yield submission, examination
        future.release()  # neither this process nor the worker needs the results any longer
