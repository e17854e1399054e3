"""Network in Network, ResNeXt, DenseNet, SqueezeNet, MobileNet: written down and counted."""

from math import prod

from convlab.layer_costs import LayerCost, cost_of_layer

NETWORKS = {
    "Network in Network": """
        mlpconv(5,192,160,96)   max3/2 drop
        mlpconv(5,192,192,192)  avg3/2 drop
        mlpconv(3,192,192,10)   gap""",
    "ResNeXt-50 (32x4d)": """
        7x7-64/2 bn relu        max3/2
        enter(128,256,32,1)     stay(128,256,32)*2
        enter(256,512,32,2)     stay(256,512,32)*3
        enter(512,1024,32,2)    stay(512,1024,32)*5
        enter(1024,2048,32,2)   stay(1024,2048,32)*2
        gap fc-1000""",
    "DenseNet-121": """
        7x7-64/2 bn relu        max3/2
        grow(32,128)*6          transition(128)
        grow(32,128)*12         transition(256)
        grow(32,128)*24         transition(512)
        grow(32,128)*16         bn relu gap fc-1000""",
    "SqueezeNet 1.0": """
        7x7-96/2v relu                        max3/2v
        fire(16,64)*2  fire(32,128)           max3/2v
        fire(32,128)   fire(48,192)*2
        fire(64,256)                          max3/2v
        fire(64,256)   drop 1x1-1000 relu gap""",
    "SqueezeNet 1.1": """
        3x3-64/2v relu                        max3/2v
        fire(16,64)*2                         max3/2v
        fire(32,128)*2                        max3/2v
        fire(48,192)*2 fire(64,256)*2
        drop 1x1-1000 relu gap""",
    "MobileNet": """
        3x3-32/2 bn relu        separable(64,1)
        separable(128,2)        separable(128,1)
        separable(256,2)        separable(256,1)
        separable(512,2)        separable(512,1)*5
        separable(1024,2)       separable(1024,1)
        gap fc-1000""",
}


def count_layer(layer, shape):
    """Compute the row of costs of one layer that is no fork; see `convlab.layer_costs.cost_of_layer`.

    Args:
        layer: Dictionary as `convlab.layer_notation.read_network` makes them.
        shape: Shape of the layer's input, (H, W, C) or (C,).

    Returns:
        LayerCost; its name is the kind of the layer or the size of the kernel, as in "3×3". The learned
        numbers of a normalization are the gamma and the beta of each channel.

    Raises:
        ValueError: If the layer does not fit its input.

    >>> count_layer({"kind": "depthwise convolution", "size": 3, "padding": "same"}, (8, 8, 16)).macs
    9216
    """
    kind = layer["kind"]
    if kind in ("activation", "dropout"):
        return LayerCost(kind, kind, shape, 0, 0, 0, 0)
    if kind == "normalization":
        return LayerCost(kind, kind, shape, prod(shape), shape[-1], shape[-1], 0)
    named = {"name": kind, **layer}
    if kind == "depthwise convolution":  # as many groups and filters as channels
        named |= {"kind": "convolution", "groups": shape[-1], "filters": shape[-1]}
    elif kind == "convolution":
        window = f"{layer['size']}×{layer['size']}"
        named["name"] = window if layer["groups"] == 1 else f"{window} grouped"
    return cost_of_layer(named, shape)


def count_network(layers, input_shape):
    """Compute what each layer of a network with forks costs.

    Args:
        layers: List as `convlab.layer_notation.read_network` returns it.
        input_shape: Shape (H, W, C) of one image.

    Returns:
        List of LayerCost, one row per layer, for one image; for a fork the rows of all branches and then one
        for the place where they meet.

    Raises:
        ValueError: If a layer does not fit its input or branches do not fit each other.

    >>> from convlab.layer_notation import read_network
    >>> table = count_network(read_network("[3x3-8 | ] concat gap fc-10"), (6, 6, 4))
    >>> [(row.name, row.output_shape, row.parameters) for row in table[1:]]
    [('concat', (6, 6, 12), 0), ('global pooling', (12,), 0), ('fully connected', (10,), 130)]
    """
    table, shape = [], tuple(input_shape)
    for layer in layers:
        if layer["kind"] != "branches":
            table.append(count_layer(layer, shape))
        else:
            parts = [count_network(branch, shape) for branch in layer["branches"]]
            ends = [part[-1].output_shape if part else shape for part in parts]
            adding = layer["join"] == "add"
            if len({end if adding else end[:-1] for end in ends}) > 1:
                raise ValueError(f"Outputs {ends} do not fit each other ({layer['join']}).")
            out = ends[0] if adding else (*ends[0][:-1], sum(end[-1] for end in ends))
            table += [row for part in parts for row in part]
            name = "addition" if adding else "concatenation"
            table.append(LayerCost(layer["join"], name, out, prod(out), 0, 0, 0))
        shape = table[-1].output_shape
    return table


def count_depth(layers):
    """Count the layers with weights on the longest way through a network, batch normalization aside.

    Args:
        layers: List as `convlab.layer_notation.read_network` returns it.

    Returns:
        Number of convolutions and fully connected layers.

    >>> from convlab.layer_notation import read_network
    >>> count_depth(read_network("3x3-8 [3x3-8 3x3-8 | 1x1-8] add gap fc-10"))
    4
    """
    depth = 0
    for layer in layers:
        if layer["kind"] == "branches":
            depth += max(count_depth(branch) for branch in layer["branches"])
        else:
            depth += "convolution" in layer["kind"] or layer["kind"] == "fully connected"
    return depth
