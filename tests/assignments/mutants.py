"""Makes small errors in a function or class, one at a time: hidden tests are good when they notice every one.

A mutant that no test can notice, because it does the same as the original, is called equivalent. Such mutants
are listed by name and description, with the reason, in ``equivalent_mutants_<assignment>.py``.
"""

import ast
import builtins
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple


class Mutant(NamedTuple):
    """One error.

    Attributes:
        description: The statement before and after, as in "mean = x.mean() -> mean = x.sum()"; without line
            numbers, so that it stays the same when text around it changes. Of several equal descriptions, the
            second has " (2)" at its end, and so on.
        source: The function or class with this error.
    """

    description: str
    source: str


OPERATORS = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Div,
    ast.Mod: ast.FloorDiv,
    ast.Pow: ast.Mult,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.And: ast.Or,
    ast.Or: ast.And,
}
REVERSED = {ast.Lt: ast.Gt, ast.LtE: ast.GtE, ast.Gt: ast.Lt, ast.GtE: ast.LtE}
# What a method or function of the same shape could be confused with.
NAMES = {
    **dict.fromkeys(["sqrt", "exp", "log"], "square"),
    **{"mean": "sum", "sum": "mean", "var": "std", "std": "var", "max": "min", "min": "max"},
    **{"argmax": "argmin", "argmin": "argmax", "maximum": "minimum", "minimum": "maximum"},
    **{"ones": "zeros", "zeros": "ones", "ones_like": "zeros_like", "zeros_like": "ones_like"},
    **{"floor": "ceil", "ceil": "floor", "float": "int", "any": "all", "all": "any"},
}


def definition(module: str, name: str) -> str:
    """Returns the source of one top-level function or class of a module, without its comments."""
    found = [node for node in ast.parse(module).body if getattr(node, "name", None) == name]
    (node,) = found
    return ast.unparse(node)


def mutants(source: str) -> Iterator[Mutant]:
    """Makes every mutant of one function or class.

    Args:
        source: The source of the function or class; docstrings and annotations are left alone.

    Yields:
        Mutants, in the order of the source; none equals the original, and no two are equal.

    Example:
        >>> [mutant.description for mutant in mutants("def half(x): return x / 2")]
        ['return x / 2 -> nothing', 'return x / 2 -> return x', 'return x / 2 -> return 2', \
'return x / 2 -> return 2 / x', 'return x / 2 -> return x * 2', 'return x / 2 -> return x / 3', \
'return x / 2 -> return x / 1']
    """
    tree = ast.parse(source)
    seen, told = {ast.unparse(tree)}, Counter()
    for statement in [node for node in ast.walk(tree) if isinstance(node, ast.stmt)]:
        before = _first_line(statement)
        for owner, field, position, old in _slots(statement):
            for new in _errors(old, statement, tree):
                _put(owner, field, position, new)
                changed = ast.unparse(ast.fix_missing_locations(tree))
                after = "nothing" if isinstance(new, ast.Pass) else _first_line(statement)
                _put(owner, field, position, old)
                if changed not in seen:
                    seen.add(changed)
                    description = f"{_first_line(old) if after == 'nothing' else before} -> {after}"
                    told[description] += 1
                    repeated = f" ({told[description]})" if told[description] > 1 else ""
                    yield Mutant(description + repeated, changed)


def _first_line(statement: ast.AST) -> str:
    """The text of a simple statement, or the head of a compound one."""
    lines = ast.unparse(statement).splitlines()
    return lines[len(getattr(statement, "decorator_list", []))]


def _slots(statement: ast.stmt) -> Iterator[tuple[ast.AST, str, int | None, ast.AST]]:
    """All places in a statement that hold a node; of statements inside of it only the places themselves."""
    pending = [statement]
    while pending:
        owner = pending.pop(0)
        for field, value in ast.iter_fields(owner):
            if field in ("annotation", "returns", "decorator_list", "ctx"):
                continue
            for position, node in enumerate(value) if isinstance(value, list) else [(None, value)]:
                if isinstance(node, ast.AST):
                    yield owner, field, position, node
                    if not isinstance(node, ast.stmt):
                        pending.append(node)


def _put(owner: ast.AST, field: str, position: int | None, node: ast.AST) -> None:
    if position is None:
        setattr(owner, field, node)
    else:
        getattr(owner, field)[position] = node


def _errors(node: ast.AST, statement: ast.stmt, tree: ast.Module) -> Iterator[ast.AST]:
    """What may stand in the place of a node by mistake."""
    if type(node) in OPERATORS:
        yield OPERATORS[type(node)]()
    if type(node) in REVERSED:
        yield REVERSED[type(node)]()
    match node:
        case ast.Expr(value=ast.Constant()) | ast.FunctionDef() | ast.ClassDef() | ast.Pass():
            pass  # docstrings; a missing function is no small error
        case ast.stmt():
            yield ast.Pass()
        case ast.BinOp(left=left, right=right, op=op):
            yield from (left, right)
            if isinstance(op, (ast.Sub, ast.Div, ast.Pow, ast.FloorDiv, ast.Mod)):
                yield ast.BinOp(left=right, op=op, right=left)
        case ast.UnaryOp(operand=operand):
            yield operand
        case ast.Constant(value=bool(value)):
            yield ast.Constant(not value)
        case ast.Constant(value=int(value)):
            yield from (ast.Constant(value + 1), ast.Constant(value - 1))
        case ast.Constant(value=float(value)):
            yield from (ast.Constant(2 * value + (value == 0)), ast.Constant(value / 2))
        case ast.Attribute(value=value, attr=name, ctx=ast.Load()):
            others = [NAMES[name]] if name in NAMES else _other_attributes(name, tree)
            yield from (ast.Attribute(value=value, attr=other, ctx=ast.Load()) for other in others)
        case ast.Name(id=name, ctx=ast.Load()):
            if hasattr(builtins, NAMES.get(name, "")):
                yield ast.Name(NAMES[name], ast.Load())
            yield from (ast.Name(other, ast.Load()) for other in _neighbors(name, tree))
        case ast.Tuple(elts=items, ctx=ast.Load()) | ast.List(elts=items, ctx=ast.Load()):
            for i in range(len(items)):
                yield type(node)(elts=items[:i] + items[i + 1 :], ctx=ast.Load())
            for i in range(len(items) - 1):
                yield type(node)(elts=[*items[:i], items[i + 1], items[i], *items[i + 2 :]], ctx=ast.Load())
        case ast.Call(func=func, args=args, keywords=keywords):
            for i in range(len(keywords)):
                yield ast.Call(func=func, args=args, keywords=keywords[:i] + keywords[i + 1 :])
            if len(args) > 1:
                yield ast.Call(func=func, args=[args[1], args[0], *args[2:]], keywords=keywords)
            if len(args) == 1 and not isinstance(args[0], ast.Starred):
                yield args[0]
        case ast.IfExp(test=test, body=body, orelse=other):
            yield ast.IfExp(test=test, body=other, orelse=body)
    if isinstance(statement, (ast.If, ast.While)) and node is statement.test:
        yield from (ast.UnaryOp(ast.Not(), node), ast.Constant(True), ast.Constant(False))


def _neighbors(name: str, tree: ast.Module) -> Iterator[str]:
    """The names beside a parameter or local variable of a function, which may be taken for it."""
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef):
            names = [parameter.arg for parameter in function.args.args if parameter.arg != "self"]
            names += [
                node.id for node in ast.walk(function) if isinstance(node, ast.Name) and _is_stored(node)
            ]
            yield from _beside(name, names)


def _other_attributes(name: str, tree: ast.Module) -> Iterator[str]:
    """The attributes beside one of the object's own."""
    attributes = (node for node in ast.walk(tree) if isinstance(node, ast.Attribute))
    yield from _beside(name, [node.attr for node in attributes if _is_stored(node)])


def _is_stored(node: ast.Name | ast.Attribute) -> bool:
    return isinstance(node.ctx, ast.Store)


def _beside(name: str, names: list[str]) -> list[str]:
    names = list(dict.fromkeys(names))
    if name not in names:
        return []
    position = names.index(name)
    return names[max(position - 1, 0) : position] + names[position + 1 : position + 2]
