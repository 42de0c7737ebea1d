"""The price of a green contract in each interval: by kind of hour, by curve, by the market."""

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from market_case import AUGUST, ZONE
from taihang.core.market.green_price import (
    GreenPriceError,
    prices_by_curve,
    prices_by_kind,
    prices_by_market,
)
from taihang.core.market.month_use import IntervalPrices
from taihang.core.market.tou import KINDS

PRICES = st.decimals(min_value=0, max_value=9, places=4)


def told(found: IntervalPrices) -> list[Decimal | None]:
    """The price of each interval [CNY/kWh]; None where there is none."""
    return [
        count * found.cny_per_kwh_of_count if known else None
        for count, known in zip(found.counts.tolist(), found.known.tolist(), strict=True)
    ]


@given(of_kind=st.fixed_dictionaries({kind.value: PRICES for kind in KINDS}))
def test_prices_by_kind__gives_every_interval_the_exact_price_of_its_kind(
    of_kind: dict[str, Decimal],
) -> None:
    kinds = np.array([0, 1, 2, 3, 4, 2, 0], np.uint8)

    assert told(prices_by_kind(of_kind, kinds=kinds)) == [of_kind[KINDS[i]] for i in kinds]


def test_prices_by_kind__without_sharp_and_deep_valley_takes_peak_and_valley() -> None:
    of_kind = {"peak": Decimal("0.5"), "flat": Decimal("0.31"), "valley": Decimal(0)}

    found = prices_by_kind(of_kind, kinds=np.arange(5, dtype=np.uint8))

    assert told(found) == [Decimal(x) for x in ("0.5", "0.5", "0.31", "0", "0")]
    with pytest.raises(GreenPriceError, match="flat"):
        prices_by_kind({"peak": Decimal(1)}, kinds=np.array([2], np.uint8))


@given(curve=st.sampled_from([24, 96]).flatmap(lambda n: st.lists(PRICES, min_size=n, max_size=n)))
def test_prices_by_curve__repeats_each_day_from_local_midnight(curve: list[Decimal]) -> None:
    found = told(prices_by_curve(curve, period=AUGUST, zone=ZONE))

    per_price = 96 // len(curve)
    assert found == [curve[i % 96 // per_price] for i in range(AUGUST.n_steps)]


@pytest.mark.parametrize("n", [0, 1, 23, 48, 95, 97, 192])
def test_prices_by_curve__of_another_length_is_refused(n: int) -> None:
    with pytest.raises(GreenPriceError, match="24 or 96"):
        prices_by_curve([Decimal(1)] * n, period=AUGUST, zone=ZONE)


@given(
    counts=st.lists(st.one_of(st.none(), st.integers(-10_000, 150_000)), min_size=1, max_size=20),
    discount=st.decimals(min_value=-1, max_value=1, places=4),
    floor=st.one_of(st.none(), st.decimals(min_value=0, max_value=1, places=6)),
)
def test_prices_by_market__takes_off_the_discount_and_stays_unknown_where_it_was(
    counts: list[int | None], discount: Decimal, floor: Decimal | None
) -> None:
    unit = Decimal("0.00001")
    market = IntervalPrices(
        counts=np.array([count or 0 for count in counts], np.int64),
        known=np.array([count is not None for count in counts]),
        cny_per_kwh_of_count=unit,
    )

    found = prices_by_market(market, discount_cny_per_kwh=discount, floor_cny_per_kwh=floor)

    exact = [None if count is None else count * unit - discount for count in counts]
    assert told(found) == [
        price if price is None or floor is None else max(price, floor) for price in exact
    ]
