"""Every module that does something has a test of the same name, path by path.

A module that only declares (records, enumerations, protocols, tables) has nothing to run and needs
none. ``TESTED_BY`` names the few modules that are tested through another, by the test that does it.
For the core and the standards there is no other excuse; ``PENDING`` lists jobs whose own test is
still to be written, and may only grow shorter.
"""

import ast
from pathlib import Path
from typing import Final

from conventions.source_tree import ROOT, SRC, TESTS, joined, modules, name_of, parsed

_PARK_RULES: Final = "tests/unit/core/park/test_check.py"
_REFEREE: Final = "tests/unit/core/dispatch/recheck/test_judge.py"
TESTED_BY: Final[dict[str, str]] = {
    # One rule book, cut into four files by size; its only door is check_park.
    "src/taihang/core/park/check_assets.py": _PARK_RULES,
    "src/taihang/core/park/check_contracts.py": _PARK_RULES,
    "src/taihang/core/park/check_metering.py": _PARK_RULES,
    "src/taihang/core/park/check_topology.py": _PARK_RULES,
    # One referee, cut into four files by size; its only door is recheck.
    "src/taihang/core/dispatch/recheck/bill.py": _REFEREE,
    "src/taihang/core/dispatch/recheck/case.py": _REFEREE,
    "src/taihang/core/dispatch/recheck/physics.py": _REFEREE,
    "src/taihang/core/dispatch/recheck/stores.py": _REFEREE,
}
"""Module, and the test that covers it."""
PENDING: Final = frozenset(
    f"src/taihang/services/{job}.py"
    for job in (
        "account",
        "audit",
        "bill",
        "prove",
        "report",
        "tariff",
    )
)
"""Jobs without a same-named test yet. Take a name out when its test is there."""


def same_named_test(module: Path) -> Path:
    """Return where the test of a module has to lie."""
    return TESTS / "unit" / module.relative_to(SRC).with_name(f"test_{module.name}")


def acts(tree: ast.AST) -> bool:
    """Say whether a module has a function that does anything."""
    return any(
        isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and not all(
            isinstance(step, ast.Expr | ast.Pass) and _is_silent(step) for step in node.body
        )
        for node in ast.walk(tree)
    )


def _is_silent(step: ast.stmt) -> bool:
    """Say whether a statement is a docstring, ``...`` or ``pass``."""
    return not isinstance(step, ast.Expr) or isinstance(step.value, ast.Constant)


def untested(found: list[Path]) -> list[str]:
    """Return the modules that act and have no same-named test."""
    return [
        name_of(module)
        for module in found
        if not same_named_test(module).is_file() and acts(parsed(module))
    ]


def check(found: list[Path], *, n_least: int) -> None:
    """Fail for every untested module, and for every exception that is not needed any more."""
    names = {name_of(module) for module in found}
    missing = set(untested(found))

    assert len(found) >= n_least
    assert not missing - set(TESTED_BY), joined(sorted(missing - set(TESTED_BY)))
    stale = (set(TESTED_BY) & names) - missing
    assert not stale, f"tested by a test of their own by now, take out: {joined(sorted(stale))}"


def test_core_and_standards__have_same_named_tests() -> None:
    check(modules("core", "standards"), n_least=60)


def test_outer_rings__have_same_named_tests() -> None:
    found = modules("services", "adapters", "config", "simulator")

    check([path for path in found if name_of(path) not in PENDING], n_least=40)
    assert {name_of(path) for path in found} >= PENDING, "a pending module is gone"


def test_tested_by__names_tests_that_exist() -> None:
    assert all((ROOT / test).is_file() for test in TESTED_BY.values())


def test_same_named_tests__hold_tests() -> None:
    tests = [same_named_test(module) for module in modules()]

    empty = [name_of(path) for path in tests if path.is_file() and not _functions(path)]

    assert not empty, joined(empty)


def _functions(path: Path) -> list[str]:
    names = [getattr(node, "name", "") for node in parsed(path).body]
    return [name for name in names if name.startswith("test_")]


def test_acts__tells_code_from_declarations() -> None:
    declaring = (
        'class P(Protocol):\n    x: int\n    def f(self) -> int:\n        """Doc."""\n        ...'
    )

    assert not acts(ast.parse(declaring))
    assert acts(ast.parse("def f() -> int:\n    return 1"))


def test_same_named_test__lies_where_the_module_lies() -> None:
    module = SRC / "core" / "tlog" / "merkle.py"

    assert name_of(same_named_test(module)) == "tests/unit/core/tlog/test_merkle.py"
