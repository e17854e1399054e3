"""From a student's notebook to what it earned: run it behind walls, test it from outside.

What goes wrong costs the question that it went wrong in: a cell that ends the kernel is left out and the rest
is run again in a fresh kernel; an exercise whose function ends the kernel is given up, and the others are
tested in a fresh kernel.

The one that goes wrong need not be the one to blame: a cell may set an alarm, or keep the next from running.
So whenever there is a doubt, everything is run once more and looked after (``watching``): after each cell of
the student's there is a pause, and then the kernel must still be sound.
"""

import asyncio
import copy
import hashlib
import logging
import time
from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

from jupyter_core.utils import ensure_event_loop
from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

from autograder.course import Assignment
from autograder.errors import CourseError
from autograder.grading.examination import Examination
from autograder.grading.session import Session
from autograder.rebuild import Rebuilt
from autograder.sandbox import Limits, WarmKernels, kernel_manager
from autograder.student.kernel import KernelTransport
from autograder.student.transport import TransportError
from autograder.testing.plugin import TestResult
from autograder.testing.process import TestProcesses
from autograder.testing.run import CellResult

# Ends of a kernel that no code in it has brought about: they must not cost points.
_NOT_THE_SUBMISSION = ("template", "watchdog", "stopped")
_OUTPUT_SECONDS = 10  # for outputs to arrive after the cell has ended
_PAUSE_SECONDS = 0.2  # after a cell that may have set an alarm
_ALL_PAUSES_SECONDS = 3.0
_DISTURBANCES = 3  # so many in one submission, and it is left to a person
# nbclient reports the deaths of kernels as errors; here they are expected, and told in the feedback.
_UNHEARD = logging.getLogger(f"{__name__}.nbclient")
_UNHEARD.disabled = True


class NotExaminedError(CourseError):
    """One submission could not be examined, by no fault of its own; others can."""


class _DisturbedError(Exception):
    """The kernel did not start, or ended for a reason that lies with the grader's machine."""


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
    def start(cls, limits: Limits, sandbox: bool = True, shared: str | None = None) -> "Examiner":
        """Starts what it needs; both import their packages while the caller goes on.

        Args:
            limits: What a submission may use.
            sandbox: Whether to run it behind walls.
            shared: Address of a template that others use too, if there is one.
        """
        return cls(WarmKernels(limits, sandbox=sandbox, shared=shared), TestProcesses())

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
            NotExaminedError: When its kernels were ended again and again, not by the submission.
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
        self.left_out: set[int] = set()
        self.remarks: list[str] = []
        self.results: dict[str, CellResult] = {}
        self.disturbances = 0
        self.watching = False  # whether each cell is looked after
        self.paused: set[int] = set()  # cells after which the kernel has lived on
        self.one_by_one = False  # whether each exercise gets a kernel of its own

    def finish(self, exercises: list[str]) -> tuple[NotebookNode, dict[str, CellResult]]:
        """Returns the notebook with its outputs, and the result of each exercise."""
        executed = copy.deepcopy(self.notebook)
        while left := [name for name in exercises if name not in self.results]:
            if time.monotonic() > self.deadline:
                reason = f"The submission took longer than {self.limits.submission_seconds:g} seconds."
                self.remarks.append(reason)
                self.results |= {name: _nothing(name, reason) for name in left}
                break
            attempt = copy.deepcopy(self.notebook)
            begin = time.monotonic()
            try:
                found = self._attempt(attempt, left[:1] if self.one_by_one else left)
            except _DisturbedError as disturbance:
                self.disturbances += 1
                if self.disturbances == _DISTURBANCES:
                    raise NotExaminedError(
                        f"The kernel was ended {_DISTURBANCES} times: {disturbance}."
                    ) from None
                self.deadline += time.monotonic() - begin  # nor must they cost time
                continue
            if found is not None:
                executed = attempt
                self.results |= found
        return executed, self.results

    def _attempt(self, notebook: NotebookNode, exercises: list[str]) -> dict[str, CellResult] | None:
        """Runs the cells and the tests in one kernel; None when a cell has to be left out, or to be found.

        Raises:
            _DisturbedError: When the kernel did not start, or something else than the submission ended it.
        """
        found = None
        with self._session(notebook) as session:
            culprit = self._run_cells(session, notebook)
            doubtful = culprit is None and not self.watching and self._harmed(session, notebook)
            if culprit is None and not doubtful:
                session.remember()
                found = self.examiner.tests.run(self.assignment, session.transport, self.seed, exercises)
            if not session.kernel.is_alive() and session.kernel.cause in _NOT_THE_SUBMISSION:
                raise _DisturbedError(session.kernel.explain())
            if found is not None:
                found = self._without_doubtful(found, session)
        if culprit is not None:
            index, reason, ended = culprit
            # A cell that ran too long is hardly innocent. But if it was not the only one, who knows.
            doubtful = not self.watching and (ended or bool(self.left_out))
            if not doubtful:
                self.left_out.add(index)
                self.remarks.append(f"{_called(notebook.cells[index], index)} was left out: {reason}.")
        if doubtful:
            self._watch()
        return found

    def _watch(self) -> None:
        """Begins anew, and looks after each cell."""
        self.watching = True
        self.left_out.clear()
        self.remarks.clear()
        self.results.clear()

    def _harmed(self, session: Session, notebook: NotebookNode) -> bool:
        """Whether functions are missing whose cells ran without an error, or results do not come through."""
        cells = [cell for index, cell in enumerate(notebook.cells) if index not in self.left_out]
        names = {name for name in graded_exercises(notebook) if _ran_well(name, cells)}
        return session.defined(names) != names

    def _without_doubtful(self, found: dict[str, CellResult], session: Session) -> dict[str, CellResult]:
        """Leaves out results that other exercises may have spoiled; they are tested again."""
        found = _up_to_the_culprit(found)
        if not session.kernel.is_alive():
            if not self.one_by_one:  # perhaps a cell or another exercise has set an alarm
                self._watch()
                self.one_by_one = True
                return {}
        elif not self.one_by_one and len(found) > 1 and not session.transport.dead and session.altered():
            self.one_by_one = True
            return {name: result for name, result in found.items() if result.share == 1}
        return found

    def _run_cells(self, session: Session, notebook: NotebookNode) -> tuple[int, str, bool] | None:
        """Runs the cells in order.

        An error in a cell does not keep the next from running.

        Returns:
            None, or the number of a cell that has to be left out, why, and whether the kernel ended by itself.
        """
        names = graded_exercises(notebook)
        defined: set[str] = set()
        for index, cell in enumerate(notebook.cells):
            if index in self.left_out or cell.cell_type != "code":
                continue
            try:
                session.client.execute_cell(cell, index)
                if self.watching:
                    self._pause(index, cell)
                    if harm := session.harm(defined, names):
                        return index, harm, False
                    defined = session.defined(names) or set()
                if session.kernel.is_alive():
                    continue
            except CellTimeoutError as error:
                if session.kernel.is_alive() and "IOPub" in str(error):
                    reason = f"its outputs did not arrive; each may have {self.limits.message_mb} MB"
                    return index, reason, False
                session.kernel.kill("cell")
                return index, session.kernel.explain(), False
            except DeadKernelError:
                pass
            except Exception as error:  # what a hostile kernel sends can trip nbclient in any way
                session.kernel.kill("messages")
                return index, f"it disturbed the conversation with Jupyter ({type(error).__name__})", False
            return index, session.kernel.explain(), True
        return None

    def _pause(self, index: int, cell: NotebookNode) -> None:
        """Waits, once after each cell that may be the student's."""
        if index not in self.paused and not cell.metadata.get("nbgrader", {}).get("grade"):
            self.paused.add(index)
            time.sleep(min(_PAUSE_SECONDS, _ALL_PAUSES_SECONDS / len(self.notebook.cells)))

    @contextmanager
    def _session(self, notebook: NotebookNode) -> Iterator[Session]:
        manager = kernel_manager(
            self.examiner.kernels, limits=self.limits, seed=int(self.seed[:16], 16) % 2**32
        )
        client = NotebookClient(
            notebook,
            km=manager,
            timeout=self.limits.cell_seconds,
            allow_errors=True,
            iopub_timeout=_OUTPUT_SECONDS,
            raise_on_iopub_timeout=True,
            log=_UNHEARD,
        )
        ensure_event_loop().set_exception_handler(_pass_over)
        with ExitStack() as stack:
            try:
                stack.enter_context(client.setup_kernel(cleanup_kc=True))
                kernel = manager.provisioner.kernel
                transport = KernelTransport(
                    client.kc,
                    kernel.take_calls(),
                    lambda: None if kernel.is_alive() else kernel.explain(),
                    self.limits.call_seconds,
                    self.limits.message_mb,
                )
                stack.callback(transport.close)
                transport.install()
            except (RuntimeError, TransportError) as error:  # no code of the student has run yet
                raise _DisturbedError(str(error)) from error
            yield Session(client, kernel, transport)


def _pass_over(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Keeps asyncio from printing what nbclient leaves behind where a kernel dies under a cell.

    The death has been noticed. Besides, the printing happens whenever garbage is collected: at that moment
    Python 3.11 may be parsing a file, and the traceback's own parsing makes it fail with a SystemError.
    """
    if "never retrieved" not in context.get("message", ""):
        loop.default_exception_handler(context)


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


def _ran_well(name: str, cells: Collection[NotebookNode]) -> bool:
    """Whether the cell of a function is among those that ran, and ended without an error."""
    return any(
        cell.metadata.get("nbgrader", {}).get("grade_id") == name
        and all(output.output_type != "error" for output in cell.outputs)
        for cell in cells
    )


def _called(cell: NotebookNode, index: int) -> str:
    name = cell.metadata.get("nbgrader", {}).get("grade_id")
    return f"The cell {name}" if name else f"Cell {index + 1}"


def _nothing(name: str, reason: str) -> CellResult:
    return CellResult(name, [TestResult(name, "all", "The code can be tested.", 1, False, reason)], None)
