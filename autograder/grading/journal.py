"""Keeps the results of examinations under the key of what they depend on: work done is not done again."""

import contextlib
import json
import os
import tempfile
from pathlib import Path

from autograder.errors import CourseError
from autograder.grading.examination import Examination


class Journal:
    """A folder of results, one file for each.

    A file appears whole or not at all, whenever the grader is killed. Two graders that write the same result
    write the same file.
    """

    def __init__(self, folder: Path) -> None:
        """Takes the folder; it is made when the first result is written."""
        self.folder = folder

    def _path(self, key: str) -> Path:
        return self.folder / key[:2] / f"{key}.json"

    def get(self, key: str) -> Examination | None:
        """The result under a key, or None; a file that cannot be read counts as none."""
        try:
            return Examination.from_json(json.loads(self._path(key).read_text(encoding="utf-8")))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def holds(self, key: str) -> bool:
        """Whether there is a result under a key; reading it may still fail."""
        return self._path(key).exists()

    def put(self, key: str, examination: Examination) -> None:
        """Writes a result.

        Raises:
            CourseError: When it cannot be written, as on a full disk; nothing half-written stays.
        """
        path = self._path(key)
        temporary = None
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".tmp")
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(examination.as_json(), file)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, path)
        except OSError as error:
            if temporary:
                with contextlib.suppress(OSError):
                    os.unlink(temporary)
            raise CourseError(f"A result cannot be written: {error.strerror}.", path) from error

    def tidy(self) -> None:
        """Removes what a killed grader has left half-written."""
        for path in self.folder.glob("*/.*.tmp"):
            path.unlink(missing_ok=True)
