"""Makes the code in a page light: most of a lesson's elements are single words of code.

Pygments marks every name and every bracket, although most of them have the color that code has anyway. And a
browser would lay out all of it before the reader sees the first line; with the number of lines it knows how
high a piece of code is, and leaves it until it comes near (`content-visibility` in `workbook.css`).
"""

import re

_OWN = re.compile(r"\.highlight \{[^}]*?(?<![-\w])(color: \S+) *\}")
_RULE = re.compile(r"\.highlight \.(\w+) \{ *([^}]*?) *\}")
_CODE = re.compile(r'(<div class="highlight">)<pre>(.*?)</pre>', re.DOTALL)
_WORD = re.compile(r'<span class="(\w+)">([^<]*)</span>')


def plain_kinds(styles: str) -> frozenset[str]:
    """Pygments' names of words that look like the code around them.

    Args:
        styles: Pygments' style sheet, for the light mode and then for the dark one.

    Raises:
        ValueError: The sheet is not as this module knows it.
    """
    modes = re.findall(r'^html\[data-theme="\w+"\] (\.highlight.*)$', styles, re.MULTILINE)
    own = [match[1] for line in modes if (match := _OWN.match(line))]
    rules: dict[str, list[str]] = {}
    for line in modes:
        if match := _RULE.match(line):
            rules.setdefault(match[1], []).append(match[2])
    plain = frozenset(kind for kind, found in rules.items() if found == own)
    if not plain:
        raise ValueError("Pygments' style sheet is not as before: is there a new version of Sphinx?")
    return plain


def make_code_lean(page: str, plain: frozenset[str]) -> str:
    """A page whose code has fewer elements, and says how many lines it has."""

    def lean(match: re.Match[str]) -> str:
        code = _WORD.sub(lambda word: word[2] if word[1] in plain else word[0], match[2])
        return f'{match[1]}<pre style="--lines: {code.rstrip().count(chr(10)) + 1}">{code}</pre>'

    return _CODE.sub(lean, page)
