"""Finds the notebook in a submitted folder; follows no link, and reads nothing else but the time."""

import os
import re
import stat
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

from autograder.rebuild.cells import Limits

_MAX_DEPTH = 3  # an unpacked archive may bring a folder or two of its own
_MAX_ENTRIES = 10_000
_SECRET = re.compile(rb"[0-9a-f]{16,256}")  # as nbgrader makes it
_SUFFIXES = (".ipynb", ".ipynb.json", ".ipynb.txt")  # some browsers add what they take the content for
_OPEN = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_TIMESTAMP = re.compile(
    r"(\d{4}-\d\d-\d\d[ T]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?)\d*\s*([A-Za-z][\w/+-]*|[+-]\d\d(?::?\d\d)?)?"
)
# nbgrader may write what a time zone is called in winter or in summer; these names are in no data base.
_HOURS = {"WEST": 1, "BST": 1, "CEST": 2, "EEST": 3, "JST": 9, "AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13}
_HOURS |= {"EDT": -4, "CST": -6, "CDT": -5, "MDT": -6, "PST": -8, "PDT": -7, "AKST": -9, "AKDT": -8}


@dataclass(frozen=True)
class Submitted:
    """The notebook of a submitted folder.

    Attributes:
        content: The file; None when there is none that can be read.
        repairs: Sentences about its name and place, for the student.
        unreadable: Why there is no content, in words for the student; None when there is.
    """

    content: bytes | None
    repairs: tuple[str, ...] = ()
    unreadable: str | None = None


@dataclass(frozen=True)
class _Entry:
    place: str  # relative to the submitted folder
    is_regular: bool


def read_submission(folder: Path, stem: str, limits: Limits | None = None) -> Submitted:
    """Reads the notebook that a student handed in.

    It is the one with the assignment's name, else the only one there is. Links are never followed, and no
    other file matters.

    Args:
        folder: What the student handed in for the assignment.
        stem: The assignment's name.
        limits: How large the file may be; None for the defaults.
    """
    limits, name = limits or Limits(), f"{stem}.ipynb"
    try:
        top = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError:
        return Submitted(None, unreadable=f"Nothing was handed in. Hand in {name}.")
    try:
        notebooks = sorted(
            _notebooks(top, "", 0, [_MAX_ENTRIES]), key=lambda entry: (entry.place.count("/"), entry.place)
        )
        regular = [entry for entry in notebooks if entry.is_regular]
        links = [entry for entry in notebooks if not entry.is_regular]
        repairs = [
            f"{_shown(entry.place)} is a link or no ordinary file; it has not been read." for entry in links
        ]
        if not regular:
            reason = f"There is no notebook among the files. Hand in {name}."
            if links:
                found = _shown(links[0].place)
                reason = f"{found} is a link or no ordinary file. Hand in the notebook {name} itself."
            return Submitted(None, unreadable=reason)
        chosen = _choose(regular, name)
        if chosen is None:
            found = ", ".join(_shown(entry.place) for entry in regular[:5])
            return Submitted(
                None,
                tuple(repairs),
                f"There are {len(regular)} notebooks, none is {name}: {found}. Hand in one of that name.",
            )
        if chosen.place != name:
            repairs.append(
                f"The notebook should be called {name}; {_shown(chosen.place)} has been read in its place."
            )
        content = _read(top, chosen.place, limits.file_bytes + 1)
    except OSError as error:
        return Submitted(
            None, unreadable=f"The notebook cannot be read ({error.strerror}). Hand it in again."
        )
    finally:
        os.close(top)
    return Submitted(content, tuple(repairs))


def read_timestamp(folder: Path) -> tuple[datetime | None, str | None]:
    """Reads when a submission was handed in, from nbgrader's timestamp.txt.

    Returns:
        The time in UTC without a time zone, as nbgrader's gradebook keeps it, or None; and a sentence when
        the file is there but holds no time.
    """
    try:
        top = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError:
        return None, None
    problem = "timestamp.txt does not hold a time, so it is not known when this was handed in."
    try:
        text = _read(top, "timestamp.txt", 200).decode("utf-8-sig").strip("\x00 \t\r\n")
    except FileNotFoundError:
        return None, None
    except (OSError, UnicodeDecodeError):
        return None, problem
    finally:
        os.close(top)
    found = _TIMESTAMP.fullmatch(text)
    if found is None:
        return None, problem
    try:
        time = datetime.fromisoformat(found[1]).replace(tzinfo=_zone(found[2] or "UTC"))
        return time.astimezone(UTC).replace(tzinfo=None), None
    except (ValueError, OverflowError, OSError, KeyError):
        return None, problem


def read_secret(folder: Path) -> str | None:
    """Reads by which word nbgrader's exchange knows a submission, from its submission_secret.txt.

    Feedback goes back through the exchange under this word only. Work from elsewhere has none.
    """
    try:
        top = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        content = _read(top, "submission_secret.txt", 300)
    except OSError:
        return None
    finally:
        os.close(top)
    return content.decode() if _SECRET.fullmatch(content) else None


def _zone(name: str) -> tzinfo:
    """The time zone of a name or of a difference such as +0200.

    Raises:
        ValueError, KeyError, OSError: When there is none.
    """
    if name[0] in "+-":
        difference = timedelta(hours=int(name[1:3]), minutes=int(name[3:].lstrip(":") or 0))
        return timezone(difference if name[0] == "+" else -difference)
    if name in ("UTC", "Z", "GMT"):
        return UTC
    return timezone(timedelta(hours=_HOURS[name])) if name in _HOURS else ZoneInfo(name)


def _notebooks(folder: int, prefix: str, depth: int, left: list[int]) -> Iterator[_Entry]:
    """Everything that is called like a notebook, in folders that are no links and not hidden."""
    with os.scandir(folder) as entries:
        found = sorted(entries, key=lambda entry: entry.name)
    for entry in found:
        left[0] -= 1
        if left[0] < 0:
            return
        if entry.name.startswith((".", "__MACOSX")):
            continue
        place = prefix + entry.name
        if entry.is_dir(follow_symlinks=False):
            if depth + 1 < _MAX_DEPTH:
                inner = os.open(entry.name, _OPEN | os.O_DIRECTORY, dir_fd=folder)
                try:
                    yield from _notebooks(inner, f"{place}/", depth + 1, left)
                finally:
                    os.close(inner)
        elif entry.name.lower().endswith(_SUFFIXES):
            yield _Entry(place, entry.is_file(follow_symlinks=False))


def _choose(entries: list[_Entry], name: str) -> _Entry | None:
    """The notebook of the right name, else the only one at the top, else the only one."""
    for spelled in (lambda text: text, lambda text: unicodedata.normalize("NFC", text).casefold()):
        named = [entry for entry in entries if spelled(entry.place.rpartition("/")[2]) == spelled(name)]
        at_top = [entry for entry in named if "/" not in entry.place]
        if len(at_top or named) == 1:
            return (at_top or named)[0]
    at_top = [entry for entry in entries if "/" not in entry.place]
    return (at_top or entries)[0] if len(at_top or entries) == 1 else None


def _read(top: int, place: str, size: int) -> bytes:
    """Reads the beginning of an ordinary file; neither the file nor a folder on the way to it may be a link.

    Raises:
        OSError: When there is no such file.
    """
    *folders, name = place.split("/")
    opened = []
    try:
        for folder in folders:
            top = os.open(folder, _OPEN | os.O_DIRECTORY, dir_fd=top)
            opened.append(top)
        file = os.open(name, _OPEN, dir_fd=top)
        opened.append(file)
        if not stat.S_ISREG(os.fstat(file).st_mode):
            raise OSError(0, "it is no ordinary file")
        with os.fdopen(os.dup(file), "rb") as stream:
            return stream.read(size)
    finally:
        for each in opened:
            os.close(each)


def _shown(place: str) -> str:
    """A file's name as it can be shown anywhere: no control characters, no markup, not too long."""
    text = "".join(letter if letter.isprintable() and letter not in "<>&" else "\ufffd" for letter in place)
    return text if len(text) <= 100 else text[:97] + "..."
