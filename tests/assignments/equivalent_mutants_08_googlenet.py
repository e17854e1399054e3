"""Mutants of assignment 08 that no hidden test can tell from the solution, each with the reason."""

SLOW = {"build_googlenet"}

ORDER = "the branches may be concatenated in any order, as the text says"


def _exchanged(name, before, branches, after):
    """The mutants in which two branches that are neighbors change places."""
    for i in range(len(branches) - 1):
        other = [*branches[:i], branches[i + 1], branches[i], *branches[i + 2 :]]
        old, new = (f"{before}{', '.join(order)}{after}" for order in (branches, other))
        yield f"{name}: {old} -> {new}", ORDER


EQUIVALENT = {
    **dict(
        _exchanged(
            "inception_module",
            "return layers.concatenate([",
            ["convolve(x, f1, 1)", "three", "five", "convolve(largest, pool_proj, 1)"],
            "])",
        )
    ),
    **dict(
        _exchanged(
            "build_googlenet",
            "x = layers.concatenate([",
            ["convolve(x, f1, 1)", "three", "five", "projected"],
            "])",
        )
    ),
    "build_googlenet: return keras.Model(images, layers.Dense(num_classes, activation='softmax')(x)) -> "
    "return keras.Model(images, layers.Dense(num_classes)(x))": (
        "a classifier may end in a softmax or in logits, as the text says"
    ),
}
