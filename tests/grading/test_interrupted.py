"""A grader that is killed loses nothing: the next one goes on where it was, to the same gradebook."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from tests.grading.courses import Course, class_of, no_process_left, wait_for, workers

STUDENTS = 8
QUICK_STUDENTS = 6
SEED = 20261120


@dataclass(frozen=True)
class Moment:
    """When a grader is killed.

    Attributes:
        name: What it does at that time.
        begun: Whether it has begun to do that; takes the course and the grader.
        within: Seconds that may pass from then on.
    """

    name: str
    begun: Callable
    within: float


def _journal(count: int) -> Callable:
    return lambda course, grader: len(course.journal()) >= count


def _writes_journal(course, grader) -> bool:
    return any(course.grading.glob("journal/*/.*"))


def _autograded(count: int) -> Callable:
    return lambda course, grader: len(list(course.grading.glob("autograded/*"))) >= count


def _exists(name: str) -> Callable:
    return lambda course, grader: (course.grading / name).exists()


MOMENTS = [
    Moment("reading", _exists(".lock"), 0.6),
    Moment("making the gradebook", _exists("gradebook.db"), 0.3),
    Moment("saving the assignment", _exists(".staged"), 0.3),
    Moment("starting workers", lambda course, grader: workers(grader), 3),
    Moment("examining", _journal(1), 1),
    Moment("examining the last", _journal(4), 0.5),
    Moment("writing the journal", _writes_journal, 0.0),
    Moment("staging", _exists(".staged/submitted"), 0.1),
    Moment("writing marks", _exists("autograded"), 0.4),
    Moment("writing the last marks", _autograded(4), 0.3),
]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """What a grader that nobody disturbs writes, by the number of students."""
    known = {}

    def state(students: int) -> dict:
        if students not in known:
            course = Course.make(tmp_path_factory.mktemp("undisturbed"), class_of(students))
            report = course.grade()
            assert report.status == 1, report.complaint  # one submission cannot be read
            assert report.counts == (students, 0, students)
            known[students] = course.state()
        return known[students]

    return state


def _kill_and_start_again(course: Course, moment: Moment, wait: float, students: int) -> bool:
    """Kills one grader and lets the next do the rest; says whether the first was still at work."""
    with no_process_left():
        grader = course.start()
        in_time = wait_for(lambda: moment.begun(course, grader), grader)
        time.sleep(wait)
        in_time = in_time and grader.poll() is None
        grader.kill()  # SIGKILL
        grader.communicate()
    done = course.journal()
    report = course.grade()
    assert report.status == 1, (moment.name, report.complaint)
    run, known, _ = report.counts
    assert (run, known) == (students - len(done), len(done)), moment.name
    after = course.journal()
    assert {key: after[key] for key in done} == done, f"{moment.name}: results were worked out again"
    return in_time


@pytest.mark.parametrize(
    "moment", [MOMENTS[3], MOMENTS[5], MOMENTS[8]], ids=lambda moment: moment.name.replace(" ", "_")
)
def test_a_killed_grader_loses_nothing(tmp_path, undisturbed, moment):
    course = Course.make(tmp_path / "course", class_of(QUICK_STUDENTS))
    wait = random.Random(f"{SEED} {moment.name}").uniform(0, moment.within)
    assert _kill_and_start_again(course, moment, wait, QUICK_STUDENTS)
    assert course.state() == undisturbed(QUICK_STUDENTS)


@pytest.mark.slow
@pytest.mark.parametrize("number", range(20))
def test_twenty_times_killed(tmp_path, undisturbed, number):
    moment = MOMENTS[number % len(MOMENTS)]
    course = Course.make(tmp_path / "course", class_of(STUDENTS))
    wait = random.Random(f"{SEED} {number}").uniform(0, moment.within)
    in_time = _kill_and_start_again(course, moment, wait, STUDENTS)
    print(f"{moment.name}, {wait:.2f} s later: {'killed' if in_time else 'it was done before'}")
    assert course.state() == undisturbed(STUDENTS)


@pytest.mark.slow
def test_killed_again_and_again(tmp_path, undisturbed):
    """Every start gets a little further, and is killed at another moment."""
    course = Course.make(tmp_path / "course", class_of(STUDENTS))
    chance = random.Random(SEED)
    for moment in MOMENTS:
        with no_process_left():
            grader = course.start()
            wait_for(lambda: moment.begun(course, grader), grader)  # noqa: B023 - called at once
            time.sleep(chance.uniform(0, moment.within))
            grader.kill()
            grader.communicate()
    assert course.grade().status == 1
    assert course.state() == undisturbed(STUDENTS)
