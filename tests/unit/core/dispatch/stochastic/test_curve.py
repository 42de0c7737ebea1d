"""Curves: monotone, in ticks, and at every scenario's price what the scenario buys."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bid_case import market
from taihang.core.dispatch.fields import ParkProblemError
from taihang.core.dispatch.stochastic.curve import (
    Curve,
    Curves,
    curves_of,
    price_ticks,
    step_groups,
)

PRICES = st.lists(st.integers(-50, 150), min_size=1, max_size=9)


@given(PRICES, st.integers(1, 9))
def test_step_groups__rise_with_the_price_and_are_never_too_many(
    prices: list[int], most: int
) -> None:
    ticks = np.array(prices)[:, None]

    groups = step_groups(ticks, np.full(len(prices), 1.0 / len(prices)), n_steps_most=most)

    order = np.argsort(ticks[:, 0], kind="stable")
    assert (np.diff(groups[order, 0]) >= 0).all()
    assert set(groups[:, 0].tolist()) == set(range(int(groups.max()) + 1))
    assert groups.max() < most
    for one in set(prices):
        assert len({int(group) for group in groups[ticks[:, 0] == one, 0]}) == 1


@given(PRICES, st.data())
def test_curves_of__at_each_scenarios_price_buys_what_the_scenario_buys(
    prices: list[int], data: st.DataObject
) -> None:
    ticks = np.array(prices)[:, None]
    groups = step_groups(ticks, np.full(len(prices), 1.0 / len(prices)), n_steps_most=4)
    n_groups = int(groups.max()) + 1
    drawn = data.draw(st.lists(st.integers(0, 500), min_size=n_groups, max_size=n_groups))
    falling = np.array(sorted(drawn, reverse=True), np.float64)
    rules = market(1, price_tick_cny_per_mwh=10.0, quantity_tick_kw=1.0, steps_max=4)

    found = curves_of(rules, ticks=ticks, groups=groups, bought_kw=falling[groups])

    curve = found.steps[0]
    assert list(curve.price_ticks) == sorted(set(curve.price_ticks))
    assert list(curve.quantity_ticks) == sorted(set(curve.quantity_ticks), reverse=True)
    assert curve.price_ticks[-1] == 150
    for price, group in zip(prices, groups[:, 0], strict=True):
        assert curve.at(price) == falling[group]


@given(st.lists(st.floats(0.0, 100.0), min_size=2, max_size=8), st.floats(0.5, 20.0))
def test_curves_of__rounding_keeps_the_order_the_limits_and_the_least(
    bought: list[float], least: float
) -> None:
    falling = np.array(sorted(bought, reverse=True))[:, None]
    n = len(bought)
    rules = market(
        1, bought_max_kw=100.0, quantity_tick_kw=0.5, quantity_min_kw=least, offer="curve"
    )
    groups = np.arange(n)[:, None]

    found = curves_of(rules, ticks=10 * groups, groups=groups, bought_kw=falling)

    quantities = [float(found.quantity_kw(one)) for one in found.steps[0].quantity_ticks]
    assert quantities == sorted(quantities, reverse=True)
    assert all(one == 0.0 or least - 1e-6 <= one <= 100.0 for one in quantities)
    allowed = max(0.25, least / 2.0 + 0.5)
    assert abs(found.bought_kw(np.array([0.0]))[0] - falling[0, 0]) <= allowed


def test_curves_of__a_step_ends_in_the_middle_between_two_prices() -> None:
    ticks, groups = np.array([[10], [20]]), np.array([[0], [1]])

    found = curves_of(
        market(1, price_tick_cny_per_mwh=10.0, quantity_tick_kw=1.0),
        ticks=ticks,
        groups=groups,
        bought_kw=np.array([[50.0], [30.0]]),
    )

    assert found.steps[0].price_ticks == (15, 150)


def test_curves_of__who_has_to_buy_something_buys_the_least() -> None:
    # 3 kW have to be bought and 10 are the least: 0 is not enough, and 3 are not taken.
    rules = market(1, bought_min_kw=3.0, quantity_tick_kw=1.0, quantity_min_kw=10.0)
    one = np.array([[0]])

    found = curves_of(rules, ticks=one, groups=one, bought_kw=np.array([[3.0]]))

    assert found.steps[0].quantity_ticks == (10,)


def test_curves_of__limits_without_a_quantity_are_refused() -> None:
    rules = market(1, bought_min_kw=3.0, bought_max_kw=4.0, quantity_tick_kw=5.0)
    nought = np.zeros((1, 1), np.int64)

    with pytest.raises(ParkProblemError, match="multiple of 5 kW"):
        curves_of(rules, ticks=nought, groups=nought, bought_kw=np.array([[3.5]]))


def test_curves__are_handed_in_exactly() -> None:
    curves = Curves((Curve((30, 150_000), (7, 2)),), 0.01, 0.1)

    assert str(curves.price_cny_per_mwh(30)) == "0.30"
    assert str(curves.quantity_kw(7)) == "0.7"
    assert curves.bought_kw(np.array([0.0003])).tolist() == [pytest.approx(0.7)]
    assert curves.bought_kw(np.array([0.00031])).tolist() == [pytest.approx(0.2)]
    assert curves.steps[0].at(150_001) == 0


def test_price_ticks__are_whole() -> None:
    assert price_ticks(np.array([0.31234, -0.08]), tick_cny_per_mwh=0.01).tolist() == [31234, -8000]
