"""Rolls of statements as trees, and editions of facts told apart fact by fact."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from taihang.core.facts import Fact, FactBook
from taihang.core.seal.act import (
    BILLS,
    STATEMENTS,
    RollEntry,
    changed_facts,
    digest_of,
    fact_edition,
    roll_entry,
    roll_tree,
)
from taihang.core.seal.canonical import load_canonical
from taihang.core.tlog.merkle import leaf_hash, verify_inclusion

ENTRIES = [
    RollEntry(1, "2026-06", "energy", "energy.E01.2026-06.v1", "aa"),
    RollEntry(4, "2026-06", "energy", "energy.E02.2026-06.v1", "bb"),
    RollEntry(9, "2026-06", "energy", "energy.E01.2026-06.v2", "cc"),
]
SALTS = [bytes([n]) * 16 for n in range(3)]
FACT = Fact(
    code="grid.average",
    value=Decimal("0.5"),
    unit="kg/kWh",
    region="CN",
    valid_from=date(2025, 1, 1),
    valid_to=None,
    data_year=2024,
    document="notice",
    clause="1",
    source="page",
    status="verified",
    set="mee",
)


def fact(value: str, *, unit: str = "kg/kWh", region: str = "CN") -> Fact:
    return replace(FACT, value=Decimal(value), unit=unit, region=region)


def differences(before: list[Fact], after: list[Fact]) -> dict[str, list[str]]:
    editions = [load_canonical(fact_edition(FactBook(facts))) for facts in (before, after)]
    return changed_facts(*editions)


def test_roll_tree__of_more_statements_continues_that_of_fewer() -> None:
    tree = roll_tree(ENTRIES, salts=SALTS)

    assert tree.root(2) == roll_tree(ENTRIES[:2], salts=SALTS[:2]).root()


def test_roll_tree__shows_one_statement_without_the_others() -> None:
    tree = roll_tree(ENTRIES, salts=SALTS)
    path = tree.inclusion_proof(1, size=3)

    leaf = leaf_hash(roll_entry(ENTRIES[1], salt=SALTS[1]))
    verify_inclusion(leaf, index=1, size=3, path=path, root=tree.root())


def test_roll_entry__of_a_bill_has_an_event_of_its_own_kind() -> None:
    assert ENTRIES[0].act == STATEMENTS
    assert RollEntry(1, "2026-06", "bill", "bill.E01.2026-06.v1", "aa").act == BILLS


def test_changed_facts__names_a_value_that_was_replaced() -> None:
    found = differences(
        [fact("0.5"), fact("0.7", region="NW")], [fact("0.4"), fact("0.7", region="NW")]
    )

    assert found == {
        "changed": ["mee/grid.average/CN/2025-01-01: 0.5 → 0.4"],
        "removed": [],
        "added": [],
    }


def test_changed_facts__tells_a_changed_unit_from_a_fact_that_came_or_went() -> None:
    found = differences(
        [fact("0.5"), fact("0.7", region="NW")], [fact("0.5", unit="t/MWh"), fact("1", region="NE")]
    )

    assert found == {
        "changed": ["mee/grid.average/CN/2025-01-01: kg/kWh → t/MWh"],
        "removed": ["mee/grid.average/NW/2025-01-01"],
        "added": ["mee/grid.average/NE/2025-01-01"],
    }


def test_fact_edition__does_not_depend_on_the_order_of_the_book() -> None:
    facts = [fact("0.5"), fact("0.7", region="NW")]

    assert fact_edition(FactBook(facts)) == fact_edition(FactBook(facts[::-1]))


def test_digest_of__is_the_hash_of_the_canonical_body() -> None:
    assert digest_of({"b": 1, "a": 2}) == digest_of({"a": 2, "b": 1})
