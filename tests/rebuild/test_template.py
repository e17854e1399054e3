"""The template comes from the two notebooks of an assignment, for every assignment of the course."""

import json

import pytest

from autograder.course import Assignment, Course
from autograder.errors import CourseError
from autograder.rebuild import Template, rebuild
from autograder.rebuild.source import added_lines, is_stub, names_defined, overlap

ASSIGNMENTS = pytest.mark.parametrize(
    "assignment", Course().assignments, ids=lambda assignment: assignment.stem
)


@ASSIGNMENTS
def test_release_is_rebuilt_as_it_is(assignment):
    template = Template.of(assignment)
    rebuilt = rebuild(assignment.release.read_bytes(), template)
    assert (rebuilt.notebook, rebuilt.repairs, rebuilt.unreadable) == (template.notebook, (), None)


@ASSIGNMENTS
def test_solution_is_put_into_the_release(assignment):
    template = Template.of(assignment)
    rebuilt = rebuild(assignment.solution.read_bytes(), template)
    assert (rebuilt.repairs, rebuilt.unreadable) == ((), None)
    assert [cell.metadata for cell in rebuilt.notebook.cells] == [
        cell.cell.metadata for cell in template.cells
    ]
    for cell, known in zip(rebuilt.notebook.cells, template.cells, strict=True):
        assert (cell.source != known.source) == known.is_slot


@ASSIGNMENTS
def test_rebuilding_leaves_the_template_alone(assignment):
    template = Template.of(assignment)
    rebuild(assignment.solution.read_bytes(), template).notebook.cells[0].source = "changed"
    rebuild(b"", template).notebook.cells.clear()
    assert rebuild(assignment.release.read_bytes(), template).notebook == template.notebook
    assert template.notebook == Template.of(assignment).notebook


def test_notebooks_that_do_not_belong_together(notebooks):
    assignment = notebooks.assignment
    other = json.loads(assignment.release.read_bytes())
    other["cells"] = other["cells"][:-1]
    with pytest.raises(CourseError, match="make notebooks"):
        Template(assignment.stem, assignment.solution.read_bytes(), json.dumps(other).encode())


def test_notebooks_that_are_missing(tmp_path):
    with pytest.raises(CourseError, match="make notebooks"):
        Template.of(Assignment(tmp_path, "01_nothing"))


def test_names_defined():
    code = (
        "class A(B):\n    x = 1\nasync def f():\n    y = 2\ng: int = 3\nA.z = 4\nh == 5\n%magic i = 1\ndef j("
    )
    assert names_defined(code) == {"A", "f", "g", "j"}
    assert names_defined("\"\"\"\ndef f():\n\"\"\"\nx = '''\ny = 1'''") == {"x"}


def test_stub():
    stub = "def f(x):\n    # YOUR CODE HERE\n    raise NotImplementedError()"
    assert is_stub(stub, stub)
    assert is_stub(stub, "def f(x):\n\n    raise NotImplementedError()  ")
    assert is_stub(stub, "# nothing\n")
    assert not is_stub(stub, stub + "\n    return x")
    assert not is_stub(stub, "def f(x):\n    return x")


def test_texts_are_compared_by_lines():
    assert overlap("a\n\nb\nc\nd", "b  \nx\na") == 0.5
    assert added_lines("a\nb", "  a\nnew\n\nb\nmore") == "new\nmore"
