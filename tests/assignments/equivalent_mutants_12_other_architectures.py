"""Mutants of assignment 12 that no hidden test can tell from the solution, each with the reason."""

ORDER = "what is concatenated may stand in any order, as the text says"

EQUIVALENT = {
    "grouped_conv_parameters: if math.gcd(groups, c_in, c_out) != groups: -> "
    "if math.gcd(c_in, groups, c_out) != groups:": "the greatest common divisor knows no order",
    "dense_block: x = layers.concatenate([x, found]) -> x = layers.concatenate([found, x])": ORDER,
    "fire_module: return layers.concatenate([points, squares]) -> "
    "return layers.concatenate([squares, points])": ORDER,
}
