"""Mutants of assignment 02 that no hidden test can tell from the solution, each with the reason."""

_SAME_LENGTH = "a sample and its label belong together, so x and y have the same length"

EQUIVALENT = {
    "iterate_minibatches: order = np.arange(len(x)) -> order = np.arange(len(y))": _SAME_LENGTH,
    "softmax_gradient: d_logits = (probabilities - np.eye(len(bias))[y]) / len(x) -> "
    "d_logits = (probabilities - np.eye(len(bias))[y]) / len(y)": _SAME_LENGTH,
    "train_epoch: order, losses = (np.arange(len(x)), []) -> order, losses = (np.arange(len(y)), [])": (
        _SAME_LENGTH
    ),
    "train_epoch: d_logits = (np.exp(log_probabilities) - targets) / len(labels) -> "
    "d_logits = (np.exp(log_probabilities) - targets) / len(samples)": _SAME_LENGTH,
}
