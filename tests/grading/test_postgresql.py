"""A gradebook in PostgreSQL gets the same marks as one in a file."""

import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from tests.grading.courses import Course, class_of, wait_for

STUDENTS = 4


def _programs() -> Path | None:
    """The folder with the server's programs; Debian does not put it on the path."""
    found = shutil.which("initdb") or next(
        iter(sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))), None
    )
    return found and Path(found).parent


@pytest.fixture
def url():
    """The address of an empty data base on a server that nobody else uses."""
    pytest.importorskip("psycopg", reason="there is no driver: pip install 'psycopg[binary]'")
    folder = Path(tempfile.mkdtemp(prefix="postgresql-"))
    user = {}
    if os.geteuid() == 0:  # the server refuses to run as root
        nobody = pwd.getpwnam("nobody")
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
        user = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
    programs, data = _programs(), folder / "data"
    common = {"cwd": folder, "stdin": subprocess.DEVNULL, **user}
    subprocess.run(
        [programs / "initdb", "-D", data, "-A", "trust", "-U", "grader", "-E", "UTF8", "--no-sync"],
        check=True,
        stdout=subprocess.DEVNULL,
        **common,
    )
    options = ["-k", folder, "-c", "listen_addresses=", "-c", "fsync=off", "-c", "log_min_messages=fatal"]
    with subprocess.Popen([programs / "postgres", "-D", data, *options], **common) as server:
        assert wait_for((folder / ".s.PGSQL.5432").exists, server)
        try:
            yield f"postgresql+psycopg:///postgres?host={folder}&user=grader"
        finally:
            server.terminate()
    shutil.rmtree(folder)


@pytest.mark.slow
@pytest.mark.skipif(_programs() is None, reason="no PostgreSQL server here: apt-get install postgresql")
def test_postgresql_gets_the_same_marks(tmp_path, url):
    course = Course.make(tmp_path / "course", class_of(STUDENTS), f"c.CourseDirectory.db_url = {url!r}")
    grader = course.start()
    assert wait_for((course.grading / "autograded").exists, grader), grader.communicate()
    grader.kill()  # while it writes marks
    grader.communicate()
    assert course.grade().counts[:2] == (0, STUDENTS)
    assert course.grade().counts == (0, STUDENTS, 0)
    assert not (course.grading / "gradebook.db").exists()
    in_file = Course.make(tmp_path / "file", class_of(STUDENTS))
    in_file.grade()
    assert course.marks(url) == in_file.marks()
    assert course.autograded() == in_file.autograded()
