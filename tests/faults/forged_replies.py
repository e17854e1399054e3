"""Replies on the wire that are forged, malformed, oversized, late, or for another request.

A student's code may send whatever it likes: nothing of it earns a point, nothing trips the grader.
"""

import json

from tests.faults.corpus import Fault, submit
from tests.faults.notebooks import Notebooks, cell
from tests.faults.whole import FORGING, case, in_answer, in_cell, indented, victim, with_trick

# Finds the request that is being answered, and sends a reply of the student's own to it, before the true one.
_FORGE = """
def line():
    import sys
    frame = sys._getframe()
    while frame and not {"head", "connection"} <= frame.f_locals.keys():
        frame = frame.f_back
    return frame and frame.f_locals

def forge(reply, name=None, length=None):
    if there := line():
        data = reply if isinstance(reply, bytes) else reply.encode()
        length = len(data) if length is None else length
        there["connection"].sendall((name or there["head"][:8]) + length.to_bytes(8, "big") + data)
"""


def _forged(nb: Notebooks, lines: str, *says: str) -> Fault:
    """A graded function replies by itself."""
    source = f"{_FORGE}\n\ndef {victim(nb)}(*arguments, **keywords):\n{indented(lines)}"
    return in_answer(nb, source, *says)


def _forged_value(nb: Notebooks, value: str, *says: str) -> Fault:
    """A graded function sends a value in the form of the wire; ``value`` is Python."""
    lines = f"import json\nforge(json.dumps({{'value': {value}, 'changed': []}}))"
    return _forged(nb, lines, *says)


@case(FORGING)
def reply_of_ones(nb: Notebooks) -> Fault:
    """The reply is well-formed and wrong."""
    return _forged_value(nb, "{'list': [1.0, 1.0, 1.0]}")


@case(FORGING)
def reply_that_is_no_json(nb: Notebooks) -> Fault:
    """The reply is no JSON."""
    return _forged(nb, "forge('{\"value\": [1,')", "the reply is not JSON")


@case(FORGING)
def reply_of_another_type(nb: Notebooks) -> Fault:
    """The reply is no dictionary but a number, then a list, nothing, bytes of no text, and no bytes."""
    replies = "('1.0', '[2]', 'null', b'\\xff\\xfe', '')"
    return _forged(nb, f"for reply in {replies}:\n    forge(reply)\nreturn None")


@case(FORGING)
def reply_that_claims_success(nb: Notebooks) -> Fault:
    """The reply says that the test has passed."""
    reply = json.dumps({"passed": True, "share": 1.0, "results": [], "value": None, "changed": None})
    return _forged(nb, f"forge({reply!r})", "Your code")


@case(FORGING)
def reply_to_other_requests(nb: Notebooks) -> Fault:
    """Replies go to requests that nobody has made; the true reply is None."""
    lines = """
for number in range(100):
    forge('{"value": 1}', name=b"%08d" % number)
return None
"""
    return _forged(nb, lines, "but is of type NoneType")


@case(FORGING)
def reply_to_the_requests_to_come(nb: Notebooks) -> Fault:
    """Replies to the next thousand requests are sent ahead, in case their names are numbers that grow."""
    lines = """
if there := line():
    number = int.from_bytes(there["head"][:8], "big")
    for step in range(1, 1000):
        forge('{"value": 1}', name=((number + step) % 2**64).to_bytes(8, "big"))
"""
    return _forged(nb, lines)


@case(FORGING)
def reply_shorter_than_it_says(nb: Notebooks) -> Fault:
    """The reply says that it is longer than it is: the true reply is taken for its end."""
    return _forged(nb, "forge('{}', length=60)", "Your code")


@case(FORGING)
def reply_that_says_it_is_endless(nb: Notebooks) -> Fault:
    """The reply says that it has more bytes than all memory."""
    return _forged(nb, "forge('{}', length=2**63)", "the reply is longer than")


@case(FORGING)
def reply_that_trickles(nb: Notebooks) -> Fault:
    """The reply comes a byte at a time, for ever."""
    lines = """
import time
if there := line():
    there["connection"].sendall(there["head"][:8] + (1000).to_bytes(8, "big"))
    while True:
        there["connection"].sendall(b" ")
        time.sleep(0.05)
"""
    return _forged(nb, lines, "there was no result after")


@case(FORGING)
def line_closed(nb: Notebooks) -> Fault:
    """A graded function closes the line on which it is called."""
    lines = """
import os
if there := line():
    os.close(there["connection"].fileno())
"""
    return _forged(nb, lines, "Your code gave no answer")


@case(FORGING)
def reply_from_a_thread(nb: Notebooks) -> Fault:
    """A thread keeps on sending replies in the name of every request, now and later."""
    lines = """
import threading, time
there = line()

def flood():
    while True:
        time.sleep(0.002)
        there["connection"].sendall(there["head"][:8] + (2).to_bytes(8, "big") + b"{}")

if there:
    threading.Thread(target=flood, daemon=True).start()
"""
    return _forged(nb, lines)


@case(FORGING)
def reply_that_is_too_long(nb: Notebooks) -> Fault:
    """The reply is a text of 20 MB."""
    return _forged(nb, "forge('[' * 20_000_000)", "Your code")


@case(FORGING)
def reply_that_is_too_deep(nb: Notebooks) -> Fault:
    """The reply is nested a million times."""
    return _forged(nb, "forge('[' * 1_000_000)", "the reply is not JSON")


@case(FORGING)
def reply_with_a_deep_tree(nb: Notebooks) -> Fault:
    """The reply is a list in a list in a list, 400 times."""
    tree = "{'list': []}"
    lines = f"import json\ntree = {tree}\nfor _ in range(400):\n    tree = {{'list': [tree]}}\n"
    return _forged(nb, lines + "forge(json.dumps({'value': tree}))", "nested too deeply")


@case(FORGING)
def reply_with_long_numbers(nb: Notebooks) -> Fault:
    """The reply holds a number of a million digits."""
    return _forged(nb, "forge('{\"value\": ' + '9' * 1_000_000 + '}')", "the reply is not JSON")


@case(FORGING)
def reply_with_colliding_keys(nb: Notebooks) -> Fault:
    """The reply is a dictionary whose keys all have the same hash: it takes minutes to build."""
    lines = """
import json
pairs = [[number * (2**61 - 1), 0] for number in range(99_000)]
forge(json.dumps({'value': {'dict': pairs}}))
"""
    return _forged(nb, lines)


@case(FORGING)
def reply_with_nested_keys(nb: Notebooks) -> Fault:
    """The reply is a dictionary with tuples, lists and NaN for keys."""
    return _forged_value(
        nb, "{'dict': [[{'tuple': [{'list': []}]}, 0], [{'float': 'nan'}, 1], [{'float': 'nan'}, 2]]}"
    )


@case(FORGING)
def reply_with_an_object(nb: Notebooks) -> Fault:
    """The reply is the number of an object that nobody made."""
    return _forged_value(nb, "{'object': 10**6}")


@case(FORGING)
def reply_with_unknown_kinds(nb: Notebooks) -> Fault:
    """The reply is of a kind that does not exist, in a list of others."""
    value = "{'list': [{'pickle': 'gASVAAAA'}, {}, {'list': 1}, {'float': 'eval'}]}"
    return _forged_value(nb, value, "the result has the wrong form")


def _forged_array(nb: Notebooks, header: str, data: str, *says: str) -> Fault:
    """The reply is an .npy file with a header of the student's own; both arguments are Python."""
    lines = f"""
import base64, json, struct
header = {header}
header = header.encode('latin1') if isinstance(header, str) else header
text = b'\\x93NUMPY\\x01\\x00' + struct.pack('<H', len(header) % 65536) + header + {data}
forge(json.dumps({{'value': {{'array': base64.b64encode(text).decode()}}, 'changed': []}}))
"""
    return _forged(nb, lines, *says)


@case(FORGING)
def array_longer_than_its_data(nb: Notebooks) -> Fault:
    """An array's header promises terabytes."""
    header = "\"{'descr': '<f8', 'fortran_order': False, 'shape': (1000000, 1000000), }\\n\""
    return _forged_array(nb, header, "b''", "not as long as its shape says")


@case(FORGING)
def array_of_negative_length(nb: Notebooks) -> Fault:
    """An array's header has negative lengths."""
    header = "\"{'descr': '<f8', 'fortran_order': False, 'shape': (-1, -1), }\""
    return _forged_array(nb, header, "bytes(8)", "Your code")


@case(FORGING)
def array_that_is_empty_and_huge(nb: Notebooks) -> Fault:
    """An array has no entries, but dimensions beyond every number."""
    header = "\"{'descr': '<f8', 'fortran_order': False, 'shape': (%d, 0, %d), }\" % (2**62, 2**62)"
    return _forged_array(nb, header, "b''")


@case(FORGING)
def array_of_many_dimensions(nb: Notebooks) -> Fault:
    """An array has more dimensions than NumPy can have."""
    header = "\"{'descr': '<f8', 'fortran_order': False, 'shape': (%s), }\" % ('1, ' * 100)"
    return _forged_array(nb, header, "bytes(8)", "Your code")


@case(FORGING)
def array_of_pickles(nb: Notebooks) -> Fault:
    """An array's header says that objects follow, as a pickle that would run a command."""
    header = "\"{'descr': '|O', 'fortran_order': False, 'shape': (3,), }\""
    data = "b\"cos\\nsystem\\n(S'touch /tmp/pickle-was-read'\\ntR.\""
    return _forged_array(nb, header, data, "an array cannot be read")


@case(FORGING)
def array_of_records(nb: Notebooks) -> Fault:
    """An array's header names fields and shapes within shapes."""
    fields = "[('a', '<f8', (1000000, 1000000)), ('b', '|O')]"
    header = f"\"{{'descr': {fields}, 'fortran_order': False, 'shape': (1,), }}\""
    return _forged_array(nb, header, "bytes(8)", "Your code")


@case(FORGING)
def array_with_code_in_its_header(nb: Notebooks) -> Fault:
    """An array's header is an expression, and another one is nested without end."""
    header = "\"{'descr': __import__('os').system('touch /tmp/header-was-run'), 'shape': %s}\" % ('(' * 500)"
    return _forged_array(nb, header, "bytes(8)", "an array cannot be read")


@case(FORGING)
def array_of_another_version(nb: Notebooks) -> Fault:
    """An array is in a version of the format that allows headers of gigabytes."""
    lines = """
import base64, json
text = b'\\x93NUMPY\\x03\\x00' + b'\\xff\\xff\\xff\\xff' + b'{' * 1000
forge(json.dumps({'value': {'array': base64.b64encode(text).decode()}, 'changed': []}))
"""
    return _forged(nb, lines, "Your code")


@case(FORGING)
def array_of_signaling_numbers(nb: Notebooks) -> Fault:
    """An array holds bytes that are no numbers NumPy would write: big-endian half floats of all ones."""
    header = "\"{'descr': '>f2', 'fortran_order': True, 'shape': (3,), }\""
    return _forged_array(nb, header, "b'\\xff' * 6")


@case(FORGING)
def endpoint_replaced(nb: Notebooks) -> Fault:
    """The grader's end of the line is replaced by one that itself answers for one function."""
    source = f"""
import gc
endpoint = next(each for each in gc.get_objects() if type(each).__name__ == "Endpoint")
original = endpoint._call

def answer(request):
    if request.get("target") != "{victim(nb)}":
        return original(request)
    return {{"value": {{"list": [0.5, 0.5, 0.5]}}, "changed": []}}

endpoint._call = answer
"""
    return with_trick(nb, source)


@case(FORGING)
def endpoint_removed(nb: Notebooks) -> Fault:
    """A cell stops listening on the grader's line."""
    lines = """
import asyncio
asyncio.get_running_loop().remove_reader(get_ipython().kernel.parent.calls)
"""
    return in_cell(nb, lines, "was left out")


_CHANGES_AN_ARGUMENT = """
def update_moving_average(moving, batch_value, momentum=0.99):
    result = moving * momentum + batch_value * (1 - momentum)
    moving[...] = 0
    return result
"""


@case(FORGING)
def changed_argument(nb: Notebooks) -> Fault:
    """A graded function is right but changes an argument, which costs one test."""
    return _changing(nb, "")


@case(FORGING)
def changed_argument_and_false_fingerprints(nb: Notebooks) -> Fault:
    """A graded function changes an argument, and all fingerprints are made the same."""
    source = """
import hashlib
hashlib.sha256 = lambda *arguments: type("Same", (), {"hexdigest": lambda self: "same"})()
hashlib.md5 = hashlib.blake2b = hashlib.sha256
np.array_equal = lambda *arguments: True
"""
    return _changing(nb, source)


def _changing(nb: Notebooks, source: str) -> Fault:
    notebook = nb.answered
    cell(notebook, "update_moving_average")["source"] = source + _CHANGES_AN_ARGUMENT
    return submit(nb, notebook, shares={"update_moving_average": 0.875})
