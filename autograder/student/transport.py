"""Carries requests to the student's code and replies back."""

import json
from collections.abc import Mapping
from typing import Any, Protocol

from autograder.student.endpoint import Endpoint


class Transport(Protocol):
    """Sends one request to where the student's code runs."""

    def send(self, request: Mapping[str, Any]) -> str:
        """Returns the reply as JSON text.

        Raises:
            TransportError: When there is no answer: the kernel died, or the time limit was reached.
        """
        ...


class TransportError(Exception):
    """No answer from the student's side; the message says why, in words for the student."""


class LocalTransport:
    """Runs the student's code in this very process: for authors and for tests, never for a submission."""

    def __init__(self, namespace: dict[str, Any]) -> None:
        """Takes the namespace that holds the functions."""
        self.endpoint = Endpoint(namespace)

    def send(self, request: Mapping[str, Any]) -> str:
        """Answers at once; request and reply pass through JSON as they do on a real wire."""
        return json.dumps(self.endpoint.answer(json.loads(json.dumps(request))))
