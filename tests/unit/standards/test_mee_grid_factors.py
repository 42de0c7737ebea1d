from datetime import date
from decimal import Decimal

import pytest

from taihang.adapters.facts import load_facts
from taihang.core.facts import FactOutOfForceError
from taihang.standards.mee_grid_factors import (
    CODES,
    GridFactorCodeError,
    LatestPublished,
    OfDataYear,
    fossil_factor,
    grid_factor,
    location_factor,
    residual_factor,
)

BOOK = load_facts()


# Origin: domain handbook 2.4, the announcements for 2021, 2022 and 2023.
@pytest.mark.parametrize(("year", "value"), [(2021, "0.7222"), (2022, "0.7096"), (2023, "0.6634")])
def test_location_factor__of_a_data_year_in_shanxi(year: int, value: str) -> None:
    fact = location_factor(BOOK, region="Shanxi", policy=OfDataYear(year))

    assert (Decimal(value), year) == (fact.value, fact.data_year)


@pytest.mark.parametrize(
    ("day", "data_year"),
    [
        ("2024-12-19", 2021),
        ("2024-12-20", 2022),
        ("2025-12-30", 2022),
        ("2025-12-31", 2023),
        ("2026-11-22", 2023),
    ],
)
def test_location_factor__latest_published_changes_on_the_day_of_publication(
    day: str, data_year: int
) -> None:
    on = date.fromisoformat(day)

    fact = location_factor(BOOK, region="Shanxi", policy=LatestPublished(on))

    assert data_year == fact.data_year


def test_location_factor__the_two_policies_differ_for_an_account_of_2022() -> None:
    of_year = location_factor(BOOK, region="Shanxi", policy=OfDataYear(2022))
    latest = location_factor(BOOK, region="Shanxi", policy=LatestPublished(date(2026, 1, 15)))

    assert (Decimal("0.7096"), Decimal("0.6634")) == (of_year.value, latest.value)


def test_location_factor__nothing_was_published_before_the_first() -> None:
    with pytest.raises(FactOutOfForceError):
        location_factor(BOOK, region="CN", policy=LatestPublished(date(2022, 12, 31)))


@pytest.mark.parametrize(("region", "year"), [("Shanxi", 2024), ("Tibet", 2023), ("Hebei", 2022)])
def test_location_factor__puts_no_other_year_or_region_in_place(region: str, year: int) -> None:
    with pytest.raises(FactOutOfForceError):
        location_factor(BOOK, region=region, policy=OfDataYear(year))


@pytest.mark.parametrize("year", [2021, 2022, 2023])
def test_grid_factor__the_three_lie_in_their_natural_order(year: int) -> None:
    policy = OfDataYear(year)

    average = location_factor(BOOK, region="CN", policy=policy).value
    residual = residual_factor(BOOK, policy=policy).value
    fossil = fossil_factor(BOOK, policy=policy).value

    assert average < residual < fossil


@pytest.mark.parametrize("code", ["grid.footprint", "fuel.coke.ef", ""])
def test_grid_factor__refuses_what_is_no_co2_factor_of_electricity(code: str) -> None:
    with pytest.raises(GridFactorCodeError):
        grid_factor(BOOK, code=code, region="CN", policy=OfDataYear(2023))


@pytest.mark.parametrize("code", CODES)
def test_grid_factor__knows_all_three_of_the_nation(code: str) -> None:
    fact = grid_factor(BOOK, code=code, region="CN", policy=LatestPublished(date(2026, 6, 1)))

    assert (code, "kgCO2/kWh") == (fact.code, fact.unit)
