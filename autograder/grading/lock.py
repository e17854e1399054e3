"""Lets one grader at a time write to a course."""

import contextlib
import fcntl
import json
import os
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path

from autograder.errors import CourseError


@contextmanager
def grading_lock(folder: Path) -> Iterator[None]:
    """Holds the lock of a course; it is gone with the process, however that ends.

    Args:
        folder: The ``grading`` folder of the course.

    Raises:
        CourseError: When another grader holds it, says who; when there can be no lock, says why.
    """
    path = folder / ".lock"
    with ExitStack() as stack:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            file = stack.enter_context(path.open("ab", buffering=0))
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            file.truncate(0)
            now = datetime.now().astimezone().strftime("%Y-%m-%d %H:%M")
            holder = {"process": os.getpid(), "host": socket.gethostname(), "since": now}
            file.write(json.dumps(holder).encode())
        except BlockingIOError:
            raise CourseError(f"Another grader is at work: {_holder(path)}. Wait for its end.") from None
        except OSError as error:
            raise CourseError(f"Nothing can be written here: {error.strerror}.", path) from error
        yield


def _holder(path: Path) -> str:
    with contextlib.suppress(OSError, ValueError, KeyError):
        told = json.loads(path.read_text(encoding="utf-8"))
        return f"process {told['process']} on {told['host']}, since {told['since']}"
    return "it does not say which"
