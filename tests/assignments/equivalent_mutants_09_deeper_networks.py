"""Mutants of assignment 09 that no hidden test can tell from the solution, each with the reason."""

FUNCTIONS = "functions = {'relu': lambda z: np.maximum(z, 0), 'tanh': np.tanh, 'linear': lambda z: z}"
LAYER = "x = layers.Conv2D(channels, 3, padding='same', activation='relu', kernel_initializer=start)(x)"
ARRAY = "Keras takes an array for the initializer that puts out this array"


def _functions(old, new):
    return f"signal_scale: {FUNCTIONS} -> {FUNCTIONS.replace(old, new)}"


EQUIVALENT = {
    _functions("np.maximum(z, 0)", "np.maximum(0, z)"): "the larger of two numbers has no order",
    _functions("np.maximum", "np.minimum"): (
        "weights of both signs are equally likely, so a network turned upside down has the same numbers"
    ),
    "append_identity_layers: start = keras.initializers.Constant(weights) -> start = weights": ARRAY,
    f"append_identity_layers: {LAYER} -> {LAYER.replace('=start', '=weights')}": ARRAY,
}
