"""Networks in one line of text: `3x3-64/2 bn relu` is read here, and counted, built and drawn elsewhere."""

import re

BLOCKS = {
    # Network in Network: a small fully connected network (1x1, 1x1) at every position of a convolution
    "mlpconv": "{0}x{0}-{1} relu 1x1-{2} relu 1x1-{3} relu",
    # ResNeXt: a bottleneck whose 3x3 convolution has {2} groups; the first of a stage projects its input
    "stay": "[1x1-{0} bn relu 3x3-{0}-g{2} bn relu 1x1-{1} bn | ] add relu",
    "enter": "[1x1-{0} bn relu 3x3-{0}-g{2}/{3} bn relu 1x1-{1} bn | 1x1-{1}/{3} bn] add relu",
    # DenseNet: what a layer finds is put beside what it was given; a transition makes the pile smaller
    "grow": "[ | bn relu 1x1-{1} bn relu 3x3-{0}] concat",
    "transition": "bn relu 1x1-{0} avg2/2",
    # SqueezeNet: few channels, then many, and only half of these look around
    "fire": "1x1-{0} relu [1x1-{1} relu | 3x3-{1} relu] concat",
    # MobileNet: look around in each channel by itself, then mix the channels at each position
    "separable": "3x3-dw/{1} bn relu 1x1-{0} bn relu",
}


def expand(text, blocks=BLOCKS):
    """Write out the blocks of a network: `fire(16,64)*2` becomes the text of two fire modules.

    Args:
        text: Layers, and blocks as `name(number,number)` with `*count` behind them for a repetition.
        blocks: Dictionary from name to a text with `{0}`, `{1}` in place of the numbers.

    Returns:
        Text without blocks.

    Raises:
        ValueError: If a block is unknown or needs more numbers.

    >>> expand("fire(16,64) gap")
    '1x1-16 relu [1x1-64 relu | 3x3-64 relu] concat gap'
    """

    def written_out(match):
        name, numbers, count = match[1], match[2].split(","), int(match[3] or 1)
        if name not in blocks:
            raise ValueError(f"There is no block {name!r}; there are {', '.join(blocks)}.")
        try:
            return " ".join([blocks[name].format(*numbers)] * count)
        except IndexError:
            raise ValueError(f"{match[0]}: {name} needs more numbers.") from None

    return " ".join(re.sub(r"(\w+)\(([\d,]+)\)(?:\*(\d+))?", written_out, text).split())


WORDS = {
    "bn": {"kind": "normalization"},
    "relu": {"kind": "activation"},
    "drop": {"kind": "dropout"},
    "gap": {"kind": "global pooling"},
    "flatten": {"kind": "flatten"},
}
CONVOLUTION = re.compile(
    r"(?P<size>\d+)x(?P=size)-(?P<filters>\d+|dw)(?:-g(?P<groups>\d+))?(?:/(?P<stride>\d+))?(?P<valid>v?)"
)
POOLING = re.compile(r"(?P<how>max|avg)(?P<size>\d+)/(?P<stride>\d+)(?P<valid>v?)")


def read_word(word):
    """Turn one word of the notation into the dictionary of a layer, as `convlab.layer_costs` reads them.

    Raises:
        ValueError: If the word is none of the notation.

    >>> read_word("3x3-64-g8/2")
    {'kind': 'convolution', 'size': 3, 'filters': 64, 'stride': 2, 'padding': 'same', 'groups': 8}
    """
    if word in WORDS:
        return dict(WORDS[word])
    if match := re.fullmatch(r"fc-(\d+)", word):
        return {"kind": "fully connected", "units": int(match[1])}
    match = CONVOLUTION.fullmatch(word) or POOLING.fullmatch(word)
    if not match:
        raise ValueError(f"{word!r} is no layer.")
    found = match.groupdict()
    window = {"size": int(found["size"])}
    step = {"stride": int(found["stride"] or 1), "padding": 0 if found["valid"] else "same"}
    if "how" in found:
        return {"kind": "pooling", "how": found["how"], **window, **step}
    if found["filters"] == "dw":
        return {"kind": "depthwise convolution", **window, **step}
    groups = int(found["groups"] or 1)
    return {"kind": "convolution", **window, "filters": int(found["filters"]), **step, "groups": groups}


def read_network(text, blocks=BLOCKS):
    """Read a network: a list of layers, in which a fork is a layer with branches.

    Words are set apart by spaces. `3x3-64` is a 3x3 convolution with 64 filters, `/2` behind it a stride of
    2, `-g8` in front of that 8 groups, `3x3-dw` a depthwise convolution, `max3/2` and `avg2/2` poolings.
    Padding is "same" unless a `v` follows. `[a | b]` are branches that all get the same input (an empty one
    passes it on), and the word behind them, `concat` or `add`, says how their outputs meet. Convolutions
    have biases in networks without `bn`.

    Args:
        text: The network.
        blocks: Blocks that may be used in it, as in `expand`.

    Returns:
        List of dictionaries with "kind" and what belongs to it; for kind "branches" there are "branches",
        a list of such lists, and "join", "concat" or "add".

    Raises:
        ValueError: If a word cannot be read or brackets do not match.

    >>> fork = read_network("[3x3-8 bn | ] add")[0]
    >>> fork["join"], [[layer["kind"] for layer in branch] for branch in fork["branches"]]
    ('add', [['convolution', 'normalization'], []])
    """
    words = re.sub(r"([\[\]|])", r" \1 ", expand(text, blocks)).split()
    biased = "bn" not in words
    series, outer = [], []
    for word in words:
        if series and series[-1].get("join", "") is None and word not in ("concat", "add"):
            raise ValueError(f"Branches are followed by concat or add, not by {word!r}.")
        if word == "[":
            outer.append((series, [[]]))
            series = outer[-1][1][0]
        elif word in ("|", "]") and not outer:
            raise ValueError(f"{word!r} stands outside of brackets.")
        elif word == "|":
            series = []
            outer[-1][1].append(series)
        elif word == "]":
            series, branches = outer.pop()
            series.append({"kind": "branches", "branches": branches, "join": None})
        elif word in ("concat", "add"):
            if not series or series[-1].get("join", "") is not None:
                raise ValueError(f"{word!r} does not follow branches.")
            series[-1]["join"] = word
        else:
            series.append(read_word(word))
            if "convolution" in series[-1]["kind"]:
                series[-1]["bias"] = biased
    if outer or (series and series[-1].get("join", "") is None):
        raise ValueError("A bracket is not closed, or concat or add is missing behind it.")
    return series


def widen(text, factor):
    """Multiply the filters of all convolutions by a factor, the network's width multiplier.

    The classifier keeps its size: the fully connected layer or, where there is none, the last convolution.

    Args:
        text: The network; blocks are written out.
        factor: Width multiplier, above 0; numbers of filters are rounded down, to at least 1.

    Returns:
        Text without blocks.

    Raises:
        ValueError: If the factor is not positive.

    Source: Howard et al. (2017), arXiv 1704.04861, section 3.3.

    >>> widen("3x3-32/2 bn relu separable(64,1) gap fc-10", 0.5)
    '3x3-16/2 bn relu 3x3-dw/1 bn relu 1x1-32 bn relu gap fc-10'
    """
    if factor <= 0:
        raise ValueError(f"factor must be positive, got {factor}.")
    written = expand(text)
    places = list(re.finditer(r"(?<=x\d-)\d+|(?<=x\d\d-)\d+", written))
    for place in reversed(places if "fc-" in written else places[:-1]):
        filters = max(1, int(int(place[0]) * factor))
        written = written[: place.start()] + str(filters) + written[place.end() :]
    return written
