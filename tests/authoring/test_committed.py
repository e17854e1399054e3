"""The committed notebooks and the list of references are what their sources give."""

from autograder.authoring.build import changed_notebooks, render_notebooks, stale_notebooks
from autograder.course import Course


def test_every_generated_file_is_what_its_source_gives():
    course = Course()
    rendered = render_notebooks(course)
    assert len(rendered) == len(course.lessons) + 2 * len(course.assignments) + 1
    assert changed_notebooks(rendered) == [], "run `make notebooks` and commit the result"
    assert stale_notebooks(course, rendered) == []
