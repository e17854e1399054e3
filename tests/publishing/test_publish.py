"""The public repository: everything that students need, and nothing that they must not see."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
import yaml

from autograder.authoring.links import read_repository, repository_at
from autograder.course import REPOSITORY, Course
from autograder.errors import CourseError
from autograder.publishing import publish
from autograder.publishing.publish import MANIFEST
from autograder.publishing.secrets import leaks_in, read_secrets, readable_text

pytestmark = pytest.mark.xdist_group("publish")  # its tests share what takes long

COURSE = Course()
SECRETS = read_secrets(COURSE)
ELSEWHERE = repository_at("https://github.com/someone/cnn-course", "autumn")


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    folder = tmp_path_factory.mktemp("public")
    publish(COURSE, folder, ELSEWHERE)
    return folder


def _files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def test_it_has_what_students_need_and_no_more(published):
    files = set(_files(published))
    assert {f"book/{lesson.stem}.ipynb" for lesson in COURSE.lessons} < files
    assert {f"exercises/{each.stem}/{each.stem}.ipynb" for each in COURSE.assignments} < files
    assert {"README.md", "LICENSE", "environment.yml", "requirements.lock", "_config.yml", "_toc.yml"} < files
    pages = yaml.safe_load((published / "_toc.yml").read_text())
    for each in [pages["root"], *(chapter["file"] for chapter in pages["chapters"])]:
        assert {f"{each}.md", f"{each}.ipynb"} & files
    assert {path.partition("/")[0] for path in files if "/" in path} == {"book", "exercises"}
    assert not [path for path in files if path.endswith(".py")]


def test_no_line_of_a_solution_or_hidden_test_is_in_it(published):
    for path, content in _files(published).items():
        assert leaks_in(readable_text(path, content), SECRETS) == set(), path


def test_every_link_points_to_the_public_repository(published):
    own = read_repository(REPOSITORY / "_config.yml")
    for path, content in _files(published).items():
        assert f"/{own.name}/blob".encode() not in content, path
    for path in [*published.glob("book/[0-9]*.ipynb"), *published.glob("exercises/*/*.ipynb")]:
        nbformat.validate(nbformat.read(path, as_version=4))
        link = ELSEWHERE.colab(path.relative_to(published).as_posix())
        assert f"[Open in Colab]({link})" in nbformat.read(path, as_version=4).cells[0].source
    assert read_repository(published / "_config.yml") == ELSEWHERE


def test_the_environment_needs_nothing_that_is_not_there(published):
    packages = yaml.safe_load((published / "environment.yml").read_text())["dependencies"][-1]["pip"]
    assert packages == ["-r requirements.lock"]
    for target in ("help", "-n lab", "-n book"):
        done = subprocess.run(
            ["make", *target.split()], cwd=published, capture_output=True, text=True, check=True
        )
        assert done.stdout


def test_publishing_again_changes_nothing_but_what_has_changed(tmp_path):
    publish(COURSE, tmp_path)
    (tmp_path / ".git").mkdir()
    (tmp_path / "notes.txt").write_text("the instructor's own")
    assert publish(COURSE, tmp_path) == []
    (tmp_path / "README.md").write_text("damaged")
    (tmp_path / "old.ipynb").write_text("from an earlier edition")
    manifest = tmp_path / MANIFEST
    manifest.write_text(json.dumps([*json.loads(manifest.read_text()), "old.ipynb", "../outside"]))
    outside = tmp_path.parent / "outside"
    outside.write_text("not ours")
    assert {path.name for path in publish(COURSE, tmp_path)} == {"README.md", "old.ipynb"}
    assert not (tmp_path / "old.ipynb").exists()
    assert (tmp_path / "notes.txt").exists()
    assert outside.exists()


def test_a_solution_is_published_when_its_time_has_come_and_gone_when_taken_back(tmp_path):
    stem = "03_batch_normalization"
    solution = tmp_path / "solutions" / stem / f"{stem}.ipynb"
    publish(COURSE, tmp_path, solutions=[stem])
    assert "axes = tuple(range(x.ndim - 1))" in solution.read_text()
    others = [
        path for path, content in _files(tmp_path).items() if leaks_in(readable_text(path, content), SECRETS)
    ]
    assert others == [solution.relative_to(tmp_path).as_posix()]
    publish(COURSE, tmp_path)
    assert not solution.exists()


def test_a_folder_of_somebody_else_is_left_alone(tmp_path):
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(CourseError, match=r"holds 'thesis.tex' and was not published to before"):
        publish(COURSE, tmp_path)
    assert set(_files(tmp_path)) == {"thesis.tex"}


@pytest.mark.parametrize("place", ["book/09_deeper_networks.ipynb", "book/index.md"])
def test_a_leak_stops_everything(tmp_path, place):
    course = tmp_path / "course"
    for name in ("book", "solutions", "exercises"):
        shutil.copytree(REPOSITORY / name, course / name)
    for name in ("_config.yml", "_toc.yml", "LICENSE", "CITATION.cff", "requirements.lock"):
        shutil.copy(REPOSITORY / name, course)
    secret = sorted(SECRETS[COURSE.assignment("03_batch_normalization").source])[0]
    path = course / place
    if path.suffix == ".md":
        path.write_text(path.read_text() + secret)
    else:
        notebook = nbformat.read(path, as_version=4)
        notebook.cells[-1].source += f"\n{secret}"
        nbformat.write(notebook, path)
    with pytest.raises(CourseError, match=f"{place} would give away a solution or a hidden test"):
        publish(Course(course), tmp_path / "public")
    assert not (tmp_path / "public").exists()


def test_the_command_refuses_clearly(tmp_path):
    def run(*arguments):
        command = [sys.executable, "-m", "autograder", "publish", str(tmp_path / "x"), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    wrong = run("--repository", "https://example.org/x")
    assert wrong.returncode == 2
    assert "is no https://github.com/owner/name" in wrong.stderr
    wrong = run("--with-solutions", "99_nothing")
    assert wrong.returncode == 2
    assert "There is no assignment '99_nothing'" in wrong.stderr
    assert not (tmp_path / "x").exists()
