"""What a user pays for grid energy: contract, published prices and schedule, all of one day."""

from datetime import date
from pathlib import Path

import pytest

import small_park
from small_park import ZONE
from taihang.core.facts import FactOutOfForceError
from taihang.core.market.tariff import BillTerms
from taihang.core.periods import days
from taihang.services.ports import Ports
from taihang.services.tariff import Connection, bill_terms


def terms_on(
    ports: Ports, day: date, *, voltage_kv: float = 10, stand_in: date | None = None
) -> BillTerms:
    return bill_terms(
        ports.park.grid_tariffs["GT"],
        at=Connection(voltage_kv, 2_000),
        book=ports.facts,
        period=days(day, 1, ZONE),
        zone=ZONE,
        stand_in=stand_in,
    )


def test_bill_terms__bring_together_what_is_in_force_on_the_day(root: Path) -> None:
    with small_park.opened(root, writing=False) as ports:
        terms = terms_on(ports, date(2026, 8, 1))

        assert terms.tariff is ports.park.grid_tariffs["GT"]
        assert terms.schedule.region == "Shanxi"
        assert terms.contract_demand_kw is None


def test_bill_terms__take_the_row_of_the_voltage(root: Path) -> None:
    with small_park.opened(root, writing=False) as ports:
        low, high = (
            terms_on(ports, date(2026, 8, 1), voltage_kv=kv).transmission.energy.value
            for kv in (10, 110)
        )

    assert low > high > 0


def test_bill_terms__refuse_a_day_without_published_prices(root: Path) -> None:
    with small_park.opened(root, writing=False) as ports, pytest.raises(FactOutOfForceError):
        terms_on(ports, date(2019, 8, 1))


def test_bill_terms__take_the_prices_of_a_day_only_where_those_of_the_month_are_unknown(
    root: Path,
) -> None:
    named = date(2026, 8, 1)
    with small_park.opened(root, writing=False) as ports:
        before = terms_on(ports, date(2022, 8, 1), stand_in=named)
        known = terms_on(ports, date(2026, 9, 1), stand_in=named)

    assert (before.stand_in, known.stand_in) == (named, None)
    assert before.transmission.energy == known.transmission.energy
    assert before.schedule.family == "shanxi-2021-479", "the hours are those of the month itself"
