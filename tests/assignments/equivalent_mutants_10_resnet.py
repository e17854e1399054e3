"""Mutants of assignment 10 that no hidden test can tell from the solution, each with the reason."""

SLOW = {"build_resnet"}

EQUIVALENT = {
    "residual_gradient: return dy @ (np.eye(len(dy)) + branch_jacobian) -> "
    "return dy @ (np.eye(len(branch_jacobian)) + branch_jacobian)": (
        "the Jacobian has as many rows as dy has numbers"
    ),
    "build_resnet: change = layers.ReLU()(normalized(x, filters, 3, step)) -> "
    "change = layers.ReLU()(normalized(x, width, 3, step))": (
        "in basic blocks, width is the number of filters"
    ),
    "build_resnet: change = normalized(change, filters, 3) -> change = normalized(change, width, 3)": (
        "in basic blocks, width is the number of filters"
    ),
}
