"""Notebooks of an assignment as plain dictionaries, to make submissions from."""

import copy
import json
from functools import cached_property

from autograder.course import Assignment


def pack(notebook: dict) -> bytes:
    """A notebook's file."""
    return (json.dumps(notebook, indent=1, ensure_ascii=False) + "\n").encode()


def code(source: str, **metadata) -> dict:
    """A code cell of the student's own."""
    return {
        "cell_type": "code",
        "execution_count": None,
        "metadata": metadata,
        "outputs": [],
        "source": source,
    }


def prose(source: str, **metadata) -> dict:
    """A markdown cell of the student's own."""
    return {"cell_type": "markdown", "metadata": metadata, "source": source}


class Notebooks:
    """What submissions of one assignment are made from.

    Attributes:
        assignment: The assignment.
        file_name: What the submitted file should be called.
    """

    def __init__(self, assignment: Assignment) -> None:
        """Reads the solution notebook and the released one."""
        self.assignment = assignment
        self.file_name = assignment.release.name
        self._release = _with_joined_sources(json.loads(assignment.release.read_bytes()))
        self._solution = _with_joined_sources(json.loads(assignment.solution.read_bytes()))

    @property
    def release(self) -> dict:
        """The notebook that students get; a copy that may be changed."""
        return copy.deepcopy(self._release)

    @property
    def answered(self) -> dict:
        """The notebook of a student who has everything right; a copy that may be changed."""
        notebook = self.release
        for name in [*self.functions, *self.written]:
            cell(notebook, name)["source"] = self.answer(name)
        return notebook

    @cached_property
    def functions(self) -> list[str]:
        """Names of the functions and classes that are graded by hidden tests."""
        return [name for name in map(_name, self._solution["cells"]) if name and f"test_{name}" in self.tests]

    @cached_property
    def tests(self) -> list[str]:
        """Names of the test cells."""
        return [name for name in map(_name, self._solution["cells"]) if name and name.startswith("test_")]

    @cached_property
    def written(self) -> list[str]:
        """Names of the written questions."""
        names = filter(None, map(_name, self._solution["cells"]))
        return [name for name in names if name not in self.functions and name not in self.tests]

    def answer(self, name: str) -> str:
        """The right answer: the solution without the marks around it."""
        lines = cell(self._solution, name)["source"].split("\n")
        return "\n".join(line for line in lines if not line.strip().startswith("### "))

    def answer_with(self, name: str, first: str) -> str:
        """The right answer, with more lines at the beginning of what the student writes."""
        before, mark, after = cell(self._solution, name)["source"].partition("### BEGIN SOLUTION\n")
        indent = before.rpartition("\n")[2]
        inserted = "".join(f"{indent}{line}\n" for line in first.split("\n"))
        lines = (before + mark + inserted + after).split("\n")
        return "\n".join(line for line in lines if not line.strip().startswith("### "))

    def none_earned(self) -> dict[str, float]:
        """The shares of a submission that earns nothing."""
        return dict.fromkeys(self.functions, 0.0)

    def none_written(self) -> dict[str, str]:
        """The written answers of a submission without any."""
        return {name: cell(self._release, name)["source"] for name in self.written}


def cell(notebook: dict, name: str) -> dict:
    """The cell with a grade_id."""
    return notebook["cells"][position(notebook, name)]


def position(notebook: dict, name: str) -> int:
    """Where the cell with a grade_id stands."""
    return [_name(each) for each in notebook["cells"]].index(name)


def graded(notebook: dict) -> list[dict]:
    """Cells that nbgrader knows."""
    return [each for each in notebook["cells"] if _name(each)]


def add_before(notebook: dict, name: str, *cells: dict) -> None:
    """Puts cells before the one with a grade_id."""
    at = position(notebook, name)
    notebook["cells"][at:at] = cells


def add_after(notebook: dict, name: str, *cells: dict) -> None:
    """Puts cells after the one with a grade_id."""
    at = position(notebook, name) + 1
    notebook["cells"][at:at] = cells


def take(notebook: dict, name: str) -> dict:
    """Removes the cell with a grade_id and returns it."""
    return notebook["cells"].pop(position(notebook, name))


def _name(each: dict) -> str | None:
    return each["metadata"].get("nbgrader", {}).get("grade_id")


def _with_joined_sources(notebook: dict) -> dict:
    for each in notebook["cells"]:
        each["source"] = "".join(each["source"])
    return notebook
