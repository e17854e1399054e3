"""Reads the marks of a course from the gradebook, with late penalties on what is there now."""

from dataclasses import dataclass
from datetime import datetime

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import AssignLatePenalties
from sqlalchemy.exc import SQLAlchemyError
from traitlets.config import Config

from autograder.collecting import Roster, Student
from autograder.course import Course
from autograder.errors import CourseError
from autograder.grading.lock import grading_lock
from autograder.grading.settings import read_config


@dataclass(frozen=True)
class Mark:
    """One student's mark for one assignment.

    Attributes:
        student: The student.
        assignment: Name of the assignment.
        max_score: Points to be had.
        score: Points with everything given by hand and without the penalty; None when nothing was handed in.
        penalty: Points taken away for being late.
        handed_in: When (UTC), or None.
        waits: Whether a person still has to grade a part.
    """

    student: Student
    assignment: str
    max_score: float
    score: float | None = None
    penalty: float = 0.0
    handed_in: datetime | None = None
    waits: bool = False

    @property
    def final(self) -> float | None:
        """Points that count; None when nothing was handed in."""
        return None if self.score is None else round(max(0.0, self.score - self.penalty), 4)


def read_marks(course: Course, stems: list[str], roster: Roster | None = None) -> list[Mark]:
    """Reads marks, and brings late penalties up to date first.

    nbgrader works a penalty out when it grades, before a person has graded the written answers; points that
    were given since then would escape it.

    Args:
        course: The checkout, with its gradebook.
        stems: Assignments; empty for all that the gradebook knows.
        roster: The students, in the order to keep; None: those in the gradebook.

    Returns:
        For each assignment a mark for each student, also for those who handed in nothing.

    Raises:
        CourseError: When the gradebook cannot be read, another grader is at work, or the gradebook knows no
            such assignment.
    """
    config = read_config(course)
    directory = CourseDirectory(config=config)
    with grading_lock(course.grading):
        try:
            with Gradebook(directory.db_url, directory.course_id) as gradebook:
                known = [assignment.name for assignment in gradebook.assignments]
                for stem in stems:
                    if stem not in known:
                        names = ", ".join(known) or "none yet"
                        raise CourseError(f"The gradebook has no marks for {stem!r}; it has: {names}.")
                marks = []
                for stem in stems or sorted(known):
                    _update_penalties(gradebook, config, stem)
                    marks += _marks_of(gradebook, stem, roster)
                return marks
        except SQLAlchemyError as error:
            reason = str(error.args[0] if error.args else error).splitlines()[0]
            raise CourseError(f"The gradebook cannot be used: {reason}.") from error


def _update_penalties(gradebook: Gradebook, config: Config, stem: str) -> None:
    assigning = AssignLatePenalties(config=config)
    policy = assigning.plugin_class(parent=assigning)
    for submission in gradebook.assignment_submissions(stem):
        late = submission.total_seconds_late
        for notebook in submission.notebooks:
            taken = None
            if late > 0:
                taken = policy.late_submission_penalty(submission.student.id, notebook.score, late)
            notebook.late_submission_penalty = min(max(taken or 0.0, 0.0), notebook.score) or None
    gradebook.db.commit()


def _marks_of(gradebook: Gradebook, stem: str, roster: Roster | None) -> list[Mark]:
    maximum = gradebook.find_assignment(stem).max_score
    if roster is None:
        students = [
            Student(
                each.id, each.first_name or "", each.last_name or "", each.email or "", each.lms_user_id or ""
            )
            for each in sorted(gradebook.students, key=lambda each: each.id)
        ]
    else:
        there = {each.student.id for each in gradebook.assignment_submissions(stem)}
        strangers = [Student(each) for each in sorted(there - set(roster.by_id))]
        students = [*roster.students, *strangers]
    marks = []
    for student in students:
        try:
            submission = gradebook.find_submission(stem, student.id)
        except MissingEntry:
            marks.append(Mark(student, stem, maximum))
            continue
        marks.append(
            Mark(
                student,
                stem,
                maximum,
                submission.score,
                submission.late_submission_penalty or 0.0,
                submission.timestamp,
                submission.needs_manual_grade,
            )
        )
    return marks
