"""From a platform's archive to the folders of the grader, whatever stands in the archive."""

import io
import json
import os
import stat
import subprocess
import sys
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from autograder.collecting import Roster, Student, collect
from autograder.collecting.sources import MAX_ARCHIVE_BYTES
from autograder.course import REPOSITORY, Course
from autograder.errors import CourseError

STEM = "03_batch_normalization"
NAME = f"{STEM}.ipynb"
ROSTER = Roster(
    (
        Student("anna", "Anna", "Müller", "anna@example.org", "101"),
        Student("ben", "Ben", "Ito", "ben@example.org", "102"),
        Student("cleo", "Cleo", "van Dijk", "", "103"),
        Student("dora", "Dora", "Okoye"),
    )
)
EARLIER, LATER = (2026, 11, 1, 10, 0, 0), (2026, 11, 2, 10, 0, 0)


@pytest.fixture
def course(tmp_path):
    """The course's assignments with a grading folder of its own."""
    root = tmp_path / "course"
    root.mkdir()
    for name in ("solutions", "exercises", "_config.yml"):
        (root / name).symlink_to(REPOSITORY / name)
    return Course(root)


def notebook(text: str) -> bytes:
    return json.dumps({"nbformat": 4, "cells": [{"cell_type": "markdown", "source": text}]}).encode()


def archive(path: Path, files: dict[str, bytes], time=LATER, links=()) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as written:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, time if isinstance(time, tuple) else time[name])
            entry.compress_type = zipfile.ZIP_DEFLATED
            if name in links:
                entry.external_attr = (stat.S_IFLNK | 0o777) << 16
            written.writestr(entry, content)
    return path


def submitted(course: Course) -> dict[str, str]:
    """The texts of what is there to be graded, by student and assignment."""
    found = {}
    for path in sorted(course.submitted.rglob("*.ipynb")):
        assert path.name == f"{path.parent.name}.ipynb"
        place = path.parent.relative_to(course.submitted).as_posix()
        found[place] = json.loads(path.read_bytes())["cells"][0]["source"]
    return found


def test_moodle_gives_a_folder_for_each_student(tmp_path, course):
    files = {
        f"Anna Müller_9001_assignsubmission_file_/{NAME}": notebook("a"),
        f"Ben Ito_9002_assignsubmission_file/{NAME}": notebook("b"),
        f"Group 4-Cleo van Dijk_9003_assignsubmission_file_/my {NAME}": notebook("c"),
        f"Dora Okoye_9004_assignsubmission_file_{NAME}": notebook("d"),
        "Ben Ito_9002_assignsubmission_onlinetext/onlinetext.html": b"<p>hello",
    }
    outcome = collect(course, archive(tmp_path / "moodle.zip", files), ROSTER)
    assert outcome.problems == {}
    assert submitted(course) == {
        f"{name}/{STEM}": text for name, text in zip(("anna", "ben", "cleo", "dora"), "abcd", strict=True)
    }
    stamp = (course.submitted / "anna" / STEM / "timestamp.txt").read_text().strip()
    written = datetime.strptime(stamp, "%Y-%m-%d %H:%M:%S UTC").replace(tzinfo=UTC)
    assert written == datetime(*LATER).astimezone()  # archives keep the local time


def test_canvas_gives_flat_names_with_numbers(tmp_path, course):
    files = {
        f"mullera_LATE_101_555_{NAME}": notebook("by number"),
        f"itoben_777_556_{NAME}": notebook("by name"),
        "vandijkcleo_103_557_03_batch_normalization-2.ipynb": notebook("second"),
        "vandijkcleo_103_558_03_batch_normalization-1.ipynb": notebook("first"),
    }
    outcome = collect(course, archive(tmp_path / "canvas.zip", files), ROSTER)
    assert outcome.problems == {}
    assert submitted(course) == {
        f"anna/{STEM}": "by number",
        f"ben/{STEM}": "by name",
        f"cleo/{STEM}": "second",
    }
    assert len(outcome.passed_over) == 1
    assert outcome.missing == {STEM: ["dora"]}


def test_a_folder_of_downloads_from_colab(tmp_path, course):
    folder = tmp_path / "downloads"
    (folder / "dora").mkdir(parents=True)
    exercise = {"cell_type": "code", "source": ["def conv2d_image():\n", "    pass\ndef im2col(): pass"]}
    (folder / f"Copy of {STEM} anna.ipynb").write_bytes(notebook("a"))
    (folder / f"{STEM}-ben (1).ipynb").write_bytes(notebook("b1"))
    (folder / f"{STEM}-ben.ipynb").write_bytes(notebook("b"))
    os.utime(folder / f"{STEM}-ben.ipynb", (1e9, 1e9))
    os.utime(folder / f"{STEM}-ben (1).ipynb", (1e9, 1e9))
    (folder / "Cleo van Dijk.ipynb").write_bytes(json.dumps({"cells": [exercise]}).encode())
    (folder / "dora" / "Untitled.ipynb").write_bytes(notebook("what is this"))
    outcome = collect(course, folder, ROSTER)
    assert list(outcome.problems) == ["dora/Untitled.ipynb"]
    assert "which assignment" in outcome.problems["dora/Untitled.ipynb"]
    assert set(outcome.new) == {("anna", STEM), ("ben", STEM), ("cleo", "01_batch_convolution")}
    assert submitted(course)[f"ben/{STEM}"] == "b1"
    # With the assignment named, nothing has to be told from the files.
    assert collect(course, folder, ROSTER, course.assignment(STEM)).problems == {}
    assert submitted(course)[f"dora/{STEM}"] == "what is this"


def test_what_nobody_fits_is_told_and_the_rest_is_taken(tmp_path, course):
    roster = Roster((*ROSTER.students, Student("ben2", "Ben", "Ito")))
    files = {
        f"Participant_1_assignsubmission_file_/{NAME}": notebook("?"),
        f"Ben Ito_2_assignsubmission_file_/{NAME}": notebook("which Ben"),
        f"Anna Müller_3_assignsubmission_file_/{NAME}": notebook("a"),
    }
    outcome = collect(course, archive(tmp_path / "moodle.zip", files), roster)
    assert submitted(course) == {f"anna/{STEM}": "a"}
    said = list(outcome.problems.values())
    assert said == [
        "'Ben Ito' fits several students, ben, ben2: put their ids into the names.",
        "Nobody in the roster fits 'Participant'.",
    ]


def test_paths_in_an_archive_lead_nowhere(tmp_path, course):
    files = {
        f"../../../anna/{NAME}": notebook("a"),
        f"/etc/ben/{NAME}": notebook("b"),
        f"..\\..\\cleo\\{NAME}": notebook("c"),
        f"dora/{NAME}": b"/etc/passwd",
    }
    before = sorted(str(path) for path in tmp_path.rglob("*") if "course" not in path.parts)
    source = archive(tmp_path / "x.zip", files, links={f"dora/{NAME}"})
    outcome = collect(course, source, ROSTER)
    assert submitted(course) == {f"anna/{STEM}": "a", f"ben/{STEM}": "b", f"cleo/{STEM}": "c"}
    assert outcome.problems == {f"dora/{NAME}": "It is a link. (dora)"}
    after = sorted(str(path) for path in tmp_path.rglob("*") if "course" not in path.parts)
    assert set(after) - set(before) <= {str(source)}


def test_links_in_a_folder_are_not_followed(tmp_path, course):
    folder = tmp_path / "folder"
    (folder / "anna").mkdir(parents=True)
    (tmp_path / "secret.ipynb").write_bytes(notebook("secret"))
    (folder / "anna" / NAME).symlink_to(tmp_path / "secret.ipynb")
    os.mkfifo(folder / f"ben_{NAME}")
    outcome = collect(course, folder, ROSTER)
    assert submitted(course) == {}
    assert "It is a link." in outcome.problems[f"anna/{NAME}"]
    assert outcome.problems[f"ben_{NAME}"] == "It is no ordinary file. (ben)"


def test_bombs_do_not_go_off(tmp_path, course):
    zeros = bytes(MAX_ARCHIVE_BYTES + 2**20)
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as nested:
        nested.writestr(NAME, notebook("packed"))
    deep = io.BytesIO()
    with zipfile.ZipFile(deep, "w") as nested:
        nested.writestr("again.zip", inner.getvalue())
    files = {
        f"anna/{NAME}": zeros,
        "ben/work.zip": zeros,
        f"cleo/{STEM}.zip": inner.getvalue(),
        "dora/deep.zip": deep.getvalue(),
    }
    source = archive(tmp_path / "bombs.zip", files)
    assert source.stat().st_size < 2**20
    outcome = collect(course, source, ROSTER)
    assert submitted(course) == {f"cleo/{STEM}": "packed"}
    assert outcome.problems == {
        f"anna/{NAME}": "It is larger than 64 MB. (anna)",
        "ben/work.zip": "It is larger than 64 MB. (ben)",
        "dora/deep.zip": "There is no notebook in the archive. (dora)",
    }


def test_damaged_and_encrypted_files_are_told(tmp_path, course):
    source = archive(tmp_path / "x.zip", {f"anna/{NAME}": notebook("a" * 5000), f"ben/{NAME}": notebook("b")})
    content = bytearray(source.read_bytes())
    content[60:70] = b"0123456789"
    source.write_bytes(content)
    outcome = collect(course, source, ROSTER)
    assert submitted(course) == {f"ben/{STEM}": "b"}
    assert outcome.problems[f"anna/{NAME}"].startswith("It is damaged")


def test_collecting_again_changes_nothing_and_loses_nothing(tmp_path, course):
    first = archive(tmp_path / "1.zip", {f"anna/{NAME}": notebook("first"), f"ben/{NAME}": notebook("b")})
    assert len(collect(course, first, ROSTER).new) == 2
    again = collect(course, first, ROSTER)
    assert (again.new, len(again.unchanged)) == ({}, 2)
    # An earlier version does not replace a later one.
    older = archive(tmp_path / "0.zip", {f"anna/{NAME}": notebook("older")}, time=EARLIER)
    assert collect(course, older, ROSTER).new == {}
    assert submitted(course)[f"anna/{STEM}"] == "first"
    newer = archive(tmp_path / "2.zip", {f"anna/{NAME}": notebook("second")}, time=(2026, 11, 3, 9, 0, 0))
    assert list(collect(course, newer, ROSTER).new) == [("anna", STEM)]
    assert submitted(course)[f"anna/{STEM}"] == "second"
    (kept,) = (course.grading / "replaced").rglob("*.ipynb")
    assert json.loads(kept.read_bytes())["cells"][0]["source"] == "first"


def test_a_source_that_is_none_is_refused(tmp_path, course):
    (tmp_path / "text.txt").write_text("no archive")
    (tmp_path / "cut.zip").write_bytes(b"PK\x03\x04 cut off")
    for name in ("text.txt", "cut.zip", "nowhere"):
        with pytest.raises(CourseError, match=name):
            collect(course, tmp_path / name, ROSTER)


def test_the_command_says_what_it_did(tmp_path, course):
    course.grading.mkdir()
    roster = "id,first_name,last_name\nanna,Anna,Müller\nben,Ben,Ito\n"
    source = archive(
        tmp_path / "x.zip", {f"anna/{NAME}": notebook("[bold]a"), f"[x]eve/{NAME}": notebook("e")}
    )
    command = [sys.executable, "-m", "autograder", "--course", str(course.root), "collect", str(source)]

    def run():
        return subprocess.run(
            command, capture_output=True, text=True, env={**os.environ, "COLUMNS": "200"}, check=False
        )

    refused = run()
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "There is no roster" in refused.stderr
    (course.grading / "roster.csv").write_text(roster)
    done = run()
    assert done.returncode == 1, done.stderr
    assert f"not collected [x]eve/{NAME}: Nobody in the roster fits" in done.stdout
    assert f"{STEM}: nothing from ben" in done.stdout
    assert "1 submissions taken, 0 were there already, 1 files need a person." in done.stdout
