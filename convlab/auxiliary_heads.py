"""Auxiliary heads: small classifiers in the middle of a network that are there in training only."""

import keras
import tensorflow as tf

from convlab.googlenet import apply_layers


def auxiliary_layers(name, size=5, stride=3, width=1.0, num_classes=1000):
    """List the layers of one of GoogLeNet's auxiliary heads.

    Args:
        name: Name of the head, put in front of the names of its layers.
        size: Rows and columns of the window that its pooling averages.
        stride: Step of that window.
        width: Factor on its 128 filters and 1,024 hidden outputs.
        num_classes: Outputs of its last layer.

    Returns:
        List of layers as `apply_layers` and `convlab.layer_costs.cost_table` read it.

    Source: Szegedy et al. (2015), arXiv 1409.4842, section 5.

    >>> from convlab.layer_costs import cost_table
    >>> sum(row.parameters for row in cost_table(auxiliary_layers("aux"), (14, 14, 512)))
    3188840
    """
    return [
        {"name": f"{name}_pool", "kind": "pooling", "size": size, "stride": stride, "average": True},
        {"name": f"{name}_conv", "kind": "convolution", "size": 1, "filters": round(128 * width)},
        {"name": f"{name}_flatten", "kind": "flatten"},
        {"name": f"{name}_fc1", "kind": "fully connected", "units": round(1024 * width)},
        {"name": f"{name}_fc2", "kind": "fully connected", "units": num_classes},
    ]


def attach_heads(model, heads, dtype="float32"):
    """Give a network further outputs: small networks that start from its feature maps.

    The new model shares all layers of the old one, which stays as it is.

    Args:
        model: Keras model with one output.
        heads: Dictionary from the name of a layer to a list of layers as `apply_layers` reads it.
        dtype: As in `apply_layers`.

    Returns:
        Keras model with the outputs [output of `model`, outputs of the heads in their order].

    >>> from convlab.googlenet import build_inception_network, rows_for_small_images
    >>> model = build_inception_network(rows_for_small_images(last="3a"), (32, 32, 3), 0.1, num_classes=10)
    >>> len(attach_heads(model, {"conv1": auxiliary_layers("aux", num_classes=10)}).outputs)
    2
    """
    ends = [apply_layers(model.get_layer(name).output, layers, dtype=dtype) for name, layers in heads.items()]
    return keras.Model(model.input, [model.output, *ends])


def kernel_gradients(model, images, labels, loss_weights):
    """Compute the norm of the gradient of a weighted sum of losses with respect to each convolution's kernel.

    Args:
        model: Keras model whose outputs are all logits (N, classes).
        images: Array (N, H, W, C).
        labels: Integer labels (N,).
        loss_weights: Factor of the cross-entropy of each output, in the order of the outputs.

    Returns:
        Dictionary from the name of a convolution to the norm as a float, in the order of the model's layers.

    >>> from convlab.googlenet import build_inception_network, rows_for_small_images
    >>> model = build_inception_network(rows_for_small_images(last="3a"), (32, 32, 3), 0.1, num_classes=10)
    >>> two = attach_heads(model, {"conv1": auxiliary_layers("aux", num_classes=10)})
    >>> images, labels = keras.ops.ones((4, 32, 32, 3)), keras.ops.arange(4)
    >>> norms = kernel_gradients(two, images, labels, [1.0, 0.3])
    >>> list(norms)[:2]
    ['conv1', 'conv2_reduce']
    """
    loss_of = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    convolutions = [layer for layer in model.layers if isinstance(layer, keras.layers.Conv2D)]
    with tf.GradientTape() as tape:
        outputs = model(images, training=True)
        loss = sum(
            weight * loss_of(labels, logits) for weight, logits in zip(loss_weights, outputs, strict=True)
        )
    gradients = tape.gradient(loss, [layer.kernel for layer in convolutions], unconnected_gradients="zero")
    return {
        layer.name: float(tf.norm(gradient)) for layer, gradient in zip(convolutions, gradients, strict=True)
    }
