import numpy as np
import pytest

from convlab.gradients import numerical_gradient


def test_it_finds_the_gradient_of_a_function_of_a_matrix():
    x = np.random.default_rng(0).normal(size=(3, 4))
    found = numerical_gradient(lambda a: np.sin(a).sum() + a[0, 1] * a[2, 3], x)
    expected = np.cos(x)
    expected[0, 1] += x[2, 3]
    expected[2, 3] += x[0, 1]
    assert found.shape == (3, 4)
    assert np.allclose(found, expected, atol=1e-8)


def test_it_leaves_its_argument_alone_and_takes_integers():
    x = np.array([1, 2, 3])
    assert np.allclose(numerical_gradient(lambda a: (a**3).sum(), x), [3, 12, 27], atol=1e-6)
    assert x.tolist() == [1, 2, 3]


@pytest.mark.parametrize("step", [0, -1e-5])
def test_a_step_that_is_not_positive_is_refused(step):
    with pytest.raises(ValueError, match="step must be positive"):
        numerical_gradient(np.sum, np.ones(2), step=step)
