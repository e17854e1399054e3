# %% [markdown]
# # Assignment 5: What AlexNet costs
#
# You work out what a layer costs (the size of its output, memory, parameters, arithmetic), put together the
# lecture's table of AlexNet from its hyperparameters alone, find out how much memory a training step needs,
# and build the network in Keras. The [lesson on AlexNet](colab:book/05_alexnet.ipynb) has everything that
# you need.
#
# | part | what you write | points |
# |---|---|---:|
# | 1 | `conv_layer_cost` | 5 |
# | 2 | `pool_layer_cost` | 3 |
# | 3 | `dense_layer_cost` | 2 |
# | 4 | `alexnet_table` | 5 |
# | 5 | `memory_for_training` | 3 |
# | 6 | `build_alexnet` | 6 |
# | 7 | written question: parameters here, work there | 3 |
# | 8 | written question: where the memory goes | 3 |
# | | **total** | **30** |

# %% [markdown]
# ## How this works
#
# - **Write** your code where it says `# YOUR CODE HERE`, and delete the line `raise NotImplementedError()`
#   below it. Keep the name and the arguments of each function. Written answers go where it says "YOUR ANSWER
#   HERE".
# - **Check** your code with the cell below each function. It is silent when all is well; otherwise its
#   message says what to look at. Change your code and run both cells again.
# - **Validate** before you hand in: restart the kernel and run all cells from top to bottom. In JupyterLab
#   with nbgrader the *Validate* button does this for you. A part that you have not written yet fails its
#   check; that is no reason not to hand in the others.
# - **Hand in** the notebook under the name that it has now. In Colab you get it from the menu with *File >
#   Download > Download .ipynb*.
#
# The checks that you see try small examples. Grading tries others: more shapes, other values of every
# argument, special cases that the text mentions. Each part is graded on its own, and a part that is half
# right gets part of the points.
#
# You may add cells, helper functions and imports, print what you like, and use loops, `einsum` or TensorFlow.
# Do not delete or copy cells that are already here.

# %% [markdown]
# ## Conventions
#
# - Shapes are `(H, W, C)`, without the batch: all costs are those of **one image**. `H` and `W` may differ.
# - `kernel_size` is one number for square windows, or a pair `(F_h, F_w)` of rows and columns. `stride` and
#   `padding` are single numbers, the same for both axes; `padding` zeros are added on **each** side.
# - A cost is a dictionary with these keys:
#
#   | key | value |
#   |---|---|
#   | `output_shape` | tuple of integers |
#   | `memory_kb` | memory of the output: 4 bytes for each number, in KB of 1024 bytes; not rounded |
#   | `parameters` | number of weights and biases that are learned, an integer |
#   | `macs` | number of multiply-accumulates, an integer |
#
# - A **multiply-accumulate** is one multiplication together with the addition of its product. (Who counts
#   floating-point operations one by one gets twice the number.) Adding a bias is not counted, and neither are
#   ReLU and the comparisons of max-pooling.
# - Your functions never change what they are given.

# %%
import keras
import numpy as np
from keras import layers

# %% [markdown]
# ## 1. A convolutional layer
#
# With an input of height $H$, windows of height $F_h$, stride $S$ and padding $P$, the height of the output is
#
# $$H_\text{out} = \left\lfloor \frac{H - F_h + 2P}{S} \right\rfloor + 1$$
#
# and likewise for the width. The half brackets mean: rounded down. At every position of the output every
# filter computes one weighted sum over its window with all input channels. Each filter has one bias.


# %% solution conv_layer_cost
def conv_layer_cost(input_shape, filters, kernel_size, stride, padding):
    """Compute what a convolutional layer costs for one image.

    Args:
        input_shape: Shape (H, W, C) of the input.
        filters: Number of filters.
        kernel_size: Rows and columns of the window, a pair (F_h, F_w) or one number for both.
        stride: Step between neighboring windows, on both axes.
        padding: Number of zeros on each side of both axes.

    Returns:
        Dictionary with output_shape, memory_kb, parameters and macs, as described under "Conventions".
    """
    ### BEGIN SOLUTION
    rows, columns = np.broadcast_to(kernel_size, 2).tolist()
    height = (input_shape[0] - rows + 2 * padding) // stride + 1
    width = (input_shape[1] - columns + 2 * padding) // stride + 1
    weights = filters * rows * columns * input_shape[2]
    return {
        "output_shape": (height, width, filters),
        "memory_kb": height * width * filters / 256,  # 1024 bytes hold 256 numbers
        "parameters": weights + filters,
        "macs": height * width * weights,
    }
    ### END SOLUTION


# %% test conv_layer_cost points=5
def check_conv_layer_cost():
    """Try conv_layer_cost on layers that are small enough for pencil and paper."""
    # 7 rows, padded to 9, hold windows of 3 at 0, 2, 4, 6; 10 columns, padded to 12, at 0, 2, 4, 6, 8.
    cost = conv_layer_cost((7, 10, 3), filters=4, kernel_size=3, stride=2, padding=1)
    assert cost is not None, "The function returns nothing. Does it end with a return statement?"
    for key in ["output_shape", "memory_kb", "parameters", "macs"]:
        assert key in cost, f"The dictionary has no key {key!r}."
    assert tuple(cost["output_shape"]) == (4, 5, 4), (
        f"output_shape: 4 rows, 5 columns, one channel per filter: (4, 5, 4). Yours: {cost['output_shape']}"
    )
    parameters, macs, memory = cost["parameters"], cost["macs"], cost["memory_kb"]
    assert isinstance(parameters, (int, np.integer)) and isinstance(macs, (int, np.integer)), (
        "parameters and macs are numbers of things: integers. Use // where you divide."
    )
    assert parameters != 108, "parameters: the biases are missing."
    assert parameters != 111, "parameters: how many biases are there? Each filter has one."
    assert parameters == 112, (
        f"parameters: 4 filters of 3 * 3 * 3 weights, and 4 biases: 112. Yours: {parameters}"
    )
    assert macs != 4320, "macs: a multiplication and its addition together are one."
    assert macs == 2160, (
        f"macs: 80 outputs, and each is a sum of 3 * 3 * 3 products: 2160. Yours: {macs}.\n"
        "Adding the bias is not counted."
    )
    assert memory != 0.32, "memory_kb: a KB has 1024 bytes here."
    assert np.isclose(memory, 0.3125), f"memory_kb: 80 numbers of 4 bytes are 320 / 1024 KB. Yours: {memory}"
    cost = conv_layer_cost((9, 9, 1), 2, (1, 4), 3, 0)
    assert tuple(cost["output_shape"]) == (3, 2, 2), (
        "output_shape: windows of 1 row and 4 columns, at every third place of 9 by 9: (3, 2, 2).\n"
        f"Yours: {cost['output_shape']}"
    )
    assert cost["parameters"] == 10, f"parameters: 2 * 4 weights and 2 biases. Yours: {cost['parameters']}"


check_conv_layer_cost()

# %% [markdown]
# ## 2. A pooling layer
#
# Max-pooling slides a window over every channel by itself. Its output has the size of part 1 with as many
# channels as the input, and takes memory like any other output. There is nothing to learn, and nothing is
# multiplied.


# %% solution pool_layer_cost
def pool_layer_cost(input_shape, kernel_size, stride, padding=0):
    """Compute what a max-pooling layer costs for one image.

    Args:
        input_shape: Shape (H, W, C) of the input.
        kernel_size: Rows and columns of the window, a pair (F_h, F_w) or one number for both.
        stride: Step between neighboring windows, on both axes.
        padding: Number of entries that are added on each side of both axes.

    Returns:
        Dictionary with output_shape, memory_kb, parameters and macs, as described under "Conventions".
    """
    ### BEGIN SOLUTION
    windows = np.broadcast_to(kernel_size, 2).tolist()
    height, width = [(input_shape[i] + 2 * padding - windows[i]) // stride + 1 for i in range(2)]
    channels = input_shape[2]
    memory = height * width * channels / 256
    return {"output_shape": (height, width, channels), "memory_kb": memory, "parameters": 0, "macs": 0}
    ### END SOLUTION


# %% test pool_layer_cost points=3
def check_pool_layer_cost():
    """Try pool_layer_cost on layers that are small enough for pencil and paper."""
    # 7 rows hold windows of 3 at 0, 2, 4; 10 columns at 0, 2, 4, 6.
    cost = pool_layer_cost((7, 10, 5), kernel_size=3, stride=2)
    assert cost is not None, "The function returns nothing. Does it end with a return statement?"
    for key in ["output_shape", "memory_kb", "parameters", "macs"]:
        assert key in cost, f"The dictionary has no key {key!r}."
    assert tuple(cost["output_shape"]) != (3, 5, 5), (
        "output_shape: round down. A window that does not fit into the input is left out."
    )
    assert tuple(cost["output_shape"]) == (3, 4, 5), (
        f"output_shape: 3 rows, 4 columns, and the 5 channels of the input. Yours: {cost['output_shape']}"
    )
    assert cost["parameters"] == 0, f"parameters: pooling has none. Yours: {cost['parameters']}"
    assert cost["macs"] == 0, f"macs: pooling multiplies nothing. Yours: {cost['macs']}"
    assert np.isclose(cost["memory_kb"], 0.234375), (
        f"memory_kb: 60 numbers of 4 bytes are 240 / 1024 KB. Yours: {cost['memory_kb']}"
    )
    cost = pool_layer_cost((7, 10, 5), 3, 2, padding=1)
    assert tuple(cost["output_shape"]) == (4, 5, 5), (
        f"output_shape: with one more row and column on each side (4, 5, 5). Yours: {cost['output_shape']}"
    )


check_pool_layer_cost()

# %% [markdown]
# ## 3. A fully connected layer
#
# Every output is a weighted sum of all inputs, plus a bias. `output_shape` is a tuple with one number.


# %% solution dense_layer_cost
def dense_layer_cost(inputs, outputs):
    """Compute what a fully connected layer costs for one image.

    Args:
        inputs: Number of inputs.
        outputs: Number of outputs.

    Returns:
        Dictionary with output_shape, memory_kb, parameters and macs, as described under "Conventions".
    """
    ### BEGIN SOLUTION
    return {
        "output_shape": (outputs,),
        "memory_kb": outputs / 256,
        "parameters": outputs * (inputs + 1),
        "macs": outputs * inputs,
    }
    ### END SOLUTION


# %% test dense_layer_cost points=2
def check_dense_layer_cost():
    """Try dense_layer_cost on a layer from six numbers to four."""
    cost = dense_layer_cost(6, 4)
    assert cost is not None, "The function returns nothing. Does it end with a return statement?"
    for key in ["output_shape", "memory_kb", "parameters", "macs"]:
        assert key in cost, f"The dictionary has no key {key!r}."
    assert np.shape(cost["output_shape"]) == (1,), (
        f"output_shape: a tuple with one number, (4,), with a comma. Yours: {cost['output_shape']}"
    )
    assert tuple(cost["output_shape"]) == (4,), f"output_shape: (4,). Yours: {cost['output_shape']}"
    assert cost["parameters"] != 30, (
        "parameters: there is one bias for each OUTPUT. (The lecture's formula says otherwise; it is wrong.)"
    )
    assert cost["parameters"] == 28, f"parameters: 6 * 4 weights and 4 biases. Yours: {cost['parameters']}"
    assert cost["macs"] == 24, f"macs: 4 sums of 6 products. Yours: {cost['macs']}"
    assert np.isclose(cost["memory_kb"], 0.015625), (
        f"memory_kb: 4 numbers of 4 bytes are 16 / 1024 KB. Yours: {cost['memory_kb']}"
    )


check_dense_layer_cost()

# %% [markdown]
# ## 4. The table of AlexNet
#
# Here is what the lecture's table says about the layers of AlexNet. The input is an image of shape
# `(227, 227, 3)`, each layer gets the output of the one before, and everything else follows.
#
# | name | kind | filters or outputs | window | stride | padding |
# |---|---|---:|---:|---:|---:|
# | conv1 | convolution | 64 | 11 | 4 | 2 |
# | pool1 | pooling | | 3 | 2 | 0 |
# | conv2 | convolution | 192 | 5 | 1 | 2 |
# | pool2 | pooling | | 3 | 2 | 0 |
# | conv3 | convolution | 384 | 3 | 1 | 1 |
# | conv4 | convolution | 256 | 3 | 1 | 1 |
# | conv5 | convolution | 256 | 3 | 1 | 1 |
# | pool3 | pooling | | 3 | 2 | 0 |
# | flatten | | | | | |
# | fc1 | fully connected | 4096 | | | |
# | fc2 | fully connected | 4096 | | | |
# | fc3 | fully connected | 1000 | | | |
#
# Return a list of twelve dictionaries, one for each row in this order, with the key `name` besides the four
# keys of a cost. Compute the values, do not copy them from the slide: some of them are wrong there.
#
# The row `flatten` has the output shape `(9216,)`. It only writes the numbers of pool3 in one line: nothing is
# computed and nothing is stored a second time, so memory, parameters and MACs are 0.
#
# You may call your functions from above, but this part is graded by itself: if one of them is wrong, the
# table is wrong as well.


# %% solution alexnet_table
def alexnet_table():
    """Compute the costs of all layers of AlexNet for one image of shape (227, 227, 3).

    Returns:
        List of twelve dictionaries, from conv1 to fc3, with the keys name, output_shape, memory_kb,
        parameters and macs.
    """
    ### BEGIN SOLUTION
    # Written out, without the functions above, so that an error in one part costs that part only.
    side = 227
    channels = 3
    flat = False
    table = []
    for name, filters, window, stride, padding in [
        ("conv1", 64, 11, 4, 2),
        ("pool1", 0, 3, 2, 0),
        ("conv2", 192, 5, 1, 2),
        ("pool2", 0, 3, 2, 0),
        ("conv3", 384, 3, 1, 1),
        ("conv4", 256, 3, 1, 1),
        ("conv5", 256, 3, 1, 1),
        ("pool3", 0, 3, 2, 0),
        ("flatten", None, None, None, None),
        ("fc1", 4096, None, None, None),
        ("fc2", 4096, None, None, None),
        ("fc3", 1000, None, None, None),
    ]:
        kilobytes, parameters, macs = 0.0, 0, 0
        if name == "flatten":
            flat = True
            channels = side * side * channels
            shape = (channels,)
        elif flat:
            shape, kilobytes = (filters,), filters / 256
            parameters, macs = filters * channels + filters, filters * channels
            channels = filters
        else:
            side = (side - window + 2 * padding) // stride + 1
            weights = window * window * channels * filters  # 0 for pooling
            parameters, macs = weights + filters, weights * side * side
            channels = filters or channels
            shape, kilobytes = (side, side, channels), side * side * channels / 256
        table.append(
            dict(name=name, output_shape=shape, memory_kb=kilobytes, parameters=parameters, macs=macs)
        )
    return table
    ### END SOLUTION


# %% test alexnet_table points=5
def check_alexnet_table():
    """Try alexnet_table: its form, and some of its values."""
    table = alexnet_table()
    assert table is not None, "The function returns nothing. Does it end with a return statement?"
    names = ["conv1", "pool1", "conv2", "pool2", "conv3", "conv4", "conv5", "pool3"]
    names += ["flatten", "fc1", "fc2", "fc3"]
    assert [row["name"] for row in table] == names, (
        f"The names of the rows have to be {names}, in this order. Yours: {[row['name'] for row in table]}"
    )
    rows = {row["name"]: row for row in table}
    for name, shape in [
        ("conv1", (56, 56, 64)),
        ("pool1", (27, 27, 64)),
        ("flatten", (9216,)),
        ("fc3", (1000,)),
    ]:
        found = tuple(rows[name]["output_shape"])
        assert found == shape, f"{name}: its output shape is {shape}. Yours: {found}"
    assert rows["conv1"]["parameters"] == 23296, (
        f"conv1: 64 filters of 11 * 11 * 3 weights, and 64 biases: 23296 parameters. "
        f"Yours: {rows['conv1']['parameters']}"
    )
    assert rows["conv1"]["macs"] == 72855552, (
        f"conv1: 56 * 56 * 64 outputs, each of 11 * 11 * 3 products. Yours: {rows['conv1']['macs']}"
    )
    assert np.isclose(rows["conv1"]["memory_kb"], 784), (
        f"conv1: 56 * 56 * 64 numbers take 784 KB. Yours: {rows['conv1']['memory_kb']}"
    )
    assert rows["flatten"]["memory_kb"] == 0, "flatten: the numbers of pool3 are not stored a second time."
    total = sum(row["parameters"] for row in table)
    assert total == 61100840, (
        f"All rows together have 61,100,840 parameters. Yours: {total:,}. Compare the rows with those of the\n"
        "lesson."
    )


check_alexnet_table()

# %% [markdown]
# ## 5. Memory for training
#
# In training, the outputs of all layers have to be kept until the backward pass has used them, for every
# image of the batch. How many MB (1 MB = 1024 KB) is that for one batch? Take the values `memory_kb` of the
# table as they are. The images themselves, parameters and gradients are not part of this number.
#
# `table` may be the table of any network: a list of dictionaries with the keys of part 4.


# %% solution memory_for_training
def memory_for_training(table, batch_size):
    """Compute how much memory the stored outputs of all layers take for one batch.

    Args:
        table: List of rows as in part 4, each a dictionary with the key memory_kb (memory for one image).
        batch_size: Number of images in a batch.

    Returns:
        Memory in MB of 1024 KB, a floating-point number.
    """
    ### BEGIN SOLUTION
    return sum(row["memory_kb"] for row in table) * batch_size / 1024
    ### END SOLUTION


# %% test memory_for_training points=3
def check_memory_for_training():
    """Try memory_for_training on a network with three layers."""
    table = [
        {
            "name": "conv",
            "output_shape": (32, 32, 128),
            "memory_kb": 512.0,
            "parameters": 3584,
            "macs": 3538944,
        },
        {"name": "pool", "output_shape": (16, 16, 128), "memory_kb": 128.0, "parameters": 0, "macs": 0},
        {"name": "flatten", "output_shape": (32768,), "memory_kb": 0.0, "parameters": 0, "macs": 0},
    ]
    memory = memory_for_training(table, 1)
    assert memory is not None, "The function returns nothing. Does it end with a return statement?"
    assert np.shape(memory) == (), f"Return one number. Yours has shape {np.shape(memory)}."
    assert not np.isclose(memory, 640), "640 KB is right; now convert it to MB."
    assert not np.isclose(memory, 0.64), "A MB has 1024 KB here."
    assert np.isclose(memory, 0.625), f"One image: 512 + 128 + 0 KB are 0.625 MB. Yours: {memory}"
    memory = memory_for_training(table, 64)
    assert np.isclose(memory, 40), f"64 images take 64 times as much: 40 MB. Yours: {memory}"


check_memory_for_training()

# %% [markdown]
# ## 6. The network
#
# Build the network of the table in Keras. After every convolution and after fc1 and fc2 comes a ReLU. The
# last layer has `num_classes` outputs; end with logits or with a softmax, as you like. Dropout may be there
# or not. There is no normalization layer. Use the layers of Keras and, if you like, functions of `keras.ops`, but
# neither `Lambda` nor layers of your own: grading rebuilds your model from its description.
#
# Images of other sizes give other sizes in between and another fc1; the hyperparameters stay those of the
# table. For the default arguments the model has 61,100,840 parameters.
#
# `padding="same"` means something else than padding 2 in a layer with stride 4: look at the sizes.


# %% solution build_alexnet
def build_alexnet(num_classes=1000, input_shape=(227, 227, 3)):
    """Build AlexNet as a Keras model.

    Args:
        num_classes: Number of outputs.
        input_shape: Shape (H, W, C) of an image.

    Returns:
        Model from images (N, H, W, C) to logits or probabilities (N, num_classes).
    """
    ### BEGIN SOLUTION
    return keras.Sequential(
        [
            keras.Input(input_shape),
            layers.ZeroPadding2D(2),
            layers.Conv2D(64, 11, strides=4, activation="relu"),
            layers.MaxPooling2D(3, strides=2),
            layers.Conv2D(192, 5, padding="same", activation="relu"),
            layers.MaxPooling2D(3, strides=2),
            layers.Conv2D(384, 3, padding="same", activation="relu"),
            layers.Conv2D(256, 3, padding="same", activation="relu"),
            layers.Conv2D(256, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(3, strides=2),
            layers.Flatten(),
            # In training, Dropout(0.5) before fc1 and fc2 helps. It has no weights.
            layers.Dense(4096, activation="relu"),
            layers.Dense(4096, activation="relu"),
            layers.Dense(num_classes),
        ]
    )
    ### END SOLUTION


# %% test build_alexnet points=6
def check_build_alexnet():
    """Try build_alexnet: count parameters, and let a small image through."""
    model = build_alexnet()
    assert model is not None, "The function returns nothing. Does it end with a return statement?"
    assert isinstance(model, keras.Model), f"Return a Keras model, not {type(model).__name__}."
    assert model.input_shape[1:] == (227, 227, 3), (
        f"The model takes images of shape (227, 227, 3). Yours: {model.input_shape[1:]}"
    )
    assert model.output_shape[1:] == (1000,), f"The model has 1000 outputs. Yours: {model.output_shape[1:]}"
    kernels = [tuple(weight.shape) for weight in model.trainable_weights if len(weight.shape) > 1]
    assert kernels[0] == (11, 11, 3, 64), f"The kernels of conv1: (11, 11, 3, 64). Yours: {kernels[0]}"
    assert model.count_params() == 61100840, (
        f"The model has {model.count_params():,} parameters and should have 61,100,840.\n"
        f"Compare its kernels with your table: {kernels}"
    )
    small = build_alexnet(num_classes=7, input_shape=(67, 99, 3))
    assert small.output_shape[1:] == (7,), (
        f"With num_classes=7 there are 7 outputs. Yours: {small.output_shape}"
    )
    scores = np.asarray(small(np.zeros((2, 67, 99, 3), dtype="float32"), training=False))
    assert scores.shape == (2, 7) and np.isfinite(scores).all(), (
        "Two images should give (2, 7) finite numbers."
    )
    sizes = [np.prod(weight.shape) for weight in small.trainable_weights]
    assert 1 * 2 * 256 * 4096 in sizes, (
        "For images of 67 by 99 pixels pool3 puts out 1 * 2 * 256 numbers. Check stride and padding of the\n"
        "layers before it."
    )


check_build_alexnet()

# %% [markdown]
# ## 7. Written question: parameters here, work there
#
# Use your table.
#
# 1. Which share of all parameters is in the three fully connected layers? Which share of all MACs?
# 2. Where does the difference come from? Compare, for conv2 and for fc2, the number of MACs with the number
#    of weights.
# 3. One colleague wants to put AlexNet into an app that may be 50 MB large. Another one wants to process twice
#    as many images per second. Which layers does each of them have to change first? Make one suggestion to
#    each, and say what it does to both shares.

# %% written parameters_and_work [markdown] points=3
# 1. fc1, fc2 and fc3 have 37,752,832 + 16,781,312 + 4,097,000 = 58,631,144 of 61,100,840 parameters, that is
#    96 %. They have 58,621,952 of 716,767,232 MACs: 8 %.
# 2. A weight of a fully connected layer is used once per image: fc2 has 4096 * 4096 = 16,777,216 weights and
#    as many MACs. A weight of a convolution is used at every position of the output: conv2 has 307,200 weights
#    and 223,948,800 MACs, 729 = 27 * 27 times as many. Sharing weights saves parameters, but no arithmetic.
# 3. The app: 61.1 million parameters of 4 bytes are 233 MB, nearly all in fc1 and fc2. They have to become
#    smaller: with global average pooling instead of flatten and 1024 units in fc1 and fc2, they have 2.3
#    instead of 58.6 million parameters, and the whole network takes 18 MB. (One byte for each weight would not
#    be enough alone, but is a sensible part of an answer.) The number of MACs changes by 8 % at most, since the
#    others are in the convolutions. Speed: the convolutions have 92 % of the MACs,
#    and conv2 alone 31 %. Fewer filters there, a larger stride, or 1x1 convolutions that reduce the channels
#    before the 5x5 and 3x3 ones; that hardly changes the number of parameters.
#
# *Marking: 1 point for each part. Small differences from other rounding do not matter.*

# %% [markdown]
# ## 8. Written question: where the memory goes
#
# AlexNet was trained with batches of 128 images on graphics cards with 3 GB of memory.
#
# 1. How many MB do the stored outputs of a batch take according to part 5? And the parameters, if training
#    also keeps a gradient and a velocity (momentum) for each of them?
# 2. Why must the outputs of all layers be kept in training, but not for inference? How much memory for
#    outputs does inference with one image need at most at any time, if nothing is kept longer than necessary?
# 3. Which of these numbers change when the batch is twice as large? What limits the size of a batch, then?

# %% written memory_of_training [markdown] points=3
# 1. 2303.16 KB for one image, 287.9 MB for 128. The parameters take 61,100,840 * 4 bytes = 233.1 MB; with
#    gradients and velocities three times as much, 699.2 MB. (Together about 1 GB. Gradients of the outputs,
#    separately stored results of ReLU and working memory of the convolutions come on top.)
# 2. The backward pass needs them: the gradient of a weight is the product of the gradient that comes from
#    above and the layer's input, which is the output of the layer before; and the backward pass begins only
#    when the forward pass has reached the end. For inference an output can be thrown away as soon as the next
#    layer has been computed, so at any time only the input and the output of one layer are needed. The largest
#    such pair is conv1 with pool1, 784 + 182.25 = 966 KB. (If the image is counted as well, conv1 needs its
#    image, 604 KB, and its output, 784 KB, at the same time: 1388 KB. Both are right answers.)
# 3. Only the outputs: 575.8 MB. Parameters, gradients and velocities do not depend on the batch. So what is
#    left of the memory after parameters, gradients and velocities, divided by the memory for one image, limits
#    the batch.
#
# *Marking: 1 point for each part.*
