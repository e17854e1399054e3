"""The first assignment serves as the example."""

import pytest

from autograder.course import Course
from autograder.rebuild import Template
from tests.faults.notebooks import Notebooks


@pytest.fixture(scope="session")
def notebooks() -> Notebooks:
    return Notebooks(Course().assignment("03_batch_normalization"))


@pytest.fixture(scope="session")
def template(notebooks) -> Template:
    return Template.of(notebooks.assignment)
