"""CO2 factors of electricity published by MEE and NBS 《电力二氧化碳排放因子》.

Three factors are published and never mixed: the average (location-based view), the one without
market-traded non-fossil power (what is left for those who bought none: the nearest thing to a
residual mix), and fossil electricity only. None of them is for product footprints.

A factor describes a *data year* and appears a year or two later. Whether an account of 2022 takes
the factor **of** 2022, or the latest that was **out** on a day, is a choice of the rule that is
being followed; it is named in every call.

Source: announcements of MEE and NBS for 2021, 2022 and 2023 (see tables/mee_grid_factors.toml).
"""

from dataclasses import dataclass
from datetime import date
from typing import Final, assert_never

from taihang.core.errors import InputError
from taihang.core.facts import Fact, FactBook

AVERAGE: Final = "grid.average"
EXCLUDING_MARKET: Final = "grid.excl-market"
FOSSIL_ONLY: Final = "grid.fossil-only"
CODES: Final = (AVERAGE, EXCLUDING_MARKET, FOSSIL_ONLY)
NATION: Final = "CN"


class GridFactorCodeError(InputError):
    """A code that is none of the three published CO2 factors."""

    code = "input.grid-factor-code"


@dataclass(frozen=True, slots=True)
class OfDataYear:
    """Take the factor whose data are of this year, whenever it was published."""

    year: int


@dataclass(frozen=True, slots=True)
class LatestPublished:
    """Take the newest factor that was published on or before this local day."""

    on: date


Policy = OfDataYear | LatestPublished
"""Which edition of a factor an account takes; there is no default."""


def grid_factor(book: FactBook, *, code: str, region: str, policy: Policy) -> Fact:
    """Return one of the three factors.

    Args:
        book: The facts.
        code: ``grid.average``, ``grid.excl-market`` or ``grid.fossil-only``.
        region: ``CN``, a grid region such as ``North China``, or a province such as ``Shanxi``.
        policy: Which edition to take.

    Returns:
        The fact [kgCO2/kWh].

    Raises:
        GridFactorCodeError: If the code is none of the three.
        FactOutOfForceError: If the edition is not there for the region; no neighbour, no nation and
            no other year is put in its place.
    """
    if code not in CODES:
        raise GridFactorCodeError(
            given=repr(code),
            expected=f"one of {', '.join(CODES)}",
            remedy="life-cycle factors are for product footprints and are asked for there",
        )
    match policy:
        case OfDataYear(year):
            return book.of_data_year(code, data_year=year, region=region)
        case LatestPublished(on):
            return book.in_force(code, on=on, region=region)
        case _:
            assert_never(policy)


def location_factor(book: FactBook, *, region: str, policy: Policy) -> Fact:
    """Return the average factor of a place, for location-based accounts [kgCO2/kWh].

    Example:
        A 2022 inventory in Shanxi takes the factor of 2022, not one published in 2022::

            location_factor(book, region="Shanxi", policy=OfDataYear(2022))
    """
    return grid_factor(book, code=AVERAGE, region=region, policy=policy)


def residual_factor(book: FactBook, *, policy: Policy) -> Fact:
    """Return the national factor without market-traded non-fossil power [kgCO2/kWh].

    China publishes no residual mix; this stands for it (a recommendation, not a rule).
    """
    return grid_factor(book, code=EXCLUDING_MARKET, region=NATION, policy=policy)


def fossil_factor(book: FactBook, *, policy: Policy) -> Fact:
    """Return the national factor of fossil electricity [kgCO2/kWh]."""
    return grid_factor(book, code=FOSSIL_ONLY, region=NATION, policy=policy)
