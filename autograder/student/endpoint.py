"""Answers requests beside the student's code.

The text of this module is sent into the student's kernel, where this package is not installed: so it imports
nothing but the standard library and NumPy. It is not trusted: whatever it answers is checked again on the
other side (``wire``).

Plain data are written as a tree that JSON can hold. Numbers, strings, booleans and None stand for themselves;
everything else is a dictionary with a single key that names its kind: ``{"array": <base64 of an .npy
file>}``, ``{"list": [...]}``, ``{"tuple": [...]}``, ``{"dict": [[key, value], ...]}``, ``{"float": "nan"}``
and ``{"object": 1}``, a thing that stays here. Keras travels as a description: ``{"input": shape}`` is a
symbolic tensor without its batch axis, and ``{"model": {"config": <JSON>, "values": [...]}}`` a model, whose
values are left out where they are many or not there yet.
"""

# Functions rather than modules: what the student's code does to a module later does not matter here.
import builtins
import sys
import warnings
from base64 import b64decode, b64encode
from contextlib import contextmanager
from hashlib import sha256
from io import BytesIO
from itertools import islice
from json import dumps, loads
from math import isfinite
from re import DOTALL
from re import compile as compile_pattern

import numpy as np
from numpy import asarray, ascontiguousarray, ndarray
from numpy.lib.format import write_array

MAX_YIELDED = 10_000  # items of a generator
MAX_VALUES = 2_000_000  # numbers in the weights of a model that travels with them


def encode(value):
    """Writes plain data as a tree for JSON; raises TypeError for everything else."""
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, np.bool_):
        return bool(value)
    if isinstance(value, (int, np.integer)):
        return int(value)
    if isinstance(value, (float, np.floating)):
        return float(value) if isfinite(value) else {"float": repr(float(value))}
    keras = sys.modules.get("keras")  # what comes from Keras cannot be here unless it has been imported
    if keras and isinstance(value, keras.Model):
        return {"model": describe(value)}
    if keras and isinstance(value, keras.KerasTensor):
        return {"input": encode(value.shape[1:])}
    if isinstance(value, list):
        return {"list": [encode(item) for item in value]}
    if isinstance(value, tuple):
        return {"tuple": [encode(item) for item in value]}
    if isinstance(value, dict):
        return {"dict": [[encode(key), encode(item)] for key, item in value.items()]}
    if isinstance(value, np.ndarray) or hasattr(
        value, "__array__"
    ):  # tensors and variables of TensorFlow and Keras
        array = asarray(value)
        if array.dtype.kind == "V":  # bfloat16, which the .npy format does not know
            array = array.astype(np.float32)
        if array.dtype.kind not in "biuf":
            raise TypeError(f"an array of {array.dtype} instead of numbers")
        file = BytesIO()
        write_array(file, ascontiguousarray(array).reshape(array.shape), allow_pickle=False)
        return {"array": b64encode(file.getvalue()).decode("ascii")}
    raise TypeError(f"an object of type {type(value).__name__}, which is neither a number nor an array")


# An .npy file of version 1.0, as NumPy writes an array of numbers that is in C order and has at most 64
# dimensions. NumPy's own reader evaluates the header as Python, which takes ten times as long as the rest.
_HEADER = compile_pattern(
    rb"\x93NUMPY\x01\x00..\{'descr': '([<>|][biuf]\d{1,2})', 'fortran_order': False, "
    rb"'shape': \(((?:\d{1,18}, ?){0,63}(?:\d{1,18})?)\), \} *\n",
    DOTALL,
)


def read_header(file):
    """Says what the bytes of an .npy file hold; None if they are not what ``encode`` writes.

    Returns:
        The name of the numbers' type, the shape, and where the numbers begin.
    """
    header = _HEADER.match(file)
    if header is None:
        return None
    shape = tuple(int(size) for size in header[2].split(b",") if size.strip())
    return header[1].decode(), shape, header.end()


def read_array(file):
    """Reads the bytes of an .npy file; raises TypeError or ValueError when they are none."""
    kind, shape, begin = read_header(file)
    return ndarray(shape, kind, file, begin).copy()


def describe(model):
    """Writes a Keras model as its configuration and, where they are few, the values of its variables."""
    from keras.saving import serialize_keras_object

    variables = model.variables
    known = all(getattr(variable, "_value", None) is not None for variable in variables)
    few = sum(int(np.prod(variable.shape)) for variable in variables) <= MAX_VALUES
    values = [encode(asarray(variable)) for variable in variables] if known and few else None
    config = {**serialize_keras_object(model), "compile_config": None}  # how to train it is no part of it
    return {"config": dumps(config), "values": values}


@contextmanager
def without_values():
    """Here, the variables of Keras models get shapes, but no memory and no values, now or later."""
    from keras import StatelessScope
    from keras.src.backend.common import global_state

    key = "uninitialized_variables"  # Keras would give them values the next time that another such scope ends
    before = list(global_state.get_global_attribute(key) or ())
    try:
        with StatelessScope(initialize_variables=False):
            yield
    finally:
        global_state.set_global_attribute(key, before)


def digest(value):
    """What tells whether a call changed an argument: for an array its bytes, else a fingerprint."""
    if type(value) is np.ndarray and value.dtype.kind in "biuf":
        return value.dtype.str, value.shape, value.tobytes()
    try:
        tree = encode(value)
    except TypeError:
        return None  # an object that stays here, such as a random generator, may change
    return sha256(dumps(tree, sort_keys=True).encode()).hexdigest()


def receive(connection, length):
    """Reads so many bytes from a blocking socket; fewer, if the other side has gone."""
    data = bytearray()
    while len(data) < length and (part := connection.recv(min(length - len(data), 1 << 20))):
        data += part
    return bytes(data)


class Endpoint:
    """Answers requests about the names in one namespace; keeps the objects that classes make."""

    def __init__(self, namespace):
        """Takes the dictionary in which the student's functions are defined."""
        self.namespace = namespace
        self.objects = {}

    def decode(self, tree):
        """Reads the data that the trusted side wrote."""
        if not isinstance(tree, dict):
            return tree
        ((kind, content),) = tree.items()
        if kind == "array":
            return read_array(b64decode(content))
        if kind == "list":
            return [self.decode(item) for item in content]
        if kind == "tuple":
            return tuple(self.decode(item) for item in content)
        if kind == "dict":
            return {self.decode(key): self.decode(item) for key, item in content}
        if kind == "float":
            return float(content)
        if kind == "object":
            return self.objects[content]
        if kind == "input":
            from keras import Input

            return Input(self.decode(content))
        if kind == "model":
            from keras.saving import deserialize_keras_object

            model = deserialize_keras_object(loads(content["config"]))
            for variable, value in zip(model.variables, content["values"] or ()):  # noqa: B905, one may be empty
                variable.assign(self.decode(value))
            return model
        raise ValueError(kind)

    def answer(self, request):
        """Does what is asked and returns the reply; an error of the student's code is a reply too."""
        try:
            return getattr(self, "_" + request["operation"])(request)
        except (
            BaseException
        ) as error:  # SystemExit and KeyboardInterrupt of the student's code must not end the grading
            types = [kind.__name__ for kind in type(error).__mro__ if issubclass(kind, BaseException)]
            return {"error": {"types": types, "message": str(error)[:2000]}}

    def serve(self, connection, longest):
        """Answers one request on a blocking socket; says whether there was one.

        Request and reply are JSON behind 16 bytes: eight that the reply repeats, then the length.

        Args:
            connection: The socket.
            longest: Bytes of the longest reply; in place of a longer one goes an error.
        """
        head = receive(connection, 16)
        text = head and receive(connection, int.from_bytes(head[8:]))
        if not text:
            return False
        reply = dumps(self.answer(loads(text))).encode()
        if len(reply) > longest:
            message = f"a result that takes {len(reply):,} bytes to send, more than {longest:,}"
            reply = dumps({"error": {"types": ["TypeError"], "message": message}}).encode()
        connection.sendall(head[:8] + len(reply).to_bytes(8) + reply)
        return True

    def _target(self, request):
        target = request["target"]
        if isinstance(target, dict):
            return self.objects[target["object"]]
        if target not in self.namespace:
            raise NameError(f"{target} is not defined")
        return self.namespace[target]

    def _call(self, request):
        function = self._target(request)
        arguments = [self.decode(item) for item in request["arguments"]]
        keywords = {name: self.decode(item) for name, item in request["keywords"].items()}
        named = {**dict(enumerate(arguments)), **keywords}
        before = {name: digest(value) for name, value in named.items()}
        value = self._run(function, arguments, keywords, request.get("structure", False))
        if hasattr(value, "__next__"):  # a generator; its code runs while it is asked for its items
            value = [encode(item) for item in islice(value, MAX_YIELDED + 1)]
            if len(value) > MAX_YIELDED:
                raise TypeError(f"a generator that yields more than {MAX_YIELDED} items")
            result = {"list": value}
        elif isinstance(function, type):
            self.objects[request["keep_as"]] = value
            result = {"object": request["keep_as"]}
        else:
            result = encode(value)
        changed = [name for name, value_now in named.items() if digest(value_now) != before[name]]
        return {"value": result, "changed": changed}

    def _run(self, function, arguments, keywords, structure):
        """Calls the function; makes a model of what it does with symbolic tensors."""
        keras = sys.modules.get("keras")
        if structure:
            try:
                with without_values():
                    return function(*arguments, **keywords)
            except Exception:
                pass
        value = function(*arguments, **keywords)
        if keras and isinstance(value, keras.KerasTensor):
            inputs = [
                item for item in (*arguments, *keywords.values()) if isinstance(item, keras.KerasTensor)
            ]
            return keras.Model(inputs[0] if len(inputs) == 1 else inputs, value)
        return value

    def _generator(self, request):
        self.objects[request["keep_as"]] = np.random.default_rng(request["seed"])
        return {"value": {"object": request["keep_as"]}}

    def _function(self, request):
        namespace = {"np": np}
        exec(request["source"], namespace)
        self.objects[request["keep_as"]] = namespace[request["name"]]
        return {"value": {"object": request["keep_as"]}}

    def _get(self, request):
        return {"value": encode(getattr(self._target(request), request["name"]))}

    def _set(self, request):
        setattr(self._target(request), request["name"], self.decode(request["value"]))
        return {"value": None}

    # The operations below are none of the hidden tests': the grader looks after the kernel with them.

    def _echo(self, request):
        return {"value": encode(self.decode(request["value"]))}

    def _defined(self, request):
        return {"value": encode([name for name in request["names"] if name in self.namespace])}

    def _remember(self, request):
        self.state = self._state()
        return {"value": None}

    def _altered(self, request):
        now = self._state()
        same = len(now) == len(self.state) and all(
            old.keys() == new.keys() and all(old[name] is new[name] for name in old)
            for old, new in zip(self.state, now)  # noqa: B905, the lengths are equal
        )
        return {"value": not same}

    def _state(self):
        """What functions of the student's could change for one another: variables, NumPy, built-in names."""
        own = {name: value for name, value in self.namespace.items() if not name.startswith("_")}
        settings = {str(item): True for item in [*np.geterr().items(), *warnings.filters]}
        modules = [builtins, np, np.linalg, np.random, np.lib.format, np.ndarray]
        return [own, settings, *({**vars(module)} for module in modules)]
