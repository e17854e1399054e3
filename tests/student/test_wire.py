"""What crosses the border between the student's code and the tests: plain data, checked on arrival."""

import base64
import io
import json

import numpy as np
import pytest

from autograder.student.wire import Handle, ReplyError, decode, encode, read_reply


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        0,
        -(2**70),
        1.5,
        float("inf"),
        "text",
        [1, [2.0, None]],
        (1, (2, "x")),
        {"a": 1, 2: (3,)},
        [],
        (),
        {},
    ],
)
def test_plain_data_come_back_as_they_were(value):
    back = decode(json.loads(json.dumps(encode(value))))
    assert back == value and type(back) is type(value)


@pytest.mark.parametrize("dtype", ["uint8", "int64", "float16", "float32", "float64", "bool"])
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 0, 3), (2, 3, 4)])
def test_arrays_keep_shape_type_and_values(dtype, shape):
    array = np.arange(np.prod(shape, dtype=int)).reshape(shape).astype(dtype)
    back = decode(encode(array))
    assert back.dtype == array.dtype and back.shape == shape and np.array_equal(back, array)


def test_arrays_in_another_order_in_memory_keep_their_values():
    array = np.arange(12.0).reshape(3, 4).T
    assert np.array_equal(decode(encode(array)), array)
    assert np.array_equal(decode(encode(array[::2, ::-1])), array[::2, ::-1])


def test_a_subclass_of_array_becomes_an_array():
    class Sly(np.ndarray):
        def __eq__(self, other):
            return True

    assert type(decode(encode(np.zeros(3).view(Sly)))) is np.ndarray


def test_not_a_number_is_told_apart_from_text():
    assert np.isnan(decode(encode(float("nan"))))
    assert decode(encode("nan")) == "nan"


@pytest.mark.parametrize("value", [object(), {1, 2}, np.array([object()]), np.array(["x"]), 1j, lambda: 0])
def test_anything_else_is_refused(value):
    with pytest.raises(TypeError):
        encode(value)


def _npy(array, change=lambda data: data):
    file = io.BytesIO()
    np.lib.format.write_array(file, array, allow_pickle=True)
    return {"array": base64.b64encode(change(file.getvalue())).decode()}


FORGED = {
    "pickled objects": _npy(np.array([{"a": 1}], dtype=object)),
    "shape larger than the data": _npy(
        np.zeros(3), lambda data: data.replace(b"(3,), }       ", b"(3000000000,),}")
    ),
    "negative shape": _npy(np.zeros(3), lambda data: data.replace(b"(3,)", b"(-3)")),
    "cut off": _npy(np.zeros(30), lambda data: data[:-8]),
    "too long": _npy(np.zeros(30), lambda data: data + b"\0" * 8),
    "no such type": _npy(np.zeros(3), lambda data: data.replace(b"<f8", b"<f3")),
    "another order": _npy(np.zeros((3, 3), order="F")),
    "65 dimensions": _npy(np.zeros(1), lambda data: data.replace(b"(1,), }", b"(" + b"1, " * 64 + b"1), }")),
    "another version": _npy(np.zeros(3), lambda data: data.replace(b"NUMPY\x01", b"NUMPY\x02")),
    "not npy": {"array": base64.b64encode(b"hello").decode()},
    "not base64": {"array": "!!!"},
    "array of a number": {"array": 3},
    "array of nothing": {"array": None},
    "two kinds": {"list": [], "tuple": []},
    "no kind": {},
    "unknown kind": {"set": []},
    "list of a dictionary": {"list": {"a": 1}},
    "handle in words": {"object": "1"},
    "handle that is a boolean": {"object": True},
    "number in words": {"float": "1.0"},
    "pairs that are none": {"dict": [[1, 2, 3]]},
    "list as a key": {"dict": [[{"list": []}, 1]]},
    "raw list": [1, 2],
    "deep nesting": json.loads('{"list":[' * 50 + "]}" * 50),
    "too many items": {"list": [0] * 200_000},
}


@pytest.mark.parametrize("tree", FORGED.values(), ids=FORGED.keys())
def test_a_forged_result_is_refused(tree):
    with pytest.raises(ReplyError):
        decode(tree)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        "[]",
        "3",
        "{}",
        '{"value": 1, "changed": 3}',
        '{"value": 1, "changed": [[]]}',
        '{"error": "x"}',
        '{"error": {"types": [], "message": "x"}}',
        '{"error": {"types": [1], "message": "x"}}',
        '{"error": {"types": ["E"], "message": 3}}',
        "[" * 100_000,
    ],
)
def test_a_forged_reply_is_refused(text):
    with pytest.raises(ReplyError):
        read_reply(text)


def test_an_error_message_is_cut():
    reply = read_reply(json.dumps({"error": {"types": ["E"] * 1000, "message": "x" * 10**6}}))
    assert len(reply["error"]["message"]) == 2000 and len(reply["error"]["types"]) == 20


def test_a_handle_is_told_apart_from_a_number():
    assert isinstance(decode({"object": 3}), Handle) and not isinstance(decode(3), Handle)
