"""A network in the notation of `convlab.layer_notation` becomes a block diagram."""


def diagram(layers):
    r"""Turn a network into what `convlab.block_diagrams.draw_blocks` draws.

    Args:
        layers: List as `convlab.layer_notation.read_network` returns it.

    Returns:
        List of blocks (text, kind) and forks; normalizations and activation functions stand in the block of
        the layer before them.

    >>> from convlab.layer_notation import read_network
    >>> diagram(read_network("3x3-64/2 bn relu"))
    [('3×3, 64, stride 2\nBN, ReLU', 'convolution')]
    """
    series = []
    for layer in layers:
        kind, size = layer["kind"], f"{layer.get('size')}×{layer.get('size')}"
        step = f", stride {layer['stride']}" if layer.get("stride", 1) > 1 else ""
        if kind == "branches":
            series.append([diagram(branch) for branch in layer["branches"]])
            series.append(("+", "addition") if layer["join"] == "add" else ("concatenate", "concatenation"))
        elif kind in ("normalization", "activation"):
            word = {"normalization": "BN", "activation": "ReLU"}[kind]
            text, before = series[-1] if series and isinstance(series[-1], tuple) else ("", None)
            if before == "convolution" or (before == kind and text == "BN") or text.startswith("BN"):
                joint = ", " if text.split("\n")[-1].startswith("BN") else "\n"
                series[-1] = (text + joint + word, before)
            else:
                series.append((word, kind))
        elif kind == "convolution":
            groups = f"\n{layer['groups']} groups" if layer["groups"] > 1 else ""
            series.append((f"{size}, {layer['filters']}{step}{groups}", kind))
        elif kind == "depthwise convolution":
            series.append((f"{size} depthwise{step}", "convolution"))
        elif kind == "pooling":
            series.append((f"{layer['how']} pooling {size}{step}", kind))
        else:
            words = {"fully connected": f"fully connected, {layer.get('units')}", "global pooling": "average"}
            drawn = {"fully connected": kind, "dropout": "activation"}.get(kind, "pooling")
            series.append((words.get(kind, kind), drawn))
    return series
