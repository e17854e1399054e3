"""Whose a file is and which assignment it answers, told from its path and, for the assignment, its cells."""

import json
import re
from collections import Counter
from dataclasses import dataclass

from autograder.collecting.roster import Roster, Student, squash
from autograder.course import Assignment, Course

# Canvas: lastnamefirstname_LATE_USERNUMBER_FILENUMBER_name.ipynb
_CANVAS = re.compile(r"(?P<name>[^_/]+)_(?:LATE_)?(?P<user>\d+)_(?P<file>\d+)_(?P<rest>[^/]+)$")
# Moodle: "First Last_NUMBER_assignsubmission_file_/name.ipynb", or with the name behind the underscore
_MOODLE = re.compile(r"(?:^|/)(?P<name>[^/]+?)_(?P<number>\d+)_assignsubmission_\w+?(?:_?/|_)(?P<rest>[^/]+)")
# A second download or a second submission: "name (1).ipynb", "name-2.ipynb"
_ATTEMPT = re.compile(r"(?: \((\d+)\)|-(\d+))\.ipynb")
_DEFINED = re.compile(r"^(?:def|class) (\w+)", re.MULTILINE)


@dataclass(frozen=True)
class Owner:
    """Whose a file is.

    Attributes:
        student: The student; None when that is not clear.
        problem: Why it is not clear, and what to do; None when it is.
    """

    student: Student | None
    problem: str | None = None


def owner_of(place: str, roster: Roster) -> Owner:
    """Finds the student that a path names, in the manner of Canvas, of Moodle, or by id or full name."""
    base = place.rpartition("/")[2]
    if match := _CANVAS.match(base):
        found = roster.with_number(match["user"]) or roster.with_name(match["name"])
        return _only(found, match["name"], "the column lms_user_id of the roster tells them apart")
    if match := _MOODLE.search(place):
        found = roster.with_name(match["name"])
        # With groups, Moodle puts the group's name in front.
        if not found and "-" in match["name"]:
            found = roster.with_name(match["name"].partition("-")[2])
        return _only(found or roster.named_in(match["name"]), match["name"], "put their ids into the names")
    return _only(roster.named_in(place), base, "put their ids into the names")


def _only(found: list[Student], name: str, remedy: str) -> Owner:
    if len(found) == 1:
        return Owner(found[0])
    if not found:
        return Owner(None, f"Nobody in the roster fits {name!r}.")
    ids = ", ".join(student.id for student in found[:5])
    return Owner(None, f"{name!r} fits several students, {ids}: {remedy}.")


def attempt_of(place: str) -> int:
    """The number that browsers and platforms append to a name that was there already; 0 for the first."""
    match = _ATTEMPT.search(place)
    return int(match[1] or match[2]) if match else 0


def assignment_of(place: str, content: bytes, course: Course) -> Assignment | None:
    """Finds the assignment that a file answers: by its name, else by the functions that its cells define.

    Colab takes nbgrader's marks from the cells, and students rename files; what they define remains.
    """
    squashed = squash(place.rpartition("/")[2])
    named = [each for each in course.assignments if squash(each.stem) in squashed]
    if named:
        return max(named, key=lambda each: len(each.stem))
    try:
        cells = json.loads(content)["cells"]
        text = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    defined = set(_DEFINED.findall(text))
    scores = Counter({each.stem: len(defined & exercises(each)) for each in course.assignments})
    best = scores.most_common(2)
    if not best or best[0][1] == 0 or (len(best) > 1 and best[0][1] == best[1][1]):
        return None
    return course.assignment(best[0][0])


def exercises(assignment: Assignment) -> set[str]:
    """The names of the functions and classes that an assignment asks for."""
    cells = json.loads(assignment.release.read_bytes())["cells"]
    forms = [cell["metadata"].get("nbgrader", {}) for cell in cells if cell["cell_type"] == "code"]
    return {form["grade_id"] for form in forms if form.get("solution") and not form.get("grade")}
