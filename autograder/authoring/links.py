"""Links to where the course is published, which only ``repository`` in ``_config.yml`` says."""

import re
from dataclasses import dataclass
from pathlib import Path

import yaml

from autograder.authoring.percent import SourceCell
from autograder.errors import CourseError

_LINK = re.compile(r"\]\((colab|repository):([^)\s]+)\)")
_GITHUB = re.compile(r"https://github\.com/([\w.-]+/[\w.-]+?)(?:\.git)?/?$")


@dataclass(frozen=True)
class Repository:
    """The public repository of the course.

    Attributes:
        name: "owner/name" on GitHub, from where Colab opens notebooks.
        branch: The branch that links point to.
    """

    name: str
    branch: str

    def colab(self, path: str) -> str:
        """The address at which Colab opens a notebook of the repository."""
        return f"https://colab.research.google.com/github/{self.name}/blob/{self.branch}/{path}"

    def page(self, path: str) -> str:
        """The address at which a file of the repository is shown."""
        return f"https://github.com/{self.name}/blob/{self.branch}/{path}"


def repository_at(address: str, branch: str = "main") -> Repository:
    """The repository at an address.

    Raises:
        CourseError: When Colab cannot open it there.
    """
    match = _GITHUB.match(address)
    if match is None:
        raise CourseError(f"{address!r} is no https://github.com/owner/name, and Colab opens nothing else.")
    return Repository(match[1], branch)


def read_repository(config: Path) -> Repository:
    """Reads ``repository`` from ``_config.yml``.

    Raises:
        CourseError: When it is not there or is not an address that Colab can open.
    """
    section = (yaml.safe_load(config.read_text(encoding="utf-8")) or {}).get("repository") or {}
    match = _GITHUB.match(str(section.get("url", "")))
    if match is None:
        raise CourseError(
            "repository.url has to look like https://github.com/owner/name: Colab opens nothing else.", config
        )
    return Repository(match[1], str(section.get("branch", "main")))


def expand_links(
    cell: SourceCell, text: str, repository: Repository, root: Path, generated: set[Path]
) -> str:
    """Writes out ``colab:path`` and ``repository:path`` links.

    Args:
        cell: The cell, for the place of an error.
        text: Its text.
        repository: Where the links lead.
        root: The checkout, in which the path must exist.
        generated: Files that this build is about to write.

    Raises:
        CourseError: When a link points to nothing, or a ``colab:`` link to something other than a notebook.
    """

    def expand(match: re.Match[str]) -> str:
        scheme, path = match.groups()
        offset = cell.text[: cell.text.find(match[0])].count("\n") + 1
        if not (root / path).exists() and root / path not in generated:
            raise cell.error(f"The link {scheme}:{path} points to a file that does not exist.", offset)
        if scheme == "colab" and not path.endswith(".ipynb"):
            raise cell.error(f"Colab opens notebooks; {path} is none.", offset)
        return f"]({repository.colab(path) if scheme == 'colab' else repository.page(path)})"

    return _LINK.sub(expand, text)


def add_colab_line(cell: SourceCell, text: str, address: str) -> str:
    """Adds the "Open in Colab" line under the heading with which a notebook begins.

    Raises:
        CourseError: When the notebook does not begin with a heading.
    """
    heading, _, rest = text.partition("\n")
    if cell.kind != "markdown" or not heading.startswith("# "):
        raise cell.error("A notebook begins with a prose cell whose first line is its heading: '# # Title'.")
    return f"{heading}\n\n[Open in Colab]({address})\n{rest}".rstrip("\n")
