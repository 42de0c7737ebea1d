"""Factors, tariffs and thresholds are dated records with a source, never numbers in code (§11)."""

import ast
import re
from collections.abc import Iterator
from typing import Final

from conventions.source_tree import joined, modules, name_of, parsed
from taihang.adapters.facts import load_tables
from taihang.core.facts import Fact

N_FACTS_LEAST: Final = 300
MARKS: Final = frozenset(("verified", "calc", "from-memory", "uncertain"))
SKY: Final = "src/taihang/core/sky/"
"""Series of astronomy and of mathematics: they hold for every region and every day."""
_DIGITS_LEAST: Final = 3
_DECIMAL: Final = re.compile(r"\d*\.\d+")


def unsaid(fact: Fact) -> Iterator[str]:
    """Yield what a record does not say about its value."""
    for name in ("code", "unit", "region", "document", "clause", "source", "set"):
        if not str(getattr(fact, name)).strip():
            yield name
    if fact.status not in MARKS:
        yield "status"
    if fact.valid_to is not None and fact.valid_to <= fact.valid_from:
        yield "valid_to"


def factors_in_code(tree: ast.AST) -> Iterator[str]:
    """Yield every number in code that looks like a factor: three digits or more with a point."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant):
            continue
        if isinstance(node.value, float):
            digits = repr(node.value)
        elif isinstance(node.value, str) and _DECIMAL.fullmatch(node.value):
            digits = node.value
        else:
            continue
        significant = digits.split("e")[0].replace(".", "").strip("0")
        if len(significant) >= _DIGITS_LEAST:
            yield f"{node.lineno}: {digits}"


def test_facts__say_unit_region_date_clause_and_source() -> None:
    facts = [(table.name, fact) for table in load_tables() for fact in table.facts]

    assert len(facts) >= N_FACTS_LEAST
    silent = [f"{name} {fact.key}: {word}" for name, fact in facts for word in unsaid(fact)]
    assert not silent, joined(silent)


def test_core_and_services__hold_no_factor() -> None:
    # 3600 s, 0.01 CNY and tolerances are no facts: they have fewer digits, or none to the right.
    found = [
        f"{name_of(path)}:{number}"
        for path in modules("core", "services")
        if not name_of(path).startswith(SKY)
        for number in factors_in_code(parsed(path))
    ]

    assert not found, joined(found)


def test_factors_in_code__finds_a_grid_factor() -> None:
    source = 'a = Decimal("0.5839")\nb = 0.1229\nc = 0.01\nd = 3600.0\ne = 1e-9\nf = "GB/T 2589"'

    found = sorted(factors_in_code(ast.parse(source)))

    assert found == ["1: 0.5839", "2: 0.1229"]
