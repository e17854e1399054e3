"""Mutants of assignment 10 that no hidden test can tell from the solution, each with the reason."""

SLOW = {"build_resnet"}

EQUIVALENT = {
    "residual_gradient: return dy @ (np.eye(len(dy)) + branch_jacobian) -> "
    "return dy @ (np.eye(len(branch_jacobian)) + branch_jacobian)": (
        "the Jacobian has as many rows as dy has numbers"
    ),
}
