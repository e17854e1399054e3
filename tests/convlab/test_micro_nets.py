from itertools import pairwise

import pytest

from convlab.compact_networks import count_network
from convlab.layer_notation import read_network, widen
from convlab.micro_nets import MICRO_NETS, with_normalization


@pytest.mark.parametrize("width", [1, 2])
@pytest.mark.parametrize("name", MICRO_NETS)
def test_they_are_small_classifiers_of_ten_classes(name, width):
    table = count_network(read_network(with_normalization(widen(MICRO_NETS[name], width))), (12, 12, 3))
    assert table[-1].output_shape == (10,)
    assert sum(row.parameters for row in table) < 80_000 * width**2


@pytest.mark.parametrize("name", MICRO_NETS)
def test_every_convolution_in_front_of_a_relu_is_normalized(name):
    words = with_normalization(MICRO_NETS[name]).replace("[", "[ ").split()
    pairs = list(pairwise(words))
    assert not [pair for pair in pairs if "x" in pair[0] and pair[1].startswith("relu")]
    assert ("bn", "bn") not in pairs


def test_what_is_normalized_stays():
    line = "3x3-8 bn relu [1x1-8 bn | ] add relu"
    assert with_normalization(line) == line
