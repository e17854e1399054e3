"""What ``nbgrader_config.py`` says about grading."""

from pathlib import Path

from traitlets import Bool, Dict
from traitlets.config import Config, Configurable
from traitlets.config.loader import PyFileConfigLoader

from autograder.course import Course
from autograder.errors import CourseError
from autograder.sandbox import Limits


class Grading(Configurable):
    """How submissions are run; set in ``nbgrader_config.py`` as ``c.Grading.limits = {...}``."""

    limits = Dict(
        help="Limits that differ from the defaults, by name: see autograder/sandbox/limits.py."
    ).tag(config=True)
    sandbox = Bool(True, help="Whether students' code runs behind walls.").tag(config=True)


def read_config(course: Course) -> Config:
    """Reads ``nbgrader_config.py`` of a course.

    Raises:
        CourseError: When it is not there.
    """
    path = course.root / "nbgrader_config.py"
    if not path.is_file():
        raise CourseError(
            "nbgrader_config.py is missing: the course has to be a whole checkout.", course.root
        )
    config = PyFileConfigLoader(path.name, str(path.parent)).load_config()
    config.CourseDirectory.root = str(Path(course.root))
    return config


def read_limits(config: Config) -> tuple[Limits, bool]:
    """The limits and whether there is a sandbox.

    Raises:
        CourseError: For a limit that does not exist or is not a positive number.
    """
    grading = Grading(config=config)
    return Limits.from_json(grading.limits), grading.sandbox
