"""Honest work that is slow, chatty or unusual."""

from tests.faults.corpus import Fault, submit
from tests.faults.notebooks import Notebooks, add_after, cell, code
from tests.faults.whole import HEAVY, case, in_cell, in_last_cell, in_right_answer, victim


@case(HEAVY)
def slow_at_first(nb: Notebooks) -> Fault:
    """A graded function sleeps a second when it is called for the first time by a test."""
    name = victim(nb)
    lines = f"import time\nif not hasattr({name}, 'calls'):\n    {name}.calls = 1\n    time.sleep(1)"
    return in_right_answer(nb, lines)


@case(HEAVY)
def slow_cell(nb: Notebooks) -> Fault:
    """A cell trains something for two seconds."""
    return in_cell(
        nb, "import time\nbegin = time.time()\nwhile time.time() < begin + 2:\n    np.ones(1000).sum()"
    )


@case(HEAVY)
def warnings_and_log_lines(nb: Notebooks) -> Fault:
    """Graded functions warn, write log lines and write to the error stream's descriptor."""
    lines = """
import logging, os, sys, warnings
logging.basicConfig(level=logging.DEBUG)
logging.getLogger().critical('the loss is %s', np.float32('nan'))
warnings.warn('careful', RuntimeWarning)
os.write(2, b'from below\\n')
sys.stderr.write('and from above\\n')
np.log(np.zeros(1)) / 0
"""
    return in_right_answer(nb, lines)


@case(HEAVY)
def prints_a_lot(nb: Notebooks) -> Fault:
    """A graded function prints its arguments, hundreds of lines, with every call."""
    return in_right_answer(nb, "for step in range(300):\n    print(step, moving, batch_value, momentum)")


@case(HEAVY)
def warnings_are_errors(nb: Notebooks) -> Fault:
    """A careful student turns warnings and floating-point problems into errors."""
    return in_cell(nb, "import warnings\nwarnings.simplefilter('error')\nnp.seterr(all='raise')")


@case(HEAVY)
def random_seeds(nb: Notebooks) -> Fault:
    """Graded functions set the seeds of all generators."""
    return in_right_answer(nb, "import random\nrandom.seed(1)\nnp.random.seed(1)\nnp.random.rand(3)")


@case(HEAVY)
def numbers_of_numpy(nb: Notebooks) -> Fault:
    """The result is a list of NumPy's own numbers."""
    return _result(nb, "[np.float32(value) if index % 2 else value for index, value in enumerate(result)]")


@case(HEAVY)
def long_doubles(nb: Notebooks) -> Fault:
    """The result has more digits than needed."""
    return _result(nb, "result.astype(np.longdouble)")


@case(HEAVY)
def result_in_fortran_order(nb: Notebooks) -> Fault:
    """The result is a reversed view of a strided, read-only array with swapped bytes."""
    return _result(nb, "np.repeat(result[::-1], 2)[::-2].astype('>f8')")


@case(HEAVY)
def result_as_a_matrix_row(nb: Notebooks) -> Fault:
    """The result is a row of a masked array in which nothing is masked."""
    return _result(nb, "np.ma.masked_invalid(result[np.newaxis])[0]")


@case(HEAVY)
def result_as_a_tensor(nb: Notebooks) -> Fault:
    """The result is a tensor of TensorFlow."""
    return _result(nb, "__import__('tensorflow').constant(result)")


@case(HEAVY)
def result_as_a_variable(nb: Notebooks) -> Fault:
    """The result is a variable of Keras."""
    return _result(nb, "__import__('keras').Variable(result, dtype='float32')")


def _result(nb: Notebooks, expression: str) -> Fault:
    notebook, name = nb.answered, victim(nb)
    answer = nb.answer(name).replace(f"def {name}(", "def compute(")
    wrapper = (
        f"def {name}(moving, batch_value, momentum=0.99):\n"
        "    result = compute(np.asarray(moving), np.asarray(batch_value), momentum)\n"
    )
    cell(notebook, name)["source"] = f"{answer}\n\n{wrapper}    return {expression}"
    return submit(nb, notebook)


@case(HEAVY)
def tensorflow_in_a_function(nb: Notebooks) -> Fault:
    """Two graded functions compute with TensorFlow, one of them compiled."""
    notebook = nb.answered
    cell(notebook, "batchnorm_inference")["source"] = """
import tensorflow as tf

@tf.function
def batchnorm_inference(x, gamma, beta, moving_mean, moving_variance, epsilon=1e-3):
    x, gamma, beta, mean, variance = (
        tf.cast(value, tf.float64) for value in (x, gamma, beta, moving_mean, moving_variance)
    )
    return tf.nn.batch_normalization(x, mean, variance, beta, gamma, epsilon)
"""
    cell(notebook, "batchnorm_train")["source"] = """
import tensorflow as tf

def batchnorm_train(x, gamma, beta, epsilon=1e-3):
    x = tf.cast(x, tf.float64)
    mean, variance = tf.nn.moments(x, axes=list(range(x.ndim - 1)))
    return gamma * (x - mean) / tf.sqrt(variance + epsilon) + beta, mean, variance
"""
    return submit(nb, notebook)


@case(HEAVY)
def keras_trains_a_model(nb: Notebooks) -> Fault:
    """A cell trains a small model, with a progress bar."""
    source = """
import keras
model = keras.Sequential([keras.Input((4,)), keras.layers.BatchNormalization(), keras.layers.Dense(1)])
model.compile("sgd", "mse")
model.fit(np.ones((32, 4)), np.ones(32), epochs=2)
"""
    return in_cell(nb, source)


@case(HEAVY)
def plots(nb: Notebooks) -> Fault:
    """Cells draw plots, and a graded function draws one with every call."""
    lines = """
import matplotlib.pyplot as plt
plt.plot(moving)
if len(plt.gca().lines) == 1:
    plt.show()
"""
    fault = in_right_answer(nb, lines)
    (notebook,) = fault.files.values()
    source = "import matplotlib.pyplot as plt\nplt.hist(np.random.rand(100))\nplt.title('π ≈ 3')\nplt.show()"
    add_after(notebook, nb.tests[0], code(source))
    return fault


@case(HEAVY)
def progress_bars(nb: Notebooks) -> Fault:
    """Cells show progress by writing over a line and by clearing the output."""
    source = """
import sys
from IPython.display import clear_output
for step in range(500):
    sys.stderr.write(f"\\r{step / 5:.0f} % " + "█" * (step // 10))
    if step % 100 == 0:
        clear_output(wait=True)
"""
    return in_cell(nb, source)


@case(HEAVY)
def magics(nb: Notebooks) -> Fault:
    """Cells use commands of IPython and of the shell."""
    notebook = nb.answered
    sources = (
        f"%timeit -n1 -r1 {nb.functions[0]}(np.ones((2, 3)), np.ones(3), np.ones(3))",
        "%%time\nvalue = 1",
        "%%capture output\nprint('hidden')",
        "!ls\n!python --version",
        "files = !ls -a\nfiles",
        "%%bash\necho $HOME",
        "%env MOOD=good\n%who\n%matplotlib inline\n%config InlineBackend.figure_format = 'svg'",
        "np.mean?",
        "%precision 3\n%xmode Minimal\n%load_ext autoreload\n%autoreload 2",
        "%cd /tmp\n%pwd",
    )
    add_after(notebook, nb.tests[0], *map(code, sources))
    return submit(nb, notebook)


@case(HEAVY)
def installs_a_package(nb: Notebooks) -> Fault:
    """A cell installs a package, which fails without a network."""
    return in_cell(nb, "!pip install --no-input --retries 0 --timeout 1 some-package-of-mine")


@case(HEAVY)
def threads_that_end(nb: Notebooks) -> Fault:
    """A graded function shares its work out to threads."""
    lines = """
from concurrent.futures import ThreadPoolExecutor
with ThreadPoolExecutor(4) as pool:
    moving = np.array(list(pool.map(float, moving)))
"""
    return in_right_answer(nb, lines)


@case(HEAVY)
def processes_that_end(nb: Notebooks) -> Fault:
    """A cell shares its work out to processes."""
    source = """
import multiprocessing

def square(number):
    return number**2

with multiprocessing.get_context("fork").Pool(2) as pool:
    print(pool.map(square, range(10)))
"""
    return in_cell(nb, source)


@case(HEAVY)
def time_limit_of_its_own(nb: Notebooks) -> Fault:
    """A cell limits its own time by an alarm and takes that back."""
    source = """
import signal

def stop(*arguments):
    raise TimeoutError

signal.signal(signal.SIGALRM, stop)
signal.setitimer(signal.ITIMER_REAL, 0.2)
try:
    while True:
        pass
except TimeoutError:
    print("long enough")
"""
    return in_cell(nb, source)


@case(HEAVY)
def asynchronous_cells(nb: Notebooks) -> Fault:
    """A cell awaits, and leaves a task that ends later."""
    source = """
import asyncio

async def later():
    await asyncio.sleep(0.2)
    print("later")

task = asyncio.create_task(later())
await asyncio.sleep(0.1)
"""
    return in_cell(nb, source)


@case(HEAVY)
def namespace_emptied_at_first(nb: Notebooks) -> Fault:
    """The first cell removes all names, as some courses advise."""
    notebook = nb.answered
    notebook["cells"].insert(0, code("%reset -f"))
    return submit(nb, notebook)


@case(HEAVY)
def main_at_the_end(nb: Notebooks) -> Fault:
    """A script's last lines call a main function that reads its arguments."""
    source = """
import argparse

def main(arguments=None):
    parser = argparse.ArgumentParser()
    parser.add_argument("--steps", type=int, default=3)
    print(parser.parse_args(arguments).steps)

if __name__ == "__main__":
    main([])
    main()
"""
    return in_last_cell(nb, source)


@case(HEAVY)
def another_kind_of_class(nb: Notebooks) -> Fault:
    """The layer is made from other classes, with slots, properties and a parent that is abstract."""
    notebook = nb.answered
    answer = nb.answer("BatchNorm").replace("class BatchNorm:", "class Plain:")
    cell(notebook, "BatchNorm")["source"] = f"""
from abc import ABC, abstractmethod
{answer}

class Layer(ABC):
    @abstractmethod
    def __call__(self, x, training):
        ...

class BatchNorm(Plain, Layer):
    def __call__(self, x, training=False):
        return super().__call__(x, training)

    @property
    def gamma(self):
        return self.__dict__["scale"]

    @gamma.setter
    def gamma(self, value):
        self.__dict__["scale"] = value
"""
    return submit(nb, notebook)


@case(HEAVY)
def odd_texts(nb: Notebooks) -> Fault:
    """Outputs hold bytes that are no text, control characters, markup and half of a surrogate pair."""
    source = """
import os, sys
print("\\x00\\x07\\x1b[31mred\\x1b[0m <b>&amp;</b> \\u202e \\ud83d 🙂")
os.write(1, b"\\xff\\xfe\\x00")
from IPython.display import HTML, display
display(HTML("<script>alert(1)</script>"))
"""
    return in_cell(nb, source)
