"""Writes examinations into nbgrader's gradebook, by nbgrader's own means."""

import copy
import json
import logging
import shutil
import warnings
from collections.abc import Iterable

import nbformat
import sqlalchemy
from nbgrader.api import Gradebook
from nbgrader.converters import Autograde, GenerateAssignment
from nbgrader.converters.base import BaseConverter, NbGraderException
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from autograder.course import Assignment, Course
from autograder.errors import CourseError
from autograder.grading.submission import NOTE, Submission

_STAGED = "grading/.staged"


class GradebookWriter:
    """Writes the marks of one assignment. There must be one writer at a time."""

    def __init__(self, course: Course, config: Config, assignment: Assignment) -> None:
        """Makes sure that the gradebook knows the assignment as it is now."""
        self.course, self.assignment = course, assignment
        self.config = copy.deepcopy(config)
        self.config.CourseDirectory.assignment_id = assignment.stem
        self.config.CourseDirectory.submitted_directory = _STAGED
        # What is staged has been rebuilt; nbgrader reads it as it is.
        self.config.Autograde.exporter_class = "nbconvert.exporters.NotebookExporter"
        self.config.BaseConverter.force = True
        self.config.Autograde.force = True
        self.config.GenerateAssignment.force = True
        self.url = CourseDirectory(config=self.config).db_url
        if not self._knows_assignment():
            self._convert(GenerateAssignment)

    def _knows_assignment(self) -> bool:
        """Whether the gradebook has the assignment with the cells that it has today."""
        release = nbformat.read(self.assignment.release, as_version=4)
        forms = [cell.metadata.get("nbgrader", {}) for cell in release.cells]
        graded = {form["grade_id"]: float(form["points"]) for form in forms if form.get("grade")}
        with Gradebook(self.url) as gradebook:
            cells = [
                cell
                for known in gradebook.assignments
                if known.name == self.assignment.stem
                for notebook in known.notebooks
                for cell in notebook.grade_cells
            ]
            return graded == {cell.name: cell.max_score for cell in cells}

    def written(self) -> dict[str, str]:
        """Keys of the results that the gradebook holds, by student."""
        with Gradebook(self.url) as gradebook:
            submissions = gradebook.assignment_submissions(self.assignment.stem)
            known = {submission.student.id for submission in submissions}
        keys = {}
        for student in known:
            path = (
                self.course.grading / "autograded" / student / self.assignment.stem
            ) / self.assignment.release.name
            try:
                note = json.loads(path.read_text(encoding="utf-8"))["metadata"][NOTE]
            except (OSError, ValueError, KeyError):
                continue  # killed on the way, or graded by other means: it is written again
            if note.get("graded"):
                keys[student] = note["key"]
        return keys

    def write(self, submissions: Iterable[Submission]) -> None:
        """Writes marks whose examinations are in the journal.

        Raises:
            CourseError: When nbgrader cannot write them; says why. Writing them again later is safe.
        """
        staged = self.course.root / _STAGED
        shutil.rmtree(staged, ignore_errors=True)
        try:
            for submission in submissions:
                folder = staged / submission.student / self.assignment.stem
                folder.mkdir(parents=True)
                nbformat.write(submission.notebook, folder / self.assignment.release.name)
                if submission.timestamp:
                    (folder / "timestamp.txt").write_text(f"{submission.timestamp} UTC", encoding="utf-8")
            self._convert(Autograde)
        finally:
            shutil.rmtree(staged, ignore_errors=True)

    def _convert(self, kind: type[BaseConverter]) -> None:
        log = logging.Logger("nbgrader", logging.ERROR)  # outside the hierarchy: nothing is printed
        messages = _Messages()
        log.addHandler(messages)
        converter = kind(coursedir=CourseDirectory(config=self.config), config=self.config)
        converter.log = log
        try:
            with warnings.catch_warnings():
                # nbgrader 0.9.6 builds its objects in an order that SQLAlchemy 2 comments on.
                warnings.simplefilter("ignore", sqlalchemy.exc.SAWarning)
                converter.start()
        except (NbGraderException, SystemExit):
            raise CourseError(f"nbgrader could not write the marks: {messages.text}") from None
        except sqlalchemy.exc.SQLAlchemyError as error:
            raise CourseError(f"The gradebook cannot be used: {error.args[0]}") from None


class _Messages(logging.Handler):
    """Remembers what nbgrader complained about."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self._lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self._lines.append(record.getMessage())

    @property
    def text(self) -> str:
        """The last line of each message: of a traceback, the error."""
        ends = [line.strip().splitlines()[-1] for line in self._lines if line.strip()]
        return " / ".join(ends) or "no reason given"
