"""Correct answers to assignment 06 by other ways than the solution's: each has to earn every point."""

import keras
import numpy as np
from keras import layers, ops

# ------------------------------------------------ loops; zeros on both sides; softmax; dropout


def explicit_zfnet(num_classes=1000, input_shape=(224, 224, 3)):
    x = inputs = keras.Input(shape=input_shape)
    table = [(96, 7, 2, 1), "pool", (256, 5, 2, 0), "pool", (384, 3, 1, 1), (384, 3, 1, 1), (256, 3, 1, 1)]
    for row in table:
        if row == "pool":
            x = layers.ZeroPadding2D((1, 1))(x)
            x = layers.MaxPool2D((3, 3), strides=(2, 2))(x)
        else:
            filters, window, stride, padding = row
            x = layers.ZeroPadding2D(padding)(x)
            x = layers.Conv2D(filters, (window, window), (stride, stride))(x)
            x = layers.ReLU()(x)
    x = layers.MaxPool2D((3, 3), strides=(2, 2))(x)
    x = layers.Flatten()(x)
    for _ in range(2):
        x = layers.Dropout(0.5)(layers.Dense(4096, activation="relu")(x))
    return keras.Model(inputs, layers.Dense(num_classes, activation="softmax")(x))


def loops_map(predict, image, class_index, patch_size, stride, fill=0.5):
    height, width, channels = image.shape
    result = []
    for top in range(0, height - patch_size + 1, stride):
        result.append([])
        for left in range(0, width - patch_size + 1, stride):
            hidden = image.astype(float)
            for y in range(top, top + patch_size):
                for x in range(left, left + patch_size):
                    for channel in range(channels):
                        hidden[y, x, channel] = fill
            answer = predict([hidden.tolist()])
            result[-1].append(float(answer[0][class_index]))
    return result


def loops_reduction(before, after):
    gone = float(before) - float(after)
    return gone / float(before)


# ------------------------------------------------ one batch; zeros on one side; functions of ops


def one_sided_zfnet(num_classes=1000, input_shape=(224, 224, 3)):
    def padded(tensor):
        return ops.pad(tensor, [[0, 0], [0, 1], [0, 1], [0, 0]])

    inputs = keras.Input(input_shape)
    x = ops.relu(layers.Conv2D(96, 7, 2)(padded(inputs)))
    x = ops.max_pool(padded(x), 3, 2, padding="valid")
    x = ops.relu(layers.Conv2D(256, 5, 2)(x))
    x = ops.max_pool(x, 3, 2, padding="same")
    for filters in (384, 384, 256):
        x = ops.relu(layers.Conv2D(filters, 3, padding="same")(x))
    x = ops.max_pool(x, (3, 3), strides=(2, 2))
    x = ops.reshape(x, (-1, x.shape[1] * x.shape[2] * x.shape[3]))
    x = ops.relu(layers.Dense(4096)(x))
    x = ops.relu(layers.Dense(4096)(x))
    return keras.Model(inputs, ops.softmax(layers.Dense(num_classes)(x)))


def batch_map(predict, image, class_index, patch_size, stride, fill=0.5):
    rows, columns = (np.arange(0, size - patch_size + 1, stride) for size in image.shape[:2])
    y, x = (np.arange(size) for size in image.shape[:2])
    in_rows = (y >= rows[:, None]) & (y < rows[:, None] + patch_size)
    in_columns = (x >= columns[:, None]) & (x < columns[:, None] + patch_size)
    mask = np.einsum("rh,cw->rchw", in_rows, in_columns)[..., None]
    batch = np.where(mask, fill, image).reshape(-1, *image.shape)
    return predict(batch)[:, class_index].reshape(len(rows), len(columns))


def numpy_reduction(before, after):
    return np.divide(np.subtract(before, after), before)


# ------------------------------------------------ float32; nested models; a batch for each row


def nested_zfnet(num_classes=1000, input_shape=(224, 224, 3)):
    features = keras.Sequential(
        [
            keras.Input(input_shape),
            layers.ZeroPadding2D(((1, 1), (1, 1))),
            layers.Conv2D(96, 7, strides=2),
            layers.MaxPooling2D(3, strides=2, padding="same"),
            layers.Activation("relu"),  # the same as before the pooling
            layers.Conv2D(256, 5, strides=2, padding="valid", activation="relu"),
            layers.ZeroPadding2D(1),
            layers.MaxPooling2D(3, strides=2),
            *[layers.Conv2D(filters, 3, padding="same", activation="relu") for filters in (384, 384, 256)],
            layers.MaxPooling2D(3, strides=2),
        ]
    )
    head = keras.Sequential([layers.Flatten(), *[layers.Dense(4096, "relu") for _ in range(2)]])
    images = keras.Input(input_shape)
    return keras.Model(images, layers.Dense(num_classes)(head(features(images))))


def float32_map(predict, image, class_index, patch_size, stride, fill=0.5):
    work = np.array(image, dtype=np.float32)
    height, width = work.shape[:2]
    result = np.zeros(
        ((height - patch_size) // stride + 1, (width - patch_size) // stride + 1), dtype=np.float32
    )
    for r in range(len(result)):
        images = []
        for c in range(result.shape[1]):
            part = np.s_[r * stride : r * stride + patch_size, c * stride : c * stride + patch_size]
            kept = work[part].copy()
            work[part] = fill
            images.append(work.copy())
            work[part] = kept  # put back what was hidden
        result[r] = np.asarray(predict(np.stack(images)), dtype=np.float32)[:, class_index]
    return result


def float32_reduction(before, after):
    return np.float32(1) - np.float32(after) / np.float32(before)


# ------------------------------------------------ TensorFlow


def tensorflow_map(predict, image, class_index, patch_size, stride, fill=0.5):
    import tensorflow as tf  # takes seconds, so only where it is needed

    image = tf.cast(image, tf.float32)
    height, width, _ = image.shape
    result = []
    for top in range(0, height - patch_size + 1, stride):
        for left in range(0, width - patch_size + 1, stride):
            around = [[top, height - patch_size - top], [left, width - patch_size - left], [0, 0]]
            hidden = tf.pad(tf.ones((patch_size, patch_size, 1)), around)
            probabilities = predict((image * (1 - hidden) + fill * hidden)[None])
            result.append(probabilities[0, class_index])
    return tf.reshape(tf.cast(result, tf.float32), (-1, (width - patch_size) // stride + 1))


NAMES = ["build_zfnet", "occlusion_map", "relative_error_reduction"]


def _named(*answers):
    return dict(zip(NAMES, answers, strict=True))


ALTERNATIVES = {
    "loops": _named(explicit_zfnet, loops_map, loops_reduction),
    "one batch": _named(one_sided_zfnet, batch_map, numpy_reduction),
    "float32": _named(nested_zfnet, float32_map, float32_reduction),
    "tensorflow": _named(nested_zfnet, tensorflow_map, loops_reduction),
}
