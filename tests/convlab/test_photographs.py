import keras
import numpy as np
import pytest

from convlab.photographs import (
    PHOTOGRAPHS,
    crop_to_square,
    cut_patches,
    load_image_set,
    load_photo_patches,
    load_photographs,
    resize_bilinear,
)


@pytest.fixture(scope="module")
def patches():
    return load_photo_patches(num_train=2_000, num_test=500)


def no_network():
    raise Exception("URL fetch failure: no network")


def test_all_photographs_are_in_color_and_need_no_network(monkeypatch):
    import skimage.data._fetchers

    monkeypatch.setattr(skimage.data._fetchers, "_image_fetcher", None)
    photographs = load_photographs(PHOTOGRAPHS)
    assert list(photographs) == list(PHOTOGRAPHS)
    assert len(photographs) == 10
    for photo in photographs.values():
        assert photo.dtype == np.uint8
        assert photo.shape[2:] == (3,)
        assert min(photo.shape[:2]) >= 300


def test_attribution_is_given_where_a_license_asks_for_it():
    assert PHOTOGRAPHS["china"].endswith("danielbuechele on Flickr, CC BY 2.0")
    assert PHOTOGRAPHS["flower"].endswith("vultilion on Flickr, CC BY 2.0")


def test_an_unknown_photograph_is_refused():
    with pytest.raises(ValueError, match="'grace_hopper' is none of the photographs astronaut, camera"):
        load_photographs(["coffee", "grace_hopper"])


def test_resizing_keeps_flat_images_and_ramps():
    assert np.allclose(resize_bilinear(np.full((7, 9, 3), 5), 4, 20), 5)
    ramp = np.arange(100.0).reshape(100, 1, 1) * np.ones((1, 50, 1))
    for rows in (10, 25, 33, 100):
        found = resize_bilinear(ramp, rows, 50)
        assert found.shape == (rows, 50, 1)
        assert np.allclose(found[:, 0, 0], (np.arange(rows) + 0.5) * 100 / rows - 0.5, atol=1.5)
    assert np.array_equal(resize_bilinear(ramp, 100, 50), ramp.astype("float32"))


def test_shrinking_averages_blocks():
    image = np.random.default_rng(0).random((8, 12, 3))
    expected = image.reshape(4, 2, 4, 3, 3).mean(axis=(1, 3))
    assert np.allclose(resize_bilinear(image, 4, 4), expected, atol=1e-6)


@pytest.mark.parametrize("size", [(0, 5), (5, 0)])
def test_an_empty_result_is_refused(size):
    with pytest.raises(ValueError, match="height and width must be at least 1"):
        resize_bilinear(np.ones((4, 4, 3)), *size)


def test_the_square_is_cut_from_the_middle():
    image = np.zeros((6, 10, 1))
    image[:, 2:8] = 1
    assert np.array_equal(crop_to_square(image, 6), np.ones((6, 6, 1)))
    assert np.array_equal(crop_to_square(image.transpose(1, 0, 2), 3), np.ones((3, 3, 1)))


def test_patches_are_those_that_resizing_gives():
    photo = np.random.default_rng(0).random((90, 80, 3))
    top, left, side = np.array([0, 20, 26]), np.array([48, 10, 3]), np.array([32, 47, 63])
    patches = cut_patches(photo, top, left, side)
    assert patches.shape == (3, 32, 32, 3)
    for patch, t, w, s in zip(patches, top, left, side, strict=True):
        assert np.allclose(patch, resize_bilinear(photo[t : t + s, w : w + s], 32, 32), atol=1e-5)


@pytest.mark.parametrize(("top", "left"), [(-1, 0), (0, -1), (33, 0), (0, 33)])
def test_a_square_outside_the_photograph_is_refused(top, left):
    with pytest.raises(ValueError, match="reaches out of the photograph"):
        cut_patches(np.ones((64, 64, 3)), np.array([top]), np.array([left]), np.array([32]))


def test_patches_are_standardized_per_channel_and_balanced(patches):
    x_train, y_train, x_test, y_test = patches
    assert (x_train.shape, x_test.shape) == ((2000, 32, 32, 3), (500, 32, 32, 3))
    assert x_train.dtype == x_test.dtype == np.float32
    assert y_train.dtype == y_test.dtype == np.int32
    assert np.bincount(y_train).tolist() == [200] * 10
    assert np.bincount(y_test).tolist() == [50] * 10
    assert np.allclose(x_train.mean(axis=(0, 1, 2), dtype="float64"), 0, atol=1e-5)
    assert np.allclose(x_train.std(axis=(0, 1, 2), dtype="float64"), 1, atol=1e-5)


def test_patches_follow_their_seed(patches):
    again, other = (load_photo_patches(2_000, 500, seed=seed) for seed in (0, 1))
    for first, second in zip(patches, again, strict=True):
        assert np.array_equal(first, second)
    assert not np.array_equal(patches[1], other[1])


def test_no_pixel_is_in_both_parts(monkeypatch):
    """A photograph whose pixels hold the number of their block shows where each patch was cut."""
    rows, columns = np.indices((448, 640)) // 64
    numbered = np.stack([rows, columns, rows], axis=-1).astype("uint8")
    monkeypatch.setattr(
        "convlab.photographs.load_photographs", lambda names: {name: numbered for name in names}
    )
    x_train, _, x_test, _ = load_photo_patches(num_train=3_000, num_test=1_000)
    blocks = []
    for part in (x_train, x_test):
        flat = part.reshape(len(part), -1, 3)[..., :2]
        assert np.ptp(flat, axis=1).max() < 1e-4  # each patch lies within one block
        blocks.append({tuple(pair) for pair in flat[:, 0].round(3).tolist()})
    train_blocks, test_blocks = blocks
    assert not train_blocks & test_blocks
    assert len(train_blocks) + len(test_blocks) == 7 * 10


@pytest.mark.parametrize("counts", [(0, 5), (5, 0)])
def test_an_empty_part_is_refused(counts):
    with pytest.raises(ValueError, match="num_train and num_test must be at least 1"):
        load_photo_patches(*counts)


def test_the_patches_can_be_learned_and_not_by_color_alone(patches):
    from sklearn.linear_model import LogisticRegression

    x_train, y_train, x_test, y_test = patches
    mean_colors = [x.mean(axis=(1, 2)) for x in (x_train, x_test)]
    by_color = LogisticRegression(max_iter=500).fit(mean_colors[0], y_train).score(mean_colors[1], y_test)
    assert 0.2 < by_color < 0.75


def test_an_image_set_says_in_one_sentence_that_it_falls_back(monkeypatch, capsys):
    monkeypatch.setattr(keras.datasets.cifar10, "load_data", no_network)
    x_train, _, x_test, _ = load_image_set("cifar10", num_train=100, num_test=10)
    assert (x_train.shape, x_test.shape) == ((100, 32, 32, 3), (10, 32, 32, 3))
    assert capsys.readouterr().out.splitlines() == [
        "CIFAR-10 cannot be downloaded (URL fetch failure: no network), so photo patches serve."
    ]


def test_an_image_set_takes_cifar10_where_it_can_be_had(monkeypatch, capsys):
    def tiny():
        image = np.random.default_rng(0).integers(0, 256, (40, 32, 32, 3), dtype="uint8")
        return (image, np.zeros((40, 1), int)), (image, np.zeros((40, 1), int))

    monkeypatch.setattr(keras.datasets.cifar10, "load_data", tiny)
    assert load_image_set("cifar10", 30, 10)[0].shape == (30, 32, 32, 3)
    assert capsys.readouterr().out == ""


def test_an_unknown_image_set_and_empty_parts_are_refused():
    with pytest.raises(ValueError, match="'digits'"):
        load_image_set("digits", 10, 10)
    for name in ("patches", "cifar10"):
        with pytest.raises(ValueError, match="at least 1"):
            load_image_set(name, 0, 10)
