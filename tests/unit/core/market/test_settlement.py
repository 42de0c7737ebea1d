from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market_case import BOOK, ZONE
from taihang.core.facts import FactOutOfForceError
from taihang.core.market.settlement import (
    PriceLimitError,
    PriceLimits,
    SettlementPoint,
    SettlementPointsError,
    Volume,
    deviation_form_cny,
    difference_form_cny,
    settle,
)
from taihang.core.periods import Period, days

LIMITS = PriceLimits.of(BOOK, region="Shanxi", on=date(2026, 8, 1))
START = datetime(2026, 8, 1, tzinfo=UTC)
HOUR = Period(START, START + timedelta(hours=1))

volumes = st.builds(
    Volume,
    wh=st.integers(-(10**9), 10**10),
    price_cny_per_mwh=st.decimals(0, 1500, places=3),
)
market_points = st.builds(SettlementPoint, contract=volumes, day_ahead=volumes, real_time=volumes)


def volume(mwh: int, price: str) -> Volume:
    return Volume(wh=mwh * 1_000_000, price_cny_per_mwh=Decimal(price))


def vector() -> list[SettlementPoint]:
    """Acceptance vector 3: four intervals."""
    rows = [
        ((8, "350"), (11, "300"), (10, "320")),
        ((12, "350"), (10, "280"), (9, "250")),
        ((10, "340"), (9, "500"), (12, "600")),
        ((9, "330"), (10, "420"), (10, "400")),
    ]
    return [
        SettlementPoint(contract=volume(*a), day_ahead=volume(*b), real_time=volume(*c))
        for a, b, c in rows
    ]


def test_settle__worked_example() -> None:
    found = settle(vector(), period=HOUR, limits=LIMITS)

    assert [int(amount) for amount in found.amounts_cny] == [3380, 3390, 4700, 3390]
    assert Decimal("14860.00") == found.total_cny
    assert Decimal("362.44") == found.average_cny_per_mwh
    assert (LIMITS.floor.key, LIMITS.cap.key) == found.fact_keys


@given(point=market_points)
def test_forms__are_the_same_amount_exactly(point: SettlementPoint) -> None:
    assert deviation_form_cny(point) == difference_form_cny(point)


@given(point=market_points)
def test_forms__a_contract_that_is_used_as_signed_costs_its_own_price(
    point: SettlementPoint,
) -> None:
    wh = point.contract.wh
    as_signed = replace(
        point,
        day_ahead=replace(point.day_ahead, wh=wh),
        real_time=replace(point.real_time, wh=wh),
    )

    assert point.contract.mwh * point.contract.price_cny_per_mwh == deviation_form_cny(as_signed)


@pytest.mark.parametrize("market", ["contract", "day_ahead", "real_time"])
@pytest.mark.parametrize("price", ["-0.01", "1500.01"])
def test_settle__refuses_prices_outside_the_limits(market: str, price: str) -> None:
    points = vector()
    changes = {market: volume(8, price)}
    points[2] = replace(points[2], **changes)

    with pytest.raises(PriceLimitError, match="interval 2"):
        settle(points, period=HOUR, limits=LIMITS)


def test_settle__takes_prices_at_the_limits() -> None:
    edge = SettlementPoint(
        contract=volume(1, "0"), day_ahead=volume(1, "1500"), real_time=volume(1, "0")
    )

    found = settle([edge] * 4, period=HOUR, limits=LIMITS)

    assert Decimal("0.00") == found.total_cny


@pytest.mark.parametrize("n_points", [95, 97])
def test_settle__a_local_day_has_96_points(n_points: int) -> None:
    day = days(date(2026, 8, 1), 1, ZONE)

    whole = settle(vector() * 24, period=day, limits=LIMITS)

    assert len(whole.amounts_cny) == 96
    with pytest.raises(SettlementPointsError, match=str(n_points)):
        settle((vector() * 25)[:n_points], period=day, limits=LIMITS)


def test_settle__has_no_average_where_nothing_was_used() -> None:
    idle = SettlementPoint(
        contract=volume(1, "300"), day_ahead=volume(1, "400"), real_time=volume(0, "500")
    )

    found = settle([idle] * 4, period=HOUR, limits=LIMITS)

    assert found.average_cny_per_mwh is None
    assert Decimal("-800.00") == found.total_cny


def test_price_limits__are_refused_before_they_are_known() -> None:
    with pytest.raises(FactOutOfForceError):
        PriceLimits.of(BOOK, region="Shanxi", on=date(2022, 1, 1))
