"""Grades a class: examines what is new, several at once, and writes the marks, one after the other."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from autograder.course import Assignment, Course
from autograder.errors import CourseError
from autograder.grading.examination import Examination
from autograder.grading.gradebook import GradebookWriter
from autograder.grading.journal import Journal
from autograder.grading.lock import grading_lock
from autograder.grading.settings import read_config, read_limits
from autograder.grading.submission import Submission, make_ready
from autograder.sandbox import Limits

# nbgrader starts up anew for every round of writing; marks of several students are written in one.
_ROUND = 10


@dataclass
class Outcome:
    """What became of a class.

    Attributes:
        examinations: By student.
        examined: Students whose work was run now; the others' results were there.
        written: Students whose marks were written now.
    """

    examinations: dict[str, Examination] = field(default_factory=dict)
    examined: list[str] = field(default_factory=list)
    written: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Order:
    """What to grade and how.

    Attributes:
        students: Pattern of the students' ids, as in "a*".
        workers: Number of workers; None: one for each core.
        scheduler: Address of a dask scheduler, or None.
        sandbox: False runs students' code without walls.
    """

    students: str = "*"
    workers: int | None = None
    scheduler: str | None = None
    sandbox: bool = True


def grade_class(
    course: Course,
    assignment: Assignment,
    order: Order,
    progress: Callable[[str, int, int], None] = lambda *_: None,
) -> Outcome:
    """Grades every submission of an assignment.

    It may be killed at any moment and started again: results that are in the journal are not worked out
    again, and marks that are in the gradebook are not written again.

    Args:
        course: The checkout, with its ``grading`` folder.
        assignment: What to grade.
        order: Whose work, and how.
        progress: Called with what is being done, how much of it is done, and how much there is.

    Raises:
        CourseError: When there is nothing to grade, another grader is at work, or grading cannot go on.
    """
    config = read_config(course)
    limits, sandbox = read_limits(config)
    sandbox = sandbox and order.sandbox
    with grading_lock(course.grading):
        journal = Journal(course.journal)
        journal.tidy()
        submissions = _read(course, assignment, order.students, limits, sandbox)
        writer = GradebookWriter(course, config, assignment)
        outcome = Outcome()
        total, pending = len(submissions), []
        in_gradebook = writer.written()

        def note(submission: Submission, examination: Examination) -> None:
            outcome.examinations[submission.student] = examination
            if in_gradebook.get(submission.student) != submission.key:
                pending.append(submission)
                outcome.written.append(submission.student)
            progress("Grading", len(outcome.examinations), total)
            if len(pending) >= _ROUND:
                writer.write(pending)
                pending.clear()

        missing = []
        for submission in submissions:
            known = journal.get(submission.key)
            if known is None:
                missing.append(submission)
            else:
                note(submission, known)
        for submission, examination in _examine(assignment, missing, limits, sandbox, order):
            journal.put(submission.key, examination)
            outcome.examined.append(submission.student)
            note(submission, examination)
        if pending:
            writer.write(pending)
    return outcome


def _read(
    course: Course, assignment: Assignment, pattern: str, limits: Limits, sandbox: bool
) -> list[Submission]:
    folders = sorted(path for path in course.submitted.glob(f"*/{assignment.stem}") if path.is_dir())
    folders = [path for path in folders if fnmatchcase(path.parent.name, pattern)]
    if not folders:
        raise CourseError(
            f"Nothing to grade: no submission at grading/submitted/{pattern}/{assignment.stem}/.", course.root
        )
    return [make_ready(assignment, folder, limits, sandbox) for folder in folders]


def _examine(
    assignment: Assignment, submissions: list[Submission], limits: Limits, sandbox: bool, order: Order
) -> Iterable[tuple[Submission, Examination]]:
    if not submissions:
        return
    from autograder.grading.workers import cluster, examine_all  # dask takes a second to import

    with cluster(order.workers, order.scheduler) as client:
        yield from examine_all(client, assignment, submissions, limits, sandbox)
