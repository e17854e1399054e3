"""Known wrong answers to assignment 06, ZFNet and occlusion maps, each with a hint for who gave it.

Each is a complete answer that differs from a right one by exactly one misunderstanding.
"""
# ruff: noqa: D103 - the hint says what a misconception is

import keras
import numpy as np
from keras import layers

from autograder.testing import misconception

# ---------------------------------------------------------------- build_zfnet


def _zfnet(num_classes, input_shape, **changes):
    """A right network but for the changes.

    Args:
        num_classes: Number of outputs.
        input_shape: Shape of an image.
        changes: Other values for what stands at the beginning of the function.
    """
    right = {
        "filters": (96, 256, 384, 384, 256),
        "windows": (7, 5, 3, 3, 3),
        "strides": (2, 2, 1, 1, 1),
        "paddings": (1, 0, 1, 1, 1),  # or "same"
        "pool": layers.MaxPooling2D,
        "pool_window": 3,
        "pool_paddings": ("same", "same", None, None, "valid"),
        "normalized": False,
        "activations": ("relu",) * 5,
        "flatten": layers.Flatten,
        "units": (4096, 4096),
        "unit_activations": ("relu", "relu"),
        "last": None,
        "use_bias": True,
    }
    assert changes.keys() <= right.keys()
    part = {**right, **changes}
    stack = [keras.Input(input_shape)]
    for filters, window, stride, padding, pool_padding, activation in zip(
        part["filters"],
        part["windows"],
        part["strides"],
        part["paddings"],
        part["pool_paddings"],
        part["activations"],
        strict=True,
    ):
        if padding != "same" and padding > 0:
            stack.append(layers.ZeroPadding2D(padding))
        how = "same" if padding == "same" else "valid"
        stack.append(layers.Conv2D(filters, window, strides=stride, padding=how, use_bias=part["use_bias"]))
        if part["normalized"]:
            stack.append(layers.BatchNormalization())
        stack.append(layers.Activation(activation))
        if pool_padding:
            stack.append(part["pool"](part["pool_window"], 2, padding=pool_padding))
    stack.append(part["flatten"]())
    for units, activation in zip(part["units"], part["unit_activations"], strict=True):
        stack.append(layers.Dense(units, activation=activation, use_bias=part["use_bias"]))
    stack.append(layers.Dense(num_classes, activation=part["last"], use_bias=part["use_bias"]))
    return keras.Sequential(stack)


@misconception(
    "build_zfnet",
    hint='Your conv1 has padding="same", which makes 112 of 224 pixels. Padding 1 on each side makes 110: '
    "ZeroPadding2D(1) before a convolution without padding.",
)
def conv1_padded_same(num_classes=1000, input_shape=(224, 224, 3)):
    return _zfnet(num_classes, input_shape, paddings=("same", 0, 1, 1, 1))


@misconception(
    "build_zfnet",
    hint="Your conv1 has no padding, which makes 109 of 224 pixels; pool1 then hides the difference. The "
    "padding of conv1 is 1 on each side.",
)
def conv1_without_padding(num_classes=1000, input_shape=(224, 224, 3)):
    return _zfnet(num_classes, input_shape, paddings=(0, 0, 1, 1, 1))


@misconception(
    "build_zfnet",
    hint="Your conv1 is that of AlexNet: windows of 11x11 with stride 4. That is what ZFNet changed: its "
    "conv1 has windows of 7x7 with stride 2.",
)
def conv1_of_alexnet(num_classes=1000, input_shape=(224, 224, 3)):
    return _zfnet(
        num_classes,
        input_shape,
        windows=(11, 5, 3, 3, 3),
        strides=(4, 1, 1, 1, 1),
        paddings=(2, 2, 1, 1, 1),
        pool_paddings=("valid", "valid", None, None, "valid"),
    )


@misconception(
    "build_zfnet",
    hint="Your conv2 has padding, so that its size is 28 instead of 26 for images of 224 pixels. It has "
    "none.",
)
def conv2_padded(num_classes=1000, input_shape=(224, 224, 3)):
    return _zfnet(num_classes, input_shape, paddings=(1, "same", 1, 1, 1))


@misconception(
    "build_zfnet",
    hint="Your conv2 has stride 1, as in AlexNet. In ZFNet its stride is 2.",
)
def conv2_with_stride_1(num_classes=1000, input_shape=(224, 224, 3)):
    return _zfnet(num_classes, input_shape, strides=(2, 1, 1, 1, 1))


@misconception(
    "build_zfnet",
    hint="Your conv3, conv4 and conv5 have no padding, so that the feature maps shrink. It is 1 on each "
    "side.",
)
def later_convolutions_without_padding(num_classes=1000, input_shape=(224, 224, 3)):
    return _zfnet(num_classes, input_shape, paddings=(1, 0, 0, 0, 0))


@misconception(
    "build_zfnet",
    hint="Your pool1 and pool2 have no padding, so that 110 becomes 54 instead of 55.",
)
def pooling_without_padding(num_classes=1000, input_shape=(224, 224, 3)):
    return _zfnet(num_classes, input_shape, pool_paddings=("valid", "valid", None, None, "valid"))


@misconception(
    "build_zfnet",
    hint="Your pool3 has padding, so that 13 becomes 7 instead of 6. Only pool1 and pool2 are padded.",
)
def pool3_padded(num_classes=1000, input_shape=(224, 224, 3)):
    return _zfnet(num_classes, input_shape, pool_paddings=("same", "same", None, None, "same"))


@misconception(
    "build_zfnet",
    hint="Your pooling windows are 2x2. The sizes come out the same, but ZFNet's windows are 3x3 with "
    "stride 2, so that they overlap.",
)
def pooling_without_overlap(num_classes=1000, input_shape=(224, 224, 3)):
    return _zfnet(num_classes, input_shape, pool_window=2)


@misconception(
    "build_zfnet",
    hint="You pool by the average. ZFNet takes the maximum.",
)
def average_pooling(num_classes=1000, input_shape=(224, 224, 3)):
    return _zfnet(num_classes, input_shape, pool=layers.AveragePooling2D)


@misconception(
    "build_zfnet",
    hint="Your conv3, conv4 and conv5 have 512, 1024 and 512 filters. The paper has tried such a larger "
    "network, too; here they have 384, 384 and 256.",
)
def filters_of_the_larger_network(num_classes=1000, input_shape=(224, 224, 3)):
    return _zfnet(num_classes, input_shape, filters=(96, 256, 512, 1024, 512))


@misconception(
    "build_zfnet",
    hint="Your network has 64, 192, 384, 256 and 256 filters, as the lecture's AlexNet. ZFNet has 96, 256, "
    "384, 384 and 256.",
)
def filters_of_alexnet(num_classes=1000, input_shape=(224, 224, 3)):
    return _zfnet(num_classes, input_shape, filters=(64, 192, 384, 256, 256))


@misconception(
    "build_zfnet",
    hint="Your network has no activations, so that all of it but the pooling is linear. A ReLU follows "
    "every convolution, fc1 and fc2.",
)
def no_activation(num_classes=1000, input_shape=(224, 224, 3)):
    return _zfnet(
        num_classes, input_shape, activations=("linear",) * 5, unit_activations=("linear", "linear")
    )


@misconception(
    "build_zfnet",
    hint="fc1 and fc2 have no ReLU in your network, so that the three fully connected layers are one "
    "linear map.",
)
def linear_hidden_units(num_classes=1000, input_shape=(224, 224, 3)):
    return _zfnet(num_classes, input_shape, unit_activations=("linear", "linear"))


@misconception(
    "build_zfnet",
    hint="Your activation is tanh. It is ReLU after every convolution, fc1 and fc2.",
)
def tanh_for_relu(num_classes=1000, input_shape=(224, 224, 3)):
    return _zfnet(num_classes, input_shape, activations=("tanh",) * 5, unit_activations=("tanh", "tanh"))


@misconception(
    "build_zfnet",
    hint="Your last layer has a ReLU, so that no score can be negative. End with logits or a softmax.",
)
def scores_rectified(num_classes=1000, input_shape=(224, 224, 3)):
    return _zfnet(num_classes, input_shape, last="relu")


@misconception(
    "build_zfnet",
    hint="Your last layer has a sigmoid, as for several classes at once. End with logits or a softmax.",
)
def scores_by_sigmoid(num_classes=1000, input_shape=(224, 224, 3)):
    return _zfnet(num_classes, input_shape, last="sigmoid")


@misconception(
    "build_zfnet",
    hint="You average over positions before fc1. ZFNet flattens: fc1 has a weight for every position.",
)
def averaged_instead_of_flattened(num_classes=1000, input_shape=(224, 224, 3)):
    return _zfnet(num_classes, input_shape, flatten=layers.GlobalAveragePooling2D)


@misconception(
    "build_zfnet",
    hint="Your network has batch normalization, which came two years after ZFNet. Leave it out.",
)
def batch_normalization_added(num_classes=1000, input_shape=(224, 224, 3)):
    return _zfnet(num_classes, input_shape, normalized=True)


@misconception(
    "build_zfnet",
    hint="Your layers have no biases. All convolutions and fully connected layers have them.",
)
def without_biases(num_classes=1000, input_shape=(224, 224, 3)):
    return _zfnet(num_classes, input_shape, use_bias=False)


@misconception(
    "build_zfnet",
    hint="There is only one fully connected layer before the last one. There are two, fc1 and fc2.",
)
def one_hidden_layer(num_classes=1000, input_shape=(224, 224, 3)):
    return _zfnet(num_classes, input_shape, units=(4096,), unit_activations=("relu",))


@misconception(
    "build_zfnet",
    hint="fc1 and fc2 are too small. Both have 4096 units.",
)
def smaller_hidden_layers(num_classes=1000, input_shape=(224, 224, 3)):
    return _zfnet(num_classes, input_shape, units=(1024, 1024))


@misconception(
    "build_zfnet",
    hint="Your last layer always has 1000 outputs. Their number is the argument num_classes.",
)
def always_1000_classes(num_classes=1000, input_shape=(224, 224, 3)):
    return _zfnet(1000, input_shape)


@misconception(
    "build_zfnet",
    hint="Your model always takes images of shape (224, 224, 3). Their shape is the argument input_shape.",
)
def always_224_pixels(num_classes=1000, input_shape=(224, 224, 3)):
    return _zfnet(num_classes, (224, 224, 3))


# ---------------------------------------------------------------- occlusion_map


def _corners(image, patch_size, stride):
    """Upper left corners of all patches: an array of shape (rows, columns, 2)."""
    ranges = [range(0, size - patch_size + 1, stride) for size in image.shape[:2]]
    return np.stack(np.meshgrid(*ranges, indexing="ij"), axis=-1)


def _square(top, left, patch_size):
    return slice(top, top + patch_size), slice(left, left + patch_size)


def _hide(image, square, fill, dtype=float):
    """A copy of the image in which a part has the value fill."""
    hidden = np.array(image, dtype=dtype)
    hidden[square] = fill
    return hidden


def _probabilities(predict, images, class_index):
    """Probabilities of one class for an array of images of shape (rows, columns, H, W, C)."""
    images = np.asarray(images)
    flat = predict(images.reshape(-1, *images.shape[2:]))[:, class_index]
    return flat.reshape(images.shape[:2])


def _all_hidden(image, corners, patch_size, fill, dtype=float):
    return [
        [_hide(image, _square(top, left, patch_size), fill, dtype) for top, left in row] for row in corners
    ]


def _map(predict, image, class_index, patch_size, stride, fill):
    """The right map."""
    hidden = _all_hidden(image, _corners(image, patch_size, stride), patch_size, fill)
    return _probabilities(predict, hidden, class_index)


@misconception(
    "occlusion_map",
    hint="Your patch is always black. Its value is the argument fill, 0.5 unless the caller gives another "
    "one.",
)
def fill_always_zero(predict, image, class_index, patch_size, stride, fill=0.5):
    return _map(predict, image, class_index, patch_size, stride, 0)


@misconception(
    "occlusion_map",
    hint="Your patch always has the value 0.5. That is only the default: use the value that the caller "
    "gives.",
)
def fill_always_half(predict, image, class_index, patch_size, stride, fill=0.5):
    return _map(predict, image, class_index, patch_size, stride, 0.5)


@misconception(
    "occlusion_map",
    hint="You hide pixels behind the mean of the image. They get the value of the argument fill.",
)
def filled_with_the_mean(predict, image, class_index, patch_size, stride, fill=0.5):
    return _map(predict, image, class_index, patch_size, stride, np.mean(image))


@misconception(
    "occlusion_map",
    hint="Your patch is centered at the position, so that half of it lies above and to the left. The "
    "position is its upper left corner.",
)
def patch_centered(predict, image, class_index, patch_size, stride, fill=0.5):
    hidden = []
    for row in _corners(image, patch_size, stride):
        hidden.append([])
        for top, left in row - patch_size // 2:
            square = tuple(slice(max(start, 0), start + patch_size) for start in (top, left))
            hidden[-1].append(_hide(image, square, fill))
    return _probabilities(predict, hidden, class_index)


@misconception(
    "occlusion_map",
    hint="Your map has the right size, but the patch moves by one pixel from position to position. In row "
    "r and column c of the map its corner is at r * stride and c * stride.",
)
def positions_not_multiplied_by_the_stride(predict, image, class_index, patch_size, stride, fill=0.5):
    corners = _corners(image, patch_size, stride) // stride
    return _probabilities(predict, _all_hidden(image, corners, patch_size, fill), class_index)


@misconception(
    "occlusion_map",
    hint="Your patch always moves by one pixel, so that the map is too large. It moves by the argument "
    "stride.",
)
def stride_ignored(predict, image, class_index, patch_size, stride, fill=0.5):
    return _map(predict, image, class_index, patch_size, 1, fill)


@misconception(
    "occlusion_map",
    hint="Your patch always moves by its own size. It moves by the argument stride, so that patches may "
    "overlap.",
)
def patches_side_by_side(predict, image, class_index, patch_size, stride, fill=0.5):
    return _map(predict, image, class_index, patch_size, patch_size, fill)


@misconception(
    "occlusion_map",
    hint="Your stride counts on one axis only: rows go down in steps of the stride, but columns one by one.",
)
def stride_for_rows_only(predict, image, class_index, patch_size, stride, fill=0.5):
    corners = _corners(image, patch_size, 1)[::stride]
    return _probabilities(predict, _all_hidden(image, corners, patch_size, fill), class_index)


@misconception(
    "occlusion_map",
    hint="Rows and columns are swapped in your map. Its first axis belongs to the first axis of the image, "
    "from top to bottom.",
)
def map_transposed(predict, image, class_index, patch_size, stride, fill=0.5):
    return _map(predict, image, class_index, patch_size, stride, fill).T


@misconception(
    "occlusion_map",
    hint="You move the patch to the wrong place: the row of the map goes with the column of the image. "
    "Write the row first when you index the image, too.",
)
def patch_at_the_mirrored_place(predict, image, class_index, patch_size, stride, fill=0.5):
    corners = _corners(image, patch_size, stride)[..., ::-1]
    return _probabilities(predict, _all_hidden(image, corners, patch_size, fill), class_index)


@misconception(
    "occlusion_map",
    hint="You go through the positions column by column, but put the numbers into the map row by row.",
)
def numbers_in_the_wrong_order(predict, image, class_index, patch_size, stride, fill=0.5):
    right = _map(predict, image, class_index, patch_size, stride, fill)
    return right.T.reshape(right.shape)


@misconception(
    "occlusion_map",
    hint="You work out rows and columns from the height alone. Images may be wider or taller than they are "
    "long on the other side: use both sizes.",
)
def only_square_images(predict, image, class_index, patch_size, stride, fill=0.5):
    starts = np.arange(0, image.shape[0] - patch_size + 1, stride)
    corners = np.stack(np.meshgrid(starts, starts, indexing="ij"), axis=-1)
    return _probabilities(predict, _all_hidden(image, corners, patch_size, fill), class_index)


@misconception(
    "occlusion_map",
    hint="Your patches stay: when the second position is tried, the first is still hidden. Make a new copy "
    "of the image for every position.",
)
def image_not_restored(predict, image, class_index, patch_size, stride, fill=0.5):
    corners, hidden = _corners(image, patch_size, stride), np.array(image, dtype=float)
    result = np.empty(corners.shape[:2])
    for position in np.ndindex(result.shape):
        hidden[_square(*corners[position], patch_size)] = fill
        result[position] = predict(hidden[np.newaxis])[0, class_index]
    return result


@misconception(
    "occlusion_map",
    hint="You hide pixels in the caller's own image, so that it is changed and every patch stays. "
    "Assigning an array to another name does not copy it: use image.copy().",
)
def image_changed(predict, image, class_index, patch_size, stride, fill=0.5):
    corners, result = _corners(image, patch_size, stride), []
    for row in corners:
        result.append([])
        for top, left in row:
            hidden = np.asarray(image, dtype=float)
            hidden[_square(top, left, patch_size)] = fill
            result[-1].append(predict(hidden[np.newaxis])[0, class_index])
    return result


@misconception(
    "occlusion_map",
    hint="An image of integers stays one in your function, and 0.5 becomes 0 in it. Make the copy with "
    "floats.",
)
def fill_truncated(predict, image, class_index, patch_size, stride, fill=0.5):
    corners = _corners(image, patch_size, stride)
    with np.errstate(invalid="ignore"):
        whole = fill if image.dtype.kind == "f" else np.array(fill).astype(image.dtype)
    hidden = _all_hidden(image, corners, patch_size, whole, image.dtype)
    return _probabilities(predict, hidden, class_index)


@misconception(
    "occlusion_map",
    hint="You divide images of integers by 255. Hand the values of the image to predict as they are.",
)
def integers_scaled(predict, image, class_index, patch_size, stride, fill=0.5):
    scale = 1 if image.dtype.kind == "f" else 255
    return _map(predict, image / scale, class_index, patch_size, stride, fill)


@misconception(
    "occlusion_map",
    hint="You fill the first channel only, so that the patch is colored and lets the other channels "
    "through. Fill all channels.",
)
def first_channel_only(predict, image, class_index, patch_size, stride, fill=0.5):
    corners = _corners(image, patch_size, stride)
    hidden = [
        [_hide(image, (*_square(top, left, patch_size), 0), fill) for top, left in row] for row in corners
    ]
    return _probabilities(predict, hidden, class_index)


@misconception(
    "occlusion_map",
    hint="You return the probability of the most probable class at each position. Return that of "
    "class_index, whichever class wins.",
)
def largest_probability(predict, image, class_index, patch_size, stride, fill=0.5):
    every = [
        _map(predict, image, index, patch_size, stride, fill) for index in range(_classes(predict, image))
    ]
    return np.max(every, axis=0)


def _classes(predict, image):
    return predict(image[np.newaxis]).shape[1]


@misconception(
    "occlusion_map",
    hint="You return the probability of the class that wins for the whole image. Return that of class_index.",
)
def class_of_the_whole_image(predict, image, class_index, patch_size, stride, fill=0.5):
    return _map(predict, image, predict(image[np.newaxis])[0].argmax(), patch_size, stride, fill)


@misconception(
    "occlusion_map",
    hint="You return which class wins at each position. Return the probability of class_index.",
)
def winning_class(predict, image, class_index, patch_size, stride, fill=0.5):
    every = [
        _map(predict, image, index, patch_size, stride, fill) for index in range(_classes(predict, image))
    ]
    return np.argmax(every, axis=0)


@misconception(
    "occlusion_map",
    hint="You return by how much the probability falls. Return the probability itself.",
)
def drop_of_the_probability(predict, image, class_index, patch_size, stride, fill=0.5):
    whole = predict(image[np.newaxis])[0, class_index]
    return whole - _map(predict, image, class_index, patch_size, stride, fill)


@misconception(
    "occlusion_map",
    hint="You return the change of the probability, hidden minus whole. Return the probability itself.",
)
def change_of_the_probability(predict, image, class_index, patch_size, stride, fill=0.5):
    whole = predict(image[np.newaxis])[0, class_index]
    return _map(predict, image, class_index, patch_size, stride, fill) - whole


@misconception(
    "occlusion_map",
    hint="You divide by the probability for the whole image. Return the probability itself.",
)
def share_of_the_probability(predict, image, class_index, patch_size, stride, fill=0.5):
    whole = predict(image[np.newaxis])[0, class_index]
    return _map(predict, image, class_index, patch_size, stride, fill) / whole


@misconception(
    "occlusion_map",
    hint="Your map is stretched to numbers from 0 to 1. That is for plotting; return the probabilities.",
)
def map_stretched(predict, image, class_index, patch_size, stride, fill=0.5):
    right = _map(predict, image, class_index, patch_size, stride, fill)
    return (right - right.min()) / (np.ptp(right) or 1)


@misconception(
    "occlusion_map",
    hint="You put the probabilities through a softmax once more. predict returns probabilities already.",
)
def softmax_twice(predict, image, class_index, patch_size, stride, fill=0.5):
    def again(images):
        powers = np.exp(predict(images))
        return powers / powers.sum(axis=1, keepdims=True)

    return _map(again, image, class_index, patch_size, stride, fill)


@misconception(
    "occlusion_map",
    hint="Your map counts patches that reach beyond the last row or column. Only positions at which the "
    "whole patch lies inside the image count: round down.",
)
def partial_positions_included(predict, image, class_index, patch_size, stride, fill=0.5):
    starts = [np.arange(-(-(size - patch_size) // stride) + 1) * stride for size in image.shape[:2]]
    corners = np.stack(np.meshgrid(*starts, indexing="ij"), axis=-1)
    return _probabilities(predict, _all_hidden(image, corners, patch_size, fill), class_index)


@misconception(
    "occlusion_map",
    hint="Your patch starts at every multiple of the stride inside the image, even where it does not fit "
    "any more. The last position is H - patch_size or before it.",
)
def every_start_inside(predict, image, class_index, patch_size, stride, fill=0.5):
    corners = _corners(image, 1, stride)
    return _probabilities(predict, _all_hidden(image, corners, patch_size, fill), class_index)


@misconception(
    "occlusion_map",
    hint="The last position of each axis is missing. A range ends before its end: it has to go to H - "
    "patch_size + 1.",
)
def last_position_missing(predict, image, class_index, patch_size, stride, fill=0.5):
    starts = [np.arange(0, size - patch_size, stride) for size in image.shape[:2]]
    corners = np.stack(np.meshgrid(*starts, indexing="ij"), axis=-1)
    if not corners.size:
        return np.zeros(corners.shape[:2])
    return _probabilities(predict, _all_hidden(image, corners, patch_size, fill), class_index)


@misconception(
    "occlusion_map",
    hint="Your patch is one pixel too large. A slice ends before its end, so it is top : top + patch_size.",
)
def patch_one_too_large(predict, image, class_index, patch_size, stride, fill=0.5):
    hidden = _all_hidden(image, _corners(image, patch_size, stride), patch_size + 1, fill)
    return _probabilities(predict, hidden, class_index)


@misconception(
    "occlusion_map",
    hint="You hide everything but the patch. Hide the patch and leave the rest as it is.",
)
def all_but_the_patch(predict, image, class_index, patch_size, stride, fill=0.5):
    hidden = []
    for row in _corners(image, patch_size, stride):
        hidden.append([])
        for top, left in row:
            square = _square(top, left, patch_size)
            hidden[-1].append(_hide(np.full(image.shape, fill), square, image[square]))
    return _probabilities(predict, hidden, class_index)


@misconception(
    "occlusion_map",
    hint="You return a flat list of probabilities. Return a map of rows and columns.",
)
def flat_list(predict, image, class_index, patch_size, stride, fill=0.5):
    return _map(predict, image, class_index, patch_size, stride, fill).ravel()


# ---------------------------------------------------------------- relative_error_reduction


@misconception(
    "relative_error_reduction",
    hint="You divide by the new error. The reduction is a fraction of the old one.",
)
def relative_to_after(before, after):
    return (before - after) / after


@misconception(
    "relative_error_reduction",
    hint="You return the difference of both errors. Which fraction of the old error is that?",
)
def difference_in_points(before, after):
    return before - after


@misconception(
    "relative_error_reduction",
    hint="Your sign is the wrong one: an error that falls has a positive reduction.",
)
def sign_reversed(before, after):
    return (after - before) / before


@misconception(
    "relative_error_reduction",
    hint="You have swapped both errors: before is the old one, and the fraction is one of it.",
)
def arguments_swapped(before, after):
    return (after - before) / after if after else 0.0


@misconception(
    "relative_error_reduction",
    hint="You return a percentage. Return a fraction: 0.25, not 25.",
)
def percentage(before, after):
    return 100 * (before - after) / before


@misconception(
    "relative_error_reduction",
    hint="You return the fraction that is left. Return the fraction that is gone.",
)
def fraction_left(before, after):
    return after / before


@misconception(
    "relative_error_reduction",
    hint="You return how many times larger the old error was. Return the fraction of it that is gone.",
)
def times_smaller(before, after):
    return before / after if after else 0.0


@misconception(
    "relative_error_reduction",
    hint="You drop the sign. An error that grew has a negative reduction.",
)
def sign_dropped(before, after):
    return abs(before - after) / before


@misconception(
    "relative_error_reduction",
    hint="You return 0 when the error grew. The reduction is negative then.",
)
def growth_clipped(before, after):
    return max(0.0, (before - after) / before)


@misconception(
    "relative_error_reduction",
    hint="You compute the increase of the accuracy relative to the old accuracy. Here it is about errors.",
)
def accuracy_gained(before, after):
    return (before - after) / (1 - before) if before != 1 else 0.0


@misconception(
    "relative_error_reduction",
    hint="You divide by the mean of both errors. Divide by the old one.",
)
def relative_to_the_mean(before, after):
    return 2 * (before - after) / (before + after)


@misconception(
    "relative_error_reduction",
    hint="You round to whole numbers when both errors are integers. Divide with /, not with //.",
)
def integers_divided_down(before, after):
    whole = isinstance(before, int) and isinstance(after, int)
    return (before - after) // before if whole else (before - after) / before


@misconception(
    "relative_error_reduction",
    hint="You round your result. Return all digits.",
)
def rounded(before, after):
    return round((before - after) / before, 2)
