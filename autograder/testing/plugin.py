"""The pytest plug-in that gives hidden tests their fixtures and takes down what they find."""

import hashlib
import inspect
from collections.abc import Callable, Collection, Generator
from dataclasses import dataclass, field

import numpy as np
import pytest

from autograder.student.proxy import Exchange, Student, StudentError
from autograder.student.rebuilding import NetworkError
from autograder.student.transport import Transport
from autograder.testing.checks import CheckError


@dataclass
class TestResult:
    """What one hidden test found.

    Attributes:
        cell: The exercise: the name of the function or class.
        name: The test's name.
        sentence: What must hold, in words for the student.
        weight: The test's share of the cell's points, relative to the cell's other tests.
        passed: Whether it held.
        reason: Why not, in words for the student; None when there is nothing to add to the sentence.
        unanswered: Whether the student's side gave no answer at all: it died, or ran out of time.
        transcript: The conversation with the student's code.
    """

    cell: str
    name: str
    sentence: str
    weight: float
    passed: bool
    reason: str | None = None
    unanswered: bool = False
    transcript: list[Exchange] = field(default_factory=list, repr=False)


@dataclass(frozen=True)
class Task:
    """A submission on which the hidden tests are to be run.

    Attributes:
        transport: The way to the student's code.
        seed: Seeds the random inputs; the same seed gives the same inputs.
        cells: Names of the exercises to test; None for all.
    """

    transport: Transport
    seed: str
    cells: Collection[str] | None = None


class HiddenTestPlugin:
    """Serves one run of the hidden tests of one assignment on one submission."""

    def __init__(self, take_task: Callable[[], Task]) -> None:
        """Takes what gives the task, once the tests are loaded: a process may fork there."""
        self.take_task = take_task
        self.results: list[TestResult] = []
        self.collection_errors: list[str] = []

    def pytest_configure(self, config: pytest.Config) -> None:
        """Registers the marker."""
        config.option.tbstyle = "native"  # nobody sees tracebacks, and pytest's own take long to make
        config.addinivalue_line("markers", "cell(name, weight=1): the exercise that a hidden test belongs to")

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Notes a module that cannot be loaded."""
        if report.failed:
            self.collection_errors.append(report.longreprtext)

    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Refuses tests without a cell or a sentence."""
        for item in items:
            if item.get_closest_marker("cell") is None or not item.obj.__doc__:
                self.collection_errors.append(f"{item.nodeid} needs @pytest.mark.cell(...) and a docstring")

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        """Takes the task and leaves out the tests of other cells; pytest's own loop does the rest."""
        if self.collection_errors:
            return True  # that is all: nothing is to be run
        self.task = self.take_task()
        if self.task.cells is not None:
            session.items[:] = [item for item in session.items if _cell(item) in self.task.cells]
        return None

    @pytest.fixture
    def student(self, request: pytest.FixtureRequest) -> Student:
        """The student's functions, as attributes."""
        request.node.student = Student(self.task.transport)
        return request.node.student

    @pytest.fixture
    def rng(self, request: pytest.FixtureRequest) -> np.random.Generator:
        """A generator seeded by the submission and the test: repeatable, and not to be memorized."""
        digest = hashlib.sha256(f"{self.task.seed}:{request.node.name}".encode()).digest()
        return np.random.default_rng(int.from_bytes(digest[:8], "big"))

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Takes down the result of a test."""
        report = yield
        if report.when == "call" or report.failed:
            student = getattr(item, "student", None)
            result = TestResult(
                cell=_cell(item),
                name=item.name,
                sentence=" ".join(inspect.cleandoc(item.obj.__doc__).split("\n\n")[0].split()),
                weight=item.get_closest_marker("cell").kwargs.get("weight", 1),
                passed=report.passed,
                reason=None
                if report.passed
                else _reason(call.excinfo.value, asked=bool(student and student.transcript)),
                unanswered=bool(student) and student.unanswered,
                transcript=student.transcript if student else [],
            )
            self.results.append(result)
        return report


def _cell(item: pytest.Item) -> str:
    return item.get_closest_marker("cell").args[0]


def _reason(error: BaseException, asked: bool) -> str | None:
    """Puts a failure into words for the student without showing the test."""
    if isinstance(error, CheckError):
        return str(error)
    if isinstance(error, NetworkError):
        return f"Your model cannot be checked: {error}."
    if isinstance(error, StudentError):
        if error.type_name == "NotImplementedError":
            return "This part is not written yet."
        if error.type_name == "NoAnswer":
            return f"Your code gave no answer: {error.message}."
        return f"Your code stopped with {error}"
    if isinstance(error, AssertionError):
        return None
    # Tests unpack results ("y, mean, variance = ..."), so other errors come from results of an unexpected
    # form.
    if asked:
        return "The result does not have the form that the exercise asks for."
    raise error
