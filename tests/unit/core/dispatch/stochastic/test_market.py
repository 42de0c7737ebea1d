"""The position: both settlements, fees and the limit of a deviation."""

import pytest

from bid_case import bids, market, plain_park, scenario
from park_case import EFFORT
from taihang.adapters.highs import solve
from taihang.core.dispatch.fields import ParkProblemError
from taihang.services.plan_bids import NoBidsError, plan_bids


def test_position__pays_both_settlements_and_the_fee() -> None:
    # A load of 100 kW in one hour; exactly 60 kW may be bought.
    rules = market(
        1,
        bought_min_kw=60.0,
        bought_max_kw=60.0,
        short_fee_cny_per_kwh=0.05,
        long_fee_cny_per_kwh=7.0,
    )
    one = scenario("a", 1.0, plain_park([100.0]), day_ahead=[0.3], real_time=[0.8])

    release = plan_bids(bids([one], rules), solve=solve, effort=EFFORT)

    assert release.expected_cny == pytest.approx(60 * 0.3 + 40 * 0.8 + 40 * 0.05)


def test_position__what_is_bought_and_not_drawn_is_sold_at_the_price_of_real_time() -> None:
    rules = market(1, bought_min_kw=150.0, bought_max_kw=150.0, long_fee_cny_per_kwh=0.1)
    one = scenario("a", 1.0, plain_park([100.0]), day_ahead=[0.3], real_time=[0.8])

    release = plan_bids(bids([one], rules), solve=solve, effort=EFFORT)

    assert release.expected_cny == pytest.approx(150 * 0.3 - 50 * 0.8 + 50 * 0.1)


def test_position__a_deviation_has_a_limit() -> None:
    rules = market(1, bought_min_kw=60.0, bought_max_kw=60.0, deviation_max_kw=39.0)
    one = scenario("a", 1.0, plain_park([100.0]), day_ahead=[0.3], real_time=[0.8])

    with pytest.raises(NoBidsError):
        plan_bids(bids([one], rules), solve=solve, effort=EFFORT)


def test_market__rules_that_contradict_each_other_are_refused() -> None:
    for more in (
        {"bought_min_kw": 2.0, "bought_max_kw": 1.0},
        {"price_floor_cny_per_mwh": 2000.0},
        {"steps_max": 0},
    ):
        with pytest.raises(ParkProblemError):
            market(1, **more).check()
