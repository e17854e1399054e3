"""Where our grading is plugged into nbgrader, so that its command and its button take the safe path.

nbgrader grades in two rounds. In the first, "sanitize", ``RebuildingExporter`` reads the submitted file
instead of nbgrader: what goes on from there is the instructor's notebook with the student's work in it. In
the second, ``RunHiddenTests`` stands in for nbgrader's ``Execute``.
"""

import atexit
from functools import cache
from pathlib import Path
from typing import Any

from nbconvert.exporters import NotebookExporter
from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor

from autograder.course import REPOSITORY, Course
from autograder.grading.examine import Examiner
from autograder.grading.journal import Journal
from autograder.grading.marks import write_marks
from autograder.grading.settings import read_limits
from autograder.grading.submission import NOTE, make_ready, read_note
from autograder.sandbox import Limits


class RebuildingExporter(NotebookExporter):
    """Reads a submitted notebook by rebuilding it; every other notebook as it is."""

    def from_filename(
        self, filename: str, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[str, dict[str, Any]]:
        """Converts a notebook; see ``nbconvert.exporters.Exporter``."""
        course = _course(self.config)
        folder = Path(filename).resolve().parent
        if not folder.is_relative_to(course.submitted.resolve()):
            return super().from_filename(filename, resources, **kw)
        assignment = course.assignment(folder.name)
        submission = make_ready(assignment, folder, *read_limits(self.config))
        resources = {} if resources is None else resources
        resources["metadata"] = ResourcesDict(name=assignment.stem, path=str(folder))
        return self.from_notebook_node(submission.notebook, resources, **kw)


class RunHiddenTests(NbGraderPreprocessor):
    """Runs a notebook and the hidden tests of its assignment, and leaves the marks in the test cells."""

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """Grades one notebook; see ``nbconvert.preprocessors.Preprocessor``."""
        course = _course(self.config)
        journal = Journal(course.journal)
        key, rebuilt = read_note(nb)
        examination = journal.get(key)
        if examination is None:
            assignment = course.assignment(resources["nbgrader"]["assignment"])
            examination = _examiner(*read_limits(self.config)).examine(assignment, rebuilt)
            journal.put(key, examination)
        write_marks(nb, examination)
        nb.metadata[NOTE] = {"key": key, "graded": True}
        return nb, resources


def _course(config: Any) -> Course:
    return Course(Path(config.CourseDirectory.get("root", REPOSITORY)))


@cache
def _examiner(limits: Limits, sandbox: bool) -> Examiner:
    """One examiner serves all submissions that this process grades."""
    examiner = Examiner.start(limits, sandbox)
    atexit.register(examiner.close)
    return examiner
