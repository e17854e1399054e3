"""Compares the texts of cells and finds the names that code defines.

Code is read with regular expressions and not with ``ast``: cells may hold IPython commands or unfinished
lines, and Python's parser can be brought down by an expression that is nested deeply enough.
"""

import re

_LONG_STRING = re.compile(r"(\"\"\"|''').*?\1", re.DOTALL)
_DEFINITION = re.compile(r"^(?:(?:async[ \t]+)?def|class)[ \t]+(\w+)", re.MULTILINE)
_ASSIGNMENT = re.compile(r"^(\w+)[ \t]*(?::[^=\n]*)?=(?!=)", re.MULTILINE)


def lines(text: str) -> list[str]:
    """Lines that are not blank, without the space at their ends."""
    return [line.rstrip() for line in text.splitlines() if line.strip()]


def same_text(one: str, other: str) -> bool:
    """Whether two texts differ in blank lines and trailing space at most."""
    return lines(one) == lines(other)


def overlap(original: str, text: str) -> float:
    """The share of the original's lines that stand in a text, from 0 to 1."""
    wanted = set(lines(original))
    return len(wanted & set(lines(text))) / len(wanted) if wanted else 0.0


def added_lines(original: str, text: str) -> str:
    """What somebody wrote into a text: its lines that the original does not have."""
    known = {line.strip() for line in original.splitlines()}
    return "\n".join(line for line in text.splitlines() if line.strip() and line.strip() not in known)


def names_defined(code: str) -> set[str]:
    r"""Names that code defines or assigns at its top level.

    >>> sorted(names_defined("class A:\n    b = 1\n\ndef f(x):\n    pass\n\ng = f"))
    ['A', 'f', 'g']
    """
    code = _LONG_STRING.sub("''", code)
    return set(_DEFINITION.findall(code)) | set(_ASSIGNMENT.findall(code))


def is_stub(released: str, code: str) -> bool:
    """Whether code is a released solution cell in which nothing has been written."""
    statements = _statements(code)
    unwritten = any(line.startswith("raise NotImplementedError") for line in statements)
    return not statements or (unwritten and statements <= _statements(released))


def _statements(code: str) -> set[str]:
    stripped = (line.strip() for line in code.splitlines())
    return {line for line in stripped if line and not line.startswith("#")}
