"""The energy account: electricity by the meters, all else by forms, and what is not known named."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import small_park
from activity_kit import put, record
from small_park import AUGUST
from taihang.core.activity.record import ActivityRecord, Flow
from taihang.services.account import issue_statements
from taihang.services.close_period import close_period
from taihang.services.energy_account import drafts
from taihang.services.ports import Ports

GAS = '\n[energy_values.natural-gas]\nchoice = "min"\nsource = "assumed for tests"\n'
K = {"raw-coal": "0.7143", "diesel": "1.4571", "coke": "0.9714"}
"""Coefficients as the annex prints them, written again here. [kgce/kg]"""


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """August, settled and stated."""
    folder = small_park.make(tmp_path_factory.mktemp("energy") / "park", text=small_park.PARK + GAS)
    with small_park.opened(folder) as ports:
        small_park.fill(ports, AUGUST)
        close_period(AUGUST, ports=ports)
    return folder


def line(
    item: str,
    flow: Flow,
    amount: str,
    unit: str = "t",
    *,
    subject: str = "E01",
    period: str = "2026-08",
) -> ActivityRecord:
    """One line of activity data, whose id says what it is."""
    name = f"{subject}-{item}-{flow.value}-{period}"
    return record(
        name, subject=subject, period=period, item=item, flow=flow, amount=amount, unit=unit
    )


class _Register:
    """The register of the park, with other activity data."""

    def __init__(self, ports: Ports, records: list[ActivityRecord]) -> None:
        self._ports = ports
        self._records = records

    def activity_records(self) -> list[ActivityRecord]:
        return self._records

    def __getattr__(self, name: str) -> object:
        return getattr(self._ports.registry, name)


def accounts(
    ports: Ports, *records: ActivityRecord, period: str = "2026-08"
) -> dict[str, Mapping[str, Any]]:
    other = replace(ports, registry=cast("Any", _Register(ports, [*records])))
    return {draft.subject: draft.body for draft in drafts(period, ports=other)}


def test_energy_account__electricity_is_that_of_the_meters_green_apart(root: Path) -> None:
    with small_park.opened(root, writing=False) as ports:
        found = accounts(ports)
        stated = {
            each.subject: Decimal(each.document.split('"load_wh":')[1].split(",")[0])
            for each in ports.registry.latest_statements("2026-08")
            if each.kind == "scope2-market"
        }

    assert list(found) == ["E01", "E02", "park"]
    for subject in ("E01", "E02"):
        lines = {each["item"]: Decimal(each["amount"]) for each in found[subject]["lines"]}
        assert set(lines) == {"electricity.grid", "electricity.green"}
        assert sum(lines.values()) * 1_000_000 == stated[subject]
        tce = sum(lines.values()) * Decimal("0.1229")
        assert Decimal(found[subject]["value"]) == tce
    assert Decimal(found["park"]["value"]) == sum(
        Decimal(found[each]["value"]) for each in ("E01", "E02")
    )


@settings(max_examples=40, deadline=None)
@given(
    st.dictionaries(
        st.tuples(
            st.sampled_from(["E01", "E02", "park"]),
            st.sampled_from(sorted(K)),
            st.sampled_from([Flow.CONSUMED, Flow.CONVERSION_OUTPUT, Flow.RECOVERED]),
        ),
        st.decimals(0, 10_000, places=3),
        max_size=12,
    )
)
def test_energy_account__agrees_with_the_formula_worked_out_by_hand(
    root: Path, amounts: dict[tuple[str, str, Flow], Decimal]
) -> None:
    with small_park.opened(root, writing=False) as ports:
        power = {s: Fraction(b["value"]) for s, b in accounts(ports).items()}
        records = [
            line(item, flow, str(amount), subject=subject)
            for (subject, item, flow), amount in amounts.items()
        ]
        found = accounts(ports, *records)

    expected = {"E01": power["E01"], "E02": power["E02"], "park": Fraction(0)}
    for (subject, item, flow), amount in amounts.items():
        sign = 1 if flow is Flow.CONSUMED else -1
        expected[subject] += sign * Fraction(amount) * Fraction(K[item])
    for subject in ("E01", "E02"):
        assert Fraction(found[subject]["value"]) == expected[subject]
    assert Fraction(found["park"]["value"]) == sum(expected.values())


def test_energy_account__a_range_without_a_choice_is_named_and_leaves_no_value(
    root: Path,
) -> None:
    with small_park.opened(root, writing=False) as ports:
        with_choice = accounts(ports, line("natural-gas", Flow.CONSUMED, "2", "10⁴Nm³"))["E01"]
        without = accounts(ports, line("coke-oven-gas", Flow.CONSUMED, "2", "10⁴Nm³"))
    assert {each["item"] for each in with_choice["lines"]} >= {"natural-gas"}
    assert with_choice["value"] is not None
    assert without["E01"]["value"] is None
    assert "coke-oven-gas" in without["E01"]["not_assessed"][0]["en"]
    assert without["park"]["value"] is None
    assert "E01" in without["park"]["not_assessed"][-1]["en"]


def test_energy_account__of_a_year_that_lacks_months_has_no_value(root: Path) -> None:
    with small_park.opened(root, writing=False) as ports:
        found = accounts(ports, line("raw-coal", Flow.CONSUMED, "5"), period="2026")["E01"]
    told = [each["en"] for each in found["not_assessed"]]
    assert found["value"] is None
    assert any("electricity lacks the statements of 11 months" in each for each in told)
    assert any("raw-coal (consumed) lacks 11 months" in each for each in told)


def test_energy_account__a_form_about_metered_electricity_stands_beside_the_meters(
    root: Path,
) -> None:
    with small_park.opened(root, writing=False) as ports:
        alone = accounts(ports)["E01"]
        found = accounts(ports, line("electricity", Flow.CONSUMED, "1.5", "MWh"))["E01"]
        own = accounts(ports, line("electricity", Flow.CONVERSION_OUTPUT, "1", "MWh"))["E01"]
    assert found["value"] == alone["value"]
    assert "the meters count" in found["not_assessed"][0]["en"]
    assert own["value"] is None
    assert "made on site" in own["not_assessed"][0]["en"]


def test_energy_account__balances_and_flows_close_or_say_what_lacks(root: Path) -> None:
    with small_park.opened(root, writing=False) as ports:
        found = accounts(
            ports,
            line("raw-coal", Flow.CLOSING_STOCK, "10", period="2026-07"),
            line("raw-coal", Flow.PURCHASED, "100"),
            line("raw-coal", Flow.CONSUMED, "95"),
            line("raw-coal", Flow.CLOSING_STOCK, "14"),
            line("diesel", Flow.CONSUMED, "1"),
        )["E01"]
    coal, diesel = (
        next(each for each in found["balances"] if each["item"] == item)
        for item in ("raw-coal", "diesel")
    )
    assert (coal["difference"], coal["state"]) == ("1", "drawn")
    assert (diesel["difference"], diesel["lacking"]) == (None, ["purchased"])
    rows = found["flows"]["rows"]
    ways = {(each["from"], each["to"], each["amount"]) for each in rows}
    assert ("medium:raw-coal", "unexplained-loss", "1") in ways
    assert ("source-not-stated", "medium:diesel", "1") in ways
    assert ("purchased", "medium:electricity.grid") in {way[:2] for way in ways}


def test_energy_account__feedstock_stays_inside_and_media_outside(root: Path) -> None:
    with small_park.opened(root, writing=False) as ports:
        alone = Decimal(accounts(ports)["E01"]["value"])
        found = accounts(
            ports,
            line("coke", Flow.CONSUMED, "10"),
            line("coke", Flow.FEEDSTOCK, "4"),
            line("medium.fresh-water", Flow.CONSUMED, "1000"),
        )["E01"]
    assert Decimal(found["value"]) == alone + Decimal("9.714")
    assert Decimal(found["feedstock_equivalent_tce"]) == Decimal("3.8856")
    assert Decimal(found["media_equivalent_tce"]) > 0


def test_energy_account__names_its_lines_and_is_issued_once(tmp_path: Path) -> None:
    folder = small_park.make(tmp_path / "park")
    with small_park.opened(folder) as ports:
        small_park.fill(ports, AUGUST)
        close_period(AUGUST, ports=ports)
        put(ports, line("raw-coal", Flow.CONSUMED, "5"))
        first = issue_statements(drafts("2026-08", ports=ports), period="2026-08", ports=ports)
        again = issue_statements(drafts("2026-08", ports=ports), period="2026-08", ports=ports)
        said = ports.registry.statement("energy-account.E01.2026-08").document
    assert (first[1:], again) == ((0, 0), (0, 0, first[0]))
    assert '"activities":["E01-raw-coal-consumed-2026-08.v1"]' in said
    assert '"statements":["scope2-market.E01.2026-08.v1"]' in said


def test_energy_account__a_fuel_that_the_annex_does_not_print_leaves_no_value(root: Path) -> None:
    """Anthracite stands in the tables of carbon only; without it the account would be too small."""
    with small_park.opened(root, writing=False) as ports:
        alone = accounts(ports)["E01"]
        burnt = accounts(ports, line("anthracite", Flow.CONSUMED, "100"))["E01"]
        other = accounts(
            ports,
            line("limestone", Flow.CONSUMED, "100"),
            line("product-energy.alumina", Flow.CONSUMED, "3", "tce"),
        )["E01"]
    assert alone["value"] is not None
    assert burnt["value"] is None
    assert [each["what"] for each in burnt["not_assessed"]] == ["anthracite"]
    assert other["value"] == alone["value"]
    assert [each["what"] for each in other["not_assessed"]] == ["limestone"], "named, not counted"


def test_energy_account__non_fossil_is_the_matched_green_electricity(root: Path) -> None:
    with small_park.opened(root, writing=False) as ports:
        found = accounts(ports, line("raw-coal", Flow.CONSUMED, "5"))
    green = {
        subject: next(
            Decimal(each["equivalent_tce"])
            for each in body["lines"]
            if each["item"] == "electricity.green"
        )
        for subject, body in found.items()
    }
    assert green["E01"] > 0
    assert {s: Decimal(b["non_fossil_equivalent_tce"]) for s, b in found.items()} == green
    assert green["park"] == green["E01"] + green["E02"]
