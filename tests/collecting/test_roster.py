"""The list of students: what is read from it, and what is refused with the line to look at."""

import pytest

from autograder.collecting import Roster, Student, read_roster
from autograder.errors import CourseError


def _roster(tmp_path, text, encoding="utf-8"):
    path = tmp_path / "roster.csv"
    path.write_bytes(text.encode(encoding))
    return path


def test_it_is_read_as_spreadsheets_write_it(tmp_path):
    text = "ID;Last_name;first_name;lms_user_id\r\nanna;  Müller ;Anna  Lena;17\r\n\r\nben;O'Neil;Ben;\r\n"
    roster = read_roster(_roster(tmp_path, text, "utf-8-sig"))
    assert roster.students == (
        Student("anna", "Anna Lena", "Müller", "", "17"),
        Student("ben", "Ben", "O'Neil"),
    )
    assert roster.by_id["ben"].name == "Ben O'Neil"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no column 'id'"),
        ("name\nanna\n", "no column 'id'"),
        ("id\n", "names no student"),
        ("id\nanna\n../ben\n", ":3: '../ben' cannot be a student's id"),
        ("id\n.hidden\n", ":2: '.hidden' cannot be a student's id"),
        ("id\n=1+1\n", ":2: '=1+1' cannot be a student's id"),
        ("id,first_name\nanna,Anna\nanna,Other\n", ":3: The id 'anna' stands there twice"),
    ],
)
def test_what_it_cannot_be_is_said_with_the_line(tmp_path, text, said):
    with pytest.raises(CourseError, match=r"roster\.csv") as caught:
        read_roster(_roster(tmp_path, text))
    assert said in str(caught.value)


def test_a_missing_or_foreign_file_is_explained(tmp_path):
    with pytest.raises(
        CourseError, match=r"There is no roster\. The roster is a CSV file with the columns id"
    ):
        read_roster(tmp_path / "none.csv")
    with pytest.raises(CourseError, match="not in UTF-8"):
        read_roster(_roster(tmp_path, "id\nJürgen\n", "latin-1"))


ROSTER = Roster(
    (
        Student("anna", "Anna", "Müller", lms_user_id="17"),
        Student("anna2", "Anna", "Muller"),
        Student("b.ng", "Bình Minh", "Nguyễn"),
        Student("jose-1", "José", "de la Cruz", lms_user_id="4"),
    )
)


@pytest.mark.parametrize(
    ("name", "ids"),
    [
        ("Bình Minh Nguyễn", ["b.ng"]),
        ("nguyenbinhminh", ["b.ng"]),
        ("NGUYEN Binh Minh", ["b.ng"]),
        ("Jose De La Cruz", ["jose-1"]),
        ("Anna Mueller", []),
        ("Anna Müller", ["anna", "anna2"]),
        ("", []),
    ],
)
def test_a_name_is_known_however_it_is_spelled(name, ids):
    assert [student.id for student in ROSTER.with_name(name)] == ids


@pytest.mark.parametrize(
    ("path", "ids"),
    [
        ("03_batch_normalization_anna.ipynb", ["anna"]),
        ("anna2/03_batch_normalization.ipynb", ["anna2"]),
        ("week 3/B.NG final.ipynb", ["b.ng"]),
        ("Copy of jose-1 (2).ipynb", ["jose-1"]),
        ("Cruz, José de la - homework.ipynb", ["jose-1"]),
        ("joanna.ipynb", []),
    ],
)
def test_an_id_or_a_full_name_is_found_in_a_path(path, ids):
    assert [student.id for student in ROSTER.named_in(path)] == ids
