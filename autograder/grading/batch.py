"""Grades a class: examines what is new, several at once, and writes the marks, one after the other."""

from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase

from nbformat.v4 import new_notebook

from autograder.course import Assignment, Course
from autograder.errors import CourseError
from autograder.grading.examination import Examination
from autograder.grading.journal import Journal
from autograder.grading.lock import grading_lock
from autograder.grading.settings import read_config, read_limits
from autograder.grading.submission import Submission, make_ready
from autograder.sandbox import Limits, shared_template

# nbgrader starts up anew for every round of writing; marks of several students are written in one.
_ROUND = 10


@dataclass
class Outcome:
    """What became of a class.

    Attributes:
        examinations: By student.
        examined: Students whose work was run now; the others' results were there.
        written: Students whose marks were written now.
        problems: Why a student's work could not be graded or the marks not be written, by student.
    """

    examinations: dict[str, Examination] = field(default_factory=dict)
    examined: list[str] = field(default_factory=list)
    written: list[str] = field(default_factory=list)
    problems: dict[str, str] = field(default_factory=dict)


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
    with grading_lock(course.grading), ExitStack() as stack:
        journal = Journal(course.journal)
        journal.tidy()
        outcome = Outcome()
        submissions = _read(course, assignment, order.students, limits, sandbox, outcome)
        shared = None
        if not all(journal.holds(each.key) for each in submissions):
            # Its imports take longest of all that has to start, so they begin first.
            shared = stack.enter_context(shared_template(sandbox))
        from autograder.grading.gradebook import GradebookWriter  # nbgrader takes half a second to import

        writer = GradebookWriter(course, config, assignment)
        total, pending = len(submissions), []

        def write() -> None:
            problems = writer.write(pending)
            outcome.problems.update(problems)
            outcome.written += [each.student for each in pending if each.student not in problems]
            pending.clear()

        def note(submission: Submission, examination: Examination) -> None:
            # The notebook stays in the journal: outputs of a whole class would fill the memory.
            outcome.examinations[submission.student] = replace(examination, notebook=new_notebook())
            if not writer.holds(submission):
                pending.append(submission)
            progress("Grading", len(outcome.examinations), total)
            if len(pending) >= _ROUND:
                write()

        missing = []
        for submission in submissions:
            known = journal.get(submission.key)
            if known is None:
                missing.append(submission)
            else:
                note(submission, known)
        for submission, examination in _examine(assignment, missing, limits, sandbox, order, shared):
            if isinstance(examination, str):
                outcome.problems[submission.student] = examination
                continue
            journal.put(submission.key, examination)
            outcome.examined.append(submission.student)
            note(submission, examination)
        if pending:
            write()
    return outcome


def _read(
    course: Course, assignment: Assignment, pattern: str, limits: Limits, sandbox: bool, outcome: Outcome
) -> list[Submission]:
    found = sorted(course.submitted.glob(f"*/{assignment.stem}"))
    found = [path for path in found if fnmatchcase(path.parent.name, pattern) and path.parent.name[0] != "."]
    # The name of a folder is a student's id; nbgrader and the gradebook take these for no name at all.
    folders = [path for path in found if path.parent.name.isprintable()]
    for path in found:
        if path not in folders:
            student = path.parent.name.encode("unicode_escape").decode()
            outcome.problems[student] = "The folder's name has characters that no id may have: rename it."
    if not found:
        raise CourseError(
            f"Nothing to grade: no submission at grading/submitted/{pattern}/{assignment.stem}/.", course.root
        )
    return [make_ready(assignment, folder, limits, sandbox) for folder in folders]


def _examine(
    assignment: Assignment,
    submissions: list[Submission],
    limits: Limits,
    sandbox: bool,
    order: Order,
    shared: str | None,
) -> Iterable[tuple[Submission, Examination | str]]:
    if not submissions:
        return
    from autograder.grading.workers import cluster, examine_all  # dask takes a second to import

    with cluster(order.workers, order.scheduler) as client:
        yield from examine_all(client, assignment, submissions, limits, sandbox, shared)
