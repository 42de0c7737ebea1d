"""What a month of a quota counts: the same as the accounts, and nothing that is not whole."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

import small_park
from carbon_kit import SOURCES, burnt_t, declared, state_load
from taihang.core.activity.record import Flow
from taihang.core.park.assets import InService
from taihang.core.park.quota import UNITS, Quota, QuotaMeasure
from taihang.services.monthly_use import MonthlyUse
from taihang.services.ports import Ports
from year_kit import MONTHS, hand_in, lines

LOAD_WH = 18_540_000_000
"""Vector 1 of the handbook, section 16.1: 18 540 000 kWh a year are 2 278.566 tce."""


@pytest.fixture
def ports(tmp_path: Path) -> Iterator[Ports]:
    root = declared(small_park.make(tmp_path / "park"), SOURCES)
    with small_park.opened(root) as found:
        for subject in ("E01", "E02"):
            state_load(found, subject=subject, load_wh=LOAD_WH)
        yield found


def quota(measure: QuotaMeasure, subject: str = "E01") -> Quota:
    return Quota(
        id="Q",
        subject=subject,
        measure=measure,
        amount=Decimal(1),
        unit=UNITS[measure],
        valid_from=date(2026, 1, 1),
        valid_to=date(2026, 12, 31),
        document="test",
    )


def amounts(ports: Ports, measure: QuotaMeasure, subject: str = "E01") -> list[Decimal | None]:
    months = MonthlyUse(ports)
    return [months.of(quota(measure, subject), name).amount for name in MONTHS]


def total(found: list[Decimal | None]) -> Decimal:
    return sum((each for each in found if each is not None), start=Decimal(0))


@pytest.mark.parametrize(("subject", "n"), [("E01", 1), ("E02", 1), ("park", 2)])
def test_monthly_use__twelve_months_of_electricity_are_the_year(
    ports: Ports, subject: str, n: int
) -> None:
    mwh = amounts(ports, QuotaMeasure.ELECTRICITY, subject)
    tce = amounts(ports, QuotaMeasure.ENERGY_EQUIVALENT, subject)
    assert total(mwh) == 18_540 * n
    assert total(tce) == Decimal("2278.566") * n


def test_monthly_use__a_month_without_a_fuel_that_others_report_is_not_known(ports: Ports) -> None:
    hand_in(ports, lines("raw-coal", Flow.CONSUMED, "10", periods=MONTHS[:5] + MONTHS[6:]))
    found = amounts(ports, QuotaMeasure.ENERGY_EQUIVALENT)
    assert [number for number, each in enumerate(found, start=1) if each is None] == [6]
    assert total(found) == 11 * (Decimal("2278.566") / 12 + Decimal("7.143"))
    assert amounts(ports, QuotaMeasure.ENERGY_EQUIVALENT, "park")[5] is None
    why = MonthlyUse(ports).of(quota(QuotaMeasure.ENERGY_EQUIVALENT), "2026-06")
    assert "raw-coal" in why.why_zh
    assert "raw-coal" in why.why_en


def test_monthly_use__a_line_of_the_year_is_in_no_month(ports: Ports) -> None:
    hand_in(ports, lines("raw-coal", Flow.CONSUMED, "120", periods=["2026"]))
    assert amounts(ports, QuotaMeasure.ENERGY_EQUIVALENT) == [None] * 12


def test_monthly_use__carbon_of_the_months_is_that_of_the_year(ports: Ports) -> None:
    for item, unit in (("anthracite", "t"), ("natural-gas", "10⁴Nm³"), ("diesel", "t")):
        hand_in(ports, lines(item, Flow.CONSUMED, "10", unit=unit))
    hand_in(ports, lines("heat", Flow.PURCHASED, "5", unit="GJ"))
    found = amounts(ports, QuotaMeasure.CARBON_LOCATION)
    burnt = sum(burnt_t(item, Fraction(120)) for item in ("anthracite", "natural-gas", "diesel"))
    power = Decimal(18540) * Decimal("0.6634")
    assert float(total(found)) == pytest.approx(float(burnt) + float(power) + 60 * 0.11, abs=0.001)
    assert None not in amounts(ports, QuotaMeasure.CARBON_MARKET)
    assert None not in amounts(ports, QuotaMeasure.CARBON_PHYSICAL)


def test_monthly_use__carbon_without_an_item_of_its_boundary_is_not_known(ports: Ports) -> None:
    found = MonthlyUse(ports).of(quota(QuotaMeasure.CARBON_LOCATION), "2026-06")
    assert found.amount is None
    assert "anthracite" in found.why_zh
    assert None not in amounts(ports, QuotaMeasure.CARBON_LOCATION, "E02")


def test_monthly_use__of_the_park_lacks_a_member_that_says_nothing(tmp_path: Path) -> None:
    with small_park.opened(small_park.make(tmp_path / "park")) as ports:
        state_load(ports, subject="E01", load_wh=LOAD_WH)
        for measure in (QuotaMeasure.ELECTRICITY, QuotaMeasure.ENERGY_EQUIVALENT):
            found = MonthlyUse(ports).of(quota(measure, "park"), "2026-06")
            assert found.amount is None
            assert "E02" in found.why_zh
        gone = InService(until=date(2026, 6, 1))
        e02 = replace(ports.park.enterprises["E02"], in_service=gone)
        park = replace(ports.park, enterprises={**ports.park.enterprises, "E02": e02})
        after = MonthlyUse(replace(ports, park=park)).of(
            quota(QuotaMeasure.ELECTRICITY, "park"), "2026-06"
        )
        assert after.amount == 1545


def test_monthly_use__counts_the_intervals_that_it_lacks(tmp_path: Path) -> None:
    with small_park.opened(small_park.make(tmp_path / "park")) as ports:
        state_load(ports, subject="E01", load_wh=LOAD_WH, missing=3)
        for measure in (QuotaMeasure.ELECTRICITY, QuotaMeasure.ENERGY_EQUIVALENT):
            assert MonthlyUse(ports).of(quota(measure), "2026-06").n_missing == 3
