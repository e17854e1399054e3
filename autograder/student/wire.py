"""Reads what comes back from the student's side, and believes none of it."""

import base64
import json
import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from autograder.student.endpoint import encode, read_header
from autograder.student.network import read_network
from autograder.student.rebuilding import NetworkError

__all__ = ["Handle", "ReplyError", "decode", "encode", "read_reply"]

MAX_REPLY_CHARACTERS = 64 * 2**20
MAX_DEPTH = 20
MAX_ITEMS = 100_000  # in all lists, tuples and dictionaries of one result together
MAX_KEYS = 1000  # keys can be chosen so that the time grows with the square of their number


class ReplyError(Exception):
    """A reply that is not what the protocol allows; the message says what is wrong with it."""


class Handle(int):
    """The number of an object that stays on the student's side."""


def read_reply(text: str) -> dict[str, Any]:
    """Parses one reply of the endpoint.

    Args:
        text: JSON with either ``value`` (and, for calls, ``changed``) or ``error``.

    Returns:
        ``{"value": ..., "changed": [...]}`` with decoded data, or ``{"error": {"types": [...], "message":
        ...}}``.

    Raises:
        ReplyError: When the text is too long, is not JSON or has another form.
    """
    if len(text) > MAX_REPLY_CHARACTERS:
        raise ReplyError(f"the result is larger than {MAX_REPLY_CHARACTERS // 2**20} MB")
    try:
        reply = json.loads(text)
    except (ValueError, RecursionError):
        raise ReplyError("the reply is not JSON") from None
    if not isinstance(reply, dict):
        raise ReplyError("the reply has the wrong form")
    if "error" in reply:
        error = reply["error"]
        if not (
            isinstance(error, dict)
            and isinstance(error.get("types"), list)
            and error["types"]
            and all(isinstance(name, str) for name in error["types"])
            and isinstance(error.get("message"), str)
        ):
            raise ReplyError("the reply has the wrong form")
        return {
            "error": {
                "types": [name[:100] for name in error["types"][:20]],
                "message": error["message"][:2000],
            }
        }
    changed = reply.get("changed", [])
    if (
        "value" not in reply
        or not isinstance(changed, list)
        or not all(isinstance(name, (int, str)) for name in changed)
    ):
        raise ReplyError("the reply has the wrong form")
    return {"value": decode(reply["value"]), "changed": changed}


def decode(tree: Any) -> Any:
    """Turns a tree from the wire into plain data.

    Raises:
        ReplyError: When the tree is not of the form that ``endpoint`` documents.
    """
    return _decode(tree, 0, iter(range(MAX_ITEMS)))


def _decode(tree: Any, depth: int, left: Iterator[int]) -> Any:
    if depth > MAX_DEPTH:
        raise ReplyError("the result is nested too deeply")
    if tree is None or isinstance(tree, (bool, int, str)):
        return tree
    if isinstance(tree, float):
        return tree
    if not isinstance(tree, dict) or len(tree) != 1:
        raise ReplyError("the result has the wrong form")
    ((kind, content),) = tree.items()
    if kind == "array":
        return _decode_array(content)
    if kind == "float" and content in ("nan", "inf", "-inf"):
        return float(content)
    if kind == "object" and isinstance(content, int) and not isinstance(content, bool):
        return Handle(content)
    if kind == "model":
        try:
            return read_network(content, lambda value: _decode(value, depth + 1, left))
        except NetworkError as error:
            raise ReplyError(str(error)) from error
    if kind in ("list", "tuple", "dict") and isinstance(content, list):
        if kind != "dict":
            items = [_decode(item, depth + 1, left) for item in content if _counted(left)]
            return tuple(items) if kind == "tuple" else items
        if len(content) > MAX_KEYS:
            raise ReplyError(f"a dictionary has more than {MAX_KEYS} keys")
        pairs = [
            (_decode(key, depth + 1, left), _decode(value, depth + 1, left))
            for key, value in map(_pair, content)
            if _counted(left)
        ]
        try:
            return dict(pairs)
        except TypeError:
            raise ReplyError("a dictionary has a key that is not plain data") from None
    raise ReplyError("the result has the wrong form")


def _counted(left: Iterator[int]) -> bool:
    if next(left, None) is None:
        raise ReplyError(f"the result holds more than {MAX_ITEMS:,} items; return an array instead")
    return True


def _pair(item: Any) -> tuple[Any, Any]:
    if not isinstance(item, list) or len(item) != 2:
        raise ReplyError("the result has the wrong form")
    return item[0], item[1]


def _decode_array(content: Any) -> np.ndarray:
    """Reads an .npy file; the header is checked against the length before NumPy reserves memory for it."""
    try:
        data = base64.b64decode(content, validate=True)
        kind, shape, begin = read_header(data)
        dtype = np.dtype(kind)
        if math.prod(shape) * dtype.itemsize != len(data) - begin:
            raise ReplyError("an array is not as long as its shape says")
        return np.ndarray(shape, dtype, data, begin).copy()
    except (TypeError, ValueError):  # no base64, no header, no such type, or sizes that NumPy cannot count
        raise ReplyError("an array cannot be read") from None
