"""Which rule of matching holds on a day, and what statements call it."""

from dataclasses import replace
from datetime import date

import pytest

from taihang.core.park.matching_rule import (
    FIRST_RULE,
    StorageOrigin,
    rule_name_on,
    rule_on,
)
from topologies import RULE

LATER = replace(RULE, id="R3", since=date(2026, 6, 1), storage_origin=StorageOrigin.WELL_MIXED)


def test_rule_on__is_the_last_that_began() -> None:
    rules = (LATER, RULE)

    assert rule_on(date(2025, 12, 31), rules=rules) is None
    assert rule_on(date(2026, 1, 1), rules=rules) == RULE
    assert rule_on(date(2026, 5, 31), rules=rules) == RULE
    assert rule_on(date(2026, 6, 1), rules=rules) == LATER


@pytest.mark.parametrize(
    ("origin", "name"),
    [
        (StorageOrigin.FIFO, "topology-contract/v2"),
        (StorageOrigin.NONE, "topology-contract/v2"),
        (StorageOrigin.WELL_MIXED, "topology-contract-well-mixed/v2"),
    ],
)
def test_name__tells_a_well_mixed_store(origin: StorageOrigin, name: str) -> None:
    assert replace(RULE, storage_origin=origin).name == name


def test_rule_name_on__before_any_rule_is_the_first_one() -> None:
    assert rule_name_on(date(2025, 1, 1), rules=(RULE,)) == FIRST_RULE
    assert rule_name_on(date(2026, 7, 1), rules=(RULE, LATER)) == LATER.name
