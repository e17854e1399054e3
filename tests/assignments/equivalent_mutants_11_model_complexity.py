"""Mutants of assignment 11 that no hidden test can tell from the solution, each with the reason."""

EQUIVALENT = {
    "pareto_front: return front[cost[front].argsort()] -> return front[accuracy[front].argsort()]": (
        "on the front, whoever costs more is more accurate"
    ),
}
