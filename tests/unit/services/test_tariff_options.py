"""Twelve months under every option: the present one is what was billed, the best is the least."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

import pytest

import small_park
from restated_park import corrected
from taihang.core.facts import FactOutOfForceError
from taihang.core.periods import Period, month
from taihang.services.account import issue_statements
from taihang.services.audit import audit
from taihang.services.close_period import close_period
from taihang.services.ports import Ports
from taihang.services.tariff_options import (
    months_resting_on,
    months_until,
    options_drafts,
    options_stated,
)

LAST = "2026-08"
STAND_IN = """[billing]
losses_borne_by = "operator"
storage_borne_by = "operator"
surplus_paid_to = "operator"
td_prices_of = 2026-08-01
"""
YEAR = Period(month("2025-09", small_park.ZONE).start, month(LAST, small_park.ZONE).end)
TEXT = small_park.PARK.replace("[gateways]", STAND_IN + "[gateways]", 1)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A park with twelve settled months, eleven of them what-ifs."""
    root = small_park.make(tmp_path_factory.mktemp("options") / "park", TEXT)
    with small_park.opened(root) as ports:
        for name in months_until(LAST):
            small_park.fill(ports, month(name, small_park.ZONE))
        close_period(YEAR, ports=ports)
    return root


def body(ports: Ports, user: str) -> dict[str, Any]:
    (draft,) = options_drafts(LAST, ports=ports, subjects=frozenset({user}))
    return cast("dict[str, Any]", draft.body)


def options(found: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {each["option"]: each for each in found["options"]}


def test_options__the_present_one_costs_what_was_billed(root: Path) -> None:
    with small_park.opened(root, writing=False) as ports:
        found = body(ports, "E01")
        billed: list[Decimal] = []
        for name in months_until(LAST):
            kind = "bill" if name == LAST else "bill-what-if"
            document = json.loads(ports.registry.statement(f"{kind}.E01.{name}").document)
            billed.append(Decimal(document["value"]))

    current = options(found)[found["current"]]
    assert found["current"] == "capacity"
    assert [Decimal(each) for each in current["months_cny"]] == billed
    assert Decimal(found["current_cny"]) == Decimal(current["total_cny"]) == sum(billed)


def test_options__name_the_cheapest_and_the_saving(root: Path) -> None:
    with small_park.opened(root, writing=False) as ports:
        found = body(ports, "E02")

    every = options(found)
    totals = {k: Decimal(v["total_cny"]) for k, v in every.items() if v["total_cny"]}
    assert set(every) == {"capacity", "contract-demand", "metered-demand", "one-part"}
    assert totals[found["cheapest"]] == min(totals.values())
    assert Decimal(found["value"]) == Decimal(found["current_cny"]) - min(totals.values())
    assert totals["contract-demand"] <= totals["metered-demand"]
    assert Decimal(every["contract-demand"]["contract_kw"]) >= 400, "40 % of 1 000 kVA"
    refused = every["one-part"]
    assert (refused["total_cny"], refused["months_cny"]) == (None, [])
    assert "315 kVA" in refused["refused"]["zh"]
    assert found["assumption"]["td_prices_of"] == "2026-08-01"


def test_options__need_every_price_of_the_twelve_months(tmp_path: Path) -> None:
    root = small_park.make(tmp_path / "park")
    with small_park.opened(root, writing=False) as ports, pytest.raises(FactOutOfForceError):
        options_drafts(LAST, ports=ports)


def test_options__once_stated_are_kept_up(root: Path) -> None:
    with small_park.opened(root) as ports:
        assert options_stated(LAST, ports=ports) == frozenset()
        drafts = options_drafts(LAST, ports=ports, subjects=frozenset({"E02"}))
        issue_statements(drafts, period=LAST, ports=ports)
        assert options_stated(LAST, ports=ports) == {"E02"}
        assert audit(ports=ports).findings == []
        corrected(ports, 300)
        close_period(small_park.AUGUST, ports=ports)

        latest = ports.registry.statement(f"tariff-options-what-if.E02.{LAST}")
        assert latest.version == 2
        assert options_stated(LAST, ports=ports) == {"E02"}
        assert audit(ports=ports).findings == []


def test_months__that_a_comparison_looks_at_and_that_look_at_a_month() -> None:
    assert months_until("2026-01")[::11] == ["2025-02", "2026-01"]
    assert months_resting_on(["2025-12", "2026-01"]) == [
        *(f"2025-{n:02}" for n in (12,)),
        *(f"2026-{n:02}" for n in range(1, 13)),
    ]
