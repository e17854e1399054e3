"""The list of a course's students, and how a name on a file leads to one of them."""

import csv
import io
import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from autograder.errors import CourseError

# An id becomes the name of a folder and a cell of a table: no path, no hidden folder, no formula.
_ID = re.compile(r"[A-Za-z0-9][\w.@+-]{0,99}", re.ASCII)
_COLUMNS = ("id", "first_name", "last_name", "email", "lms_user_id")
_HOW = (
    "The roster is a CSV file with the columns id, first_name, last_name and, where there are any, email and "
    "lms_user_id: the file that 'nbgrader db student import' reads."
)


def squash(text: str) -> str:
    """A name as platforms write it in file names: no accents, case, spaces or signs."""
    plain = unicodedata.normalize("NFKD", text.replace("ß", "ss")).casefold()
    return "".join(each for each in plain if each.isalnum())


def words(text: str) -> list[str]:
    """The words of a name or a path, without accents and case; an underscore separates words."""
    plain = unicodedata.normalize("NFKD", text.replace("ß", "ss")).casefold()
    plain = "".join(each for each in plain if not unicodedata.combining(each))
    return re.findall(r"[^\W_]+", plain)


@dataclass(frozen=True)
class Student:
    """One line of the roster.

    Attributes:
        id: The name of the student's folder and in the gradebook.
        first_name: As the platform writes it; may be empty.
        last_name: Likewise.
        email: May be empty.
        lms_user_id: The platform's own number of the student; may be empty.
    """

    id: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    lms_user_id: str = ""

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}".strip()


@dataclass(frozen=True)
class Roster:
    """The students of a course, in the order of the file."""

    students: tuple[Student, ...]

    @cached_property
    def by_id(self) -> dict[str, Student]:
        """Students by their ids."""
        return {student.id: student for student in self.students}

    def with_number(self, number: str) -> list[Student]:
        """The students that have a number on the platform."""
        return [student for student in self.students if student.lms_user_id == number]

    def with_name(self, name: str) -> list[Student]:
        """The students of a name, written in any order, case and spacing."""
        wanted = squash(name)
        return [
            student
            for student in self.students
            if student.name
            and wanted
            in (
                squash(student.first_name + student.last_name),
                squash(student.last_name + student.first_name),
            )
        ]

    def named_in(self, path: str) -> list[Student]:
        """The students whose id, else whose full name, stands in a path."""
        there = words(path)
        found = [student for student in self.students if _contains(there, words(student.id))]
        longest = max((len(student.id) for student in found), default=0)
        return [student for student in found if len(student.id) == longest] or [
            student
            for student in self.students
            if student.first_name and student.last_name and set(words(student.name)) <= set(there)
        ]


def _contains(sequence: list[str], part: list[str]) -> bool:
    return any(sequence[i : i + len(part)] == part for i in range(len(sequence) - len(part) + 1))


def read_roster(path: Path) -> Roster:
    """Reads the roster.

    Args:
        path: A CSV file, with commas, semicolons or tabs, in UTF-8.

    Raises:
        CourseError: With the line, when the file cannot be read, has no column of ids, or an id that cannot
            name a folder or stands there twice.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise CourseError(f"There is no roster. {_HOW}", path) from None
    except OSError as error:
        raise CourseError(f"The roster cannot be read: {error.strerror}.", path) from None
    except UnicodeDecodeError:
        raise CourseError("The roster is not in UTF-8: save it as 'CSV UTF-8'.", path) from None
    heading = text.partition("\n")[0]
    delimiter = max(",;\t", key=heading.count)
    lines = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter)
    if "id" not in [name.strip().lower() for name in lines.fieldnames or ()]:
        raise CourseError(f"The roster has no column 'id'. {_HOW}", path, 1)
    students: dict[str, Student] = {}
    for line in lines:
        known = {str(name).strip().lower(): (value or "") for name, value in line.items() if name is not None}
        fields = {name: " ".join(str(known.get(name, "")).split()) for name in _COLUMNS}
        if not any(fields.values()):
            continue
        student = Student(**fields)
        if not _ID.fullmatch(student.id):
            raise CourseError(
                f"{student.id!r} cannot be a student's id: use letters, digits, and . _ - @ +, "
                "beginning with a letter or digit.",
                path,
                lines.line_num,
            )
        if student.id in students:
            raise CourseError(f"The id {student.id!r} stands there twice.", path, lines.line_num)
        students[student.id] = student
    if not students:
        raise CourseError(f"The roster names no student. {_HOW}", path)
    return Roster(tuple(students.values()))
