"""Every network of the book on one page, what each of them costs, and a second opinion on the count."""

from typing import NamedTuple

import keras
import tensorflow as tf

from convlab.compact_networks import NETWORKS, count_network
from convlab.layer_notation import BLOCKS, expand, read_network
from convlab.network_building import build

COURSE_BLOCKS = BLOCKS | {
    # VGG
    "conv": "3x3-{0} relu",
    # GoogLeNet: the numbers are those of a row of its paper's table
    "inception": """[1x1-{0} relu | 1x1-{1} relu 3x3-{2} relu | 1x1-{3} relu 5x5-{4} relu
        | max3/1 1x1-{5} relu] concat""",
    # ResNet-18; the bottlenecks of the deeper ones are ResNeXt's blocks with a single group
    "stem": "7x7-{0}/2 bn relu max3/2",
    "basic": "[3x3-{0} bn relu 3x3-{0} bn | ] add relu",
    "basic_enter": "[3x3-{0}/{1} bn relu 3x3-{0} bn | 1x1-{0}/{1} bn] add relu",
    # EfficientNet: many channels, look around in each of them by itself, few channels
    "thick": "1x1-{0} bn relu {2}x{2}-dw/{3} bn relu 1x1-{1} bn",
    "thick_stay": "[1x1-{0} bn relu {2}x{2}-dw bn relu 1x1-{1} bn | ] add",
}
COURSE_NETWORKS = {
    "AlexNet": """
        11x11-64/4 relu max3/2v 5x5-192 relu max3/2v
        conv(384) conv(256)*2 max3/2v flatten fc-4096 relu drop fc-4096 relu drop fc-1000""",
    "ZFNet": """
        7x7-96/2v relu max3/2 5x5-256/2v relu max3/2
        conv(384)*2 conv(256) max3/2v flatten fc-4096 relu drop fc-4096 relu drop fc-1000""",
    "VGG-16": """
        conv(64)*2 max2/2 conv(128)*2 max2/2 conv(256)*3 max2/2 conv(512)*3 max2/2 conv(512)*3 max2/2
        flatten fc-4096 relu drop fc-4096 relu drop fc-1000""",
    "VGG-19": """
        conv(64)*2 max2/2 conv(128)*2 max2/2 conv(256)*4 max2/2 conv(512)*4 max2/2 conv(512)*4 max2/2
        flatten fc-4096 relu drop fc-4096 relu drop fc-1000""",
    "GoogLeNet": """
        7x7-64/2 relu max3/2 1x1-64 relu conv(192) max3/2
        inception(64,96,128,16,32,32)    inception(128,128,192,32,96,64)   max3/2
        inception(192,96,208,16,48,64)   inception(160,112,224,24,64,64)
        inception(128,128,256,24,64,64)  inception(112,144,288,32,64,64)
        inception(256,160,320,32,128,128)                                  max3/2
        inception(256,160,320,32,128,128) inception(384,192,384,48,128,128)
        gap drop fc-1000""",
    "ResNet-18": """
        stem(64) basic(64)*2 basic_enter(128,2) basic(128) basic_enter(256,2) basic(256)
        basic_enter(512,2) basic(512) gap fc-1000""",
    "ResNet-50": """
        stem(64) enter(64,256,1,1) stay(64,256,1)*2 enter(128,512,1,2) stay(128,512,1)*3
        enter(256,1024,1,2) stay(256,1024,1)*5 enter(512,2048,1,2) stay(512,2048,1)*2 gap fc-1000""",
    "ResNet-152": """
        stem(64) enter(64,256,1,1) stay(64,256,1)*2 enter(128,512,1,2) stay(128,512,1)*7
        enter(256,1024,1,2) stay(256,1024,1)*35 enter(512,2048,1,2) stay(512,2048,1)*2 gap fc-1000""",
    "SqueezeNet": NETWORKS["SqueezeNet 1.0"],
    "MobileNet": NETWORKS["MobileNet"],
    "DenseNet-121": NETWORKS["DenseNet-121"],
    "ResNeXt-50": NETWORKS["ResNeXt-50 (32x4d)"],
    "EfficientNet-Lite0": """
        3x3-32/2 bn relu 3x3-dw bn relu 1x1-16 bn
        thick(96,24,3,2)   thick_stay(144,24,3)
        thick(144,40,5,2)  thick_stay(240,40,5)
        thick(240,80,3,2)  thick_stay(480,80,3)*2
        thick(480,112,5,1) thick_stay(672,112,5)*2
        thick(672,192,5,2) thick_stay(1152,192,5)*3
        thick(1152,320,3,1) 1x1-1280 bn relu gap fc-1000""",
}
# Image sizes at which "same" and "valid" padding give the sizes of the original, where that is not 224.
IMAGE_SIZES = {"ZFNet": 225, "SqueezeNet": 227}


class Complexity(NamedTuple):
    """What one network costs, for one image.

    Attributes:
        parameters: Learned numbers.
        macs: Multiply-accumulates of convolutions and fully connected layers.
        activations: Numbers that the layers put out. Layers that can write over their input (ReLU, dropout)
            or only arrange numbers in another way count nothing.

    >>> Complexity(parameters=3_000_000, macs=0, activations=1_000_000).training_bytes(batch_size=8)
    68000000
    """

    parameters: int
    macs: int
    activations: int

    def training_bytes(self, batch_size):
        """Bytes that training holds at least: weights, gradients, velocities, and a batch's activations."""
        return 4 * (3 * self.parameters + batch_size * self.activations)


def complexity_of(text, input_shape, blocks=COURSE_BLOCKS):
    """Add up the costs of all layers of a network.

    Args:
        text: Network in the notation of `convlab.layer_notation`.
        input_shape: Shape (H, W, C) of one image.
        blocks: Blocks that may be used in it.

    Returns:
        Complexity.

    Raises:
        ValueError: If the text cannot be read or a layer does not fit its input.

    >>> complexity_of("3x3-8 relu gap fc-10", (6, 6, 4))
    Complexity(parameters=386, macs=10448, activations=306)
    """
    rows = count_network(read_network(text, blocks), input_shape)
    sums = zip(*((row.parameters, row.macs, row.stored) for row in rows), strict=True)
    return Complexity(*map(sum, sums))


def course_complexities(names=tuple(COURSE_NETWORKS)):
    """Count the networks of the book, each at the size of its images.

    Args:
        names: Which of `COURSE_NETWORKS`.

    Returns:
        Dictionary from name to Complexity.

    >>> course_complexities(["AlexNet"])["AlexNet"].parameters
    61100840
    """
    found = {}
    for name in names:
        side = IMAGE_SIZES.get(name, 224)
        found[name] = complexity_of(COURSE_NETWORKS[name], (side, side, 3))
    return found


def course_text(name):
    """Write out a network of the book, without blocks.

    >>> course_text("AlexNet").split()[:3]
    ['11x11-64/4', 'relu', 'max3/2v']
    """
    return expand(COURSE_NETWORKS[name], COURSE_BLOCKS)


def profiled_operations(model):
    """Let TensorFlow's profiler count the floating-point operations of a model for one image.

    The model may be one that was built without values for its weights. It is traced, not run.

    Args:
        model: Keras model with one input, whose shape is known but for the batch axis.

    Returns:
        Dictionary from the names of TensorFlow's operations to floating-point operations: a multiplication
        and an addition count separately, "Conv2D", "DepthwiseConv2dNative" and "MatMul" two per MAC.

    Source: `tf.compat.v1.profiler`, option `float_operation`.

    >>> small = keras.Sequential([keras.Input((6, 6, 4)), keras.layers.Conv2D(8, 3, padding="same")])
    >>> profiled_operations(small)["Conv2D"] // 2 == 6 * 6 * 9 * 4 * 8
    True
    """
    profiler = tf.compat.v1.profiler
    blank = [tf.TensorSpec(v.shape, v.dtype) for v in model.trainable_variables]
    fixed = [tf.TensorSpec(v.shape, v.dtype) for v in model.non_trainable_variables]
    entrance = model.inputs[0]
    image = tf.TensorSpec((1, *entrance.shape[1:]), entrance.dtype)
    eager, verbosity = tf.config.functions_run_eagerly(), tf.get_logger().level
    try:
        # The profiler does not look into functions, where Keras hides grouped convolutions: unpack them.
        tf.config.run_functions_eagerly(True)
        tf.get_logger().setLevel("ERROR")  # the profiler calls a function of its own that is deprecated
        run = tf.function(lambda *parts: model.stateless_call(*parts, training=False)[0], autograph=False)
        with keras.StatelessScope(initialize_variables=False):  # without values, there need not be any later
            graph = run.get_concrete_function(blank, fixed, image).graph
        options = profiler.ProfileOptionBuilder(profiler.ProfileOptionBuilder.float_operation())
        options = options.order_by("float_ops").with_empty_output().build()
        node = profiler.profile(graph, cmd="op", options=options)
    finally:
        tf.config.run_functions_eagerly(eager)
        tf.get_logger().setLevel(verbosity)
    counts = {}
    while node.children:  # the profiler hands over a chain, each link with one child
        node = node.children[0]
        if node.float_ops:
            counts[node.name] = node.float_ops
    return counts


def profiled_macs(model):
    """Count a model's multiply-accumulates with TensorFlow's profiler.

    Args:
        model: As in `profiled_operations`.

    Returns:
        Multiply-accumulates of convolutions and matrix products for one image.

    >>> profiled_macs(keras.Sequential([keras.Input((5,)), keras.layers.Dense(3)]))
    15
    """
    counts = profiled_operations(model)
    return sum(counts.get(kind, 0) for kind in ("Conv2D", "DepthwiseConv2dNative", "MatMul")) // 2


BLANKS = {}  # the zeros of blank networks: (shape, data type) -> tensor


def blank_network(text, input_shape, dtype="float32"):
    """Make a function that runs a network whose weights are all zero, for measurements of time.

    How long a layer takes does not depend on the values of its weights. Weights of equal shape share memory.

    Args:
        text: Network in the notation of `convlab.layer_notation`, without blocks.
        input_shape: Shape (H, W, C) of one image; H and W may be None in a network without `flatten`.
        dtype: Data type of the network.

    Returns:
        Compiled function from images (N, H, W, C) to what the last layer puts out.

    >>> run = blank_network("3x3-8 bn relu gap fc-10", (None, None, 3))
    >>> run(tf.ones((2, 16, 16, 3))).shape
    TensorShape([2, 10])
    """
    with keras.StatelessScope(initialize_variables=False):
        model = build(text, input_shape, dtype)

    def zeros(variables):
        return [BLANKS.setdefault((tuple(v.shape), v.dtype), tf.zeros(v.shape, v.dtype)) for v in variables]

    learned, fixed = zeros(model.trainable_variables), zeros(model.non_trainable_variables)

    def run(images):
        with keras.StatelessScope(initialize_variables=False):
            return model.stateless_call(learned, fixed, images, training=False)[0]

    images = tf.TensorSpec((None, *input_shape), dtype)
    return tf.function(run, [images], autograph=False).get_concrete_function()
