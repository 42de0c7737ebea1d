"""The park by annex 4: a sum that adds up, switches that are chosen, and nothing assumed."""

from decimal import Decimal
from pathlib import Path
from typing import cast

import pytest

import small_park
from carbon_kit import PARK_CHOICES, SOURCES, declared, gaps_of, hand_in_vectors
from taihang.core.activity.record import Flow
from taihang.core.seal.canonical import JsonValue, canonical_bytes
from taihang.services.account import Draft, issue_statements
from taihang.services.park_carbon import drafts
from taihang.services.ports import Ports
from year_kit import MONTHS, YEAR, hand_in, lines

Body = dict[str, JsonValue]


def park_of(root: Path, *tables: str) -> Path:
    return declared(small_park.make(root / "p", small_park.GRID_METERED), *tables)


def state_balance(ports: Ports, *, months: tuple[str, ...] = MONTHS) -> None:
    """Received 100 GWh and sent out 20 GWh in a year of twelve equal months."""
    for name in months:
        body: Body = {
            "format": "taihang-account/v1",
            "imported_wh": 100_000_000_000 // 4 // 3,
            "exported_wh": 0,
        }
        issue_statements([Draft("ratios-650", "park", name, body)], period=name, ports=ports)


def hand_in_all(ports: Ports) -> None:
    hand_in_vectors(ports)
    hand_in(
        ports,
        lines("heat", Flow.SUPPLIED, "5000", unit="GJ", subject="E02", periods=[YEAR]),
        lines(
            "electricity.green", Flow.PURCHASED, "40", unit="MWh", subject="park", periods=MONTHS
        ),
    )


def body_of(ports: Ports) -> Body:
    (draft,) = drafts(YEAR, ports=ports)
    assert draft.series == f"park-inventory.park.{YEAR}"
    canonical_bytes(draft.body)
    return draft.body


def test_drafts__add_up_and_cancel_heat_between_enterprises(tmp_path: Path) -> None:
    with small_park.opened(park_of(tmp_path, SOURCES, PARK_CHOICES)) as ports:
        hand_in_all(ports)
        state_balance(ports)

        body = body_of(ports)

    found = cast("list[Body]", body["lines"])
    assert gaps_of(body) == []
    assert Decimal(str(body["value"])) == sum(Decimal(str(one["t_co2e"])) for one in found)
    kinds = cast("dict[str, str]", body["by_kind_t"])
    assert sum(map(Decimal, kinds.values())) == Decimal(str(body["value"]))
    # E02 made the heat that E01 bought: the fuel counts once, the heat not again.
    assert kinds["heat"] == "0"
    received_mwh = Decimal(100_000_000_000 // 4 // 3 * 12) / 10**6 - 480
    assert Decimal(kinds["electricity"]) == received_mwh * Decimal("0.8273")


def test_drafts__leave_electricity_unassessed_without_a_choice(tmp_path: Path) -> None:
    with small_park.opened(park_of(tmp_path, SOURCES)) as ports:
        hand_in_all(ports)
        state_balance(ports)

        body = body_of(ports)

    assert body["value"] is None
    assert gaps_of(body) == [("electricity", "no-choice")]


@pytest.mark.parametrize("deduct", ["true", "false"])
def test_drafts__ask_for_green_electricity_only_where_it_is_deducted(
    tmp_path: Path, deduct: str
) -> None:
    choices = PARK_CHOICES.replace("deduct_green = true", f"deduct_green = {deduct}")
    with small_park.opened(park_of(tmp_path, SOURCES, choices)) as ports:
        state_balance(ports)

        reasons = gaps_of(body_of(ports))

    assert (("electricity.green purchased", "months-missing") in reasons) is (deduct == "true")


def test_drafts__name_months_without_a_balance(tmp_path: Path) -> None:
    with small_park.opened(park_of(tmp_path, SOURCES, PARK_CHOICES)) as ports:
        hand_in_all(ports)
        state_balance(ports, months=MONTHS[:11])

        body = body_of(ports)

    assert body["value"] is None
    assert gaps_of(body) == [("electricity", "months-missing")]
