"""What hidden tests are written with, and what runs them.

A hidden test is an ordinary pytest function with the fixtures ``student`` and ``rng`` and the marker
``cell``. Its docstring is the sentence that the student reads::

    @pytest.mark.cell("batchnorm_train", weight=2)
    def test_table(student, rng):
        \"\"\"Each feature of a table is normalized by itself.\"\"\"
        x = rng.normal(size=(8, 3))
        y, mean, variance = student.batchnorm_train(x, np.ones(3), np.zeros(3))
        assert_close(mean, x.mean(axis=0), "the mean")
"""

from autograder.student.proxy import StudentError
from autograder.testing.checks import CheckError, assert_close
from autograder.testing.misconceptions import misconception
from autograder.testing.networks import (
    as_network,
    assert_output_shape,
    assert_parameters,
    assert_same_network,
)

__all__ = [
    "CheckError",
    "StudentError",
    "as_network",
    "assert_close",
    "assert_output_shape",
    "assert_parameters",
    "assert_same_network",
    "misconception",
]
