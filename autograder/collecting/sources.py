"""Reads files from a folder or a zip archive into memory: nothing is unpacked, no link is followed."""

import io
import os
import stat
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from autograder.errors import CourseError
from autograder.rebuild import Limits

MAX_ENTRIES = 50_000
MAX_ARCHIVE_BYTES = 64 * 1024**2  # of an archive inside an archive
_SUFFIXES = (".ipynb", ".ipynb.json", ".ipynb.txt")
_IGNORED = ("__MACOSX", ".ipynb_checkpoints", ".DS_Store")


@dataclass(frozen=True)
class Found:
    """A file that may be somebody's notebook.

    Attributes:
        place: Where it stands in the folder or archive, for people to read; never used as a path.
        content: The file; None when it was not read.
        time: When it was last changed, or None.
        problem: Why it was not read, or None.
    """

    place: str
    content: bytes | None
    time: datetime | None
    problem: str | None = None


def files_of(source: Path, limits: Limits | None = None) -> Iterator[Found]:
    """Finds the notebooks in a folder or archive, and those in archives inside it, one level deep.

    Args:
        source: A folder, a zip archive or a single notebook.
        limits: How large a notebook may be; None for the defaults. No more than that of one file is ever in
            memory, however much an archive claims to hold.

    Raises:
        CourseError: When the source is not there, is none of these, or holds too many files.
    """
    limit = (limits or Limits()).file_bytes
    if source.is_dir():
        yield from _files_of_folder(source, limit)
    elif not source.is_file():
        raise CourseError("There is no such folder or archive.", source)
    elif zipfile.is_zipfile(source):
        try:
            with zipfile.ZipFile(source) as archive:
                yield from _files_of_archive(archive, "", limit, inner=True)
        except (OSError, zipfile.BadZipFile) as error:
            raise CourseError(f"The archive cannot be read: {error}.", source) from None
    elif source.name.lower().endswith(_SUFFIXES):
        yield _file(source, source.name, limit)
    else:
        raise CourseError("This is neither a folder, nor a zip archive, nor a notebook.", source)


def _files_of_folder(top: Path, limit: int) -> Iterator[Found]:
    seen = 0
    for folder, folders, names in os.walk(top):  # follows no links to folders
        folders[:] = sorted(each for each in folders if each not in _IGNORED)
        for name in sorted(names):
            seen += 1
            if seen > MAX_ENTRIES:
                raise CourseError(f"There are more than {MAX_ENTRIES} files: is this the right folder?", top)
            path = Path(folder, name)
            place = path.relative_to(top).as_posix()
            if name.lower().endswith(_SUFFIXES):
                yield _file(path, place, limit)
            elif name.lower().endswith(".zip") and not path.is_symlink():
                yield from _inner(place, _file(path, place, MAX_ARCHIVE_BYTES), limit)


def _file(path: Path, place: str, limit: int) -> Found:
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(handle, "rb") as file:
            known = os.fstat(file.fileno())
            if not stat.S_ISREG(known.st_mode):
                return Found(place, None, None, "It is no ordinary file.")
            content = file.read(limit + 1)
    except OSError as error:
        link = " It is a link." if path.is_symlink() else ""
        return Found(place, None, None, f"It cannot be read: {error.strerror}.{link}")
    time = datetime.fromtimestamp(known.st_mtime).astimezone()
    return _checked(place, content, time, limit)


def _checked(place: str, content: bytes, time: datetime | None, limit: int) -> Found:
    if len(content) > limit:
        return Found(place, None, time, f"It is larger than {limit / 1024**2:.0f} MB.")
    return Found(place, content, time)


def _files_of_archive(archive: zipfile.ZipFile, prefix: str, limit: int, inner: bool) -> Iterator[Found]:
    entries = archive.infolist()
    if len(entries) > MAX_ENTRIES:
        raise CourseError(f"The archive says that it has more than {MAX_ENTRIES} files; it is not read.")
    for entry in sorted(entries, key=lambda entry: entry.filename):
        name = entry.filename.replace("\\", "/")
        parts = name.split("/")
        if entry.is_dir() or any(part in _IGNORED for part in parts) or parts[-1].startswith("._"):
            continue
        place = prefix + name
        if name.lower().endswith(_SUFFIXES):
            yield _entry(archive, entry, place, limit)
        elif inner and name.lower().endswith(".zip"):
            yield from _inner(place, _entry(archive, entry, place, MAX_ARCHIVE_BYTES), limit)


def _entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, place: str, limit: int) -> Found:
    if stat.S_ISLNK(entry.external_attr >> 16):
        return Found(place, None, None, "It is a link.")
    if entry.flag_bits & 1:
        return Found(place, None, None, "It is encrypted.")
    try:
        with archive.open(entry) as file:
            content = file.read(limit + 1)  # unpacks no more than this, whatever the entry claims
    except (OSError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError) as error:
        return Found(place, None, None, f"It is damaged: {error}.")
    return _checked(place, content, _zip_time(entry), limit)


def _zip_time(entry: zipfile.ZipInfo) -> datetime | None:
    """Archives keep local time without a zone; 1980 is what writers put who do not know the time."""
    try:
        return datetime(*entry.date_time).astimezone() if entry.date_time[0] > 1980 else None
    except (ValueError, OverflowError, OSError):
        return None


def _inner(place: str, found: Found, limit: int) -> Iterator[Found]:
    """The notebooks of an archive that a student has handed in."""
    if found.content is None:
        yield found
        return
    try:
        with zipfile.ZipFile(io.BytesIO(found.content)) as archive:
            inside = list(_files_of_archive(archive, f"{place}/", limit, inner=False))
    except (OSError, zipfile.BadZipFile, CourseError) as error:
        yield Found(place, None, found.time, f"The archive cannot be read: {error}.")
        return
    yield from inside or [Found(place, None, found.time, "There is no notebook in the archive.")]
