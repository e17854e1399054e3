import json

import pytest

from autograder.errors import CourseError
from autograder.sandbox import Limits


def test_limits_survive_json():
    limits = Limits(memory_mb=100, cell_seconds=0.5)
    assert Limits.from_json(json.loads(json.dumps(limits.as_json()))) == limits


def test_names_left_out_keep_their_defaults():
    assert Limits.from_json({"tmp_mb": 7}) == Limits(tmp_mb=7)


def test_limits_can_be_part_of_a_key():
    assert hash(Limits()) == hash(Limits.from_json({}))


@pytest.mark.parametrize(
    "values",
    [
        {"memory": 1},
        {"memory_mb": 0},
        {"memory_mb": "1"},
        {"memory_mb": 1.5},
        {"processes": True},
        {"cell_seconds": -1},
        {"cell_seconds": float("inf")},
        {"cell_seconds": float("nan")},
    ],
)
def test_a_wrong_limit_is_named(values):
    with pytest.raises(CourseError, match=next(iter(values))):
        Limits.from_json(values)
