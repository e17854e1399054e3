import pytest

from convlab.layer_notation import BLOCKS, expand, read_network, read_word, widen


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("7x7-96/2v", {"size": 7, "filters": 96, "stride": 2, "padding": 0, "groups": 1}),
        ("3x3-64", {"size": 3, "filters": 64, "stride": 1, "padding": "same", "groups": 1}),
        ("3x3-64-g32/2", {"size": 3, "filters": 64, "stride": 2, "padding": "same", "groups": 32}),
        ("11x11-8", {"size": 11, "filters": 8, "stride": 1, "padding": "same", "groups": 1}),
    ],
)
def test_convolutions(word, expected):
    assert read_word(word) == {"kind": "convolution", **expected}


def test_other_words():
    assert read_word("3x3-dw/2") == {
        "kind": "depthwise convolution",
        "size": 3,
        "stride": 2,
        "padding": "same",
    }
    assert read_word("avg2/2v") == {"kind": "pooling", "how": "avg", "size": 2, "stride": 2, "padding": 0}
    assert read_word("fc-10") == {"kind": "fully connected", "units": 10}
    assert read_word("bn") == {"kind": "normalization"}


@pytest.mark.parametrize("word", ["3x5-64", "3x3", "3x3-64/2w", "max3", "conv", "fc-", "add(3)"])
def test_what_is_no_word_is_refused(word):
    with pytest.raises(ValueError, match="no layer"):
        read_word(word)


def test_words_are_made_anew():
    read_word("bn")["kind"] = "changed"
    assert read_word("bn") == {"kind": "normalization"}


def test_blocks_are_written_out_and_repeated():
    assert expand("separable(8,2)*2 gap") == "3x3-dw/2 bn relu 1x1-8 bn relu " * 2 + "gap"
    assert expand("mine(4)", {"mine": "1x1-{0}"}) == "1x1-4"
    assert all(read_network(f"{name}(8,8,8,8)") for name in BLOCKS)


@pytest.mark.parametrize(
    ("text", "message"), [("fier(1,2)", "no block 'fier'"), ("fire(1)", "needs more numbers")]
)
def test_wrong_blocks_are_refused(text, message):
    with pytest.raises(ValueError, match=message):
        expand(text)


def test_forks_may_stand_in_forks():
    (fork,) = read_network("[ [1x1-4 | ] concat 3x3-8 | 1x1-8 ] add")
    inner, last = fork["branches"][0]
    assert fork["join"] == "add"
    assert inner["join"] == "concat"
    assert [len(branch) for branch in inner["branches"]] == [1, 0]
    assert last["filters"] == 8


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[1x1-4 | ", "not closed"),
        ("1x1-4 ]", "outside"),
        ("1x1-4 | relu", "outside"),
        ("1x1-4 add", "does not follow"),
        ("[1x1-4 | ] add concat", "does not follow"),
        ("add", "does not follow"),
    ],
)
def test_wrong_brackets_are_refused(text, message):
    with pytest.raises(ValueError, match=message):
        read_network(text)


def test_biases_go_with_normalization():
    assert [layer["bias"] for layer in read_network("3x3-4 3x3-dw")] == [True, True]
    first, _, fork = read_network("3x3-4 bn [1x1-2 | ] concat")
    assert first["bias"] is fork["branches"][0][0]["bias"] is False


def test_width_multiplies_filters_and_nothing_else():
    assert widen("3x3-16-g4/2 bn relu 11x11-8 3x3-dw fc-10", 2) == "3x3-32-g4/2 bn relu 11x11-16 3x3-dw fc-10"
    assert widen("3x3-5 max3/2 1x1-10 gap", 0.5) == "3x3-2 max3/2 1x1-10 gap"
    assert widen("3x3-5 fc-10", 0.1) == "3x3-1 fc-10"
    with pytest.raises(ValueError, match="positive"):
        widen("3x3-5", 0)


def test_a_fork_needs_its_meeting():
    with pytest.raises(ValueError, match="concat or add"):
        read_network("[3x3-5 | ] relu")
