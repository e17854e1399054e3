"""The one exception that commands turn into a sentence instead of a traceback."""

from pathlib import Path


class CourseError(Exception):
    """Something a person can put right: a wrong name, a malformed source, a missing file.

    Attributes:
        path: The file to look at, or None.
        line: The line in that file, counted from 1, or None.
    """

    def __init__(self, message: str, path: Path | None = None, line: int | None = None) -> None:
        """Keeps the place apart from the sentence, so that editors can jump to it."""
        self.path, self.line = path, line
        place = "" if path is None else f"{path}: " if line is None else f"{path}:{line}: "
        super().__init__(place + message)
