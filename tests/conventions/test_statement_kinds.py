"""Every kind of statement that the code issues has a rule book, so that its numbers open.

A kind is found where a statement is drawn up or issued: ``Draft(KIND, …)``, ``kind=KIND``. What is
passed there is followed to the constants of the module and of those that it imports from; a place
that leads to no constant fails until it is named below, with what passes the kind on to it.
"""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from conventions.source_tree import SRC, modules, parsed
from taihang.services.bill_document import WHAT_IF
from taihang.services.figure_kinds import book_of, known_kinds

PASSED_ON: Final = frozenset(
    (
        # The drafts of energies: their kinds are the first words of ``_Kind(…)``.
        "account: kind.name",
        # A draft that is issued: whoever drew it up named its kind.
        "account: draft.kind",
        # An account that is drawn up to be looked at: by the kind that it is asked for.
        "figure_drawn: kind",
        # Those who call ``MonthOfMoney.draft`` name the kind.
        "revenue: kind_of(kind, self.terms)",
    )
)
N_KINDS: Final = 32
"""Kinds that the code issues, those that stand in for others (what-if) not counted."""
_MAKERS: Final = frozenset(("Draft", "_Kind", "draft"))


def issued_kinds(path: Path) -> tuple[set[str], set[str]]:
    """Return the kinds that a module issues, and the places that lead to no kind."""
    tree = parsed(path)
    kinds, lost = set[str](), set[str]()
    for scope in [each for each in ast.walk(tree) if isinstance(each, ast.FunctionDef)] + [tree]:
        for call in [each for each in _own(scope) if isinstance(each, ast.Call)]:
            asked = _kind_of(call)
            if asked is None:
                continue
            found = {*_constants(asked, scope, tree)} - {WHAT_IF}
            kinds |= found
            is_object = isinstance(asked, ast.Name) and asked.id.startswith("_")
            if not found and not is_object:
                lost.add(f"{path.stem}: {ast.unparse(asked)}")
    return kinds, lost


def _own(scope: ast.AST) -> Iterator[ast.AST]:
    """Yield what lies in a function or module, but not in a function inside it."""
    for child in ast.iter_child_nodes(scope):
        if not isinstance(child, ast.FunctionDef):
            yield child
            yield from _own(child)


def _kind_of(call: ast.Call) -> ast.expr | None:
    """Return what a call names as the kind of a statement."""
    func = call.func
    name = func.id if isinstance(func, ast.Name) else getattr(func, "attr", "")
    if name == "IssuedStatement":
        return next((each.value for each in call.keywords if each.arg == "kind"), None)
    return call.args[0] if name in _MAKERS and call.args else None


def _constants(
    value: ast.expr, scope: ast.AST, tree: ast.Module, seen: frozenset[str] = frozenset()
) -> Iterator[str]:
    """Yield every text that an expression can be, through names of the function and module."""
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        yield value.value
    for node in ast.walk(value):
        if isinstance(node, ast.Name) and node.id not in seen:
            yield from _named(node.id, scope, tree, seen | {node.id})


def _named(name: str, scope: ast.AST, tree: ast.Module, seen: frozenset[str]) -> Iterator[str]:
    for node in _own(scope):
        if isinstance(node, ast.Assign) and _binds(node.targets[0], name):
            yield from _constants(node.value, scope, tree, seen)
        elif isinstance(node, ast.For) and _binds(node.target, name):
            yield from _of_table(node.iter, scope, tree)
    yield from _of_module(name, tree)


def _of_table(table: ast.expr, scope: ast.AST, tree: ast.Module) -> Iterator[str]:
    """Yield the constants that stand first in the rows that a loop runs over."""
    if isinstance(table, ast.Name):
        for node in _own(scope):
            target = getattr(node, "target", None)
            if isinstance(node, ast.AnnAssign) and _binds(target, table.id) and node.value:
                yield from _of_table(node.value, scope, tree)
    for row in table.elts if isinstance(table, ast.Tuple) else ():
        if isinstance(row, ast.Tuple):
            yield from _constants(row.elts[0], scope, tree)


def _binds(target: ast.AST | None, name: str) -> bool:
    return any(
        isinstance(node, ast.Name) and node.id == name for node in ast.walk(target or ast.Pass())
    )


def _of_module(name: str, tree: ast.Module) -> Iterator[str]:
    for node in tree.body:
        value = getattr(node, "value", None)
        target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
        if isinstance(node, ast.Assign | ast.AnnAssign) and _binds(target, name):
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                yield value.value
        elif isinstance(node, ast.ImportFrom) and node.module:
            for each in node.names:
                other = SRC.parent.joinpath(*node.module.split(".")).with_suffix(".py")
                if (each.asname or each.name) == name and other.exists():
                    yield from _of_module(each.name, parsed(other))


def test_kinds__that_the_code_issues_all_open() -> None:
    kinds, lost = set[str](), set[str]()
    for path in modules("services"):
        found, more = issued_kinds(path)
        kinds |= found
        lost |= more

    assert lost == PASSED_ON
    assert [kind for kind in sorted(kinds) if not book_of(kind)] == []
    assert len(kinds) == N_KINDS
    assert kinds == known_kinds(), "a rule book of a kind that nothing issues is dead"


@pytest.mark.parametrize(
    ("line", "kinds", "lost"),
    [
        ('return Draft("secret", "E01", "2026", {})', {"secret"}, set[str]()),
        ("return Draft(KIND, name, period, body)", {"planted"}, set[str]()),
        ("return IssuedStatement(kind=KIND, subject=name)", {"planted"}, set[str]()),
        ("for kind, unit in ((KIND, 't'),): yield Draft(kind, name)", {"planted"}, set[str]()),
        ("return Draft(kinds[name], name, period, body)", set[str](), {"planted: kinds[name]"}),
        ("return Line(KIND, name)", set[str](), set[str]()),
    ],
)
def test_gate__sees_a_kind_that_has_no_rule_book(
    tmp_path: Path, line: str, kinds: set[str], lost: set[str]
) -> None:
    file = tmp_path / "planted.py"
    file.write_text(f'KIND: Final = "planted"\ndef drafts(kinds):\n    {line}\n', encoding="utf-8")

    assert issued_kinds(file) == (kinds, lost)
    assert not any(book_of(kind) for kind in kinds)
