"""Shared stores as they are read: nothing rented twice, no rate guessed."""

from collections.abc import Callable
from datetime import date
from typing import Any, cast

import pytest

from shared_case import store, tables
from taihang.core.dispatch.fields import Json, ParkProblemError
from taihang.core.dispatch.site.shared import shared_of, steps_of, year_days


def test_shared_of__the_operator_has_what_is_not_rented() -> None:
    shared = store()

    assert shared.own_kw == 90_000.0
    assert shared.own_kwh == pytest.approx(0.9 * 700_000 - 420_000)
    assert shared.own_start_kwh == pytest.approx(190_000 - 35_000 - 90_000)


def test_available_kw__is_less_while_a_part_is_out() -> None:
    available = store().available_kw()

    assert available[12] == 150_000.0
    assert available[11] == available[20] == 300_000.0


Change = Callable[[dict[str, Any]], object]
CHANGES: dict[str, tuple[Change, str]] = {
    "more power rented than there is": (
        lambda given: given["renter"][0].update(power_kw=300_000),
        "power_kw that are 110000 more",
    ),
    "more energy rented than is usable": (
        lambda given: given["renter"][0].update(energy_kwh=500_000),
        "energy_kwh that are",
    ),
    "an account fuller than its share": (
        lambda given: given["renter"][0].update(start_kwh=200_001),
        "account of wind-a",
    ),
    "more in accounts than in the store": (
        lambda given: given["storage"].update(start_kwh=100_000),
        "account of own",
    ),
    "a renter of no energy": (
        lambda given: given["renter"][0].update(energy_kwh=0, start_kwh=0),
        "0 as renter",
    ),
    "a zone that does not exist": (
        lambda given: given["storage"].update(time_zone="Mars/Base"),
        "'Mars/Base'; expected an IANA zone",
    ),
    "two orders at once": (
        lambda given: given["order"].append(
            {**given["order"][0], "id": "two", "first": "19:45", "last": "21:00"}
        ),
        "evening and two at the same time, 19:45; expected one order at a time",
    ),
    "an order in another zone": (
        lambda given: given["order"][0].update(first="18:00+00:00"),
        "a quarter of an hour",
    ),
    "no table of renters": (lambda given: given.update(renter=3), "3 as renter; expected a list"),
    "a renter twice": (lambda given: given["renter"][0].update(id="sun-b"), "every id once"),
    "a renter called as the operator": (
        lambda given: given["renter"][0].update(id="own"),
        "none 'own'",
    ),
    "a free renter with a schedule": (
        lambda given: given["renter"][0].update(charge_kw=0),
        'none with "free"',
    ),
    "a schedule both ways at once": (
        lambda given: given["renter"][1].update(charge_kw=100),
        "one way at a time",
    ),
    "a schedule above the share": (
        lambda given: given["renter"][1].update(charge_kw=60_000, discharge_kw=0),
        "at most 50000 kW",
    ),
    "a negative discharge": (
        lambda given: given["renter"][1].update(discharge_kw=-1),
        "0 or more",
    ),
    "an order above the store": (
        lambda given: given["order"][0].update(discharge_kw=300_001),
        "what the store gives",
    ),
    "an order off the quarters": (
        lambda given: given["order"][0].update(last="19:50"),
        "two times on a quarter",
    ),
    "an order that ends before it begins": (
        lambda given: given["order"][0].update(last="17:00"),
        "two times on a quarter",
    ),
    "an unknown rate that is 0": (
        lambda given: given["rate"][1].update(rate_cny=0),
        'with the mark "unknown"',
    ),
    "a rate left out": (lambda given: given["rate"].pop(), "each of"),
    "an efficiency above 1": (
        lambda given: given["storage"].update(charge_efficiency_ratio=1.1),
        "charge_efficiency_ratio",
    ),
    "a key that nobody reads": (lambda given: given["counter"].update(colour="red"), "colour"),
    "a store without power": (
        lambda given: given["storage"].update(power_kw=0),
        "both above 0",
    ),
    "limits of charge the wrong way round": (
        lambda given: given["storage"].update(soc_min_ratio=0.96),
        "both above 0",
    ),
    "a zone that is none": (
        lambda given: given["storage"].update(time_zone="Mars/Base"),
        "an IANA zone",
    ),
    "another format": (lambda given: given.update(format="x"), "taihang/shared-storage/v1"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_shared_of__refuses_what_cannot_be_shared(name: str) -> None:
    change, says = CHANGES[name]
    given = tables()
    change(given)

    with pytest.raises(ParkProblemError) as refused:
        shared_of(cast("dict[str, Json]", given))
    assert says in str(refused.value)


def test_steps_of__a_day_ends_at_24() -> None:
    assert steps_of("23:45", "24:00", where="order") == range(95, 96)


def test_year_days__counts_leap_years() -> None:
    assert [year_days(date(year, 1, 1)) for year in (2026, 2028)] == [365, 366]
