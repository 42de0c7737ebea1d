from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market_case import BOOK, terms
from taihang.core.facts import FactOutOfForceError
from taihang.core.market.tariff import TariffParts
from taihang.core.park.contract import DemandBasis
from taihang.core.quantities import Energy
from taihang.standards.ndrc_2025_1192 import (
    NearSiteFee,
    NearSiteInputError,
    NearSiteProject,
    near_site_fee,
)

TARIFF = terms().transmission
ON = date(2026, 8, 1)
EXAMPLE = NearSiteProject(
    connected_kva=Decimal(50_000),
    basis=DemandBasis.CAPACITY,
    demand_kw=None,
    average_load_factor_ratio=Decimal("0.60"),
)


def fee(project: NearSiteProject) -> NearSiteFee:
    return near_site_fee(project, tariff=TARIFF, book=BOOK, on=ON)


def test_near_site_fee__worked_example() -> None:
    # acceptance vector 9: Shanxi from 110 kV, 50 MVA, load factor 0.60
    found = fee(EXAMPLE)

    assert Decimal("940000.00") == found.capacity_cny
    assert Decimal("635100.00") == found.energy_cny
    assert Decimal("1575100.00") == found.total_cny
    assert Energy(21_900_000_000) == found.break_even
    assert len(found.fact_keys) == 4


@given(factor=st.decimals("0.01", 1, places=4), kva=st.integers(1, 10**6))
def test_near_site_fee__break_even_costs_the_same_as_the_tariff_by_kwh(
    factor: Decimal, kva: int
) -> None:
    found = fee(replace(EXAMPLE, average_load_factor_ratio=factor, connected_kva=Decimal(kva)))

    by_kwh = TARIFF.energy.value * found.break_even.kwh
    assert abs(by_kwh - found.energy_cny) <= Decimal("0.006")


def test_near_site_fee__on_the_demand_basis() -> None:
    found = fee(replace(EXAMPLE, basis=DemandBasis.DEMAND, demand_kw=Decimal(20_000)))

    assert Decimal("600000.00") == found.capacity_cny
    assert Decimal("635100.00") == found.energy_cny


@pytest.mark.parametrize(
    "change",
    [
        {"average_load_factor_ratio": Decimal(0)},
        {"average_load_factor_ratio": Decimal(60)},
        {"connected_kva": Decimal(0)},
        {"demand_kw": Decimal(1)},
    ],
)
def test_near_site_fee__refuses_impossible_projects(change: dict[str, Decimal]) -> None:
    with pytest.raises(NearSiteInputError):
        fee(replace(EXAMPLE, **change))


def test_near_site_fee__refuses_a_one_part_tariff() -> None:
    one_part = terms(parts=TariffParts.ONE_PART).transmission

    with pytest.raises(NearSiteInputError, match="two-part"):
        near_site_fee(EXAMPLE, tariff=one_part, book=BOOK, on=ON)


def test_average_load_factor__of_shanxi_is_not_known_and_not_guessed() -> None:
    code = "near-site.average-load-factor"

    assert Decimal("0.6638") == BOOK.in_force(code, on=ON, region="Ningxia").value
    with pytest.raises(FactOutOfForceError):
        BOOK.in_force(code, on=ON, region="Shanxi")
