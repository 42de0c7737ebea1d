"""What export earns, interval by interval, and which plant earned it: exact, and to the fen."""

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from taihang.core.market.export import Export, exact_cny, fixed_prices, plant_exports_cny
from taihang.core.market.month_use import IntervalPrices
from taihang.core.quantities import to_fen

N_STEPS = 5
WH = st.integers(0, 3_000_000)


@st.composite
def exports(draw: st.DrawFn) -> Export:
    """One connection, three plants; what the plants fed in never exceeds what went out."""
    fed_in_wh = np.array(
        draw(st.lists(st.lists(WH, min_size=N_STEPS, max_size=N_STEPS), min_size=3, max_size=3)),
        np.int64,
    )
    rest_wh = np.array(draw(st.lists(WH, min_size=N_STEPS, max_size=N_STEPS)), np.int64)
    known = np.array(draw(st.lists(st.booleans(), min_size=N_STEPS, max_size=N_STEPS)))
    counts = draw(st.lists(st.integers(0, 150_000), min_size=N_STEPS, max_size=N_STEPS))
    return Export(
        grid="G1",
        exported_wh=fed_in_wh.sum(axis=0) + rest_wh,
        fed_in_wh=fed_in_wh,
        prices=IntervalPrices(
            counts=np.where(known, counts, 0),
            known=known,
            cny_per_kwh_of_count=Decimal("0.00001"),
        ),
        source="series/NODE",
    )


def by_hand_cny(wh: list[int], prices: IntervalPrices) -> Decimal:
    """The same with a loop, as on paper."""
    total = Decimal(0)
    rows = zip(wh, prices.counts.tolist(), prices.known.tolist(), strict=True)
    for energy_wh, count, is_known in rows:
        if is_known:
            total += Decimal(energy_wh) / 1_000 * count * prices.cny_per_kwh_of_count
    return total


@given(found=st.lists(exports(), min_size=0, max_size=3))
def test_plant_exports__are_each_within_a_fen_and_sum_to_the_whole(found: list[Export]) -> None:
    shares = plant_exports_cny(found, n_plants=3)

    exact = [
        sum((by_hand_cny(each.fed_in_wh[row].tolist(), each.prices) for each in found), Decimal(0))
        for row in range(3)
    ]
    assert sum(shares) == to_fen(sum(exact, Decimal(0)))
    assert all(abs(share - one) < Decimal("0.01") for share, one in zip(shares, exact, strict=True))


@given(found=exports())
def test_export__earns_where_there_is_a_price_and_counts_where_there_is_none(
    found: Export,
) -> None:
    assert found.cny == to_fen(by_hand_cny(found.exported_wh.tolist(), found.prices))
    assert exact_cny(found.exported_wh, found.prices) >= 0
    unpriced = [
        wh
        for wh, is_known in zip(
            found.exported_wh.tolist(), found.prices.known.tolist(), strict=True
        )
        if not is_known
    ]
    assert found.unpriced_wh == sum(unpriced)
    assert found.n_unpriced == sum(wh > 0 for wh in unpriced)


@pytest.mark.parametrize("price", ["0.3320", "0", "0.25"])
def test_fixed_prices__are_one_price_for_all(price: str) -> None:
    prices = fixed_prices(Decimal(price), n_steps=N_STEPS)

    wh = np.arange(N_STEPS, dtype=np.int64) * 1_000
    assert exact_cny(wh, prices) == 10 * Decimal(price)
