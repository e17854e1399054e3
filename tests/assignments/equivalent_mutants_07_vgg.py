"""Mutants of assignment 07 that no hidden test can tell from the solution, each with the reason."""

EQUIVALENT = {
    "build_vgg: return keras.Model(images, layers.Dense(num_classes, activation='softmax')(x)) -> "
    "return keras.Model(images, layers.Dense(num_classes)(x))": (
        "a classifier may end in a softmax or in logits, as the text says"
    ),
}
