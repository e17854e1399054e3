"""Mutants of assignment 06 that no hidden test can tell from the solution, each with the reason."""

SLOW = {"build_zfnet"}

EQUIVALENT = {
    "occlusion_map: probabilities[row, column] = predict(occluded[np.newaxis])[0, class_index] -> "
    "probabilities[row, column] = predict(occluded[np.newaxis])[-1, class_index]": (
        "the batch holds one image, which is the first and the last"
    ),
}
