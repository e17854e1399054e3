"""From a student's notebook to what it earned: run it behind walls, test it from outside.

What goes wrong costs the question that it went wrong in: a cell that ends the kernel is left out and the rest
is run again in a fresh kernel; an exercise whose function ends the kernel is given up, and the others are
tested in a fresh kernel.
"""

import copy
import hashlib
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

from autograder.course import Assignment
from autograder.grading.examination import Examination
from autograder.rebuild import Rebuilt
from autograder.sandbox import Kernel, Limits, WarmKernels, kernel_manager
from autograder.student.kernel import KernelTransport
from autograder.testing.plugin import TestResult
from autograder.testing.process import TestProcesses
from autograder.testing.run import CellResult


@dataclass(frozen=True)
class Examiner:
    """Examines one notebook after the other.

    Attributes:
        kernels: Where the students' code runs.
        tests: Where the hidden tests run.
    """

    kernels: WarmKernels
    tests: TestProcesses

    @classmethod
    def start(cls, limits: Limits, sandbox: bool = True) -> "Examiner":
        """Starts what it needs; both import their packages while the caller goes on."""
        return cls(WarmKernels(limits, sandbox=sandbox), TestProcesses())

    def close(self) -> None:
        """Ends all processes."""
        self.kernels.close()
        self.tests.close()

    def examine(self, assignment: Assignment, rebuilt: Rebuilt) -> Examination:
        """Runs a notebook and the hidden tests of its assignment.

        Args:
            assignment: Whose hidden tests to run.
            rebuilt: The student's work in the instructor's notebook.

        Raises:
            CourseError: When the grader itself cannot work: no sandbox, hidden tests that do not load.
        """
        begin = time.monotonic()
        exercises = graded_exercises(rebuilt.notebook)
        if rebuilt.unreadable:
            reason = "The submission could not be read."
            results = {name: _nothing(name, reason) for name in exercises}
            return self._examination(rebuilt, rebuilt.notebook, results, [], begin)
        run = _Run(self, assignment, rebuilt.notebook, begin + self.kernels.limits.submission_seconds)
        notebook, results = run.finish(exercises)
        return self._examination(rebuilt, notebook, results, run.remarks, begin)

    def _examination(
        self,
        rebuilt: Rebuilt,
        notebook: NotebookNode,
        results: dict[str, CellResult],
        remarks: list[str],
        begin: float,
    ) -> Examination:
        return Examination(
            cells=results,
            repairs=list(rebuilt.repairs),
            remarks=remarks,
            unreadable=rebuilt.unreadable,
            sandbox=self.kernels.sandbox,
            seconds=round(time.monotonic() - begin, 3),
            notebook=notebook,
        )


class _Run:
    """One notebook on its way to results, in as many kernels as that takes."""

    def __init__(
        self, examiner: Examiner, assignment: Assignment, notebook: NotebookNode, deadline: float
    ) -> None:
        self.examiner, self.assignment, self.notebook = examiner, assignment, notebook
        self.deadline = deadline
        self.limits = examiner.kernels.limits
        self.seed = submission_seed(notebook)
        self.left_out: dict[int, str] = {}
        self.remarks: list[str] = []

    def finish(self, exercises: list[str]) -> tuple[NotebookNode, dict[str, CellResult]]:
        """Returns the notebook with its outputs, and the result of each exercise."""
        results: dict[str, CellResult] = {}
        executed = copy.deepcopy(self.notebook)
        while left := [name for name in exercises if name not in results]:
            if time.monotonic() > self.deadline:
                reason = f"The submission took longer than {self.limits.submission_seconds:g} seconds."
                self.remarks.append(reason)
                results |= {name: _nothing(name, reason) for name in left}
                break
            attempt = copy.deepcopy(self.notebook)
            with self._session(attempt) as session:
                culprit = self._run_cells(session, attempt)
                if culprit is not None:
                    continue
                executed = attempt
                found = self.examiner.tests.run(self.assignment, session.transport, self.seed, left)
            results |= _up_to_the_culprit(found)
        return executed, results

    def _run_cells(self, session: "_Session", notebook: NotebookNode) -> int | None:
        """Runs the cells in order; returns the number of the one that ended the kernel, if one did.

        An error in a cell does not keep the next from running.
        """
        for index, cell in enumerate(notebook.cells):
            if index in self.left_out or cell.cell_type != "code":
                continue
            try:
                session.client.execute_cell(cell, index)
                if session.kernel.is_alive():
                    continue
                reason = session.kernel.explain()
            except CellTimeoutError:
                session.kernel.kill("cell")
                reason = session.kernel.explain()
            except DeadKernelError:
                reason = session.kernel.explain()
            except Exception as error:  # what a hostile kernel sends can trip nbclient in any way
                session.kernel.kill("messages")
                reason = f"it disturbed the conversation with Jupyter ({type(error).__name__})"
            self.left_out[index] = reason
            self.remarks.append(f"{_called(cell, index)} was left out: {reason}.")
            return index
        return None

    @contextmanager
    def _session(self, notebook: NotebookNode) -> Iterator["_Session"]:
        manager = kernel_manager(
            self.examiner.kernels, limits=self.limits, seed=int(self.seed[:16], 16) % 2**32
        )
        client = NotebookClient(
            notebook, km=manager, timeout=self.limits.cell_seconds, allow_errors=True, iopub_timeout=10
        )
        with client.setup_kernel(cleanup_kc=True):
            kernel = manager.provisioner.kernel
            transport = KernelTransport(
                client.kc,
                lambda: None if kernel.is_alive() else kernel.explain(),
                self.limits.call_seconds,
            )
            transport.install()
            yield _Session(client, kernel, transport)


@dataclass(frozen=True)
class _Session:
    """A kernel, and the two ways to talk to it."""

    client: NotebookClient
    kernel: Kernel
    transport: KernelTransport


def graded_exercises(notebook: NotebookNode) -> list[str]:
    """Names of the exercises that hidden tests grade, in the order of the notebook."""
    forms = [cell.metadata.get("nbgrader", {}) for cell in notebook.cells if cell.cell_type == "code"]
    return [
        form["grade_id"].removeprefix("test_")
        for form in forms
        if form.get("grade") and not form.get("solution")
    ]


def submission_seed(notebook: NotebookNode) -> str:
    """What seeds the random inputs: the code alone, so that the same work always gets the same marks."""
    code = "\0".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
    return hashlib.sha256(code.encode("utf-8", "surrogatepass")).hexdigest()


def _up_to_the_culprit(found: dict[str, CellResult]) -> dict[str, CellResult]:
    """Results up to the exercise at which the student's side fell silent; those after it were not tested."""
    kept = {}
    for name, result in found.items():
        kept[name] = result
        if result.unanswered:
            break
    return kept


def _called(cell: NotebookNode, index: int) -> str:
    name = cell.metadata.get("nbgrader", {}).get("grade_id")
    return f"The cell {name}" if name else f"Cell {index + 1}"


def _nothing(name: str, reason: str) -> CellResult:
    return CellResult(name, [TestResult(name, "all", "The code can be tested.", 1, False, reason)], None)
