"""Every case of the corpus, through the whole grader: what it earns, what it says, what it leaves behind."""

import time

import pytest

from autograder.course import Course as Repository
from tests.faults import examining
from tests.faults.corpus import submit
from tests.faults.notebooks import Notebooks
from tests.faults.whole import HEAVY, whole_cases

SECONDS = 45  # more than this no case may take, whatever it does

CASES = [pytest.param(case, id=case.name) for case in whole_cases()]


@pytest.fixture(scope="session")
def notebooks():
    return Notebooks(Repository().assignment("03_batch_normalization"))


@pytest.fixture(scope="session")
def examiner():
    examiner = examining.examiner()
    yield examiner
    examiner.close()


@pytest.fixture(scope="session")
def course(tmp_path_factory, notebooks):
    course = examining.Course.make(tmp_path_factory.mktemp("course"), notebooks)
    yield course
    course.close()


@pytest.fixture(scope="session")
def honest(examiner, notebooks, course):
    """A submission that has everything right, and what the grader says about it at first."""
    rebuilt = examining.hand_in(submit(notebooks, notebooks.answered), notebooks, course)
    first = examiner.examine(notebooks.assignment, rebuilt)
    assert {result.share for result in first.cells.values()} == {1.0}
    assert first.sentences == []
    return rebuilt, examining.told(first)


@pytest.mark.parametrize("case", CASES)
def test_case_holds(case, examiner, notebooks, course, honest):
    fault = case.make(notebooks)
    rebuilt = examining.hand_in(fault, notebooks, course)
    before, outside = examining.processes_of(examiner), course.fingerprint()

    begin = time.monotonic()
    found = examiner.examine(notebooks.assignment, rebuilt)
    seconds = time.monotonic() - begin

    wrong = examining.findings(fault, found, notebooks)
    if case.section == HEAVY and found.sentences:
        wrong.append(f"honest work has to read {found.sentences}")
    if seconds > SECONDS:
        wrong.append(f"takes {seconds:.0f} seconds")
    if left := examining.wait_for_silence(examiner, before):
        wrong.append(f"leaves {len(left)} processes behind")
    if course.fingerprint() != outside:
        wrong.append("changes files of the course")
    if course.visited():
        wrong.append("reaches a socket of the machine")
    # The next in line gets what was always said to this very work.
    next_one = examiner.examine(notebooks.assignment, honest[0])
    if examining.told(next_one) != honest[1] or next_one.sentences:
        wrong.append(f"changes what the next submission gets: {next_one.sentences}")
    assert wrong == []


def test_every_case_says_what_is_odd():
    assert [case.values[0].name for case in CASES if not case.values[0].sentence] == []
