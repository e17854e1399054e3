"""Gets a submission ready: reads what was handed in, rebuilds it, and gives it the key of its results."""

import hashlib
import json
import zlib
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.metadata import version
from pathlib import Path

from nbformat import NotebookNode, from_dict

from autograder.course import Assignment
from autograder.rebuild import Rebuilt, Template, read_secret, read_timestamp, rebuild_submission
from autograder.sandbox import Limits

# Packages whose code changes no result; of the hidden tests only those of the assignment count.
_WITHOUT_INFLUENCE = ("hidden", "authoring", "collecting", "returning", "publishing")

# Where a notebook that has been made ready carries what belongs to it; no student's metadata get this far.
NOTE = "autograder"


@dataclass(frozen=True)
class Submission:
    """One student's work on one assignment, ready to be examined.

    Attributes:
        student: The student's id: the name of the folder.
        packed: ``text``, compressed: the notebooks of a whole class wait in memory.
        key: Names the results: everything that they depend on went into it.
        timestamp: When it was handed in (UTC), or None.
        secret: By which word nbgrader's exchange knows it, or None.
    """

    student: str
    packed: bytes
    key: str
    timestamp: datetime | None
    secret: str | None = None

    @property
    def text(self) -> str:
        """The notebook to hand on as JSON, with a note of what belongs to it: see ``read_note``."""
        return zlib.decompress(self.packed).decode("ascii")

    @property
    def notebook(self) -> NotebookNode:
        """The notebook to hand on."""
        return from_dict(json.loads(self.text))


def read_note(notebook: NotebookNode) -> tuple[str, Rebuilt]:
    """Takes key and rebuilt work from a notebook that has been made ready."""
    note = notebook.metadata[NOTE]
    return note["key"], Rebuilt(notebook, tuple(note["repairs"]), note["unreadable"])


def make_ready(assignment: Assignment, folder: Path, limits: Limits, sandbox: bool) -> Submission:
    """Reads and rebuilds what stands in a student's folder; no content of the folder raises an error."""
    rebuilt = rebuild_submission(folder, _template(assignment))
    timestamp, problem = read_timestamp(folder)
    if problem:
        rebuilt = Rebuilt(rebuilt.notebook, (*rebuilt.repairs, problem), rebuilt.unreadable)
    content = {
        "cells": [[cell.id, cell.source] for cell in rebuilt.notebook.cells],
        "repairs": rebuilt.repairs,
        "unreadable": rebuilt.unreadable,
        "assignment": _fingerprint(assignment),
        "limits": limits.as_json(),
        "sandbox": sandbox,
    }
    key = hashlib.sha256(json.dumps(content, sort_keys=True).encode("utf-8", "surrogatepass")).hexdigest()
    rebuilt.notebook.metadata[NOTE] = {
        "key": key,
        "repairs": list(rebuilt.repairs),
        "unreadable": rebuilt.unreadable,
    }
    packed = zlib.compress(json.dumps(rebuilt.notebook).encode("ascii"))
    return Submission(folder.parent.name, packed, key, timestamp, read_secret(folder))


@cache
def _template(assignment: Assignment) -> Template:
    return Template.of(assignment)


@cache
def _fingerprint(assignment: Assignment) -> str:
    """Changes with the assignment, its hidden tests, the grader itself and the packages that compute."""
    digest = hashlib.sha256()
    package = Path(__file__).parents[1]
    own = [
        path
        for path in sorted(package.glob("*/**/*.py"))
        if path.relative_to(package).parts[0] not in _WITHOUT_INFLUENCE
    ]
    tests = [assignment.hidden_tests, assignment.misconceptions]
    for path in [assignment.solution, assignment.release, *tests, *own]:
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    for name in ("numpy", "tensorflow", "keras"):
        digest.update(f"{name} {version(name)}\0".encode())
    return digest.hexdigest()
