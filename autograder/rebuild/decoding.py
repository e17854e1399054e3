"""Reads JSON from bytes that should be a notebook.

Repaired is what has only one meaning: the encoding, bytes after the end, commas before a closing bracket. Of
    a file that ends too early the whole cells are used. Everything else is reported.
"""

import json
import re
from typing import Any, NamedTuple

MAX_DEPTH = 200

_STRING = (
    r'"(?:[^"\\]++|\\.?)*+"?'  # possessive: no way back, hence no more memory or time than there is text
)
_NO_BRACKETS = re.compile(_STRING + r'|[^\[\]{}"]++', re.DOTALL)
_SPARE_COMMA = re.compile(_STRING + r"|,(?=\s*+[\]}])", re.DOTALL)
_CONFLICT = re.compile(r"^(?:<{7} |>{7} |={7}$)", re.MULTILINE)
_CELLS_BEGIN = re.compile(r'\{\s*"cells"\s*:\s*\[\s*')
_BETWEEN_CELLS = re.compile(r"[\s,]*")
_SIGNATURES = {
    b"PK\x03\x04": "an archive (zip)",
    b"%PDF": "a PDF",
    b"\x1f\x8b": "an archive (gzip)",
    b"\x89PNG": "an image",
    b"\xff\xd8\xff": "an image",
}


class UnreadableError(Exception):
    """A file that is no notebook; the message tells the student what it is and what to do."""


class Decoded(NamedTuple):
    """What was read from a file.

    Attributes:
        data: The JSON object.
        repairs: Sentences about what had to be repaired.
        damaged: Whether the end of the file could not be read.
    """

    data: dict[str, Any]
    repairs: list[str]
    damaged: bool = False


AGAIN = "Open the notebook in JupyterLab or Colab, save it, and hand it in again."


def decode_notebook(content: bytes) -> Decoded:
    """Reads a notebook's JSON.

    Raises:
        UnreadableError: When there is no JSON object in the file.
    """
    if not content.strip(b"\x00 \t\r\n"):
        raise UnreadableError(f"The file is empty. {AGAIN}")
    for signature, kind in _SIGNATURES.items():
        if content.startswith(signature):
            raise UnreadableError(
                f"The file is {kind}, not a notebook. Hand in the file whose name ends in .ipynb."
            )
    text, repairs = _decode_text(content)
    if text.endswith("\x00"):
        shorter = text.rstrip("\x00 \t\r\n")
        if shorter != text:
            repairs.append(
                "The file ended in zero bytes, as after an interrupted copy; they have been left out."
            )
            text = shorter
    start = text.lstrip()
    if not start.startswith("{"):
        raise UnreadableError(_not_json(start))
    if nested_too_deeply(text):
        raise UnreadableError(
            f"The file is nested more than {MAX_DEPTH} levels deep; no notebook is. {AGAIN}"
        )
    decoded = _parse(start)
    return decoded._replace(repairs=repairs + decoded.repairs)


def _decode_text(content: bytes) -> tuple[str, list[str]]:
    """Finds the encoding."""
    for mark, encoding in ((b"\xff\xfe\x00\x00", "utf-32"), (b"\x00\x00\xfe\xff", "utf-32")):
        if content.startswith(mark):
            return content.decode(encoding, "replace"), [_converted("UTF-32")]
    head = content[:64].lstrip(b" \t\r\n")
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace").removeprefix("\ufeff"), [_converted("UTF-16")]
    if head.startswith((b"{\x00", b"\x00{")):
        encoding = "utf-16-le" if head.startswith(b"{") else "utf-16-be"
        return content.decode(encoding, "replace"), [_converted("UTF-16")]
    try:
        return content.decode("utf-8-sig"), []
    except UnicodeDecodeError:
        pass
    # Some bytes are wrong: either a few in a file that is UTF-8 otherwise, or the file is in the encoding of
    # an old Windows.
    text = content.decode("utf-8-sig", "replace")
    wrong = text.count("\ufffd")
    if sum(character > "\x7f" for character in text) - wrong > wrong:
        return text, ["Some characters of the file were damaged; each of them has been replaced by \ufffd."]
    try:
        return content.decode("cp1252"), [_converted("Windows-1252")]
    except UnicodeDecodeError:
        return content.decode("latin-1"), [_converted("Latin-1")]


def _converted(encoding: str) -> str:
    return f"The file was written in the encoding {encoding}; it has been converted to UTF-8."


def _not_json(start: str) -> str:
    if start.startswith("<"):
        return (
            "The file is a web page, not a notebook. In Colab use File > Download > Download .ipynb; "
            "in JupyterLab use File > Download."
        )
    return f"The file does not hold a notebook, although its name says so. {AGAIN}"


def nested_too_deeply(text: str) -> bool:
    """Whether lists and objects in JSON stand in each other more than ``MAX_DEPTH`` levels deep.

    Asked before parsing: where the parser itself gives up depends on how deep the program is in calls
        already.
    """
    depth = 0
    for bracket in _NO_BRACKETS.sub("", text):
        depth += 1 if bracket in "[{" else -1
        if depth > MAX_DEPTH:
            return True
    return False


def _parse(text: str) -> Decoded:
    # NaN and Infinity are no JSON, and numbers of thousands of digits are refused by Python: neither is
    # needed for anything.
    decoder = json.JSONDecoder(
        strict=False,
        parse_constant=lambda _: None,
        parse_int=lambda digits: int(digits) if len(digits) < 20 else None,
    )
    try:
        data, end = decoder.raw_decode(text)
        repairs = []
    except json.JSONDecodeError as error:
        damage = error
        text = _SPARE_COMMA.sub(lambda found: "" if found[0] == "," else found[0], text)
        try:
            data, end = decoder.raw_decode(text)
        except json.JSONDecodeError:
            return _rescue(text, decoder, damage.lineno)
        repairs = ["The file had commas where JSON allows none; they have been left out."]
    if text[end:].strip():
        repairs.append("There was more text after the end of the notebook; it has been left out.")
    return Decoded(data, repairs)


def _rescue(text: str, decoder: json.JSONDecoder, line: int) -> Decoded:
    """Uses the whole cells before the place where a notebook is damaged.

    Raises:
        UnreadableError: When there are none, or when the file holds two versions of the notebook.
    """
    if _CONFLICT.search(text):
        raise UnreadableError(
            "The file holds two versions of the notebook, with the conflict marks of git (<<<<<<<, =======, "
            ">>>>>>>). Decide for one version and hand it in again."
        )
    cells = _whole_cells(text, decoder)
    if not cells:
        raise UnreadableError(
            f"The file is damaged in line {line}: it is not the JSON that notebooks are made of. {AGAIN}"
        )
    count = "the first cell has" if len(cells) == 1 else f"the first {len(cells)} cells have"
    sentence = (
        f"The file is damaged in line {line}, as after an interrupted download: {count} been read, and "
        f"nothing of what follows. {AGAIN}"
    )
    return Decoded({"cells": cells, "nbformat": 4}, [sentence], damaged=True)


def _whole_cells(text: str, decoder: json.JSONDecoder) -> list[Any]:
    """The cells before the place where a notebook is damaged."""
    cells: list[Any] = []
    begin = _CELLS_BEGIN.match(text)
    position = begin.end() if begin else len(text)
    while position < len(text):
        try:
            cell, position = decoder.raw_decode(text, position)
        except json.JSONDecodeError:
            break
        cells.append(cell)
        position = _BETWEEN_CELLS.match(text, position).end()
    return cells
