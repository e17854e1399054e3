"""The files around the code say the same things and point to things that exist."""

import os
import re
import subprocess
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = (
    *("README.md", "CONTRIBUTING.md", "CHANGELOG.md"),
    *("book/index.md", "book/setup.md", "book/for_instructors.md", "book/jupyterhub.md"),
)


def read(name):
    return (ROOT / name).read_text(encoding="utf-8")


def git(*arguments, text=None):
    command = ["git", *arguments]
    return subprocess.run(command, cwd=ROOT, input=text, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def files():
    """Names of the project's files: tracked, or new and not ignored."""
    listed = git("ls-files", "-z", "--cached", "--others", "--exclude-standard")
    if listed.returncode:
        pytest.skip("this copy of the project has no git history to ask which files belong to it")
    return sorted({name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()})


@pytest.fixture(scope="module")
def targets():
    return set(re.findall(r"^([a-z][a-z-]*):", read("Makefile"), re.MULTILINE))


def anchors(document):
    """Anchors of a document's headings, as GitHub and the site make them."""
    titles = re.findall(r"^#+ (.+)$", re.sub(r"```.*?```", "", read(document), flags=re.DOTALL), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def test_no_merge_was_left_half_done(files):
    marks = re.compile(rb"^(?:<{7}|>{7}) ", re.MULTILINE)
    assert [name for name in files if marks.search((ROOT / name).read_bytes())] == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_links_of_documents_lead_somewhere(document):
    text = re.sub(r"`[^`\n]*`", "", re.sub(r"```.*?```", "", read(document), flags=re.DOTALL))
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        parts = urlsplit(target)
        if parts.scheme:
            continue
        path = (ROOT / document).parent / unquote(parts.path) if parts.path else ROOT / document
        assert path.exists(), f"{document}: {target}"
        if parts.fragment:
            assert parts.fragment in anchors(path.relative_to(ROOT)), f"{document}: {target}"


@pytest.mark.parametrize("document", DOCUMENTS)
def test_documents_name_commands_that_exist(document, targets):
    named = set(re.findall(r"(?:`|^)make ([a-z][a-z-]*)", read(document), re.MULTILINE))
    assert named <= targets


def test_readme_leads_with_the_two_commands():
    title, block = read("README.md").split("\n\n")[:2]
    assert title.startswith("# ") and "\n" not in title
    assert re.findall(r"^make \w+", block, re.MULTILINE) == ["make book", "make test"]


def test_continuous_integration_runs_the_tests_then_the_site():
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
    lines = read(".ci/run").splitlines()
    assert lines[0] == "#!/usr/bin/env bash"
    assert "set -euo pipefail" in lines
    assert [line for line in lines if line.startswith("make")] == ["make test", "make book"]


def test_address_of_the_repository_stands_in_one_place(files):
    url = yaml.safe_load(read("_config.yml"))["repository"]["url"]
    owner_and_name = urlsplit(url).path.strip("/")
    texts = {name: (ROOT / name).read_bytes() for name in files if not name.endswith(".ipynb")}
    assert [name for name, text in texts.items() if owner_and_name.encode() in text] == ["_config.yml"]


def test_title_is_the_same_everywhere():
    title = yaml.safe_load(read("_config.yml"))["title"]
    assert yaml.safe_load(read("CITATION.cff"))["title"] == title
    for name in ("README.md", "book/index.md"):
        assert read(name).startswith(f"# {title}\n"), name
    assert title in read("book/_extra/index.html")
    assert read("LICENSE").startswith(title)


def test_licenses_are_the_same_everywhere():
    citation = yaml.safe_load(read("CITATION.cff"))
    for identifier in citation["license"]:
        assert f"SPDX: {identifier}" in read("LICENSE")
    assert f'license = "{" AND ".join(citation["license"])}"' in read("pyproject.toml")


def test_citation_file_has_what_its_format_asks_for():
    citation = yaml.safe_load(read("CITATION.cff"))
    assert citation["cff-version"] == "1.2.0"
    assert {"message", "title", "authors"} <= set(citation)


def test_changelog_begins_with_what_is_not_released():
    assert re.findall(r"^## (.+)$", read("CHANGELOG.md"), re.MULTILINE)[0] == "Unreleased"


APPENDICES = [
    f"book/{name}"
    for name in (
        *("playground", "syllabus", "lexicon", "corrections", "references", "for_instructors", "jupyterhub"),
    )
]
GENERATED = {"requirements.lock", "book/references.md"}


def test_table_of_contents_holds_every_lesson():
    toc = yaml.safe_load(read("_toc.yml"))
    pages = [chapter["file"] for chapter in toc["chapters"]]
    lessons = [page for page in pages if re.match(r"book/\d\d_", page)]
    assert pages == ["book/setup", *lessons, *APPENDICES]
    assert lessons == sorted(
        path.relative_to(ROOT).with_suffix("").as_posix() for path in ROOT.glob("book/[0-9][0-9]_*.py")
    )
    for page in lessons:
        assert f"]({Path(page).name}.ipynb)" in read("book/index.md"), f"{page} is not in book/index.md"


def test_generated_files_are_marked(files):
    marked = git("check-attr", "--stdin", "linguist-generated", text="\n".join(files)).stdout.splitlines()
    generated = {line.split(": ")[0] for line in marked if line.endswith(": true")}
    assert generated == {name for name in files if name.endswith(".ipynb") or name in GENERATED}


@pytest.mark.parametrize(
    "name",
    [
        ".venv/bin/python",
        "_build/html/index.html",
        "grading/gradebook.db",
        "grading/submitted/someone/x/x.ipynb",
        "work/03_batch_normalization/03_batch_normalization.ipynb",
        "convlab/__pycache__/x.pyc",
        "exercises/x/.ipynb_checkpoints/x.ipynb",
    ],
)
def test_what_a_machine_makes_is_ignored(name, files):
    assert git("check-ignore", "--no-index", "-q", name).returncode == 0


def test_lessons_and_exercises_are_not_ignored(files):
    for name in ("book/03_x.ipynb", "exercises/03_x/03_x.ipynb", "solutions/03_x/03_x.ipynb"):
        assert git("check-ignore", "--no-index", "-q", name).returncode == 1


def test_hooks_run_the_locked_ruff():
    hooks = yaml.safe_load(read(".pre-commit-config.yaml"))["repos"]
    assert [repository["repo"] for repository in hooks] == ["local"]
    assert all("-m ruff" in hook["entry"] for hook in hooks[0]["hooks"])
