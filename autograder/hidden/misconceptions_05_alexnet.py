"""Known wrong answers to assignment 05, the costs of AlexNet, each with a hint for the student who gave it.

Each is a complete answer that differs from a right one by exactly one misunderstanding.
"""
# ruff: noqa: D103 - the hint says what a misconception is

import math

from autograder.testing import misconception

# ---------------------------------------------------------------- conv_layer_cost


def _pair(kernel_size):
    return (kernel_size, kernel_size) if isinstance(kernel_size, int) else tuple(kernel_size)


def _places(extent, window, stride, padding):
    return (extent - window + 2 * padding) // stride + 1


def _ceiled(extent, window, stride, padding):
    return math.ceil((extent - window + 2 * padding) / stride) + 1


def _cost(shape, parameters, macs):
    return dict(output_shape=shape, memory_kb=math.prod(shape) * 4 / 1024, parameters=parameters, macs=macs)


def _conv(input_shape, filters, kernel_size, stride, padding, places=_places):
    """A right answer, as long as the places are counted right."""
    rows, columns = _pair(kernel_size)
    height, width = (
        places(extent, window, stride, padding)
        for extent, window in zip(input_shape[:2], (rows, columns), strict=True)
    )
    weights = rows * columns * input_shape[2] * filters
    return _cost((height, width, filters), weights + filters, height * width * weights)


def _weights(input_shape, filters, kernel_size):
    return math.prod(_pair(kernel_size)) * input_shape[2] * filters


@misconception(
    "conv_layer_cost",
    hint="You add one bias for each input channel. Each filter, that is each output channel, has one.",
)
def bias_for_input_channels(input_shape, filters, kernel_size, stride, padding):
    cost = _conv(input_shape, filters, kernel_size, stride, padding)
    return {**cost, "parameters": _weights(input_shape, filters, kernel_size) + input_shape[2]}


@misconception(
    "conv_layer_cost",
    hint="Your number of parameters leaves out the biases. Each filter has one.",
)
def bias_left_out(input_shape, filters, kernel_size, stride, padding):
    cost = _conv(input_shape, filters, kernel_size, stride, padding)
    return {**cost, "parameters": _weights(input_shape, filters, kernel_size)}


@misconception(
    "conv_layer_cost",
    hint="You add only one bias for the whole layer. Each filter has its own.",
)
def one_bias_for_all(input_shape, filters, kernel_size, stride, padding):
    cost = _conv(input_shape, filters, kernel_size, stride, padding)
    return {**cost, "parameters": _weights(input_shape, filters, kernel_size) + 1}


@misconception(
    "conv_layer_cost",
    hint="You add a bias for each filter and each input channel. A filter sums over all input channels "
    "and adds its bias once.",
)
def bias_for_every_slice(input_shape, filters, kernel_size, stride, padding):
    cost = _conv(input_shape, filters, kernel_size, stride, padding)
    weights = _weights(input_shape, filters, kernel_size)
    return {**cost, "parameters": weights + filters * input_shape[2]}


@misconception(
    "conv_layer_cost",
    hint="Your filters have weights for one input channel only. Each filter covers all input channels.",
)
def channels_forgotten(input_shape, filters, kernel_size, stride, padding):
    cost = _conv(input_shape, filters, kernel_size, stride, padding)
    weights = math.prod(_pair(kernel_size)) * filters
    return _cost(cost["output_shape"], weights + filters, weights * math.prod(cost["output_shape"][:2]))


@misconception(
    "conv_layer_cost",
    hint="You round the output size up. A window that does not fit is left out: round down, with //.",
)
def size_rounded_up(input_shape, filters, kernel_size, stride, padding):
    return _conv(input_shape, filters, kernel_size, stride, padding, _ceiled)


@misconception(
    "conv_layer_cost",
    hint="In the output size the + 1 is missing: the first window counts, too.",
)
def size_without_first_window(input_shape, filters, kernel_size, stride, padding):
    return _conv(
        input_shape, filters, kernel_size, stride, padding, lambda *arguments: _places(*arguments) - 1
    )


@misconception(
    "conv_layer_cost",
    hint="You add the padding once. It is added on both sides: 2P.",
)
def padding_on_one_side(input_shape, filters, kernel_size, stride, padding):
    return _conv(input_shape, filters, kernel_size, stride, padding / 2, lambda *a: int(_places(*a)))


@misconception(
    "conv_layer_cost",
    hint="Your output size ignores the padding. It makes the input larger by P on each side.",
)
def padding_ignored(input_shape, filters, kernel_size, stride, padding):
    return _conv(input_shape, filters, kernel_size, stride, 0)


@misconception(
    "conv_layer_cost",
    hint="Your output size ignores the stride. Divide by it, round down, and add 1.",
)
def stride_ignored(input_shape, filters, kernel_size, stride, padding):
    return _conv(input_shape, filters, kernel_size, 1, padding)


@misconception(
    "conv_layer_cost",
    hint="You apply the stride to the rows only. It holds for both axes.",
)
def stride_on_rows_only(input_shape, filters, kernel_size, stride, padding):
    rows, columns = _pair(kernel_size)
    height = _places(input_shape[0], rows, stride, padding)
    width = _places(input_shape[1], columns, 1, padding)
    weights = _weights(input_shape, filters, kernel_size)
    return _cost((height, width, filters), weights + filters, height * width * weights)


@misconception(
    "conv_layer_cost",
    hint="You compute one size for both axes. Height and width of the input may differ.",
)
def only_square_inputs(input_shape, filters, kernel_size, stride, padding):
    height, _, channels = input_shape
    return _conv((height, height, channels), filters, kernel_size, stride, padding)


@misconception(
    "conv_layer_cost",
    hint="You exchange rows and columns: kernel_size is (F_h, F_w), and F_h belongs to the height.",
)
def window_transposed(input_shape, filters, kernel_size, stride, padding):
    return _conv(input_shape, filters, _pair(kernel_size)[::-1], stride, padding)


@misconception(
    "conv_layer_cost",
    hint="You use only the first number of kernel_size. It may be a pair (F_h, F_w).",
)
def only_square_windows(input_shape, filters, kernel_size, stride, padding):
    return _conv(input_shape, filters, _pair(kernel_size)[0], stride, padding)


@misconception(
    "conv_layer_cost",
    hint="Your output has the channels of the input. It has one channel for each filter.",
)
def channels_of_the_input(input_shape, filters, kernel_size, stride, padding):
    cost = _conv(input_shape, filters, kernel_size, stride, padding)
    return _cost((*cost["output_shape"][:2], input_shape[2]), cost["parameters"], cost["macs"])


@misconception(
    "conv_layer_cost",
    hint="You count multiplications and additions separately. A multiply-accumulate is both together: "
    "half of your number.",
)
def operations_for_macs(input_shape, filters, kernel_size, stride, padding):
    cost = _conv(input_shape, filters, kernel_size, stride, padding)
    return {**cost, "macs": 2 * cost["macs"]}


@misconception(
    "conv_layer_cost",
    hint="You count the addition of the biases as MACs. Only products count.",
)
def bias_in_macs(input_shape, filters, kernel_size, stride, padding):
    cost = _conv(input_shape, filters, kernel_size, stride, padding)
    return {**cost, "macs": cost["macs"] + math.prod(cost["output_shape"])}


@misconception(
    "conv_layer_cost",
    hint="Your MACs are for a single output position. The filters are applied at every position: "
    "multiply by height and width of the output.",
)
def macs_of_one_position(input_shape, filters, kernel_size, stride, padding):
    cost = _conv(input_shape, filters, kernel_size, stride, padding)
    return {**cost, "macs": _weights(input_shape, filters, kernel_size)}


@misconception(
    "conv_layer_cost",
    hint="Your MACs use the size of the input. The filters are applied at the positions of the output.",
)
def macs_at_input_positions(input_shape, filters, kernel_size, stride, padding):
    cost = _conv(input_shape, filters, kernel_size, stride, padding)
    macs = math.prod(input_shape[:2]) * _weights(input_shape, filters, kernel_size)
    return {**cost, "macs": macs}


@misconception(
    "conv_layer_cost",
    hint="Your MACs leave out the input channels. Each output is a sum over the window in all of them.",
)
def macs_of_one_channel(input_shape, filters, kernel_size, stride, padding):
    cost = _conv(input_shape, filters, kernel_size, stride, padding)
    return {**cost, "macs": cost["macs"] // input_shape[2]}


@misconception(
    "conv_layer_cost",
    hint="You divide bytes by 1000. A KB has 1024 bytes here.",
)
def kilobytes_of_1000(input_shape, filters, kernel_size, stride, padding):
    cost = _conv(input_shape, filters, kernel_size, stride, padding)
    return {**cost, "memory_kb": math.prod(cost["output_shape"]) * 4 / 1000}


@misconception(
    "conv_layer_cost",
    hint="You return bytes. Divide by 1024 for KB.",
)
def bytes_for_kilobytes(input_shape, filters, kernel_size, stride, padding):
    cost = _conv(input_shape, filters, kernel_size, stride, padding)
    return {**cost, "memory_kb": math.prod(cost["output_shape"]) * 4.0}


@misconception(
    "conv_layer_cost",
    hint="You count one byte for each number. A number takes 4 bytes.",
)
def one_byte_per_number(input_shape, filters, kernel_size, stride, padding):
    cost = _conv(input_shape, filters, kernel_size, stride, padding)
    return {**cost, "memory_kb": math.prod(cost["output_shape"]) / 1024}


@misconception(
    "conv_layer_cost",
    hint="You count 8 bytes for each number. Networks use float32: 4 bytes.",
)
def eight_bytes_per_number(input_shape, filters, kernel_size, stride, padding):
    cost = _conv(input_shape, filters, kernel_size, stride, padding)
    return {**cost, "memory_kb": math.prod(cost["output_shape"]) * 8 / 1024}


@misconception(
    "conv_layer_cost",
    hint="You round the memory to whole KB. Return it as it is.",
)
def kilobytes_rounded(input_shape, filters, kernel_size, stride, padding):
    cost = _conv(input_shape, filters, kernel_size, stride, padding)
    return {**cost, "memory_kb": math.prod(cost["output_shape"]) * 4 // 1024}


@misconception(
    "conv_layer_cost",
    hint="Your memory is that of the parameters. memory_kb is the memory of the layer's output.",
)
def memory_of_parameters(input_shape, filters, kernel_size, stride, padding):
    cost = _conv(input_shape, filters, kernel_size, stride, padding)
    return {**cost, "memory_kb": cost["parameters"] * 4 / 1024}


@misconception(
    "conv_layer_cost",
    hint="Your memory is that of the input. memory_kb is the memory of the layer's output.",
)
def memory_of_input(input_shape, filters, kernel_size, stride, padding):
    cost = _conv(input_shape, filters, kernel_size, stride, padding)
    return {**cost, "memory_kb": math.prod(input_shape) * 4 / 1024}


# ---------------------------------------------------------------- pool_layer_cost


def _pool(input_shape, kernel_size, stride, padding=0, places=_places):
    """A right answer, as long as the places are counted right."""
    height, width = (
        places(extent, window, stride, padding)
        for extent, window in zip(input_shape[:2], _pair(kernel_size), strict=True)
    )
    return _cost((height, width, input_shape[2]), 0, 0)


@misconception(
    "pool_layer_cost",
    hint="You round the output size up. A window that does not fit is left out: round down, with //.",
)
def pooled_size_rounded_up(input_shape, kernel_size, stride, padding=0):
    return _pool(input_shape, kernel_size, stride, padding, _ceiled)


@misconception(
    "pool_layer_cost",
    hint="In the output size the + 1 is missing: the first window counts, too.",
)
def pooled_size_without_first_window(input_shape, kernel_size, stride, padding=0):
    return _pool(input_shape, kernel_size, stride, padding, lambda *arguments: _places(*arguments) - 1)


@misconception(
    "pool_layer_cost",
    hint="You divide the size by the stride. Windows may overlap or leave gaps: use the formula with "
    "window, stride and padding.",
)
def size_divided_by_stride(input_shape, kernel_size, stride, padding=0):
    return _pool(input_shape, kernel_size, stride, padding, lambda extent, _, step, __: extent // step)


@misconception(
    "pool_layer_cost",
    hint="You take the window for the stride. They are two arguments, and windows may overlap.",
)
def window_for_stride(input_shape, kernel_size, stride, padding=0):
    return _pool(
        input_shape,
        kernel_size,
        stride,
        padding,
        lambda extent, window, _, zeros: _places(extent, window, window, zeros),
    )


@misconception(
    "pool_layer_cost",
    hint="You add the padding once. It is added on both sides: 2P.",
)
def pool_padding_on_one_side(input_shape, kernel_size, stride, padding=0):
    return _pool(input_shape, kernel_size, stride, padding / 2, lambda *a: int(_places(*a)))


@misconception(
    "pool_layer_cost",
    hint="Your output size ignores the padding. It makes the input larger by P on each side.",
)
def pool_padding_ignored(input_shape, kernel_size, stride, padding=0):
    return _pool(input_shape, kernel_size, stride)


@misconception(
    "pool_layer_cost",
    hint="You compute one size for both axes. Height and width of the input may differ.",
)
def only_square_inputs_pooled(input_shape, kernel_size, stride, padding=0):
    return _pool((input_shape[0], *input_shape[::2]), kernel_size, stride, padding)


@misconception(
    "pool_layer_cost",
    hint="Your output has one channel. Pooling works on every channel by itself and keeps their number.",
)
def channels_pooled(input_shape, kernel_size, stride, padding=0):
    return _cost((*_pool(input_shape, kernel_size, stride, padding)["output_shape"][:2], 1), 0, 0)


@misconception(
    "pool_layer_cost",
    hint="You give the pooling layer the parameters of a convolution. It has none: a maximum has nothing "
    "to learn.",
)
def parameters_for_pooling(input_shape, kernel_size, stride, padding=0):
    channels = input_shape[2]
    parameters = math.prod(_pair(kernel_size)) * channels * channels + channels
    return {**_pool(input_shape, kernel_size, stride, padding), "parameters": parameters}


@misconception(
    "pool_layer_cost",
    hint="You count the numbers in the window as parameters. A maximum has nothing to learn.",
)
def window_as_parameters(input_shape, kernel_size, stride, padding=0):
    parameters = math.prod(_pair(kernel_size)) * input_shape[2]
    return {**_pool(input_shape, kernel_size, stride, padding), "parameters": parameters}


@misconception(
    "pool_layer_cost",
    hint="You count comparisons as MACs. Nothing is multiplied: 0.",
)
def comparisons_as_macs(input_shape, kernel_size, stride, padding=0):
    cost = _pool(input_shape, kernel_size, stride, padding)
    return {**cost, "macs": math.prod(cost["output_shape"]) * math.prod(_pair(kernel_size))}


@misconception(
    "pool_layer_cost",
    hint="You give the output no memory. A layer without parameters has an output all the same, which "
    "has to be stored.",
)
def pooling_without_memory(input_shape, kernel_size, stride, padding=0):
    return {**_pool(input_shape, kernel_size, stride, padding), "memory_kb": 0.0}


@misconception(
    "pool_layer_cost",
    hint="You divide bytes by 1000. A KB has 1024 bytes here.",
)
def pooling_in_kilobytes_of_1000(input_shape, kernel_size, stride, padding=0):
    cost = _pool(input_shape, kernel_size, stride, padding)
    return {**cost, "memory_kb": math.prod(cost["output_shape"]) * 4 / 1000}


@misconception(
    "pool_layer_cost",
    hint="Your memory is that of the input. memory_kb is the memory of the layer's output.",
)
def pooling_memory_of_input(input_shape, kernel_size, stride, padding=0):
    cost = _pool(input_shape, kernel_size, stride, padding)
    return {**cost, "memory_kb": math.prod(input_shape) * 4 / 1024}


# ---------------------------------------------------------------- dense_layer_cost


def _dense(inputs, outputs):
    return _cost((outputs,), inputs * outputs + outputs, inputs * outputs)


@misconception(
    "dense_layer_cost",
    hint="You add a bias for each input, as the lecture's formula does. The formula is wrong: biases "
    "belong to the outputs.",
)
def bias_for_inputs(inputs, outputs):
    return {**_dense(inputs, outputs), "parameters": inputs * outputs + inputs}


@misconception(
    "dense_layer_cost",
    hint="Your number of parameters leaves out the biases. Each output has one.",
)
def dense_bias_left_out(inputs, outputs):
    return {**_dense(inputs, outputs), "parameters": inputs * outputs}


@misconception(
    "dense_layer_cost",
    hint="You add only one bias for the whole layer. Each output has its own.",
)
def one_bias_for_the_layer(inputs, outputs):
    return {**_dense(inputs, outputs), "parameters": inputs * outputs + 1}


@misconception(
    "dense_layer_cost",
    hint="You count multiplications and additions separately. A multiply-accumulate is both together: "
    "half of your number.",
)
def dense_operations_for_macs(inputs, outputs):
    return {**_dense(inputs, outputs), "macs": 2 * inputs * outputs}


@misconception(
    "dense_layer_cost",
    hint="You count the addition of the biases as MACs. Only products count.",
)
def dense_bias_in_macs(inputs, outputs):
    return {**_dense(inputs, outputs), "macs": (inputs + 1) * outputs}


@misconception(
    "dense_layer_cost",
    hint="You give the output no memory, as the lecture's table does. It is stored like any other output.",
)
def dense_without_memory(inputs, outputs):
    return {**_dense(inputs, outputs), "memory_kb": 0.0}


@misconception(
    "dense_layer_cost",
    hint="Your memory is that of the weights. memory_kb is the memory of the layer's output.",
)
def dense_memory_of_parameters(inputs, outputs):
    return {**_dense(inputs, outputs), "memory_kb": (inputs + 1) * outputs * 4 / 1024}


@misconception(
    "dense_layer_cost",
    hint="You divide bytes by 1000. A KB has 1024 bytes here.",
)
def dense_kilobytes_of_1000(inputs, outputs):
    return {**_dense(inputs, outputs), "memory_kb": outputs * 4 / 1000}


@misconception(
    "dense_layer_cost",
    hint="Your output shape is a number. It is a tuple with one number: (outputs,), with a comma.",
)
def shape_without_comma(inputs, outputs):
    return {**_dense(inputs, outputs), "output_shape": outputs}


@misconception(
    "dense_layer_cost",
    hint="Your output shape is that of the weights. The output is one number for each unit: (outputs,).",
)
def shape_of_weights(inputs, outputs):
    return {**_dense(inputs, outputs), "output_shape": (inputs, outputs)}


# ---------------------------------------------------------------- alexnet_table

_LAYERS = (
    ("conv1", 64, 11, 4, 2),
    ("pool1", None, 3, 2, 0),
    ("conv2", 192, 5, 1, 2),
    ("pool2", None, 3, 2, 0),
    ("conv3", 384, 3, 1, 1),
    ("conv4", 256, 3, 1, 1),
    ("conv5", 256, 3, 1, 1),
    ("pool3", None, 3, 2, 0),
    ("flatten", None),
    ("fc1", 4096),
    ("fc2", 4096),
    ("fc3", 1000),
)


def _table(conv=_conv, pool=_pool, dense=_dense, layers=_LAYERS):
    """The right table, as long as its parts are right."""
    shape, table = (227, 227, 3), []
    for name, *numbers in layers:
        if name == "flatten":
            cost = {**_cost((math.prod(shape),), 0, 0), "memory_kb": 0.0}
        elif name.startswith("conv"):
            cost = conv(shape, *numbers)
        elif name.startswith("pool"):
            cost = pool(shape, *numbers[1:])
        else:
            cost = dense(shape[0], *numbers)
        shape = cost["output_shape"]
        table.append({"name": name, **cost})
    return table


@misconception(
    "alexnet_table",
    hint="Your fully connected layers have a bias for each input, as in the lecture's formula. The "
    "formula is wrong: biases belong to the outputs.",
)
def table_with_biases_for_inputs():
    return _table(dense=bias_for_inputs)


@misconception(
    "alexnet_table",
    hint="Your convolutions have a bias for each input channel. Each filter has one.",
)
def table_with_biases_for_input_channels():
    return _table(conv=bias_for_input_channels)


@misconception(
    "alexnet_table",
    hint="Your table leaves out the biases of the convolutions. Each filter has one.",
)
def table_without_biases_of_convolutions():
    return _table(conv=bias_left_out)


@misconception(
    "alexnet_table",
    hint="Your table leaves out all biases. Each filter and each unit has one.",
)
def table_without_biases():
    return _table(conv=bias_left_out, dense=dense_bias_left_out)


@misconception(
    "alexnet_table",
    hint="You count the output of flatten as new memory. It holds the numbers of pool3, which are stored "
    "already: 0.",
)
def flatten_stored_again():
    return [{**row, "memory_kb": 36.0} if row["name"] == "flatten" else row for row in _table()]


@misconception(
    "alexnet_table",
    hint="The outputs of your fully connected layers take no memory. They are stored like all others.",
)
def fully_connected_without_memory():
    return _table(dense=dense_without_memory)


@misconception(
    "alexnet_table",
    hint="Your table has the memory column of the lecture: flatten counts as new memory and the fully "
    "connected layers as none. That the sum is nearly right is a coincidence.",
)
def memory_of_the_lecture():
    return [
        {**row, "memory_kb": 36.0} if row["name"] == "flatten" else row
        for row in _table(dense=dense_without_memory)
    ]


@misconception(
    "alexnet_table",
    hint="You round output sizes up, so that pool1 has 28 rows. A window that does not fit is left out: "
    "round down.",
)
def table_rounded_up():
    return _table(lambda *layer: _conv(*layer, places=_ceiled), lambda *layer: _pool(*layer, places=_ceiled))


@misconception(
    "alexnet_table",
    hint="You count multiplications and additions separately. A multiply-accumulate is both together: "
    "half of your number.",
)
def table_of_operations():
    return [{**row, "macs": 2 * row["macs"]} for row in _table()]


@misconception(
    "alexnet_table",
    hint="You divide bytes by 1000. A KB has 1024 bytes here.",
)
def table_in_kilobytes_of_1000():
    return [{**row, "memory_kb": row["memory_kb"] * 1024 / 1000} for row in _table()]


@misconception(
    "alexnet_table",
    hint="Your pooling layers have parameters. A maximum has nothing to learn: 0.",
)
def table_with_parameters_for_pooling():
    return _table(pool=parameters_for_pooling)


@misconception(
    "alexnet_table",
    hint="Your conv1 has no padding, so its output is 55 by 55. In this table it has padding 2.",
)
def conv1_without_padding():
    return _table(layers=(("conv1", 64, 11, 4, 0), *_LAYERS[1:]))


@misconception(
    "alexnet_table",
    hint="Your table is that of the original network, with 96, 256, 384, 384 and 256 filters. The task "
    "is the variant with 64, 192, 384, 256 and 256.",
)
def filters_of_the_paper():
    filters = {"conv1": 96, "conv2": 256, "conv4": 384}
    changed = tuple((name, filters.get(name, first), *rest) for name, first, *rest in _LAYERS if rest)
    return _table(layers=changed + _LAYERS[8:])


@misconception(
    "alexnet_table",
    hint="Your convolutions all start from the image's 3 channels. Each gets the output of the layer before.",
)
def channels_of_the_image():
    return _table(lambda shape, *layer: _conv((*shape[:2], 3), *layer))


@misconception(
    "alexnet_table",
    hint="Your table has no row flatten. It belongs to the table, with output shape (9216,) and without "
    "any cost.",
)
def flatten_left_out():
    return [row for row in _table() if row["name"] != "flatten"]


@misconception(
    "alexnet_table",
    hint="Your parameters are in thousands and your MACs in millions, rounded as on the slide. Return "
    "exact numbers.",
)
def rounded_as_on_the_slide():
    return [
        {**row, "parameters": round(row["parameters"] / 1000), "macs": round(row["macs"] / 10**6)}
        for row in _table()
    ]


@misconception(
    "alexnet_table",
    hint="You call the last row as the lecture does. Its name here is fc3.",
)
def last_row_named_output():
    *rows, last = _table()
    return [*rows, {**last, "name": "fc3 (output)"}]


# ---------------------------------------------------------------- memory_for_training


@misconception(
    "memory_for_training",
    hint="You divide KB by 1000. A MB has 1024 KB here.",
)
def megabytes_of_1000(table, batch_size):
    return sum(row["memory_kb"] for row in table) * batch_size / 1000


@misconception(
    "memory_for_training",
    hint="You return KB. Divide by 1024 for MB.",
)
def kilobytes_for_megabytes(table, batch_size):
    return sum(row["memory_kb"] for row in table) * batch_size


@misconception(
    "memory_for_training",
    hint="You divide by 1024 twice. memory_kb is in KB already, not in bytes.",
)
def taken_for_bytes(table, batch_size):
    return sum(row["memory_kb"] for row in table) * batch_size / 1024**2


@misconception(
    "memory_for_training",
    hint="You leave out the batch. The outputs of all its images have to be kept.",
)
def batch_ignored(table, batch_size):
    return sum(row["memory_kb"] for row in table) / 1024


@misconception(
    "memory_for_training",
    hint="You take the largest output. In training the outputs of ALL layers are kept until the backward "
    "pass.",
)
def largest_output_only(table, batch_size):
    return max(row["memory_kb"] for row in table) * batch_size / 1024


@misconception(
    "memory_for_training",
    hint="You double the memory for the gradients of the outputs. The number that is asked for is that "
    "of the stored outputs alone.",
)
def doubled_for_gradients(table, batch_size):
    return 2 * sum(row["memory_kb"] for row in table) * batch_size / 1024


@misconception(
    "memory_for_training",
    hint="You add the memory of the parameters. The number that is asked for is that of the outputs "
    "alone; and parameters do not depend on the batch.",
)
def parameters_added(table, batch_size):
    return sum(row["memory_kb"] * batch_size + row["parameters"] / 256 for row in table) / 1024


@misconception(
    "memory_for_training",
    hint="You count the output shape of flatten as new memory. Add up the values memory_kb; that of "
    "flatten is 0.",
)
def flatten_counted_again(table, batch_size):
    return sum(math.prod(row["output_shape"]) for row in table) * 4 * batch_size / 2**20


@misconception(
    "memory_for_training",
    hint="You leave out layers without parameters. The outputs of pooling are stored, too.",
)
def only_layers_with_parameters(table, batch_size):
    return sum(row["memory_kb"] for row in table if row["parameters"]) * batch_size / 1024


@misconception(
    "memory_for_training",
    hint="You take the mean of the rows. The outputs of all layers are stored at the same time: add them up.",
)
def mean_of_rows(table, batch_size):
    return sum(row["memory_kb"] for row in table) / len(table) * batch_size / 1024


@misconception(
    "memory_for_training",
    hint="You add the memory of the images. The number that is asked for is that of the layers' outputs.",
)
def images_added(table, batch_size):
    return (sum(row["memory_kb"] for row in table) + 227 * 227 * 3 / 256) * batch_size / 1024


# ---------------------------------------------------------------- build_alexnet


def _keras():
    import keras  # takes seconds, so only where it is needed

    return keras


class _AlexNet:
    """A right network, cut into steps; each misconception replaces one of them."""

    filters = (64, 192, 384, 256, 256)
    units = 4096
    activation, last_activation = "relu", None
    use_bias = True
    pool_window, pool_padding, pool = 3, "valid", "MaxPooling2D"
    groups = 1

    def __call__(self, num_classes=1000, input_shape=(227, 227, 3)):
        """Builds the model."""
        inputs = _keras().Input(input_shape)
        x = self.convolutions(inputs)
        x = self.classify(self.flatten(x), num_classes)
        return _keras().Model(inputs, x)

    def convolutions(self, x):
        """Everything from the image to pool3."""
        for number, (filters, window) in enumerate(zip(self.filters, (11, 5, 3, 3, 3), strict=True)):
            x = self.convolve(x, filters, window) if number else self.first(x, filters)
            if number in (0, 1, 4):
                x = self.pooled(x)
        return x

    def first(self, x, filters):
        """The layer conv1."""
        return self.conv(_keras().layers.ZeroPadding2D(2)(x), filters, 11, strides=4)

    def convolve(self, x, filters, window):
        """Any other convolution."""
        return self.conv(x, filters, window, padding="same", groups=self.groups)

    def conv(self, x, filters, window, **keywords):
        """One convolution with its activation."""
        keywords.update(activation=self.activation, use_bias=self.use_bias)
        return _keras().layers.Conv2D(filters, window, **keywords)(x)

    def pooled(self, x):
        """One pooling layer."""
        return getattr(_keras().layers, self.pool)(self.pool_window, 2, padding=self.pool_padding)(x)

    def flatten(self, x):
        """What stands between pool3 and fc1."""
        return _keras().layers.Flatten()(x)

    def classify(self, x, num_classes):
        """The three fully connected layers."""
        layers = _keras().layers
        for _ in range(2):
            x = layers.Dense(self.units, activation=self.activation, use_bias=self.use_bias)(x)
        return layers.Dense(num_classes, activation=self.last_activation, use_bias=self.use_bias)(x)


def _alexnet(num_classes, input_shape, **changes):
    return type("_Changed", (_AlexNet,), changes)()(num_classes, input_shape)


def _first_without_padding(self, x, filters):
    return self.conv(x, filters, 11, strides=4)


def _first_same(self, x, filters):
    return self.conv(x, filters, 11, strides=4, padding="same")


def _unpadded(self, x, filters, window):
    return self.conv(x, filters, window)


def _averaged(self, x):
    return _keras().layers.GlobalAveragePooling2D()(x)


def _normalized(self, x, filters, window, **keywords):
    layers = _keras().layers
    x = layers.BatchNormalization()(layers.Conv2D(filters, window, **keywords)(x))
    return layers.ReLU()(x)


def _linear_dense(self, x, num_classes):
    layers = _keras().layers
    for _ in range(2):
        x = layers.Dense(self.units)(x)
    return layers.Dense(num_classes)(x)


def _one_hidden_layer(self, x, num_classes):
    layers = _keras().layers
    return layers.Dense(num_classes)(layers.Dense(self.units, activation="relu")(x))


@misconception(
    "build_alexnet",
    hint="Your conv1 has no padding. Other layers hide that for 227 pixels, but not for other sizes: add "
    "ZeroPadding2D(2) before it.",
)
def conv1_without_zeros(num_classes=1000, input_shape=(227, 227, 3)):
    return _alexnet(num_classes, input_shape, first=_first_without_padding)


@misconception(
    "build_alexnet",
    hint='Your conv1 has padding="same". With stride 4 that is not padding 2: 227 pixels become 57 '
    "instead of 56. Use ZeroPadding2D(2) and a convolution without padding.",
)
def conv1_padded_same(num_classes=1000, input_shape=(227, 227, 3)):
    return _alexnet(num_classes, input_shape, first=_first_same)


@misconception(
    "build_alexnet",
    hint="Your convolutions from conv2 on have no padding. It is 2 for windows of 5 and 1 for windows of 3.",
)
def convolutions_without_padding(num_classes=1000, input_shape=(227, 227, 3)):
    return _alexnet(num_classes, input_shape, convolve=_unpadded)


@misconception(
    "build_alexnet",
    hint="Your network has 96, 256, 384, 384 and 256 filters, as in the paper. The lecture's variant has "
    "64, 192, 384, 256 and 256.",
)
def network_of_the_paper(num_classes=1000, input_shape=(227, 227, 3)):
    return _alexnet(num_classes, input_shape, filters=(96, 256, 384, 384, 256))


@misconception(
    "build_alexnet",
    hint="Your convolutions from conv2 on have two groups, as on the paper's two graphics cards. In the "
    "lecture's variant every filter gets all channels.",
)
def grouped_convolutions(num_classes=1000, input_shape=(227, 227, 3)):
    return _alexnet(num_classes, input_shape, groups=2)


@misconception(
    "build_alexnet",
    hint="Your network has no activations, so that all of it but the pooling is linear. ReLU follows "
    "every convolution, fc1 and fc2.",
)
def no_activation(num_classes=1000, input_shape=(227, 227, 3)):
    return _alexnet(num_classes, input_shape, activation=None)


@misconception(
    "build_alexnet",
    hint="fc1 and fc2 have no ReLU in your network, so that the three fully connected layers are one "
    "linear map.",
)
def linear_hidden_units(num_classes=1000, input_shape=(227, 227, 3)):
    return _alexnet(num_classes, input_shape, classify=_linear_dense)


@misconception(
    "build_alexnet",
    hint="Your activation is tanh. AlexNet uses ReLU, which was an important reason for its success.",
)
def tanh_for_relu(num_classes=1000, input_shape=(227, 227, 3)):
    return _alexnet(num_classes, input_shape, activation="tanh")


@misconception(
    "build_alexnet",
    hint="Your activation is the sigmoid. AlexNet uses ReLU, which was an important reason for its success.",
)
def sigmoid_for_relu(num_classes=1000, input_shape=(227, 227, 3)):
    return _alexnet(num_classes, input_shape, activation="sigmoid")


@misconception(
    "build_alexnet",
    hint="Your last layer has a ReLU, so that no score can be negative. End with logits or a softmax.",
)
def scores_rectified(num_classes=1000, input_shape=(227, 227, 3)):
    return _alexnet(num_classes, input_shape, last_activation="relu")


@misconception(
    "build_alexnet",
    hint="Your last layer has a sigmoid, as for several classes at once. End with logits or a softmax.",
)
def scores_by_sigmoid(num_classes=1000, input_shape=(227, 227, 3)):
    return _alexnet(num_classes, input_shape, last_activation="sigmoid")


@misconception(
    "build_alexnet",
    hint="You pool by the average. AlexNet takes the maximum.",
)
def average_pooling(num_classes=1000, input_shape=(227, 227, 3)):
    return _alexnet(num_classes, input_shape, pool="AveragePooling2D")


@misconception(
    "build_alexnet",
    hint="Your pooling windows are 2 by 2. In AlexNet they are 3 by 3 with stride 2, so that they overlap.",
)
def pooling_without_overlap(num_classes=1000, input_shape=(227, 227, 3)):
    return _alexnet(num_classes, input_shape, pool_window=2)


@misconception(
    "build_alexnet",
    hint='Your pooling has padding="same", so that 56 becomes 28 instead of 27. It has no padding.',
)
def pooling_padded(num_classes=1000, input_shape=(227, 227, 3)):
    return _alexnet(num_classes, input_shape, pool_padding="same")


@misconception(
    "build_alexnet",
    hint="You average over positions before fc1. AlexNet flattens: fc1 has a weight for every position.",
)
def averaged_instead_of_flattened(num_classes=1000, input_shape=(227, 227, 3)):
    return _alexnet(num_classes, input_shape, flatten=_averaged)


@misconception(
    "build_alexnet",
    hint="Your network has batch normalization, which came three years after AlexNet. Leave it out.",
)
def normalized(num_classes=1000, input_shape=(227, 227, 3)):
    return _alexnet(num_classes, input_shape, conv=_normalized)


@misconception(
    "build_alexnet",
    hint="Your layers have no biases. All convolutions and fully connected layers have them.",
)
def without_biases(num_classes=1000, input_shape=(227, 227, 3)):
    return _alexnet(num_classes, input_shape, use_bias=False)


@misconception(
    "build_alexnet",
    hint="fc1 and fc2 are too small. Both have 4096 units.",
)
def smaller_hidden_layers(num_classes=1000, input_shape=(227, 227, 3)):
    return _alexnet(num_classes, input_shape, units=1024)


@misconception(
    "build_alexnet",
    hint="There is only one fully connected layer before the last one. There are two, fc1 and fc2.",
)
def one_hidden_layer(num_classes=1000, input_shape=(227, 227, 3)):
    return _alexnet(num_classes, input_shape, classify=_one_hidden_layer)


@misconception(
    "build_alexnet",
    hint="Your last layer always has 1000 outputs. Their number is the argument num_classes.",
)
def always_1000_classes(num_classes=1000, input_shape=(227, 227, 3)):
    return _alexnet(1000, input_shape)


@misconception(
    "build_alexnet",
    hint="Your model always takes images of shape (227, 227, 3). Their shape is the argument input_shape.",
)
def always_227_pixels(num_classes=1000, input_shape=(227, 227, 3)):
    return _alexnet(num_classes, (227, 227, 3))
