"""The corpus of odd, broken and hostile submissions: what each contains, and what it should earn.

A case is a function that makes one submission, registered by ``case`` under a section. The same cases serve
the tests of single parts (``tests/rebuild``) and of the whole grader. A new section is a new module that is
named in ``all_cases``.
"""

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tests.faults.notebooks import Notebooks, pack

NOTEBOOK = "The notebook itself"
HONEST = "Honest, and punished today"


@dataclass(frozen=True)
class Link:
    """A symbolic link in a submitted folder.

    Attributes:
        target: Where it points, relative to the folder.
    """

    target: str


@dataclass(frozen=True)
class Fault:
    """One submission and what should become of it.

    Attributes:
        files: The submitted folder: content by name. A dictionary stands for a notebook.
        shares: The share of the points that an exercise should earn, where that is not all of them.
        answers: The text that a written answer should have, where that is not the one of the solution.
        says: A piece of each sentence that the student should read; when empty, there should be none.
        unreadable: Whether nothing can be graded.
    """

    files: Mapping[str, bytes | Link | dict]
    shares: Mapping[str, float] = field(default_factory=dict)
    answers: Mapping[str, str] = field(default_factory=dict)
    says: tuple[str, ...] = ()
    unreadable: bool = False


@dataclass(frozen=True)
class Case:
    """A named way to make a submission.

    Attributes:
        name: The name of the function that makes it.
        section: The kind of fault.
        sentence: What is odd about it.
        make: Makes it from the notebooks of an assignment.
    """

    name: str
    section: str
    sentence: str
    make: Callable[[Notebooks], Fault]


CASES: dict[str, Case] = {}


def case(section: str) -> Callable[[Callable[[Notebooks], Fault]], Callable[[Notebooks], Fault]]:
    """Registers a function that makes a submission; its docstring says what is odd about it."""

    def register(make: Callable[[Notebooks], Fault]) -> Callable[[Notebooks], Fault]:
        assert make.__name__ not in CASES, make.__name__
        CASES[make.__name__] = Case(make.__name__, section, make.__doc__, make)
        return make

    return register


def all_cases() -> list[Case]:
    """Every case of every section."""
    for module in (
        *("answers_elsewhere", "cells_moved", "file_format", "file_unreadable", "honest"),
        *("metadata_changed", "submitted_folder"),
    ):
        importlib.import_module(f"tests.faults.{module}")  # its cases register themselves
    return list(CASES.values())


def submit(nb: Notebooks, notebook: dict | bytes, **expected) -> Fault:
    """A folder that holds one notebook under its right name."""
    return Fault({nb.file_name: notebook}, **expected)


def folder_bytes(fault: Fault) -> dict[str, bytes | Link]:
    """The files of a submission as they are written to disk."""
    return {
        name: pack(content) if isinstance(content, dict) else content for name, content in fault.files.items()
    }
