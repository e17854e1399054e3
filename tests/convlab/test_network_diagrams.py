import pytest

from convlab.compact_networks import NETWORKS
from convlab.layer_notation import BLOCKS, read_network
from convlab.network_diagrams import diagram


def test_grouped_and_forked_blocks_are_drawn():
    (fork, plus, relu) = diagram(read_network("stay(128,256,32)"))
    assert fork[0][1] == ("3×3, 128\n32 groups\nBN, ReLU", "convolution")
    assert fork[1] == []
    assert plus == ("+", "addition")
    assert relu == ("ReLU", "activation")
    fork, join = diagram(read_network(BLOCKS["grow"].format(32, 128)))
    assert fork[1][0] == ("BN, ReLU", "normalization")
    assert join == ("concatenate", "concatenation")


@pytest.mark.parametrize("name", NETWORKS)
def test_every_network_can_be_drawn(name):
    series = diagram(read_network(NETWORKS[name]))
    assert all(isinstance(part, list | tuple) for part in series)
