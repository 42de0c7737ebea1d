from datetime import date
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from market_case import ZONE, series, terms, with_quality
from taihang.core.market.demand import (
    DemandError,
    chargeable_demand_kw,
    contract_demand_kw,
    demand_price_ratio,
    max_demand_kw,
)
from taihang.core.periods import days
from taihang.core.series import EnergySeries, Quality

RULES = terms().transmission.rules
KVA = Decimal(100_000)


def test_max_demand_kw__is_four_times_the_largest_usable_quarter() -> None:
    day = days(date(2026, 8, 1), 1, ZONE)
    wh = np.full(day.n_steps, 1_000_000, np.int64)
    wh[7], wh[9] = 1_250_001, 9_000_000
    rejected = with_quality(series(wh, period=day), Quality.REJECTED, at=slice(9, 10))

    found = max_demand_kw(rejected)

    assert Decimal("5000.004") == found


def test_max_demand_kw__is_unknown_without_readings() -> None:
    nothing = EnergySeries.missing(days(date(2026, 8, 1), 1, ZONE))

    assert max_demand_kw(nothing) is None


@pytest.mark.parametrize(
    ("contract_kw", "expected_kw"), [("39999", "40000"), ("40000", "40000"), ("40001", "40001")]
)
def test_contract_demand__never_below_forty_percent(contract_kw: str, expected_kw: str) -> None:
    found = contract_demand_kw(Decimal(contract_kw), transformer_kva=KVA, rules=RULES)

    assert Decimal(expected_kw) == found


@pytest.mark.parametrize(
    ("metered_kw", "expected_kw"),
    [
        ("0", "50000"),
        ("50000", "50000"),
        ("52500", "50000"),  # exactly 105 %
        ("52501", "52502"),
        ("60000", "67500"),  # 52 500 + 2 × 7 500
    ],
)
def test_chargeable_demand__doubles_what_exceeds_the_contract(
    metered_kw: str, expected_kw: str
) -> None:
    found = chargeable_demand_kw(Decimal(metered_kw), contract_kw=Decimal(50_000), rules=RULES)

    assert Decimal(expected_kw) == found


@given(low=st.integers(0, 200_000), more=st.integers(0, 100_000), contract=st.integers(0, 200_000))
def test_chargeable_demand__never_falls_with_the_metered_demand(
    low: int, more: int, contract: int
) -> None:
    charged = [
        chargeable_demand_kw(Decimal(kw), contract_kw=Decimal(contract), rules=RULES)
        for kw in (low, low + more)
    ]

    assert sorted(charged) == charged
    assert charged[0] >= min(contract, low)


@pytest.mark.parametrize(("kwh", "expected"), [("25999999", "1"), ("26000000", "0.9")])
def test_demand_price_ratio__falls_at_260_kwh_per_kva(kwh: str, expected: str) -> None:
    found = demand_price_ratio(Decimal(kwh), transformer_kva=KVA, rules=RULES)

    assert Decimal(expected) == found


def test_rules__refuse_impossible_demands() -> None:
    with pytest.raises(DemandError):
        contract_demand_kw(Decimal(1), transformer_kva=Decimal(0), rules=RULES)
    with pytest.raises(DemandError):
        contract_demand_kw(Decimal(-1), transformer_kva=KVA, rules=RULES)
    with pytest.raises(DemandError):
        chargeable_demand_kw(Decimal(-1), contract_kw=Decimal(1), rules=RULES)
    with pytest.raises(DemandError):
        demand_price_ratio(Decimal(1), transformer_kva=Decimal(-1), rules=RULES)
