"""Writes the public repository of a course: what students read, run and fill in, and nothing else."""

import json
import re
from collections.abc import Sequence
from pathlib import Path

from autograder.authoring.links import Repository, read_repository
from autograder.course import Assignment, Course
from autograder.errors import CourseError
from autograder.files import write_whole
from autograder.publishing.secrets import leaks_in, read_secrets, readable_text, squeeze

MANIFEST = ".published.json"
_PUBLIC = Path(__file__).with_name("public")
_AS_THEY_ARE = ("_toc.yml", "LICENSE", "CITATION.cff", "requirements.lock")
_PAGES = (".ipynb", ".md")


def publish(
    course: Course, target: Path, repository: Repository | None = None, solutions: Sequence[str] = ()
) -> list[Path]:
    """Writes or brings up to date the public repository.

    What an earlier publication wrote and this one does not is removed; other files, such as ``.git``, stay.

    Args:
        course: The checkout.
        target: The folder; empty, or published to before.
        repository: Where students will find it, for links and Colab; None: as ``_config.yml`` says.
        solutions: Names of assignments whose solutions are published, too.

    Returns:
        Files that were written or removed.

    Raises:
        CourseError: When the folder holds something else, an assignment does not exist, a notebook is
            missing, or a solution or hidden test would get out. Nothing has been written then.
    """
    released = [course.assignment(stem) for stem in solutions]
    before = _published_before(target)
    files = _files(course, repository, released)
    _refuse_leaks(course, files, released)
    changed = []
    for path, content in files.items():
        place = target / path
        if not place.is_file() or place.read_bytes() != content:
            write_whole(place, content)
            changed.append(place)
    for path in before - files.keys():
        (target / path).unlink(missing_ok=True)
        changed.append(target / path)
    write_whole(target / MANIFEST, json.dumps(sorted(files), indent=1).encode())
    return changed


def _published_before(target: Path) -> set[str]:
    manifest = target / MANIFEST
    if target.exists() and not target.is_dir():
        raise CourseError("There is a file of that name.", target)
    if not manifest.is_file():
        others = [path.name for path in target.glob("*") if path.name != ".git"] if target.is_dir() else []
        if others:
            raise CourseError(
                f"The folder holds {others[0]!r} and was not published to before: name an empty one.", target
            )
        return set()
    try:
        known = json.loads(manifest.read_text(encoding="utf-8"))
    except ValueError:
        raise CourseError(
            "The list of published files is damaged: publish to an empty folder.", manifest
        ) from None
    # The list decides what is removed, so a path that leads out of the folder is none of ours.
    return {path for path in known if not Path(path).is_absolute() and ".." not in Path(path).parts}


def _files(
    course: Course, repository: Repository | None, solutions: Sequence[Assignment]
) -> dict[str, bytes]:
    root = course.root
    own = read_repository(root / "_config.yml")
    sources = [root / name for name in _AS_THEY_ARE]
    sources += [lesson.with_suffix(".ipynb") for lesson in course.lessons]
    sources += sorted((root / "book").glob("*.md"))
    sources += [path for name in ("_static", "_extra") for path in sorted((root / "book" / name).rglob("*"))]
    sources += [assignment.release for assignment in course.assignments]
    sources += [assignment.solution for assignment in solutions]
    files = {}
    for source in sources:
        if source.is_dir():
            continue
        if not source.is_file():
            raise CourseError("This is to be published, but is not there: run 'make notebooks'.", source)
        content = source.read_bytes()
        if repository and source.suffix in _PAGES:
            content = _moved(content, own, repository)
        files[source.relative_to(root).as_posix()] = content
    config = (root / "_config.yml").read_text(encoding="utf-8")
    files["_config.yml"] = _moved_config(config, repository or own).encode()
    for path in sorted(_PUBLIC.iterdir()):
        files[".gitignore" if path.name == "gitignore" else path.name] = path.read_bytes()
    return files


def _moved(content: bytes, own: Repository, new: Repository) -> bytes:
    text = content.decode("utf-8")
    for before, after in ((own.colab(""), new.colab("")), (own.page(""), new.page(""))):
        text = text.replace(before, after)
    return text.encode()


def _moved_config(text: str, repository: Repository) -> str:
    text = re.sub(r"(?m)^(  url: ).*$", rf"\1https://github.com/{repository.name}", text, count=1)
    return re.sub(r"(?m)^(  branch: ).*$", rf"\1{repository.branch}", text, count=1)


def _refuse_leaks(course: Course, files: dict[str, bytes], released: Sequence[Assignment]) -> None:
    """Looks for secrets in everything that is about to get out, but for the solutions that may."""
    may = {assignment.solution.relative_to(course.root).as_posix() for assignment in released}
    known = squeeze("".join(readable_text(path, files[path]) for path in may))
    secrets = {
        place: {line for line in lines if line not in known} for place, lines in read_secrets(course).items()
    }
    for path, content in files.items():
        if path not in may and (found := leaks_in(readable_text(path, content), secrets)):
            raise CourseError(f"{path} would give away a solution or a hidden test: {sorted(found)[0]!r}.")
