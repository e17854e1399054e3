"""Mutants of assignment 11 that no hidden test can tell from the solution, each with the reason."""

ARRAYS = "pareto_front: cost, accuracy = (np.asarray(cost), np.asarray(accuracy)) -> "

EQUIVALENT = {
    "pareto_front: return front[cost[front].argsort()] -> return front[accuracy[front].argsort()]": (
        "on the front, whoever costs more is more accurate"
    ),
    **dict.fromkeys(
        [
            ARRAYS + "nothing",
            ARRAYS + "cost, accuracy = (cost, np.asarray(accuracy))",
            ARRAYS + "cost, accuracy = (np.asarray(cost), accuracy)",
        ],
        "the text promises arrays; that the solution takes lists, too, is a convenience",
    ),
}
