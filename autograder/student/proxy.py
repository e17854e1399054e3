"""The ``student`` of the hidden tests: the student's functions and classes, called as if they were here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from autograder.student.transport import Transport, TransportError
from autograder.student.wire import Handle, ReplyError, encode, read_reply


class StudentError(Exception):
    """The student's code raised an exception, or gave no usable answer.

    Attributes:
        types: Names of the exception's class and its bases, the class itself first.
        message: The exception's text.
    """

    def __init__(self, types: list[str], message: str) -> None:
        """Takes what came over the wire."""
        super().__init__(f"{types[0]}: {message}" if message else types[0])
        self.types, self.message = types, message

    @property
    def type_name(self) -> str:
        """Name of the exception's class."""
        return self.types[0]


@dataclass(frozen=True)
class Call:
    """What a call of a student's function gave.

    Attributes:
        value: The result as plain data: numbers, strings, arrays, or tuples, lists, dictionaries of them.
        changed_arguments: Positions (from 0) or names of the arguments whose content the call changed.
    """

    value: Any
    changed_arguments: list[int | str]


@dataclass
class Exchange:
    """One request, the reply to it, and how the reply was read; a list of them is a transcript."""

    request: Mapping[str, Any]
    outcome: dict[str, Any]


@dataclass
class Student:
    """Gives the student's functions as attributes: ``student.batchnorm_train(x, gamma, beta)``.

    A call of a class returns a ``StudentObject``; everything else comes back as plain data.

    Attributes:
        transport: The way to the student's code.
        transcript: Every request and its reply, in order.
        unanswered: Whether a request got no answer.
    """

    transport: Transport
    transcript: list[Exchange] = field(default_factory=list)
    unanswered: bool = False
    _objects: int = 0

    def __getattr__(self, name: str) -> Any:
        """Returns a function that calls the student's function of that name."""
        if name.startswith("_"):
            raise AttributeError(name)
        return lambda *arguments, **keywords: self.call(name, *arguments, **keywords).value

    def call(self, target: "str | StudentObject", /, *arguments: Any, **keywords: Any) -> Call:
        """Calls a function, or an object of the student's, and tells which arguments it changed.

        Raises:
            StudentError: When the student's code raises, or returns something that is not plain data.
        """
        return self._call(target, arguments, keywords)

    def structure(self, target: str, /, *arguments: Any, **keywords: Any) -> Any:
        """Calls a function that builds a Keras model whose values do not matter: cheap, however large it is.

        Raises:
            StudentError: See ``call``.
        """
        return self._call(target, arguments, keywords, structure=True).value

    def _call(self, target: Any, arguments: tuple, keywords: dict[str, Any], **options: Any) -> Call:
        outcome = self.ask(
            {
                "operation": "call",
                "target": target if isinstance(target, str) else _encode(target),
                "arguments": [_encode(item) for item in arguments],
                "keywords": {name: _encode(item) for name, item in keywords.items()},
                "keep_as": self._objects + 1,
                **options,
            }
        )
        value = outcome["value"]
        return Call(self._keep() if isinstance(value, Handle) else value, outcome["changed"])

    def _keep(self) -> "StudentObject":
        # Numbers start anew with every test, so that a transcript means the same when it is replayed.
        self._objects += 1
        return StudentObject(self, self._objects)

    def generator(self, seed: int) -> "StudentObject":
        """Makes a ``numpy.random.Generator`` on the student's side, to be passed to their functions."""
        self.ask({"operation": "generator", "seed": seed, "keep_as": self._objects + 1})
        return self._keep()

    def function(self, name: str, source: str) -> "StudentObject":
        """Defines a function on the student's side, to be passed to the student's functions.

        Args:
            name: The function's name.
            source: Its definition; it may use ``np``, and the student's code can read it.
        """
        self.ask({"operation": "function", "name": name, "source": source, "keep_as": self._objects + 1})
        return self._keep()

    def ask(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Sends one request and returns the reply, having noted both in the transcript.

        Raises:
            StudentError: See ``call``.
        """
        try:
            outcome = read_reply(self.transport.send(request))
        except ReplyError as error:
            outcome = {"error": {"types": ["TypeError"], "message": str(error)}}
        except (ArithmeticError, LookupError, RecursionError, TypeError, ValueError) as error:
            # Whatever a forged reply can trip in the reading of it is the reply's fault.
            outcome = {"error": {"types": ["TypeError"], "message": f"the reply cannot be read ({error})"}}
        except TransportError as error:
            self.unanswered = True
            outcome = {"error": {"types": ["NoAnswer"], "message": str(error)}}
        self.transcript.append(Exchange(request, outcome))
        if "error" in outcome:
            raise StudentError(outcome["error"]["types"], outcome["error"]["message"])
        return outcome


class StudentObject:
    """An object of a student's class, which stays where it was made.

    Calling it calls the student's object; reading and assigning attributes reads and assigns the student's.
    """

    def __init__(self, student: Student, number: int) -> None:
        """Takes the number under which the object is kept there."""
        object.__setattr__(self, "_student", student)
        object.__setattr__(self, "_number", number)

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        """Calls the object and returns plain data."""
        return self._student.call(self, *arguments, **keywords).value

    def __getattr__(self, name: str) -> Any:
        """Reads an attribute as plain data."""
        if name.startswith("_"):
            raise AttributeError(name)
        return self._student.ask({"operation": "get", "target": _encode(self), "name": name})["value"]

    def __setattr__(self, name: str, value: Any) -> None:
        """Assigns an attribute."""
        self._student.ask(
            {"operation": "set", "target": _encode(self), "name": name, "value": _encode(value)}
        )


def _encode(value: Any) -> Any:
    return {"object": value._number} if isinstance(value, StudentObject) else encode(value)
