"""What the grader found out about one submission, in a form that can be kept."""

from dataclasses import dataclass
from typing import Any

import nbformat
from nbformat import NotebookNode

from autograder.testing.run import CellResult


@dataclass(frozen=True)
class Examination:
    """The results of one submission.

    Attributes:
        cells: What the hidden tests found, by exercise.
        repairs: What had to be put right in the notebook, in sentences for the student.
        remarks: What happened while it ran, in sentences for the student.
        unreadable: Why nothing could be graded, or None.
        sandbox: Whether the code ran behind walls.
        seconds: How long it took.
        notebook: The notebook that ran, with its outputs.
    """

    cells: dict[str, CellResult]
    repairs: list[str]
    remarks: list[str]
    unreadable: str | None
    sandbox: bool
    seconds: float
    notebook: NotebookNode

    @property
    def sentences(self) -> list[str]:
        """Everything there is to say about the submission as a whole."""
        walls = [] if self.sandbox else ["This submission was run without a sandbox."]
        return [*filter(None, [self.unreadable]), *self.repairs, *self.remarks, *walls]

    def as_json(self) -> dict[str, Any]:
        """The examination as plain data."""
        return {
            "cells": [result.as_json() for result in self.cells.values()],
            "repairs": self.repairs,
            "remarks": self.remarks,
            "unreadable": self.unreadable,
            "sandbox": self.sandbox,
            "seconds": self.seconds,
            "notebook": self.notebook,
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Examination":
        """Reads what ``as_json`` has written."""
        results = [CellResult.from_json(item) for item in data["cells"]]
        return cls(
            **{
                **data,
                "cells": {result.cell: result for result in results},
                "notebook": nbformat.from_dict(data["notebook"]),
            }
        )
