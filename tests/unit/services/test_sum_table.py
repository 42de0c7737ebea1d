"""Enterprise, sector and park of a year: closed to the last digit, and what is behind shows."""

from decimal import Decimal
from pathlib import Path
from typing import Any, cast

import pytest

import small_park
from carbon_kit import PARK_CHOICES, SOURCES, declared, state_load
from taihang.core.activity.record import Flow
from taihang.core.seal.canonical import JsonValue
from taihang.services import carbon_account, energy_account, park_carbon
from taihang.services.account import Draft, issue_statements
from taihang.services.ports import Ports
from taihang.services.sum_table import CARBON_SUMS, ENERGY_SUMS, drafts
from year_kit import MONTHS, YEAR, hand_in, lines

Body = dict[str, Any]
LOAD_WH = 12_000_000_000


@pytest.fixture
def park(tmp_path: Path) -> Path:
    root = small_park.make(tmp_path / "p", small_park.GRID_METERED)
    return declared(root, SOURCES.replace('"anthracite", "natural-gas", ', ""), PARK_CHOICES)


def hand_in_year(ports: Ports) -> None:
    """E02 burns coal for heat and passes it on to E01; the park burns diesel itself."""
    whole = [YEAR]
    hand_in(
        ports,
        lines("washed-coal", Flow.CONSUMED, "1000", periods=whole),
        lines("diesel", Flow.CONSUMED, "50", periods=whole),
        lines("gas.ch4", Flow.OUTPUT, "1000", unit="kg", periods=whole),
        lines("heat", Flow.PURCHASED, "5000", unit="GJ", periods=whole),
        lines("heat", Flow.SUPPLIED, "3000", unit="GJ", subject="E02", periods=whole),
        lines("washed-coal", Flow.CONSUMED, "700", subject="E02", periods=whole),
        lines("heat", Flow.CONSUMED, "5000", unit="GJ", periods=whole),
        lines("heat", Flow.CONVERSION_OUTPUT, "3000", unit="GJ", subject="E02", periods=whole),
        lines("diesel", Flow.CONSUMED, "9", subject="park", periods=whole),
        lines("electricity.green", Flow.PURCHASED, "40", unit="MWh", subject="park"),
    )
    for subject in ("E01", "E02"):
        state_load(ports, subject=subject, load_wh=LOAD_WH)
    for name in MONTHS:
        body: dict[str, JsonValue] = {
            "format": "taihang-account/v1",
            "imported_wh": 2_500_000_000,
            "exported_wh": 0,
        }
        issue_statements([Draft("ratios-650", "park", name, body)], period=name, ports=ports)


def issue(ports: Ports) -> None:
    for jobs in (energy_account, carbon_account, park_carbon):
        issue_statements(jobs.drafts(YEAR, ports=ports), period=YEAR, ports=ports)


def tables(ports: Ports) -> dict[str, Body]:
    return {draft.kind: cast("Body", draft.body) for draft in drafts(YEAR, ports=ports)}


def reasons(body: Body) -> set[tuple[str, str]]:
    return {(gap["what"], gap["reason"]) for gap in body["not_assessed"]}


def test_drafts__close_to_the_last_digit(park: Path) -> None:
    with small_park.opened(park) as ports:
        hand_in_year(ports)
        issue(ports)

        found = tables(ports)

    assert set(found) == {ENERGY_SUMS, CARBON_SUMS}
    for body in found.values():
        assert reasons(body) == set()
        assert (body["difference"], body["value"]) == ("0", body["park"])
        assert len(body["rows"]) == 2
        total = sum(Decimal(row["total"]) for row in body["sectors"])
        total += sum(Decimal(step["amount"]) for step in body["between"])
        assert total == Decimal(body["park"])
        assert all(row["total"] == row["stated"] for row in body["rows"])


def test_drafts__count_what_is_passed_on_once(park: Path) -> None:
    # Origin: heat 3 000 GJ at 0.11 tCO2/GJ and at 34.12 kgce/GJ, worked out by hand.
    with small_park.opened(park) as ports:
        hand_in_year(ports)
        issue(ports)

        found = tables(ports)

    carbon = {row["subject"]: row for row in found[CARBON_SUMS]["rows"]}
    assert carbon["E02"]["heat-passed-on"] == "-330"
    assert carbon["E01"]["heat-bought"] == "550"
    energy = {row["subject"]: row for row in found[ENERGY_SUMS]["rows"]}
    assert energy["E02"]["made"] == "-102.36"
    steps = {step["step"]: Decimal(step["amount"]) for step in found[CARBON_SUMS]["between"]}
    # 1 000 kg of methane at a GWP of 27.9; 9 t of diesel.
    assert steps["gases"] == Decimal("-27.9")
    assert round(steps["public"], 2) == Decimal("28.31")


def test_drafts__a_statement_that_is_behind_shows_as_a_difference(park: Path) -> None:
    with small_park.opened(park) as ports:
        hand_in_year(ports)
        issue(ports)
        hand_in(ports, lines("coke", Flow.CONSUMED, "10", subject="E02", periods=[YEAR]))
        for jobs in (energy_account, park_carbon):
            issue_statements(
                [d for d in jobs.drafts(YEAR, ports=ports) if d.subject == "park"],
                period=YEAR,
                ports=ports,
            )

        found = tables(ports)

    assert set(found) == {ENERGY_SUMS, CARBON_SUMS}
    for body in found.values():
        assert ("park", "does-not-close") in reasons(body)
        assert body["value"] is None
        assert Decimal(body["difference"]) > 0


def test_drafts__a_planted_total_of_a_member_shows(park: Path) -> None:
    with small_park.opened(park) as ports:
        hand_in_year(ports)
        issue(ports)
        stated = ports.registry.statement(f"inventory.E01.{YEAR}")
        (draft, _) = carbon_account.drafts(YEAR, ports=ports)
        value = str(Decimal(str(draft.body["value"])) + 1)
        planted = Draft(draft.kind, "E01", YEAR, {**draft.body, "value": value})
        issue_statements([planted], period=YEAR, ports=ports)

        body = tables(ports)[CARBON_SUMS]

    assert stated.version == 1
    assert ("E01", "does-not-close") in reasons(body)


def test_drafts__take_no_electricity_without_a_factor_for_zero(park: Path) -> None:
    """Nowhere is a region without a factor: the inventories then have no electricity by place."""
    file = park / "park.toml"
    said = file.read_text("utf-8")
    assert 'location_region = "Shanxi"' in said
    nowhere = said.replace('location_region = "Shanxi"', 'location_region = "Nowhere"')
    file.write_text(nowhere, encoding="utf-8")
    with small_park.opened(park) as ports:
        hand_in_year(ports)
        issue(ports)

        body = tables(ports)[CARBON_SUMS]

    gaps = {(f"inventory.{name}.{YEAR}", "no-value") for name in ("E01", "E02")}
    assert gaps <= reasons(body)
    assert body["rows"] == []
    assert (body["members"], body["value"]) == ({"total": None}, None)


def test_drafts__name_every_account_that_is_not_there(park: Path) -> None:
    with small_park.opened(park) as ports:
        found = tables(ports)

    assert (f"energy-account.E02.{YEAR}", "not-issued") in reasons(found[ENERGY_SUMS])
    assert (f"park-inventory.park.{YEAR}", "not-issued") in reasons(found[CARBON_SUMS])
    assert found[ENERGY_SUMS]["value"] is None


def test_drafts__are_of_the_park_only(park: Path) -> None:
    with small_park.opened(park) as ports:
        assert drafts(YEAR, ports=ports, subjects=["E01"]) == []
