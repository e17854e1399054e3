"""What must hold for every assignment, whatever it asks."""

from collections import Counter

import nbformat
import pytest

from autograder.testing.misconceptions import load_misconceptions
from tests.assignments.grading import (
    ASSIGNMENTS,
    code_cells,
    data_of,
    failures,
    grade,
    graded_cells,
    namespace_of,
)

QUICK = 3  # of the misconceptions of a cell whose tests build large networks; the slow suite has them all


def _misconceptions():
    for assignment in ASSIGNMENTS:
        slow_cells = data_of("equivalent_mutants", assignment, "SLOW", default=())
        seen = Counter()
        for known in load_misconceptions(assignment.misconceptions):
            seen[known.cell] += 1
            marks = [pytest.mark.slow] if known.cell in slow_cells and seen[known.cell] > QUICK else []
            name = f"{assignment.stem}-{known.cell}-{known.name}"
            yield pytest.param(assignment, known, id=name, marks=marks)


MISCONCEPTIONS = list(_misconceptions())
ALTERNATIVES = [
    pytest.param(assignment, functions, id=f"{assignment.stem}-{name}")
    for assignment in ASSIGNMENTS
    for name, functions in data_of("alternatives", assignment, "ALTERNATIVES").items()
]


def test_the_solution_earns_every_point(assignment, solution_of):
    results = grade(assignment, solution_of(assignment))
    assert failures(results) == {}
    assert results.keys() == graded_cells(assignment).keys()


SEEDS = ["another", *(pytest.param(seed, marks=pytest.mark.slow) for seed in ("and another", "3", "4", "5"))]


@pytest.mark.parametrize("seed", SEEDS)
def test_the_solution_earns_every_point_whatever_the_seed(assignment, solution_of, seed):
    assert failures(grade(assignment, solution_of(assignment), seed=seed)) == {}


def test_the_untouched_release_earns_nothing(assignment):
    results = grade(assignment, namespace_of(assignment.release))
    assert {cell: result.share for cell, result in results.items()} == dict.fromkeys(
        graded_cells(assignment), 0
    )


def test_the_weights_of_a_cell_add_up_to_its_points(assignment, solution_of):
    weights = {
        cell: sum(test.weight for test in result.tests)
        for cell, result in grade(assignment, solution_of(assignment)).items()
    }
    assert weights == pytest.approx(graded_cells(assignment))


def test_the_visible_checks_pass_on_the_solution_and_fail_on_the_release(assignment):
    namespace = {}
    for source in code_cells(assignment.solution):
        exec(compile(source, "solution", "exec"), namespace)
    notebook = nbformat.read(assignment.release, as_version=4)
    namespace = {}
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        graded = cell.metadata.get("nbgrader", {}).get("grade", False)
        try:
            exec(compile(cell.source, "release", "exec"), namespace)
        except (NotImplementedError, AssertionError):
            assert graded, f"fails, but is no test cell: {cell.source[:80]}"
        else:
            assert not graded, f"passes without an answer: {cell.source[:80]}"


def test_there_is_a_question_that_a_person_grades(assignment):
    cells = nbformat.read(assignment.release, as_version=4).cells
    assert any(
        cell.cell_type == "markdown" and cell.metadata.get("nbgrader", {}).get("grade") for cell in cells
    )


def test_the_points_are_stated_and_add_up(assignment):
    cells = nbformat.read(assignment.release, as_version=4).cells
    total = sum(cell.metadata.get("nbgrader", {}).get("points", 0) for cell in cells)
    rows = [line for cell in cells for line in cell.source.splitlines() if line.startswith("|")]
    assert any("total" in row and f"{total:g}" in row for row in rows)


def test_every_exercise_has_its_misconceptions(assignment):
    known = load_misconceptions(assignment.misconceptions)
    cells = graded_cells(assignment)
    assert {one.cell for one in known} == cells.keys()
    hints = [one.hint for one in known]
    assert all(len(hint) > 30 for hint in hints)
    names = [(one.cell, one.name) for one in known]
    assert len(set(names)) == len(names)


def test_no_cell_loses_points_for_another(assignment, solution_of):
    """Each cell is right when everything else is missing, so that a wrong answer costs its own cell only."""
    solution = solution_of(assignment)
    for cell in graded_cells(assignment):
        others = {name: value for name, value in solution.items() if name not in graded_cells(assignment)}
        results = grade(assignment, {**others, cell: solution[cell]}, cells={cell})
        assert failures(results) == {}


@pytest.mark.parametrize(("assignment", "known"), MISCONCEPTIONS)
def test_a_misconception_loses_its_own_cell_and_gets_its_own_hint(assignment, known, solution_of):
    namespace = {**solution_of(assignment), known.cell: known.answer}
    own = grade(assignment, namespace, cells={known.cell})[known.cell]
    assert own.share < 1
    assert own.misconception is not None, "not recognized"
    assert own.misconception.name == known.name
    assert own.misconception.hint == known.hint


@pytest.mark.parametrize(("assignment", "functions"), ALTERNATIVES)
def test_another_correct_algorithm_earns_every_point(assignment, functions, solution_of):
    assert failures(grade(assignment, {**solution_of(assignment), **functions})) == {}
