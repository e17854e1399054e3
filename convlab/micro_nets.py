"""Micro-nets: five well-known designs in as few layers as show them, and a plain net to compare with."""

from convlab.layer_notation import CONVOLUTION, expand

MICRO_NETS = {
    "plain": """3x3-16 relu 3x3-16 relu max2/2 3x3-32 relu 3x3-32 relu max2/2 3x3-64 relu 3x3-64 relu
        gap fc-10""",
    "Network in Network": "mlpconv(3,16,16,16) max2/2 mlpconv(3,32,32,32) max2/2 mlpconv(3,64,64,10) gap",
    "ResNeXt": "3x3-16 relu enter(16,32,4,1) enter(32,64,4,2) enter(64,128,4,2) gap fc-10",
    "DenseNet": """3x3-16 relu grow(12,24)*2 transition(20) grow(12,24)*2 transition(24) grow(12,24)*2
        bn relu gap fc-10""",
    "SqueezeNet": "3x3-16 relu fire(8,16) max2/2 fire(16,32)*2 max2/2 fire(24,48) gap fc-10",
    "MobileNet": """3x3-16 relu separable(32,1) separable(64,2) separable(64,1) separable(128,2)
        gap fc-10""",
}


def with_normalization(text):
    """Put batch normalization between every convolution and the ReLU behind it.

    Args:
        text: Network in the notation of `convlab.layer_notation`; blocks are written out.

    Returns:
        Text without blocks.

    >>> with_normalization("3x3-8 relu fire(4,8)")
    '3x3-8 bn relu 1x1-4 bn relu [1x1-8 bn relu | 3x3-8 bn relu] concat'
    """
    words = []
    for word in expand(text).split():
        if word.startswith("relu") and CONVOLUTION.fullmatch(words[-1].lstrip("[")):
            words.append("bn")
        words.append(word)
    return " ".join(words)
