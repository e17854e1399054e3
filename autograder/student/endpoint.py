"""Answers requests beside the student's code.

The text of this module is sent into the student's kernel, where this package is not installed: so it imports
nothing but the standard library and NumPy. It is not trusted: whatever it answers is checked again on the
other side (``wire``).

Plain data are written as a tree that JSON can hold. Numbers, strings, booleans and None stand for themselves;
everything else is a dictionary with a single key that names its kind: ``{"array": <base64 of an .npy
file>}``, ``{"list": [...]}``, ``{"tuple": [...]}``, ``{"dict": [[key, value], ...]}``, ``{"float": "nan"}``
and ``{"object": 1}``, a thing that stays here.
"""

# Functions rather than modules: what the student's code does to a module later does not matter here.
import builtins
import warnings
from base64 import b64decode, b64encode
from hashlib import sha256
from io import BytesIO
from json import dumps
from math import isfinite

import numpy as np
from numpy import asarray, ascontiguousarray
from numpy.lib.format import read_array, write_array


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


def digest(value):
    """A fingerprint of an argument, to see whether a call changed it."""
    return sha256(dumps(encode(value), sort_keys=True).encode()).hexdigest()


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
            return read_array(BytesIO(b64decode(content)), allow_pickle=False)
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
        value = function(*arguments, **keywords)
        changed = [name for name, value_now in named.items() if digest(value_now) != before[name]]
        if isinstance(function, type):
            self.objects[request["keep_as"]] = value
            return {"value": {"object": request["keep_as"]}, "changed": changed}
        return {"value": encode(value), "changed": changed}

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
