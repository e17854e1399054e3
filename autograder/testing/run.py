"""Runs the hidden tests of an assignment on a student's code and adds up what each cell earned."""

import ast
import os
import sys
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from autograder.course import Assignment
from autograder.errors import CourseError
from autograder.student.proxy import Exchange
from autograder.student.transport import Transport
from autograder.testing.misconceptions import Misconception, load_misconceptions, recognize
from autograder.testing.plugin import HiddenTestPlugin, Task, TestResult


@dataclass(frozen=True)
class CellResult:
    """What the hidden tests found out about one exercise.

    Attributes:
        cell: The exercise: the name of the function or class.
        tests: The results of its tests, in the order of the test module.
        misconception: The known wrong answer that the student's work equals, or None.
    """

    cell: str
    tests: list[TestResult]
    misconception: Misconception | None

    @property
    def share(self) -> float:
        """The part of the cell's points that was earned, between 0 and 1."""
        total = sum(test.weight for test in self.tests)
        return sum(test.weight for test in self.tests if test.passed) / total

    @property
    def unanswered(self) -> bool:
        """Whether the student's code stopped answering while this exercise was tested."""
        return any(test.unanswered for test in self.tests)

    def as_json(self) -> dict[str, Any]:
        """Everything but the conversation and the misconception's code."""
        tests = [{name: getattr(test, name) for name in _KEPT} for test in self.tests]
        known = self.misconception and {"name": self.misconception.name, "hint": self.misconception.hint}
        return {"cell": self.cell, "tests": tests, "misconception": known}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "CellResult":
        """Reads what ``as_json`` has written."""
        known = data["misconception"]
        return cls(
            data["cell"],
            [TestResult(data["cell"], **test) for test in data["tests"]],
            known and Misconception(data["cell"], known["name"], known["hint"]),
        )


_KEPT = ("name", "sentence", "weight", "passed", "reason", "unanswered")


def run_hidden_tests(
    assignment: Assignment,
    transport: Transport,
    seed: str,
    cells: Collection[str] | None = None,
    quick: bool = False,
) -> dict[str, CellResult]:
    """Tests a student's code.

    Args:
        assignment: Whose hidden tests to run.
        transport: The way to the student's code.
        seed: Seeds the random inputs; the same seed gives the same inputs.
        cells: Names of the exercises to test; None for all.
        quick: Stop at the first failure and look for no misconception; tells only whether everything holds.

    Returns:
        One result for each exercise, by name.

    Raises:
        CourseError: When the hidden tests themselves cannot be run.
    """
    return run_when_taken(assignment, lambda: Task(transport, seed, cells), quick)


def run_when_taken(
    assignment: Assignment, take_task: Callable[[], Task], quick: bool = False
) -> dict[str, CellResult]:
    """Loads the hidden tests, then takes the task and runs them; returns and raises as ``run_hidden_tests``.

    Args:
        assignment: Whose hidden tests to run.
        take_task: Gives the task; called only when the tests are loaded, and then once in each process.
        quick: As for ``run_hidden_tests``.
    """
    plugin = HiddenTestPlugin(take_task)
    sys.modules.pop(assignment.hidden_tests.stem, None)  # pytest would use the module of an earlier run again
    status = pytest.main(
        [*_pytest_arguments(assignment.hidden_tests), *["--exitfirst"] * quick], plugins=[plugin]
    )
    if plugin.collection_errors or status not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
        findings = "; ".join(plugin.collection_errors) or f"pytest ended with status {status}"
        raise CourseError(f"The hidden tests cannot be run: {findings}", assignment.hidden_tests)
    by_cell: dict[str, list[TestResult]] = {}
    for result in plugin.results:
        by_cell.setdefault(result.cell, []).append(result)
    return {
        cell: CellResult(cell, tests, None if quick else _misconception(assignment, cell, tests))
        for cell, tests in by_cell.items()
    }


# Of pytest's own parts, those that write, and those that collect garbage after every test: with TensorFlow
# loaded that is half of the time.
_UNUSED_PLUGINS = (
    "terminal",
    "logging",
    "cacheprovider",
    "warnings",
    "faulthandler",
    "unraisableexception",
    "threadexception",
)


def _pytest_arguments(module: Path) -> list[str]:
    # Nothing of the surroundings may change a mark: no configuration file, no plug-ins, no options from the
    # environment.
    os.environ.pop("PYTEST_ADDOPTS", None)
    return [
        str(module),
        f"--rootdir={module.parent}",
        f"--config-file={os.devnull}",
        "--import-mode=importlib",
        "--disable-plugin-autoload",
        "--noconftest",
        "--capture=no",
        *(f"-pno:{name}" for name in _UNUSED_PLUGINS),
    ]


def make_ready(assignment: Assignment) -> None:
    """Reads right and wrong answers now, for a process that is about to fork."""
    _reference(assignment.source)
    _misconceptions(assignment.misconceptions)


@cache
def _reference(source: Path) -> dict[str, Any]:
    """The solution's own functions, without running its checks.

    With definitions alone no TensorFlow operation runs, so that the process may still fork.
    """
    tree = ast.parse(source.read_text(encoding="utf-8"), str(source))
    tree.body = [node for node in tree.body if not isinstance(node, ast.Expr)]
    namespace: dict[str, Any] = {"__name__": source.stem}
    exec(compile(tree, str(source), "exec"), namespace)
    return namespace


@cache
def _misconceptions(path: Path) -> list[Misconception]:
    return load_misconceptions(path)


def _answered(transcript: list[Exchange]) -> bool:
    """Whether there is an answer that could be a misunderstanding, rather than none at all."""
    none = ("NotImplementedError", "NameError", "NoAnswer")
    return any(
        "error" not in exchange.outcome or exchange.outcome["error"]["types"][0] not in none
        for exchange in transcript
    )


def _misconception(assignment: Assignment, cell: str, tests: list[TestResult]) -> Misconception | None:
    failed = [test.transcript for test in tests if not test.passed]
    if not any(_answered(transcript) for transcript in failed):
        return None
    candidates = [known for known in _misconceptions(assignment.misconceptions) if known.cell == cell]
    passed = [test.transcript for test in tests if test.passed]
    return recognize(candidates, _reference(assignment.source), failed, passed)
