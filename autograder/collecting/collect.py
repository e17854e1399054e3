"""Puts the notebooks of a class to where the grader looks for them."""

import os
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from autograder.collecting.recognizing import assignment_of, attempt_of, owner_of
from autograder.collecting.roster import Roster
from autograder.collecting.sources import Found, files_of
from autograder.course import Assignment, Course
from autograder.errors import CourseError
from autograder.files import write_whole
from autograder.rebuild import read_timestamp

_EARLY = datetime(1980, 1, 1, tzinfo=UTC)


@dataclass
class Collected:
    """What became of the files.

    Attributes:
        new: Files that are now in ``grading/submitted``, by (student, assignment).
        unchanged: (student, assignment) whose submission was there already.
        passed_over: Files that were not taken because the same student has a later one, with that one.
        problems: Files that need a person, with the reason.
        missing: Students of the roster without any submission of the assignments that were collected.
    """

    new: dict[tuple[str, str], str] = field(default_factory=dict)
    unchanged: list[tuple[str, str]] = field(default_factory=list)
    passed_over: dict[str, str] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)
    missing: dict[str, list[str]] = field(default_factory=dict)


def collect(
    course: Course,
    source: Path,
    roster: Roster,
    assignment: Assignment | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> Collected:
    """Copies the submissions of a class from a platform's folder or archive.

    Of several files of one student the latest is taken. A submission that is replaced by a later one is kept
    in ``grading/replaced``; one that is later than what the source has stays. May be repeated.

    Args:
        course: The checkout, with its ``grading`` folder.
        source: A folder, or the zip archive that Moodle or Canvas gives.
        roster: The students.
        assignment: What everything answers; None: told from each file.
        progress: Called with each file.

    Raises:
        CourseError: When the source cannot be read or a submission not be written.
    """
    outcome = Collected()
    candidates: dict[tuple[str, str], list[Found]] = defaultdict(list)
    for found in files_of(source):
        progress(found.place)
        owner = owner_of(found.place, roster)
        if found.content is None:
            whose = f" ({owner.student.id})" if owner.student else ""
            outcome.problems[found.place] = f"{found.problem}{whose}"
        elif owner.student is None:
            outcome.problems[found.place] = str(owner.problem)
        elif answered := assignment or assignment_of(found.place, found.content, course):
            candidates[owner.student.id, answered.stem].append(found)
        else:
            outcome.problems[found.place] = (
                f"It is not clear which assignment this is ({owner.student.id}): use --assignment."
            )
    for (student, stem), files in sorted(candidates.items()):
        files.sort(key=lambda each: (each.time or _EARLY, attempt_of(each.place), each.place))
        latest = files[-1]
        outcome.passed_over |= {each.place: latest.place for each in files[:-1]}
        _take(course, student, stem, latest, outcome)
    for stem in sorted({stem for _, stem in candidates} | ({assignment.stem} if assignment else set())):
        there = {path.parent.name for path in course.submitted.glob(f"*/{stem}")}
        outcome.missing[stem] = [each.id for each in roster.students if each.id not in there]
    return outcome


def _take(course: Course, student: str, stem: str, found: Found, outcome: Collected) -> None:
    folder = course.submitted / student / stem
    target = folder / f"{stem}.ipynb"
    try:
        if target.is_file():
            before, time = target.read_bytes(), read_timestamp(folder)[0]
            if before == found.content:
                outcome.unchanged.append((student, stem))
                return
            if time and found.time and time.replace(tzinfo=UTC) > found.time:
                outcome.passed_over[found.place] = f"what was handed in at {time} UTC"
                return
            kept = course.grading / "replaced" / student / stem
            kept.mkdir(parents=True, exist_ok=True)
            number = sum(1 for _ in kept.glob("*.ipynb")) + 1
            os.replace(target, kept / f"{number}.ipynb")
        folder.mkdir(parents=True, exist_ok=True)
        write_whole(target, found.content or b"")
        stamp = folder / "timestamp.txt"
        if found.time:
            write_whole(stamp, f"{found.time.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC\n".encode())
        else:
            stamp.unlink(missing_ok=True)
    except OSError as error:
        raise CourseError(f"The submission cannot be written: {error.strerror}.", folder) from error
    outcome.new[student, stem] = found.place
