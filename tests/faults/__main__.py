"""Rebuilds and grades every case of the corpus in this process: ``python -m tests.faults``."""

import sys

from autograder.course import Course
from tests.faults.corpus import all_cases
from tests.faults.notebooks import Notebooks
from tests.faults.verdict import findings


def main() -> int:
    """Prints what does not hold, and how many cases do."""
    notebooks = Notebooks(Course().assignment("03_batch_normalization"))
    cases = all_cases()
    held = 0
    for case in cases:
        found = findings(case.make(notebooks), notebooks)
        held += not found
        for finding in found:
            print(f"{case.name}: {finding}")
    print(f"{len(cases)} cases, {held} held")
    return 0 if held == len(cases) else 1


if __name__ == "__main__":
    sys.exit(main())
