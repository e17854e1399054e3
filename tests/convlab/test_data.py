import keras
import numpy as np
import pytest

from convlab.data import load_cifar10_images, load_digit_images, load_images


def tiny_cifar10():
    rng = np.random.default_rng(0)

    def part(count):
        return rng.integers(0, 256, (count, 32, 32, 3), dtype="uint8"), rng.integers(0, 10, (count, 1))

    return part(40), part(20)


def no_network():
    raise Exception("URL fetch failure: no network")


def test_digits_are_standardized_by_the_training_images_and_split_without_overlap():
    x_train, y_train, x_test, y_test = load_digit_images()
    assert x_train.dtype == x_test.dtype == np.float32
    assert y_train.dtype == y_test.dtype == np.int32
    assert abs(x_train.mean()) < 1e-4
    assert abs(x_train.std() - 1) < 1e-4
    assert len(x_train) + len(x_test) == 1797
    assert set(y_train) == set(y_test) == set(range(10))


def test_digits_split_follows_the_seed():
    first, again, other = (load_digit_images(seed=seed)[1] for seed in (0, 0, 1))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_digits_are_the_bundled_ones_with_their_labels():
    from sklearn.datasets import load_digits

    images, labels = load_digits(return_X_y=True)
    x_train, y_train, x_test, y_test = load_digit_images()
    everything = np.concatenate([x_train, x_test]).reshape(1797, 64)
    everything = (everything - everything.min()) / np.ptp(everything) * 16
    known = {tuple(image.astype(int)): label for image, label in zip(images, labels, strict=True)}
    found = [known[tuple(image)] for image in everything.round().astype(int)]
    assert np.array_equal(found, np.concatenate([y_train, y_test]))


@pytest.mark.parametrize("num_test", [0, 1797, -3])
def test_digits_refuse_an_empty_part(num_test):
    with pytest.raises(ValueError, match="num_test must be between 1 and 1796"):
        load_digit_images(num_test=num_test)


def test_cifar10_is_standardized_per_channel(monkeypatch):
    monkeypatch.setattr(keras.datasets.cifar10, "load_data", tiny_cifar10)
    x_train, y_train, x_test, y_test = load_cifar10_images(num_train=30, num_test=10)
    assert (x_train.shape, y_train.shape) == ((30, 32, 32, 3), (30,))
    assert (x_test.shape, y_test.shape) == ((10, 32, 32, 3), (10,))
    for channel in range(3):
        assert abs(x_train[..., channel].mean()) < 1e-4
        assert abs(x_train[..., channel].std() - 1) < 1e-4


def test_load_images_says_in_one_sentence_that_it_falls_back(monkeypatch, capsys):
    monkeypatch.setattr(keras.datasets.cifar10, "load_data", no_network)
    x_train, y_train, x_test, y_test = load_images("cifar10", num_train=50_000, num_test=10_000)
    assert x_train.shape == (1400, 8, 8, 1)
    assert len(y_train) == 1400
    assert len(x_test) == len(y_test) == 397
    assert capsys.readouterr().out.splitlines() == [
        "CIFAR-10 cannot be downloaded (URL fetch failure: no network), so the bundled digits serve."
    ]


def test_load_images_takes_cifar10_where_it_can_be_had(monkeypatch, capsys):
    monkeypatch.setattr(keras.datasets.cifar10, "load_data", tiny_cifar10)
    assert load_images("cifar10", 30, 10)[0].shape == (30, 32, 32, 3)
    assert capsys.readouterr().out == ""


def test_load_images_refuses_unknown_names():
    with pytest.raises(ValueError, match="'mnist'"):
        load_images("mnist", 10, 10)
