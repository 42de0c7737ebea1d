"""Amounts of a year: whole or not known, and every line they are from is remembered."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

import small_park
from taihang.core.activity.amount import Known, Unknown
from taihang.core.activity.record import Flow
from taihang.services.ports import Ports
from taihang.services.year_amounts import YearAmounts, decimal_field
from year_kit import MONTHS, YEAR, hand_in, lines, state

WASTE = ("solid-waste",)


@pytest.fixture
def ports(root: Path) -> Iterator[Ports]:
    with small_park.opened(root) as opened:
        yield opened


def test_sum_of__adds_subjects_and_months(ports: Ports) -> None:
    hand_in(
        ports,
        lines("solid-waste", Flow.RECOVERED, "1.5"),
        lines("solid-waste", Flow.RECOVERED, "100", subject="E02", periods=(YEAR,)),
    )
    amounts = YearAmounts(YEAR, ports=ports)

    assert amounts.sum_of(WASTE, Flow.RECOVERED) == Known(Decimal(118), "t")
    assert len(amounts.sources.activities) == 13


def test_sum_of__nobody_said_anything(ports: Ports) -> None:
    found = YearAmounts(YEAR, ports=ports).sum_of(WASTE, Flow.RECOVERED)

    assert found == Unknown("no-data", "solid-waste recovered")


def test_sum_of__a_month_that_lacks_is_not_zero(ports: Ports) -> None:
    hand_in(ports, lines("solid-waste", Flow.RECOVERED, "1", periods=MONTHS[:-1]))

    found = YearAmounts(YEAR, ports=ports).sum_of(WASTE, Flow.RECOVERED)

    assert found == Unknown("months-missing", "E01 solid-waste: 1 (2026-12 …)")


def test_sum_of__park_and_part_would_count_twice(ports: Ports) -> None:
    hand_in(
        ports,
        lines("solid-waste", Flow.RECOVERED, "1"),
        lines("solid-waste", Flow.RECOVERED, "1", subject="park"),
    )

    found = YearAmounts(YEAR, ports=ports).sum_of(WASTE, Flow.RECOVERED)

    assert found == Unknown("said-twice", "E01, park recovered")


def test_sum_of__units_of_one_kind_are_one_and_others_are_never_added(ports: Ports) -> None:
    hand_in(
        ports,
        lines("solid-waste", Flow.RECOVERED, "1"),
        lines("solid-waste", Flow.RECOVERED, "1", subject="E02", unit="kg"),
        lines("waste-heat", Flow.RECOVERED, "1", unit="GJ"),
    )

    amounts = YearAmounts(YEAR, ports=ports)

    assert amounts.sum_of(WASTE, Flow.RECOVERED) == Known(Decimal("12.012"), "t")
    both = amounts.sum_of({*WASTE, "waste-heat"}, Flow.RECOVERED)
    assert both == Unknown("units-differ", "GJ, kg, t")


def test_share_of__every_subject_says_both(ports: Ports) -> None:
    hand_in(
        ports,
        lines("solid-waste", Flow.RECOVERABLE, "2"),
        lines("solid-waste", Flow.RECOVERED, "1"),
        lines("solid-waste", Flow.RECOVERABLE, "2", subject="E02"),
    )

    part, whole = YearAmounts(YEAR, ports=ports).share_of(WASTE, Flow.RECOVERED, Flow.RECOVERABLE)

    assert part == Unknown("half-said", "E02 solid-waste")
    assert whole == Known(Decimal(48), "t")


def test_of_subject__is_one_series(ports: Ports) -> None:
    hand_in(
        ports,
        lines("product.alumina", Flow.OUTPUT, "2"),
        lines("product.alumina", Flow.OUTPUT, "5", subject="E02", periods=MONTHS[1:]),
    )
    amounts = YearAmounts(YEAR, ports=ports)

    assert amounts.items("product.", Flow.OUTPUT) == (
        ("E01", "product.alumina"),
        ("E02", "product.alumina"),
    )
    assert amounts.of_subject("E01", "product.alumina", Flow.OUTPUT) == Known(Decimal(24), "t")
    late = amounts.of_subject("E02", "product.alumina", Flow.OUTPUT)
    assert late == Unknown("months-missing", "E02 product.alumina: 1 (2026-01 …)")
    none = amounts.of_subject("E03", "product.alumina", Flow.OUTPUT)
    assert none == Unknown("no-data", "E03 product.alumina output")


def test_stated__takes_the_latest_version_and_names_it(ports: Ports) -> None:
    state(ports, "park-inventory", {"value": "1"})
    state(ports, "park-inventory", {"value": "2.5"})
    amounts = YearAmounts(YEAR, ports=ports)

    assert amounts.stated("park-inventory", "value", unit="tCO2") == Known(Decimal("2.5"), "tCO2")
    assert amounts.sources.document()["statements"] == ["park-inventory.park.2026.v2"]
    assert amounts.stated("energy-account", "equal_tce", unit="tce") == Unknown(
        "no-statement", "energy-account.park.2026"
    )


@pytest.mark.parametrize("value", [None, 5, "", "many", "NaN", "Infinity"])
def test_decimal_field__takes_plain_decimals_only(value: str | int | None) -> None:
    found = decimal_field({"x": value}, "x", unit="t", where="a statement")

    assert found == Unknown("not-stated", "a statement: x")
