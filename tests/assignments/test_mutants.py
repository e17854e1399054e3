"""Hidden tests notice every small error in a solution, except those that change nothing."""

import pytest

from tests.assignments.grading import ASSIGNMENTS, data_of, grade, graded_cells
from tests.assignments.mutants import definition, mutants


def _is_slow(assignment, name) -> bool:
    """Whether the exercise's tests build networks so large that a hundred mutants take minutes."""
    return name in data_of("equivalent_mutants", assignment, "SLOW", default=())


EXERCISES = [
    pytest.param(
        assignment,
        name,
        id=f"{assignment.stem}-{name}",
        marks=pytest.mark.slow if _is_slow(assignment, name) else (),
    )
    for assignment in ASSIGNMENTS
    for name in graded_cells(assignment)
]


def _described(assignment, name):
    source = assignment.source.read_text(encoding="utf-8")
    return {f"{name}: {mutant.description}": mutant.source for mutant in mutants(definition(source, name))}


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # wrong code divides by zero and overflows
@pytest.mark.filterwarnings("ignore::SyntaxWarning")  # and calls numbers
@pytest.mark.parametrize(("assignment", "name"), EXERCISES)
def test_every_mutant_is_rejected(assignment, name, solution_of):
    equivalent = data_of("equivalent_mutants", assignment, "EQUIVALENT")
    described = _described(assignment, name)
    survivors = set()
    for description, source in described.items():
        namespace = dict(solution_of(assignment))
        exec(compile(source, "mutant", "exec"), namespace)
        if grade(assignment, namespace, cells={name}, quick=True)[name].share == 1:
            survivors.add(description)
    print(f"{name}: {len(described)} mutants, {len(survivors)} not told apart")
    assert survivors == {one for one in equivalent if one.startswith(f"{name}: ")}


def test_every_listed_mutant_exists_and_has_a_reason(assignment):
    equivalent = data_of("equivalent_mutants", assignment, "EQUIVALENT")
    described = {one for name in graded_cells(assignment) for one in _described(assignment, name)}
    assert equivalent.keys() <= described
    assert all(len(reason) > 20 for reason in equivalent.values())
