"""Mutates notebooks: some bytes of the file, or some values in its JSON."""

import copy
import json
from random import Random

_WORDS = [
    b'"',
    b"\\",
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b":",
    b"\x00",
    b"\xff",
    b"\xed\xa0\x80",
    b"null",
    b"NaN",
    b'"cells"',
]


def mutate_bytes(content: bytes, random: Random) -> bytes:
    """Changes, removes, inserts or repeats pieces of a file."""
    data = bytearray(content)
    for _ in range(random.choice([1, 1, 2, 5, 20])):
        at = random.randrange(len(data) + 1)
        length = random.choice([1, 1, 3, 10, 300, 5000])
        match random.randrange(6):
            case 0:
                del data[at : at + length]
            case 1:
                data[at:at] = random.choice(_WORDS)
            case 2:
                data[at : at + 1] = bytes([random.randrange(256)])
            case 3:
                data[at:at] = data[at : at + length]
            case 4:
                other = random.randrange(len(data) + 1)
                data[at : at + length] = data[other : other + length]
            case 5 if random.random() < 0.2:
                del data[at:]
    return bytes(data)


def mutate_json(notebook: dict, random: Random) -> bytes:
    """Replaces, removes, repeats or exchanges values anywhere in a notebook."""
    notebook = copy.deepcopy(notebook)
    for _ in range(random.choice([1, 2, 5, 20, 60])):
        places = list(_places(notebook))
        if not places:  # everything has been removed
            break
        holder, key = random.choice(places)
        other_holder, other_key = random.choice(places)
        match random.randrange(6):
            case 0:
                holder[key] = _junk(random)
            case 1:
                del holder[key]
            case 2:
                holder[key] = copy.deepcopy(other_holder[other_key])
            case 3 if isinstance(holder, list):
                holder.insert(random.randrange(len(holder) + 1), copy.deepcopy(holder[key]))
            case 4 if isinstance(holder, list):
                random.shuffle(holder)
            case 5 if isinstance(holder[key], str):
                text = holder[key]
                cut = random.randrange(len(text) + 1)
                holder[key] = text[:cut] + str(_junk(random)) + text[cut:]
    return json.dumps(notebook).encode()


def _places(value):
    """Every place in a JSON value: the list or object, and the index or key."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield value, key
        yield from _places(inner)


def _junk(random: Random):
    return random.choice(
        [
            *(None, True, False, 0, -1, 4, 3, 99, 1e300, float("nan"), float("inf"), 10**30),
            *(
                "",
                "code",
                "markdown",
                "raw",
                "\x00",
                "\ud800",
                "\u2028",
                "\r",
                "def f(",
                "batchnorm_train",
                '"""',
                "'''",
            ),
            *([], [[]], {}, {"": {}}, {"nbgrader": {}}, [None, "a\n", 3], "x" * 3000, "import numpy as np"),
            {"nbgrader": {"grade_id": random.choice(["test_BatchNorm", "BatchNorm", "x", None, [], {}])}},
            {"image/png": "iVBORw0KGgo="},
            {"a": {"image/png": "iVBORw0KGgo="}},
        ]
    )
