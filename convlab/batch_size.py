"""Measurements of what the size of a batch changes: time, memory, noise of the gradient."""

import resource
import sys
import time

import keras
import numpy as np
import tensorflow as tf


def time_alternating(jobs, rounds, seed=0):
    """Measure several jobs in turns, so that a slow moment of the machine does not hit one of them alone.

    Each round runs every job once, in a new random order. The smallest time of a job is the one that was
    disturbed least; it is what the job costs when the machine does nothing else.

    Args:
        jobs: Dictionary from a name to a function without arguments. A function must return only when its
            work is done; one that leaves work to a GPU has to fetch the result.
        rounds: Number of rounds, at least 1. One round more goes before them to warm up.
        seed: Seed of the orders.

    Returns:
        Dictionary from the name to its seconds, an array of shape (rounds,).

    Raises:
        ValueError: If `rounds` is less than 1.

    >>> seconds = time_alternating({"short": lambda: time.sleep(0.001), "long": lambda: time.sleep(0.01)}, 3)
    >>> seconds["short"].shape, bool(seconds["short"].min() < seconds["long"].min())
    ((3,), True)
    """
    if rounds < 1:
        raise ValueError(f"rounds must be at least 1, got {rounds}.")
    seconds = {name: [] for name in jobs}
    rng = np.random.default_rng(seed)
    for _ in range(rounds + 1):
        for position in rng.permutation(len(jobs)):
            name = list(jobs)[position]
            start = time.perf_counter()
            jobs[name]()
            seconds[name].append(time.perf_counter() - start)
    return {name: np.array(values[1:]) for name, values in seconds.items()}


def compare_with_powers_of_two(seconds_per_step):
    """Compare each size that is no power of two with the straight line between the powers around it.

    If powers of two were special, steps of other sizes would lie above the line: ratios above 1.

    Args:
        seconds_per_step: Dictionary from batch size to seconds.

    Returns:
        Dictionary from batch size to the ratio of its time to that on the line; a size that does not have
        both neighbors is left out.

    >>> compare_with_powers_of_two({2: 1.0, 3: 1.8, 4: 2.0, 5: 9.0})
    {3: 1.2}
    """
    ratios = {}
    for size, seconds in seconds_per_step.items():
        below = 2 ** (size.bit_length() - 1)
        above = 2 * below
        if size != below and below in seconds_per_step and above in seconds_per_step:
            share = (size - below) / below
            line = (1 - share) * seconds_per_step[below] + share * seconds_per_step[above]
            ratios[size] = seconds / line
    return ratios


def peak_memory():
    """Return the most memory that this process has ever held, in MB (1 MB = 1024 KB).

    The operating system keeps this high-water mark; it never falls. Measure ascending sizes.

    Raises:
        OSError: If the system does not know it.

    Source: proc(5), VmHWM in KB. Other systems than Linux have getrusage(2), in bytes on macOS; on Linux that
    would not do, since a new process begins with the mark of the one that started it.

    >>> before = peak_memory()
    >>> block = np.ones(2**25)  # 256 MB
    >>> peak_memory() >= before > 0
    True
    """
    if sys.platform == "linux":
        with open("/proc/self/status") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (
        1024**2 if sys.platform == "darwin" else 1024
    )


class GradientNoise:
    """Gradients of a model's loss as long vectors, and how far those of mini-batches scatter.

    Args:
        model: Keras model that maps images (n, H, W, C) to logits (n, classes), and treats each image on its
            own (no batch normalization).
        x: Images (n, H, W, C), at least 2: the set whose gradient the mini-batches estimate.
        y: Integer labels (n,).

    Raises:
        ValueError: If there are fewer than two images.

    Source: McCandlish et al. (2018), arXiv 1812.06162, define the simple noise scale.

    >>> model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(2, use_bias=False)])
    >>> x, y = np.array([[1.0], [-1.0], [2.0]], "float32"), np.array([0, 1, 1])
    >>> noise = GradientNoise(model, x, y)
    >>> noise.measure(batch_size=3, draws=2) < 1e-6  # the whole set: no noise
    True
    """

    def __init__(self, model, x, y):
        """Keep the images and prepare the functions."""
        if len(x) < 2:
            raise ValueError(f"At least two images are needed, got {len(x)}.")
        self.x, self.y = x, y
        loss_of = keras.losses.SparseCategoricalCrossentropy(from_logits=True)

        def gradient(images, labels):
            with tf.GradientTape() as tape:
                loss = loss_of(labels, model(images, training=True))
            parts = tape.gradient(loss, model.trainable_variables)
            return tf.concat([tf.reshape(part, [-1]) for part in parts], axis=0)

        def squared_norm(pair):
            image, label = pair
            return tf.reduce_sum(gradient(image[None], label[None]) ** 2)

        self._gradient = tf.function(gradient, reduce_retracing=True)
        self._squared_norms = tf.function(
            lambda images, labels: tf.map_fn(squared_norm, (images, labels), fn_output_signature=tf.float32)
        )

    def signal_and_spread(self):
        """Return the norm of the whole set's gradient and the spread of the images' gradients around it.

        The spread is the root of the summed variances of all components, with n - 1 in the denominator. It
        is exact, not a sample: each image's gradient is computed once.
        """
        signal = float(tf.norm(self._gradient(self.x, self.y)))
        n = len(self.x)
        mean_square = float(tf.reduce_mean(self._squared_norms(self.x, self.y)))
        return signal, float(np.sqrt(n / (n - 1) * max(mean_square - signal**2, 0.0)))

    def measure(self, batch_size, draws, seed=0):
        """Draw mini-batches without replacement and return how far their gradients lie from the whole set's.

        Args:
            batch_size: Images per mini-batch, between 1 and n.
            draws: Number of mini-batches, at least 1.
            seed: Seed of the draws.

        Returns:
            Root mean square distance, in the units of the gradient.

        Raises:
            ValueError: If the batch size or the number of draws is out of range.
        """
        n = len(self.x)
        if not 1 <= batch_size <= n or draws < 1:
            raise ValueError(f"1 <= batch_size <= {n} and draws >= 1 are needed, got {batch_size}, {draws}.")
        rng = np.random.default_rng(seed)
        whole = self._gradient(self.x, self.y)
        squares = []
        for _ in range(draws):
            chosen = rng.choice(n, batch_size, replace=False)
            squares.append(tf.reduce_sum((self._gradient(self.x[chosen], self.y[chosen]) - whole) ** 2))
        return float(np.sqrt(np.mean(squares)))
