"""Understands the words on a source's cell lines and expands them to notebook metadata.

``# %% solution f`` and ``# %% test f points=3`` mark a graded function, ``# %% written name [markdown]
points=2`` a question that a person grades, ``# %% include`` a cell of course functions, ``# %% figure
alt="..."`` a cell that draws.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from autograder.authoring.percent import SourceCell

BEGIN_SOLUTION, END_SOLUTION = "### BEGIN SOLUTION", "### END SOLUTION"

# word: (kind of cell, takes a name, options it needs, options it may have)
_FORMS = {
    "": (None, False, set(), {"tags"}),
    "include": ("code", False, set(), {"tags"}),
    "figure": ("code", False, {"alt"}, {"tags"}),
    "solution": ("code", True, set(), {"tags"}),
    "test": ("code", True, {"points"}, {"tags"}),
    "written": ("markdown", True, {"points"}, {"tags"}),
}


@dataclass(frozen=True)
class Form:
    """What a cell line says.

    Attributes:
        word: "", "include", "figure", "solution", "test" or "written".
        name: The exercise's name, or None.
    """

    word: str
    name: str | None = None

    @property
    def grade_id(self) -> str | None:
        """The name in nbgrader: ``f`` for a solution, ``test_f`` for its test, None when not graded."""
        return f"test_{self.name}" if self.word == "test" else self.name


def parse_form(cell: SourceCell) -> Form:
    """Reads one cell line.

    Raises:
        CourseError: With file and line, when the line has another form.
    """
    word, *names = cell.title.split() or [""]
    if word not in _FORMS:
        known = ", ".join(filter(None, _FORMS))
        raise cell.error(f"'# %% {cell.title}' begins with none of the known words: {known}.")
    kind, takes_name, needs, may_have = _FORMS[word]
    if kind not in (None, cell.kind):
        raise cell.error(f"A {word} cell is a {kind} cell.")
    if len(names) != takes_name or not all(name.isidentifier() for name in names):
        wanted = "one name, as in '# %% test iou points=2'" if takes_name else "no name"
        raise cell.error(f"A {word or 'plain'} cell takes {wanted}, not {' '.join(names) or 'none'}.")
    if missing := needs - cell.options.keys():
        raise cell.error(f"A {word} cell needs {', '.join(sorted(missing))}=....")
    if unknown := cell.options.keys() - needs - may_have:
        raise cell.error(f"A {word or 'plain'} cell takes no option {', '.join(sorted(unknown))}.")
    points = cell.options.get("points", 1)
    if isinstance(points, bool) or not isinstance(points, (int, float)) or points <= 0:
        raise cell.error(f"points={points} is not a positive number.")
    if not isinstance(cell.options.get("alt", ""), str) or cell.options.get("alt") == "":
        raise cell.error('A figure is described in words: alt="...".')
    return Form(word, *names)


def check_exercises(cells: Sequence[SourceCell], forms: Sequence[Form]) -> None:
    """Checks the graded cells of one assignment against each other.

    Raises:
        CourseError: For a name that is used twice, a solution without its test (or the other way round), or a
        solution without
            the lines that mark what students do not see.
    """
    first_use: dict[str, SourceCell] = {}
    for cell, form in zip(cells, forms, strict=True):
        if form.grade_id is None:
            continue
        if form.grade_id in first_use:
            raise cell.error(
                f"The grade_id {form.grade_id!r} is taken by line {first_use[form.grade_id].line}."
            )
        first_use[form.grade_id] = cell
        if form.word == "test" and form.name not in first_use:
            raise cell.error(f"There is no '# %% solution {form.name}' before this test.")
        if form.word == "solution":
            _check_solution(cell, form.name)
    for cell, form in zip(cells, forms, strict=True):
        if form.word == "solution" and f"test_{form.name}" not in first_use:
            raise cell.error(f"There is no '# %% test {form.name} points=...' for this solution.")


def _check_solution(cell: SourceCell, name: str) -> None:
    lines = [line.strip() for line in cell.text.splitlines()]
    if not any(line.startswith((f"def {name}(", f"class {name}:", f"class {name}(")) for line in lines):
        raise cell.error(f"A solution cell defines the function or class of its name: {name}.")
    marks = [line for line in lines if line in (BEGIN_SOLUTION, END_SOLUTION)]
    if not marks or marks != [BEGIN_SOLUTION, END_SOLUTION] * (len(marks) // 2):
        raise cell.error(f"What students do not see stands between '{BEGIN_SOLUTION}' and '{END_SOLUTION}'.")


def cell_metadata(cell: SourceCell, form: Form) -> dict[str, Any]:
    """The notebook metadata that a cell line stands for."""
    metadata: dict[str, Any] = {}
    if "tags" in cell.options:
        metadata["tags"] = cell.options["tags"]
        if "hide-input" in metadata["tags"]:
            # The site folds the cell because of the tag; JupyterLab and Colab have words of their own for it.
            metadata["jupyter"] = {"source_hidden": True}
            metadata["cellView"] = "form"
    if form.word == "figure":
        metadata["mystnb"] = {"image": {"alt": cell.options["alt"]}}
    if form.grade_id is not None:
        graded = form.word in ("test", "written")
        metadata["nbgrader"] = {
            "grade": graded,
            "grade_id": form.grade_id,
            "locked": form.word == "test",
            "schema_version": 3,
            "solution": form.word in ("solution", "written"),
            "task": False,
        }
        if graded:
            metadata["nbgrader"]["points"] = cell.options["points"]
    return metadata
