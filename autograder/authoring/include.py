"""Puts the text of course functions into lessons, so that a lesson runs without the course package."""

import ast
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from autograder.authoring.percent import SourceCell


def included_names(cell: SourceCell) -> list[tuple[str, str]]:
    """Reads an include cell: pairs of module and name, in order.

    Raises:
        CourseError: When the cell holds anything but ``from convlab.module import name, ...``.
    """
    try:
        statements = ast.parse(cell.text).body
    except SyntaxError as error:
        raise cell.error(f"This is not Python: {error.msg}.", error.lineno or 0) from None
    pairs = []
    for statement in statements:
        if not (isinstance(statement, ast.ImportFrom) and (statement.module or "").startswith("convlab.")):
            raise cell.error(
                "An include cell holds only 'from convlab.module import name' lines.", statement.lineno
            )
        for alias in statement.names:
            if alias.asname or alias.name == "*":
                raise cell.error(
                    "An include names each function; it takes no 'as' and no '*'.", statement.lineno
                )
            pairs.append((statement.module, alias.name))
    if not pairs:
        raise cell.error("An include cell names at least one function.")
    return pairs


def expand_include(cell: SourceCell, root: Path, defined: set[str]) -> str:
    """Writes out the definitions that an include cell names.

    Args:
        cell: The include cell.
        root: The checkout; ``convlab.data`` is read from ``root/convlab/data.py``.
        defined: Names that the notebook has defined before this cell.

    Returns:
        The definitions' own text, in the order of the cell.

    Raises:
        CourseError: When a module or name does not exist, or a definition needs a name that the notebook
        lacks.
    """
    pairs = included_names(cell)
    available = defined | {name for _, name in pairs}
    texts = []
    for module, name in pairs:
        path = root.joinpath(*module.split(".")).with_suffix(".py")
        if not path.is_file():
            raise cell.error(f"There is no module {module} ({path.relative_to(root)}).")
        definitions, imports = _module_names(path)
        if name not in definitions:
            raise cell.error(f"{module} defines no {name!r}.")
        node, text = definitions[name]
        used = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
        if missing := sorted((used & (definitions.keys() | imports)) - available):
            raise cell.error(
                f"{name} needs {', '.join(missing)}, which no cell before this one imports or defines."
            )
        texts.append(text)
    return "\n\n\n".join(texts)


@cache
def _module_names(path: Path) -> tuple[dict[str, tuple[ast.stmt, str]], frozenset[str]]:
    """A module's own definitions with their text, and the names that it imports."""
    source = path.read_text(encoding="utf-8")
    lines = source.splitlines()
    definitions: dict[str, tuple[ast.stmt, str]] = {}
    imports: set[str] = set()
    for node in ast.parse(source).body:
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            imports |= _bound_by(node)
            continue
        first = min([node.lineno, *(part.lineno for part in getattr(node, "decorator_list", []))])
        for name in _bound_by(node):
            definitions[name] = (node, "\n".join(lines[first - 1 : node.end_lineno]))
    return definitions, frozenset(imports)


def names_defined(code: str | Sequence[str]) -> set[str]:
    """Names that a cell binds at its top level; IPython's lines (``%`` and ``!``) are passed over."""
    lines = code.splitlines() if isinstance(code, str) else code
    tree = ast.parse("\n".join("pass" if line.startswith(("%", "!")) else line for line in lines))
    return set().union(*(_bound_by(node) for node in tree.body)) if tree.body else set()


def _bound_by(node: ast.stmt) -> set[str]:
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return {(alias.asname or alias.name).split(".")[0] for alias in node.names}
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        return {node.name}
    return {
        part.id for part in ast.walk(node) if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)
    }
