"""Known wrong answers, written down as code, and how a student's work is recognized as one of them.

Recognition replays the conversation: every request that the hidden tests sent to the student is sent to the
misconception too. A misconception is recognized when it gives the student's replies throughout, and when at
least one of these replies, in a test that failed, is not the right one.
"""

import importlib.util
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from autograder.student.network import Network
from autograder.student.proxy import Exchange
from autograder.student.transport import LocalTransport
from autograder.student.wire import read_reply
from autograder.testing.networks import same_network

_Answer = TypeVar("_Answer", bound=Callable[..., Any])


@dataclass(frozen=True)
class Misconception:
    """A wrong answer that people really give.

    Attributes:
        cell: The exercise: the name of the function or class.
        name: The misconception's own name.
        hint: What to tell the student.
        answer: The wrong function or class; None in a result that was read from a file.
    """

    cell: str
    name: str
    hint: str
    answer: Callable[..., Any] | None = None


def misconception(cell: str, *, hint: str) -> Callable[[_Answer], _Answer]:
    """Marks a function or class as a known wrong answer to an exercise.

    Args:
        cell: The name of the graded function or class that it stands in for.
        hint: One or two sentences that help the student who gave it.
    """

    def mark(answer: _Answer) -> _Answer:
        answer.__misconception__ = Misconception(cell, answer.__name__, hint, answer)
        return answer

    return mark


def load_misconceptions(path: Path) -> list[Misconception]:
    """Reads the misconceptions of one module, in the order in which they are written."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return [vars(value)["__misconception__"] for value in vars(module).values() if _is_marked(value)]


def _is_marked(value: Any) -> bool:
    # A subclass must not count as its parent's misconception, so look at the object's own attributes only.
    return hasattr(value, "__dict__") and "__misconception__" in vars(value)


def recognize(
    candidates: Sequence[Misconception],
    reference: Mapping[str, Any],
    failed: Sequence[Sequence[Exchange]],
    passed: Sequence[Sequence[Exchange]],
) -> Misconception | None:
    """Finds the misconception that answers as the student did.

    Args:
        candidates: Misconceptions of this exercise.
        reference: The namespace of the solution.
        failed: Transcripts of the exercise's tests that failed.
        passed: Transcripts of those that passed.

    Returns:
        The first misconception that fits, or None.
    """
    right = [_replay(dict(reference), transcript) for transcript in failed]
    for candidate in candidates:
        namespace = {**reference, candidate.cell: candidate.answer}
        answers = []
        for transcript in [*failed, *passed]:
            outcomes = _replay(namespace, transcript)
            if not all(
                _same(one.outcome, other, values=_takes_a_model(one.request))
                for one, other in zip(transcript, outcomes, strict=True)
            ):
                break  # the other replays can be spared, and those of large networks take long
            answers.append(outcomes)
        else:
            if any(
                not _same(one, other, types=True, values=_takes_a_model(asked.request))
                for transcript, answered, correct in zip(failed, answers, right, strict=False)
                for asked, one, other in zip(transcript, answered, correct, strict=True)
            ):
                return candidate
    return None


def _replay(namespace: dict[str, Any], transcript: Sequence[Exchange]) -> list[dict[str, Any]]:
    transport = LocalTransport(namespace)
    return [read_reply(transport.send(exchange.request)) for exchange in transcript]


def _takes_a_model(request: Mapping[str, Any]) -> bool:
    """Whether a request passes a model: then the values of a model that comes back are not random."""
    passed = [*request.get("arguments", ()), *request.get("keywords", {}).values()]
    return any(isinstance(item, dict) and "model" in item for item in passed)


def _same(one: Any, other: Any, types: bool = False, values: bool = False) -> bool:
    """Compares decoded replies to the precision of float32; errors are compared by their type.

    With ``types`` 3 and 3.0 differ. A count that is a float is a misconception of its own, but most other
    wrong numbers are recognized whatever type they have. With ``values`` models have to do the same with
    their own values, too.
    """
    if isinstance(one, dict) and isinstance(other, dict):
        if "error" in one or "error" in other:
            return (
                "error" in one and "error" in other and one["error"]["types"][0] == other["error"]["types"][0]
            )
        return one.keys() == other.keys() and all(_same(one[key], other[key], types, values) for key in one)
    if not types:  # who returns a list where others return an array misunderstands the same
        one, other = (
            value.tolist() if isinstance(value, np.ndarray) and isinstance(beside, (list, tuple)) else value
            for value, beside in ((one, other), (other, one))
        )
    if isinstance(one, (list, tuple)) and isinstance(other, (list, tuple)):
        return len(one) == len(other) and all(
            _same(a, b, types, values) for a, b in zip(one, other, strict=True)
        )
    if isinstance(one, Network) and isinstance(other, Network):
        return same_network(one, other, values)
    if isinstance(one, int) and isinstance(other, int):
        return one == other  # a count of millions may be wrong by a few
    numeric = (int, float, np.ndarray)
    if isinstance(one, numeric) and isinstance(other, numeric):
        if types and isinstance(one, float) != isinstance(other, float):
            return False
        return np.shape(one) == np.shape(other) and _close(one, other)
    return type(one) is type(other) and one == other


def _close(one: Any, other: Any) -> bool:
    try:
        first, second = (np.asarray(value, dtype=np.float64) for value in (one, other))
    except OverflowError:  # Python's integers have no largest one, floating-point numbers have
        return type(one) is type(other) and one == other
    return np.allclose(first, second, rtol=1e-3, atol=1e-4, equal_nan=True)
