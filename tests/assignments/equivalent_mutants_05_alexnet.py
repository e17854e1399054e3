"""Mutants of assignment 05 that no hidden test can tell from the solution, each with the reason."""

ROWS = (
    "for name, filters, window, stride, padding in [('conv1', 64, 11, 4, 2), ('pool1', 0, 3, 2, 0), "
    "('conv2', 192, 5, 1, 2), ('pool2', 0, 3, 2, 0), ('conv3', 384, 3, 1, 1), ('conv4', 256, 3, 1, 1), "
    "('conv5', 256, 3, 1, 1), ('pool3', 0, 3, 2, 0), ('flatten', None, None, None, None), "
    "('fc1', 4096, None, None, None), ('fc2', 4096, None, None, None), ('fc3', 1000, None, None, None)]:"
)


def _row(old, new):
    return f"alexnet_table: {ROWS} -> {ROWS.replace(old, new)}"


EQUIVALENT = {
    _row("('conv1', 64, 11, 4, 2)", "('conv1', 64, 11, 4, 3)"): "(227 - 11 + 6) / 4 is rounded down to 55",
    _row("('pool1', 0, 3,", "('pool1', 0, 4,"): "(56 - 3) / 2 is rounded down to 26 = (56 - 4) / 2",
    _row("('pool2', 0, 3,", "('pool2', 0, 2,"): "(27 - 2) / 2 is rounded down to 12 = (27 - 3) / 2",
    _row("('pool3', 0, 3,", "('pool3', 0, 2,"): "(13 - 2) / 2 is rounded down to 5 = (13 - 3) / 2",
    "alexnet_table: side = 227 -> side = 228": "(228 - 11 + 4) / 4 is rounded down to 55",
}
