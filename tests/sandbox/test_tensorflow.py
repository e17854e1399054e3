"""Keras in forked kernels: a template that has done more than import would let every one of them hang."""

import asyncio
import time

import nbformat
import pytest
from nbclient import NotebookClient

from autograder.sandbox import Limits, WarmKernels, kernel_manager

pytestmark = pytest.mark.slow

MODEL = """
import keras, numpy as np, tensorflow as tf, matplotlib.pyplot as plt
from keras import layers
parts = [layers.Conv2D(2, 3), layers.BatchNormalization(), layers.Flatten(), layers.Dense(3)]
model = keras.Sequential([layers.Input((8, 8, 1)), *parts])
model.compile(loss="mse")
model.fit(np.ones((4, 8, 8, 1)), np.ones((4, 3)), verbose=0)
plt.plot([1, 2]); plt.show()
print(model(np.ones((2, 8, 8, 1))).shape, len(tf.config.list_physical_devices("GPU")))
print(float(keras.random.uniform(())), float(tf.random.uniform(())))
"""


@pytest.fixture(scope="module")
def warm():
    with WarmKernels(Limits()) as kernels:
        yield kernels


async def run(warm, **options):
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(MODEL)])
    manager = kernel_manager(warm, **options)
    await NotebookClient(book, km=manager, timeout=90).async_execute(cleanup_kc=True)
    outputs = book.cells[0].outputs
    assert [o.data["image/png"] for o in outputs if o.output_type == "display_data"]
    assert not [o for o in outputs if o.get("name") == "stderr"]
    return "".join(o.text for o in outputs if o.output_type == "stream").splitlines()


def test_two_kernels_train_at_the_same_time(warm):
    async def both():
        return await asyncio.gather(run(warm), run(warm))

    (shape_a, random_a), (shape_b, random_b) = asyncio.run(both())
    assert shape_a == shape_b == "(2, 3) 0"
    assert not set(random_a.split()) & set(random_b.split())


def test_a_seed_repeats_keras_initial_weights(warm):
    code = "import keras\nx = keras.layers.Dense(1)\nx.build((None, 1))\nprint(float(x.kernel[0, 0]))"

    async def once():
        book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
        await NotebookClient(book, km=kernel_manager(warm, seed=3)).async_execute(cleanup_kc=True)
        return book.cells[0].outputs[0].text

    assert asyncio.run(once()) == asyncio.run(once())


def test_a_kernel_starts_in_a_fraction_of_the_imports_time(warm):
    warm.start().kill()
    times = []
    for _ in range(3):
        begin = time.monotonic()
        book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("import tensorflow, keras")])
        NotebookClient(book, km=kernel_manager(warm)).execute(cleanup_kc=True)
        times.append(time.monotonic() - begin)
    assert min(times) < 2.0
