"""Parametrizes over every assignment of the course."""

import pytest

from autograder.course import Assignment
from tests.assignments.grading import ASSIGNMENTS, namespace_of


@pytest.fixture(params=ASSIGNMENTS, ids=lambda assignment: assignment.stem, scope="session")
def assignment(request) -> Assignment:
    return request.param


@pytest.fixture(scope="session")
def solution_of():
    """The names that an assignment's solution defines; one run of the notebook serves all tests."""
    namespaces = {}

    def find(assignment: Assignment) -> dict:
        if assignment not in namespaces:
            namespaces[assignment] = namespace_of(assignment.solution)
        return namespaces[assignment]

    return find
