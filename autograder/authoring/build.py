"""Makes every generated file of the course: all of them, or, when anything is wrong, none."""

from collections.abc import Callable
from pathlib import Path

from autograder.authoring.notebook import make_notebook, notebook_bytes
from autograder.authoring.references_page import PAGE, references_page
from autograder.course import Course
from autograder.files import write_whole


def render_notebooks(course: Course, progress: Callable[[str], None] = lambda _: None) -> dict[Path, bytes]:
    """Renders every generated notebook, and the list of references, without writing any.

    Args:
        course: The checkout.
        progress: Called with the name of each source as work on it begins.

    Returns:
        The content of each generated file.

    Raises:
        CourseError: With file and line, for the first thing in a source that is not right.
    """
    # nbgrader takes seconds to import; a mistake in a source should be told without that wait.
    from autograder.authoring.release import release_bytes

    root = course.root
    generated = {lesson.with_suffix(".ipynb") for lesson in course.lessons}
    for assignment in course.assignments:
        generated |= {assignment.solution, assignment.release}
    rendered: dict[Path, bytes] = {}
    for lesson in course.lessons:
        progress(str(lesson.relative_to(root)))
        target = lesson.with_suffix(".ipynb")
        opens = target.relative_to(root).as_posix()
        rendered[target] = notebook_bytes(make_notebook(lesson, root, opens, generated, graded=False))
    rendered[root / PAGE] = references_page(course)
    for assignment in course.assignments:
        progress(str(assignment.source.relative_to(root)))
        opens = assignment.release.relative_to(root).as_posix()
        solution = notebook_bytes(make_notebook(assignment.source, root, opens, generated, graded=True))
        rendered[assignment.solution] = solution
        rendered[assignment.release] = release_bytes(assignment.stem, solution)
    return rendered


def stale_notebooks(course: Course, rendered: dict[Path, bytes]) -> list[Path]:
    """Notebooks in the folders of generated files that no source stands behind any more."""
    patterns = ("book/[0-9][0-9]_*.ipynb", "solutions/*/*.ipynb", "exercises/*/*.ipynb")
    return sorted({path for pattern in patterns for path in course.root.glob(pattern)} - rendered.keys())


def changed_notebooks(rendered: dict[Path, bytes]) -> list[Path]:
    """Files whose content on disk is not what the sources give."""
    return [path for path, content in rendered.items() if not path.is_file() or path.read_bytes() != content]


def write_notebooks(course: Course, rendered: dict[Path, bytes]) -> list[Path]:
    """Writes what has changed and removes what is stale.

    Each file is replaced in one step, so that an interruption leaves the old file or the new one.

    Returns:
        The files written or removed.
    """
    changed, stale = changed_notebooks(rendered), stale_notebooks(course, rendered)
    for path in changed:
        write_whole(path, rendered[path])
    for path in stale:
        path.unlink()
    return changed + stale
