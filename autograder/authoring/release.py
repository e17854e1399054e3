"""Has nbgrader make the students' notebook from the solution notebook."""

import logging
import tempfile
from pathlib import Path

from nbgrader.converters import GenerateAssignment
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from autograder.errors import CourseError


def release_bytes(stem: str, solution: bytes) -> bytes:
    """Runs nbgrader's ``generate_assignment`` on one notebook, in its own folder, without a gradebook.

    Args:
        stem: The assignment's name.
        solution: The solution notebook.

    Returns:
        The notebook that students get.

    Raises:
        CourseError: When nbgrader refuses the notebook; the message is nbgrader's.
    """
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "source", stem, f"{stem}.ipynb")
        source.parent.mkdir(parents=True)
        source.write_bytes(solution)
        config = Config()
        config.CourseDirectory.root = folder
        config.CourseDirectory.assignment_id = stem
        config.GenerateAssignment.no_database = True
        config.SaveCells.enabled = False
        log = logging.Logger("generate_assignment")  # outside the hierarchy: nothing is printed
        messages = _Messages(log)
        converter = GenerateAssignment(coursedir=CourseDirectory(config=config), config=config, parent=None)
        converter.log = log
        try:
            converter.start()
        except (NbGraderException, SystemExit):
            raise CourseError(f"nbgrader does not release {stem}: {messages.last}") from None
        return Path(folder, "release", stem, f"{stem}.ipynb").read_bytes()


class _Messages(logging.Handler):
    """Remembers what nbgrader complained about."""

    def __init__(self, log: logging.Logger) -> None:
        super().__init__(logging.ERROR)
        self.last = "no reason given"
        log.addHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        self.last = record.getMessage()
