"""What is known of a class's work: examinations from the journal, marks from the gradebook."""

from collections import Counter
from dataclasses import dataclass, field
from statistics import mean, median

import nbformat

from autograder.course import Assignment, Course
from autograder.errors import CourseError
from autograder.grading.examination import Examination
from autograder.grading.journal import Journal
from autograder.grading.settings import read_config, read_limits
from autograder.grading.submission import make_ready
from autograder.returning.marks import Mark, read_marks

_EXAMPLE_LINES = 40


@dataclass(frozen=True)
class Held:
    """A misconception that somebody in the class holds.

    Attributes:
        exercise: The exercise.
        name: The misconception's name.
        hint: What the feedback tells those who hold it.
        students: Who holds it.
        example: The code of one of them.
    """

    exercise: str
    name: str
    hint: str
    students: list[str]
    example: str


@dataclass(frozen=True)
class ClassResults:
    """The results of a class.

    Attributes:
        assignment: What was graded.
        marks: By student; also of those who handed in nothing.
        examinations: By student.
        points: Points to be had, by exercise.
        not_graded: Students whose submission as it is now has not been graded.
    """

    assignment: Assignment
    marks: dict[str, Mark]
    examinations: dict[str, Examination]
    points: dict[str, float]
    not_graded: list[str] = field(default_factory=list)

    @property
    def finals(self) -> list[float]:
        """The marks of those who handed in something."""
        return [mark.final for mark in self.marks.values() if mark.final is not None]

    @property
    def max_score(self) -> float:
        """Points to be had in all."""
        return next((mark.max_score for mark in self.marks.values()), 0.0)

    @property
    def summary(self) -> dict[str, str]:
        """The class in a few numbers, with what each of them is."""
        finals = self.finals
        waiting = sum(mark.waits for mark in self.marks.values())
        told = {
            "handed in": f"{len(finals)} of {len(self.marks)}",
            "mean": f"{mean(finals):.1f} of {self.max_score:g}" if finals else "none",
            "median": f"{median(finals):.1f}" if finals else "none",
            "late": str(sum(mark.penalty > 0 for mark in self.marks.values())),
        }
        if waiting:
            told["wait for a person"] = str(waiting)
        return told

    def shares(self, exercise: str) -> list[float]:
        """Parts of an exercise's points that were earned, between 0 and 1, over the class."""
        return [each.cells[exercise].share for each in self.examinations.values() if exercise in each.cells]

    @property
    def misconceptions(self) -> list[Held]:
        """What the class holds, the most frequent first."""
        found: dict[tuple[str, str], list[str]] = {}
        hints = {}
        for student, examination in self.examinations.items():
            for result in examination.cells.values():
                if result.misconception:
                    key = (result.cell, result.misconception.name)
                    found.setdefault(key, []).append(student)
                    hints[key] = result.misconception.hint
        held = [
            Held(exercise, name, hints[exercise, name], students, self._code(students[0], exercise))
            for (exercise, name), students in found.items()
        ]
        return sorted(held, key=lambda each: (-len(each.students), each.exercise, each.name))

    def _code(self, student: str, exercise: str) -> str:
        cells = self.examinations[student].notebook.cells
        source = next(
            (c.source for c in cells if c.metadata.get("nbgrader", {}).get("grade_id") == exercise), ""
        )
        lines = source.splitlines()
        more = [f"# ... {len(lines) - _EXAMPLE_LINES} more lines"] if len(lines) > _EXAMPLE_LINES else []
        return "\n".join(lines[:_EXAMPLE_LINES] + more)

    @property
    def sentences(self) -> Counter[str]:
        """What had to be repaired or happened while submissions ran, with how often."""
        return Counter(sentence for each in self.examinations.values() for sentence in each.sentences)


def read_results(course: Course, assignment: Assignment) -> ClassResults:
    """Puts together what grading has found.

    Raises:
        CourseError: When nothing of the assignment has been graded, or the gradebook cannot be read.
    """
    limits, sandbox = read_limits(read_config(course))
    journal = Journal(course.journal)
    examinations, not_graded = {}, []
    for folder in sorted(course.submitted.glob(f"*/{assignment.stem}")):
        student = folder.parent.name
        keys = [make_ready(assignment, folder, limits, walls).key for walls in (sandbox, not sandbox)]
        known = next(filter(None, map(journal.get, keys)), None)
        if known is None:
            not_graded.append(student)
        else:
            examinations[student] = known
    if not examinations:
        raise CourseError(f"Nothing to report: run 'autograder grade {assignment.stem}' first.")
    marks = {mark.student.id: mark for mark in read_marks(course, [assignment.stem])}
    return ClassResults(assignment, marks, examinations, _points(assignment), not_graded)


def _points(assignment: Assignment) -> dict[str, float]:
    cells = nbformat.read(assignment.release, as_version=4).cells
    forms = [cell.metadata.get("nbgrader", {}) for cell in cells if cell.cell_type == "code"]
    return {
        form["grade_id"].removeprefix("test_"): float(form["points"]) for form in forms if form.get("grade")
    }
