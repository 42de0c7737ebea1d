"""Stations as they are read: strictly, with prices that are dated."""

import tomllib
from datetime import date
from typing import Any

import pytest

from taihang.config.site_file import site_text
from taihang.core.dispatch.fields import ParkProblemError
from taihang.core.dispatch.site.station import Site, minute_wh, site_of


def tables() -> dict[str, Any]:
    return tomllib.loads(site_text("incubator"))


def test_minute_wh__rounds_down_to_whole_watt_hours_and_takes_exact_ones_as_they_are() -> None:
    assert [minute_wh(kw) for kw in (60.0, 7.0, 6.6, 0.0)] == [1000, 116, 110, 0]


def test_site_of__takes_the_prices_in_force_on_the_day() -> None:
    given = tables()
    given["tariff"][0]["valid_to"] = "2026-07-01"
    later = {**given["tariff"][0], "valid_from": "2026-07-01", "valid_to": "none"}
    given["tariff"].append({**later, "service_cny_per_kwh": 0.6})

    site = site_of(given)

    assert site.tariff_on(date(2026, 6, 30)).service_cny_per_kwh[0] == 0.4
    assert site.tariff_on(date(2026, 7, 1)).service_cny_per_kwh[0] == 0.6


def change(given: dict[str, Any], table: str, key: str, value: object) -> None:
    where = given[table]
    (where[0] if isinstance(where, list) else where)[key] = value


@pytest.mark.parametrize(
    ("table", "key", "value", "says"),
    [
        ("site", "transformer_kw", -1, "0 or more"),
        ("site", "transformer_kw", "90 %", "percentage"),
        ("battery", "soc_start_ratio", 0.05, "at midnight"),
        ("battery", "charge_efficiency_ratio", 1.2, r"above 0, 1 at most"),
        ("purchase", "valid_from", "2026-13-01", "a day such as"),
        ("purchase", "energy_cny_per_kwh", [0.3] * 96, "24, one for each interval"),
        ("charger", "id", "A2", "every id once"),
        ("visits", "surprise", 1, "unknown keys"),
        ("visits", "a_day", -1, r"-1 as visits.a_day; expected 0 … 10000"),
        ("visits", "a_day", 10**9, "0 … 10000"),
        ("charger", "power_kw", 0, "1 or more"),
    ],
)
def test_site_of__refuses_what_is_no_station(
    table: str, key: str, value: object, says: str
) -> None:
    given = tables()
    change(given, table, key, value)

    with pytest.raises(ParkProblemError, match=says):
        site_of(given)


@pytest.mark.parametrize("table", ["site", "battery", "charger", "tariff"])
def test_site_of__refuses_what_is_no_table(table: str) -> None:
    for value in (3, [3]):
        with pytest.raises(ParkProblemError, match=f"3.* as {table}"):
            site_of({**tables(), table: value})


def test_purchase_on__wants_exactly_one_table_in_force() -> None:
    site: Site = site_of(tables())

    with pytest.raises(ParkProblemError, match="0 tables purchase in force on 2025-01-01"):
        site.purchase_on(date(2025, 1, 1))
