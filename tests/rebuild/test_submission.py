"""The notebook is found in the submitted folder, and nothing else is opened."""

import os
from datetime import datetime

import pytest

from autograder.rebuild import Limits, read_secret, read_submission, read_timestamp

STEM = "03_batch_normalization"


def read(folder, **limits):
    return read_submission(folder, STEM, Limits(**limits))


def test_exact_name(tmp_path):
    (tmp_path / f"{STEM}.ipynb").write_bytes(b"right")
    (tmp_path / "other.ipynb").write_bytes(b"wrong")
    assert read(tmp_path).content == b"right"
    assert read(tmp_path).repairs == ()


def test_no_folder(tmp_path):
    assert "Nothing was handed in" in read(tmp_path / "missing").unreadable


@pytest.mark.parametrize("name", [f"{STEM} (1).ipynb", f"{STEM}-Copy1.ipynb", "Lösung.IPYNB", "a\nb.ipynb"])
def test_renamed(tmp_path, name):
    (tmp_path / name).write_bytes(b"right")
    found = read(tmp_path)
    assert found.content == b"right"
    assert f"should be called {STEM}.ipynb" in found.repairs[0]
    assert "\n" not in found.repairs[0]


def test_name_that_is_no_text(tmp_path):
    with open(os.fsencode(tmp_path) + b"/\xff.ipynb", "wb") as file:
        file.write(b"right")
    found = read(tmp_path)
    assert found.content == b"right"
    found.repairs[0].encode()


def test_link_is_refused(tmp_path):
    (tmp_path / "classmate").write_bytes(b"secret")
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / f"{STEM}.ipynb").symlink_to("../classmate")
    found = read(folder)
    assert found.content is None
    assert "is a link" in found.unreadable


def test_link_beside_a_renamed_notebook(tmp_path):
    (tmp_path / f"{STEM}.ipynb").symlink_to("/etc/passwd")
    (tmp_path / "mine.ipynb").write_bytes(b"right")
    found = read(tmp_path)
    assert found.content == b"right"
    assert len(found.repairs) == 2


def test_link_to_a_folder_is_not_entered(tmp_path):
    (tmp_path / "classmate").mkdir()
    (tmp_path / "classmate" / f"{STEM}.ipynb").write_bytes(b"secret")
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "work").symlink_to("../classmate")
    assert read(folder).content is None


def test_named_pipe_does_not_block(tmp_path):
    os.mkfifo(tmp_path / f"{STEM}.ipynb")
    assert "no ordinary file" in read(tmp_path).unreadable


def test_file_is_not_read_beyond_the_limit(tmp_path):
    with open(tmp_path / f"{STEM}.ipynb", "wb") as file:
        file.truncate(10**12)  # takes no space
    assert len(read(tmp_path, file_bytes=1000).content) == 1001


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_unreadable_file(tmp_path):
    path = tmp_path / f"{STEM}.ipynb"
    path.write_bytes(b"right")
    path.chmod(0)
    assert "cannot be read" in read(tmp_path).unreadable


def test_deep_folders_are_not_searched(tmp_path):
    folder = tmp_path.joinpath(*"abcdef")
    folder.mkdir(parents=True)
    (folder / f"{STEM}.ipynb").write_bytes(b"right")
    assert "no notebook" in read(tmp_path).unreadable


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2026-01-31 12:00:00.123456 UTC", datetime(2026, 1, 31, 12, 0, 0, 123456)),
        ("2026-01-31 12:00:00", datetime(2026, 1, 31, 12)),
        ("2026-01-31T12:00:00Z\n", datetime(2026, 1, 31, 12)),
        ("2026-01-31 12:00:00 +0200", datetime(2026, 1, 31, 10)),
        ("2026-01-31 12:00:00+02:00", datetime(2026, 1, 31, 10)),
        ("2026-07-01 12:00:00 Europe/Berlin", datetime(2026, 7, 1, 10)),
        ("2026-07-01 12:00:00.000001 CEST", datetime(2026, 7, 1, 10, 0, 0, 1)),
        ("2026-07-01 12:00:00 -03", datetime(2026, 7, 1, 15)),
        ("\ufeff2026-01-31 12:00", datetime(2026, 1, 31, 12)),
    ],
)
def test_timestamp(tmp_path, text, time):
    (tmp_path / "timestamp.txt").write_text(text)
    assert read_timestamp(tmp_path) == (time, None)


@pytest.mark.parametrize(
    "content",
    [
        *(
            b"",
            b"yesterday",
            b"10",
            b"\xff\xfe",
            b"2026-13-45 99:99:99 UTC",
            b"2026-01-31 12:00:00 Mars/Olympus",
        ),
        *(b"2026-01-31 12:00:00 ../../etc/passwd", b"0001-01-01 00:00:00 +1200", b"x" * 10**6),
        b"2026-01-31 12:00:00 Europe",
    ],
)
def test_malformed_timestamp(tmp_path, content):
    (tmp_path / "timestamp.txt").write_bytes(content)
    time, problem = read_timestamp(tmp_path)
    assert time is None
    assert "timestamp.txt" in problem


def test_no_timestamp(tmp_path):
    assert read_timestamp(tmp_path) == (None, None)


def test_timestamp_is_a_link(tmp_path):
    (tmp_path / "real").write_text("2026-01-31 12:00:00")
    (tmp_path / "timestamp.txt").symlink_to("real")
    assert read_timestamp(tmp_path)[1]


def test_secret_of_the_exchange(tmp_path):
    assert read_secret(tmp_path) is None
    assert read_secret(tmp_path / "missing") is None
    (tmp_path / "submission_secret.txt").write_text("0a" * 64)
    assert read_secret(tmp_path) == "0a" * 64


@pytest.mark.parametrize("content", [b"", b"short", b"../../" * 10, b"A" * 128, b"\xff" * 128, b"a" * 10**6])
def test_malformed_secret(tmp_path, content):
    (tmp_path / "submission_secret.txt").write_bytes(content)
    assert read_secret(tmp_path) is None


def test_secret_is_a_link(tmp_path):
    (tmp_path / "real").write_text("0a" * 64)
    (tmp_path / "submission_secret.txt").symlink_to("real")
    assert read_secret(tmp_path) is None
