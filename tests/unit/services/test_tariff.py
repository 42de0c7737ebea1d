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
from taihang.services.tariff import bill_terms


def terms_on(ports: Ports, day: date, *, voltage_kv: float = 10) -> BillTerms:
    return bill_terms(
        ports.park.grid_tariffs["GT"],
        voltage_kv=voltage_kv,
        transformer_kva=2_000,
        book=ports.facts,
        period=days(day, 1, ZONE),
        zone=ZONE,
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
