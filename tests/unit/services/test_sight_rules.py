from dataclasses import replace
from pathlib import Path

import pytest

import small_park
from taihang.core.access.scope import NOTHING
from taihang.services.sight_rules import (
    METHOD_RULES,
    PARK_RULES,
    PRODUCT_KINDS,
    STATEMENT_KINDS,
    PartOfParkError,
    Seen,
    demand_whole,
)


def test_demand_whole__lets_the_whole_park_through_and_no_part(tmp_path: Path) -> None:
    with small_park.opened(small_park.make(tmp_path / "park")) as ports:
        demand_whole(ports, "a sum")
        with pytest.raises(PartOfParkError, match="a sum, asked for through a view"):
            demand_whole(replace(ports, scope=NOTHING), "a sum")


def test_rules__nothing_that_writes_is_let_through() -> None:
    writing = ("add", "put", "record_", "append", "apply", "keep", "flush", "replace", "drop")
    for rules in METHOD_RULES.values():
        for name, rule in rules.items():
            if name.startswith(writing) and name not in {"kept", "records"}:
                assert rule is Seen.CLOSED, name


def test_rules__what_belongs_to_the_park_is_not_shown() -> None:
    assert {PARK_RULES[name] for name in ("peak", "stations", "batteries", "asset_costs")} == {
        Seen.ABSENT
    }


def test_statement_kinds__leave_out_what_names_neighbours_or_the_park() -> None:
    for kind in ("waste-heat", "ratios-650", "bill-closure", "gateway-bill", "revenue", "day-plan"):
        assert kind not in STATEMENT_KINDS | PRODUCT_KINDS
