"""The hidden tests' own machinery: results, seeds, hints, and what authors may get wrong."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from autograder.course import Assignment
from autograder.errors import CourseError
from autograder.student.proxy import Exchange
from autograder.student.transport import LocalTransport
from autograder.testing.checks import CheckError, assert_close
from autograder.testing.misconceptions import Misconception, recognize
from autograder.testing.run import run_hidden_tests

TESTS = '''
import numpy as np
import pytest
from autograder.testing import assert_close

@pytest.mark.cell("variance", weight=3)
def test_values(student, rng):
    """The variance is the mean of squared deviations."""
    x = rng.normal(size=8)
    assert_close(student.variance(x), x.var(), "The variance")

@pytest.mark.cell("variance")
def test_constant(student):
    """Constant numbers have the variance 0."""
    assert_close(student.variance(np.ones(4)), 0, "The variance")

@pytest.mark.cell("halves")
def test_halves(student, rng):
    """The two halves come back as a pair."""
    left, right = student.halves(np.arange(4))
    assert len(left) == 2
'''

MISCONCEPTIONS = """
import numpy as np
from autograder.testing import misconception

@misconception("variance", hint="Divide by the count.")
def unbiased(x):
    return np.var(x, ddof=1)

@misconception("variance", hint="Do not take the root.")
def root(x):
    return np.std(x)
"""

SOLUTION = """
import numpy as np

def variance(x):
    return np.var(x)

def halves(x):
    return x[:2], x[2:]
"""


@dataclass(frozen=True)
class SmallAssignment(Assignment):
    """An assignment whose hidden tests stand beside it."""

    @property
    def hidden_tests(self) -> Path:
        return self.root / "test_small.py"

    @property
    def misconceptions(self) -> Path:
        return self.root / "misconceptions_small.py"

    @property
    def source(self) -> Path:
        return self.root / "small.py"


@pytest.fixture
def small(tmp_path):
    (tmp_path / "test_small.py").write_text(TESTS)
    (tmp_path / "misconceptions_small.py").write_text(MISCONCEPTIONS)
    (tmp_path / "small.py").write_text(SOLUTION)
    return SmallAssignment(tmp_path, "small")


def _run(small, seed="seed", cells=None, **functions):
    return run_hidden_tests(small, LocalTransport(functions), seed, cells)


def _halves(x):
    return [x[:2], x[2:]]


def test_right_answers_earn_everything(small):
    results = _run(small, variance=lambda x: sum((x - sum(x) / len(x)) ** 2) / len(x), halves=_halves)
    assert {cell: result.share for cell, result in results.items()} == {"variance": 1, "halves": 1}
    assert all(test.reason is None for result in results.values() for test in result.tests)


def test_missing_answers_earn_nothing(small):
    results = _run(small)
    assert {cell: result.share for cell, result in results.items()} == {"variance": 0, "halves": 0}
    assert results["halves"].tests[0].reason == "Your code stopped with NameError: halves is not defined"


def test_a_part_earns_its_weight_and_gets_its_hint(small):
    result = _run(small, variance=lambda x: np.var(x, ddof=1), halves=_halves)["variance"]
    assert result.share == 0.25
    assert result.misconception.hint == "Divide by the count."
    assert [test.sentence for test in result.tests if not test.passed] == [
        "The variance is the mean of squared deviations."
    ]
    assert result.tests[0].reason == "The variance has the right shape, but wrong values."


def test_another_mistake_gets_no_hint(small):
    assert _run(small, variance=lambda x: np.var(x) + 1)["variance"].misconception is None
    assert _run(small, variance=lambda x: 1 / 0)["variance"].misconception is None


def test_counts_of_millions_are_recognized_exactly():
    known = [
        Misconception("count", "other_biases", "Each output has a bias.", lambda: 61_110_984),
        Misconception("count", "no_biases", "There are biases.", lambda: 61_090_488),
    ]
    request = {"operation": "call", "target": "count", "arguments": [], "keywords": {}, "keep_as": 1}
    for answer, expected in [(61_110_984, known[0]), (61_090_488, known[1]), (61_100_839, None)]:
        transcript = [Exchange(request, {"value": answer, "changed": []})]
        assert recognize(known, {"count": lambda: 61_100_840}, [transcript], []) == expected


@pytest.mark.parametrize("form", [list, tuple, np.asarray])
def test_a_list_and_an_array_of_the_same_numbers_are_the_same_mistake(form):
    known = Misconception("front", "without_the_last", "The last one counts too.", lambda: np.array([0, 2]))
    request = {"operation": "call", "target": "front", "arguments": [], "keywords": {}, "keep_as": 1}
    for answer, expected in [([0, 2], known), ([0, 1], None), ([0, 2, 3], None)]:
        transcript = [Exchange(request, {"value": form(answer), "changed": []})]
        assert recognize([known], {"front": lambda: [0, 2, 4]}, [transcript], []) == expected


def test_a_result_of_another_form_is_a_failure_in_words(small):
    for halves in (lambda x: 3, lambda x: [x], lambda x: None):
        (test,) = _run(small, halves=halves)["halves"].tests
        assert not test.passed
        assert test.reason == "The result does not have the form that the exercise asks for."


def test_a_plain_assertion_shows_nothing_of_the_test(small):
    (test,) = _run(small, halves=lambda x: (x, x))["halves"].tests
    assert not test.passed and test.reason is None


@pytest.mark.parametrize("number", [10**25, 10**400])
def test_an_integer_beyond_all_bounds_is_a_wrong_answer_like_others(small, number):
    result = _run(small, variance=lambda x: number)["variance"]
    assert result.share == 0
    assert result.misconception is None


def test_the_same_seed_gives_the_same_inputs_and_another_seed_others(small):
    def inputs(seed):
        seen = []
        _run(small, seed, variance=lambda x: seen.append(x) or 0.0, halves=_halves)
        return seen[0]

    assert np.array_equal(inputs("a"), inputs("a"))
    assert not np.array_equal(inputs("a"), inputs("b"))


def test_single_cells_can_be_tested(small):
    assert list(_run(small, cells={"halves"}, halves=_halves)) == ["halves"]


@pytest.mark.parametrize(
    "change",
    [
        ('@pytest.mark.cell("halves")\n', ""),
        ('    """The two halves come back as a pair."""\n', ""),
        ("import numpy as np", "import nonsense_of_the_author"),
        ("def test_halves(student, rng)", "def test_halves(student, unknown_fixture)"),
        ("left, right = student", "left, right = studnet"),
    ],
)
def test_a_mistake_in_the_hidden_tests_costs_no_student_points(small, change):
    assert TESTS.count(change[0]) == 1
    small.hidden_tests.write_text(TESTS.replace(*change))
    with pytest.raises(CourseError, match="The hidden tests cannot be run"):
        _run(small, variance=np.var, halves=_halves)


def test_options_from_the_environment_change_nothing(small, monkeypatch):
    monkeypatch.setenv("PYTEST_ADDOPTS", "--collect-only")
    assert _run(small, variance=np.var, halves=_halves)["variance"].share == 1


@pytest.mark.parametrize(
    ("actual", "expected"),
    [
        (True, 1),
        (None, 1),
        ("1", 1),
        ([[1], [1, 2]], [1, 2]),
        (["a", "b"], [1, 2]),
        (np.ones((2, 1)), np.ones(2)),
        (np.array([1, np.nan]), np.array([1, np.nan])),
        (np.inf, np.inf),
        (1.001, 1.0),
    ],
)
def test_assert_close_refuses(actual, expected):
    with pytest.raises(CheckError):
        assert_close(actual, expected, "It")


@pytest.mark.parametrize(
    ("actual", "expected"), [(1, 1.0), ([1, 2], np.array([1, 2])), (np.float32(0.1) + 0, 0.1)]
)
def test_assert_close_accepts(actual, expected):
    assert_close(np.asarray(actual) if isinstance(actual, np.float32) else actual, expected, "It")
