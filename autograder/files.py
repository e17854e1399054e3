"""Files that are there whole or not at all."""

import contextlib
import os
from pathlib import Path

from autograder.errors import CourseError


def write_whole(path: Path, content: bytes) -> None:
    """Writes a file in one step: an interruption leaves the old file or the new one.

    Raises:
        CourseError: When it cannot be written; nothing half-written stays.
    """
    temporary = path.with_name(f".{path.name}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_bytes(content)
        os.replace(temporary, path)
    except OSError as error:
        with contextlib.suppress(OSError):  # its folder cannot be entered: then nothing is in it either
            temporary.unlink(missing_ok=True)
        raise CourseError(f"Cannot be written: {error.strerror}.", path) from error
