"""Writes examinations into nbgrader's gradebook, by nbgrader's own means.

Whenever the grader is killed, what it leaves behind is either complete or recognizable as incomplete: a
student's autograded notebook is written after the marks are committed, and the assignment counts as known
only when every one of its cells is in the gradebook.
"""

import copy
import json
import logging
import shutil
import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import nbformat
import sqlalchemy
from nbgrader.api import Gradebook, InvalidEntry
from nbgrader.converters import Autograde, GenerateAssignment
from nbgrader.converters.base import BaseConverter, NbGraderException
from nbgrader.coursedir import CourseDirectory
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from traitlets.config import Config

from autograder.course import Assignment, Course
from autograder.errors import CourseError
from autograder.grading.quick_nbgrader import alembic_version, quick_nbgrader
from autograder.grading.submission import NOTE, Submission

_STAGED = "grading/.staged"
_SUBMITTED, _RELEASED = f"{_STAGED}/submitted", f"{_STAGED}/released"


class GradebookWriter:
    """Writes the marks of one assignment. There must be one writer at a time."""

    def __init__(self, course: Course, config: Config, assignment: Assignment) -> None:
        """Makes sure that the gradebook knows the assignment as it is now.

        Raises:
            CourseError: When the gradebook cannot be used, or does not fit the assignment; says why.
        """
        self.course, self.assignment = course, assignment
        self.config = copy.deepcopy(config)
        self.config.CourseDirectory.assignment_id = assignment.stem
        self.config.CourseDirectory.submitted_directory = _SUBMITTED
        # exercises/ stays as it is: a grader that is killed while it makes a release anew would leave none.
        self.config.CourseDirectory.release_directory = _RELEASED
        # nbgrader enters an assignment for the course "", which PostgreSQL refuses: there is no such course.
        self.config.CourseDirectory.course_id = (
            CourseDirectory(config=self.config).course_id or "default_course"  # what the gradebook calls it
        )
        # What is staged has been rebuilt; nbgrader reads it as it is.
        self.config.Autograde.exporter_class = "nbconvert.exporters.NotebookExporter"
        self.config.NotebookExporter.optimistic_validation = True  # once, not after each of its steps
        self.config.BaseConverter.force = True
        self.config.Autograde.force = True
        self.config.GenerateAssignment.force = True
        self._staged = course.root / _STAGED
        shutil.rmtree(self._staged, ignore_errors=True)  # left by a grader that was killed
        with self._gradebook() as gradebook:
            _note_version(gradebook)
            known = self._knows_assignment(gradebook)
        if not known:
            with self._staging():
                self._convert(GenerateAssignment)
        self._written = self._read_written()

    @contextmanager
    def _gradebook(self) -> Iterator[Gradebook]:
        directory = CourseDirectory(config=self.config)
        try:
            with quick_nbgrader(), Gradebook(directory.db_url, directory.course_id) as gradebook:
                yield gradebook
        except (SQLAlchemyError, InvalidEntry) as error:
            raise CourseError(_explain(error)) from error
        except ImportError as error:
            raise CourseError(f"The gradebook needs a package: install {error.name}.") from error

    def _knows_assignment(self, gradebook: Gradebook) -> bool:
        """Whether the gradebook has the assignment with all the cells that it has today."""
        release = nbformat.read(self.assignment.release, as_version=4)
        forms = [(cell, cell.metadata["nbgrader"]) for cell in release.cells if "nbgrader" in cell.metadata]
        sources = {form["grade_id"]: (cell.cell_type, cell.source) for cell, form in forms}
        graded = {form["grade_id"]: float(form["points"]) for _, form in forms if form.get("grade")}
        solutions = {form["grade_id"] for _, form in forms if form.get("solution")}
        notebooks = [
            notebook
            for known in gradebook.assignments
            if known.name == self.assignment.stem
            for notebook in known.notebooks
        ]
        return any(
            notebook.name == self.assignment.stem
            and sources == {cell.name: (cell.cell_type, cell.source) for cell in notebook.source_cells}
            and graded == {cell.name: cell.max_score for cell in notebook.grade_cells}
            and solutions == {cell.name for cell in notebook.solution_cells}
            for notebook in notebooks
        )

    def _read_written(self) -> dict[str, tuple[str, datetime | None]]:
        """What the gradebook holds, by student: the key of the results, and when they were handed in."""
        with self._gradebook() as gradebook:
            submissions = gradebook.assignment_submissions(self.assignment.stem)
            times = {submission.student.id: submission.timestamp for submission in submissions}
        keys = {student: self._autograded_key(student) for student in times}
        return {student: (key, times[student]) for student, key in keys.items() if key}

    def _autograded_key(self, student: str) -> str | None:
        """The key of the results in a student's autograded notebook; None when that is not whole."""
        folder = self.course.grading / "autograded" / student / self.assignment.stem
        try:
            text = (folder / self.assignment.release.name).read_text(encoding="utf-8")
            note = json.loads(text)["metadata"][NOTE]
        except (OSError, ValueError, KeyError):
            return None  # killed on the way, or graded by other means: it is written again
        return note["key"] if note.get("graded") else None

    def holds(self, submission: Submission) -> bool:
        """Whether the marks of a submission are written."""
        key, time = self._written.get(submission.student, (None, None))
        # nbgrader keeps the time of an earlier submission when a later one comes without.
        return key == submission.key and submission.timestamp in (time, None)

    def write(self, submissions: Sequence[Submission]) -> dict[str, str]:
        """Writes marks whose examinations are in the journal.

        Returns:
            Why the marks of a student could not be written, by student; the others' are written.

        Raises:
            CourseError: When nothing can be written; says why. Writing again later is safe.
        """
        with self._staging():
            for submission in submissions:
                folder = self.course.root / _SUBMITTED / submission.student / self.assignment.stem
                folder.mkdir(parents=True)
                nbformat.write(submission.notebook, folder / self.assignment.release.name)
                if submission.timestamp:
                    (folder / "timestamp.txt").write_text(f"{submission.timestamp} UTC", encoding="utf-8")
                if submission.secret:
                    (folder / "submission_secret.txt").write_text(submission.secret, encoding="ascii")
            complaint = self._convert(_AutogradeStaged)
        failed = [each for each in submissions if self._autograded_key(each.student) != each.key]
        if complaint and not failed:
            raise CourseError(f"nbgrader could not write the marks: {complaint}")
        return {each.student: f"nbgrader could not write the marks: {complaint}" for each in failed}

    @contextmanager
    def _staging(self) -> Iterator[None]:
        """The folder in which nbgrader finds what it is to read; gone afterwards."""
        try:
            yield
        except OSError as error:
            raise CourseError(_explain(error)) from error
        finally:
            shutil.rmtree(self._staged, ignore_errors=True)

    def _convert(self, kind: type[BaseConverter]) -> str:
        """Runs a command of nbgrader; returns what it complained about, empty if about nothing.

        Raises:
            CourseError: When disk or gradebook are to blame: then it would be the same for all students.
        """
        log = logging.Logger("nbgrader", logging.ERROR)  # outside the hierarchy: nothing is printed
        messages = _Messages()
        log.addHandler(messages)
        try:
            converter = kind(coursedir=CourseDirectory(config=self.config), config=self.config)
            converter.log = log
            with (
                warnings.catch_warnings(),
                _silent(logging.getLogger("tornado.application")),
                quick_nbgrader(),
            ):
                # nbgrader 0.9.6 builds its objects in an order that SQLAlchemy 2 comments on.
                warnings.simplefilter("ignore", sqlalchemy.exc.SAWarning)
                converter.start()
        except (NbGraderException, SystemExit) as error:
            for cause in messages.causes:
                if isinstance(cause, OSError | OperationalError | CourseError):
                    raise CourseError(_explain(cause)) from cause
            if kind is GenerateAssignment:
                raise CourseError(f"The gradebook does not fit the assignment: {messages.text}") from error
            return messages.text
        except (SQLAlchemyError, InvalidEntry) as error:
            raise CourseError(_explain(error)) from error
        return ""


class _AutogradeStaged(Autograde):
    """nbgrader's Autograde for everything that is staged.

    nbgrader itself looks for submissions by pattern, and so passes over folders with brackets in their names.
    And it checks the cells' metadata twice against a schema, which takes a fifth of the time: what is staged
    has the instructor's metadata, which were checked when the assignment was made.
    """

    def __init__(self, **options: Any) -> None:
        """Leaves out the checks, wherever the configuration has them."""
        super().__init__(**options)
        for name in ("sanitize_preprocessors", "autograde_preprocessors"):
            steps = [step for step in getattr(self, name) if "CheckCellMetadata" not in str(step)]
            setattr(self, name, steps)

    def init_notebooks(self) -> None:
        """Finds the staged notebooks."""
        folder = Path(self.coursedir.root, self.coursedir.submitted_directory)
        found = folder.glob(f"*/{self.coursedir.assignment_id}/*.ipynb")
        self.assignments = {str(path.parent): [str(path)] for path in found}


class _Messages(logging.Handler):
    """Remembers what nbgrader complained about.

    Attributes:
        causes: The exceptions behind the complaints.
    """

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self._lines: list[str] = []
        self.causes: list[BaseException] = []

    def emit(self, record: logging.LogRecord) -> None:
        self._lines.append(record.getMessage())
        cause = sys.exc_info()[1]
        while cause is not None and cause not in self.causes:
            self.causes.append(cause)
            cause = cause.__context__  # nbgrader raises errors of its own in place of the data base's

    @property
    def text(self) -> str:
        """What went wrong: the exceptions, or where there are none the last line of each message."""
        causes = [f"{type(cause).__name__}: {cause}".splitlines()[0] for cause in self.causes]
        ends = [line.strip().splitlines()[-1] for line in self._lines if line.strip()]
        return " / ".join(dict.fromkeys(causes or ends)) or "no reason given"


@contextmanager
def _silent(log: logging.Logger) -> Iterator[None]:
    """Keeps a log from printing: nbgrader's gradebook shows errors there that it raises anyway."""
    before, log.disabled = log.disabled, True
    try:
        yield
    finally:
        log.disabled = before


def _explain(error: Exception) -> str:
    """Why marks cannot be written, in a sentence."""
    if isinstance(error, CourseError):
        return str(error)
    if isinstance(error, OSError):
        place = f" at {error.filename}" if error.filename else ""
        return f"The marks cannot be written: {error.strerror or error}{place}."
    reason = str(error.args[0] if error.args else error).strip().splitlines()[0]
    if "locked" in reason:
        return (
            "The gradebook is locked by another program, such as formgrader or a database browser: "
            "close that and start again."
        )
    return f"The gradebook cannot be used: {reason}."


def _note_version(gradebook: Gradebook) -> None:
    """Makes up for what nbgrader never does again when it is killed while it makes the gradebook.

    Without this note ``nbgrader db upgrade`` would fail on some later day.
    """
    gradebook.db.execute(
        sqlalchemy.text("CREATE TABLE IF NOT EXISTS alembic_version (version_num VARCHAR(32) NOT NULL)")
    )
    if not gradebook.db.execute(sqlalchemy.text("SELECT version_num FROM alembic_version")).all():
        gradebook.db.execute(
            sqlalchemy.text("INSERT INTO alembic_version (version_num) VALUES (:version)"),
            {"version": alembic_version()},
        )
    gradebook.db.commit()
