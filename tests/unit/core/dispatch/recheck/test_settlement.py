"""The referee of a bid, held against planted faults."""

from dataclasses import replace
from typing import Any

import pytest

from taihang.core.dispatch.recheck.settlement import (
    Settled,
    check_committed,
    check_curves,
    check_settlement,
    due_cny,
)

RULES: dict[str, Any] = {
    "id": "spot",
    "offer": "curve",
    "bought_min_kw": 0.0,
    "bought_max_kw": [100.0, 100.0],
    "short_fee_cny_per_kwh": 0.1,
    "long_fee_cny_per_kwh": 0.2,
    "deviation_max_kw": 30.0,
    "price_cap_cny_per_mwh": 1500.0,
    "price_tick_cny_per_mwh": 0.5,
    "quantity_tick_kw": 10.0,
    "quantity_min_kw": 20.0,
    "steps_max": 2,
}
CURVE = {"price_cny_per_mwh": [300.0, 1500.0], "bought_kw": [80.0, 20.0]}
SETTLED = Settled(
    hours=0.25,
    day_ahead_cny_per_kwh=[0.2, 0.4],
    real_time_cny_per_kwh=[0.3, 0.1],
    bought_kw=[80.0, 20.0],
    drawn_kw=[90.0, 0.0],
    claimed_cny=0.25 * (80 * 0.2 + 10 * 0.3 + 10 * 0.1 + 20 * 0.4 - 20 * 0.1 + 20 * 0.2),
)


def test_check_curves__a_sound_bid_is_accepted() -> None:
    assert check_curves(RULES, [CURVE, CURVE]) == []


def test_check_settlement__a_price_takes_the_step_of_its_tick() -> None:
    # 300.2 is cleared as 300.0, the last tick of the first step; 300.3 as 300.5, in the second.
    for price, bought in ((0.3002, 80.0), (0.3003, 20.0)):
        one = replace(
            SETTLED,
            day_ahead_cny_per_kwh=[price],
            real_time_cny_per_kwh=[price],
            bought_kw=[bought],
            drawn_kw=[bought],
            claimed_cny=0.25 * bought * price,
        )
        assert check_settlement(RULES, [CURVE], one) == []


@pytest.mark.parametrize(
    ("fault", "rule"),
    [
        ({"price_cny_per_mwh": [100.0, 300.0, 1500.0], "bought_kw": [80, 50, 20]}, "bid-steps"),
        ({"price_cny_per_mwh": [300.0, 1400.0], "bought_kw": [80.0, 20.0]}, "bid-cap"),
        ({"price_cny_per_mwh": [300.0, 1500.0], "bought_kw": [20.0, 80.0]}, "bid-monotone"),
        ({"price_cny_per_mwh": [1600.0, 1500.0], "bought_kw": [80.0, 20.0]}, "bid-order"),
        ({"price_cny_per_mwh": [300.0, 1500.0], "bought_kw": [110.0, 20.0]}, "bid-limit"),
        ({"price_cny_per_mwh": [300.0, 1500.0], "bought_kw": [80.0, 10.0]}, "bid-least"),
        ({"price_cny_per_mwh": [300.0, 1500.0], "bought_kw": [83.0, 20.0]}, "bid-tick"),
        ({"price_cny_per_mwh": [300.2, 1500.0], "bought_kw": [80.0, 20.0]}, "bid-tick"),
    ],
)
def test_check_curves__each_planted_fault_is_named(fault: dict[str, Any], rule: str) -> None:
    broken = check_curves(RULES, [CURVE, fault])

    assert [(one.rule, one.step) for one in broken] == [(rule, 1)]


def test_check_curves__a_market_of_quantities_takes_one_step() -> None:
    broken = check_curves({**RULES, "offer": "quantity"}, [CURVE, CURVE])

    assert {one.rule for one in broken} == {"bid-steps"}


def test_check_settlement__a_sound_settlement_is_accepted() -> None:
    assert check_settlement(RULES, [CURVE, CURVE], SETTLED) == []


@pytest.mark.parametrize(
    ("settled", "rules"),
    [
        (replace(SETTLED, claimed_cny=SETTLED.claimed_cny + 0.02), {"bid-bill"}),
        (replace(SETTLED, bought_kw=[80.0, 30.0]), {"bid-bought", "bid-bill"}),
        (replace(SETTLED, drawn_kw=[111.0, 0.0]), {"bid-deviation", "bid-bill"}),
        (replace(SETTLED, claimed_cny=float("nan")), {"bid-bill"}),
    ],
)
def test_check_settlement__each_planted_fault_is_named(settled: Settled, rules: set[str]) -> None:
    assert {one.rule for one in check_settlement(RULES, [CURVE, CURVE], settled)} == rules


def test_due_cny__is_the_vector_of_the_handbook_of_two_settlements() -> None:
    # Day-ahead 11, 10, 9, 10 and real time 10, 9, 12, 10 MWh, without a contract and fees.
    free = {**RULES, "short_fee_cny_per_kwh": 0.0, "long_fee_cny_per_kwh": 0.0}
    settled = Settled(
        hours=1.0,
        day_ahead_cny_per_kwh=[300.0, 280.0, 500.0, 420.0],
        real_time_cny_per_kwh=[320.0, 250.0, 600.0, 400.0],
        bought_kw=[11.0, 10.0, 9.0, 10.0],
        drawn_kw=[10.0, 9.0, 12.0, 10.0],
        claimed_cny=0.0,
    )

    assert due_cny(free, settled) == pytest.approx(
        11 * 300 - 320 + 10 * 280 - 250 + 9 * 500 + 3 * 600 + 10 * 420
    )


def _plan(charge_kw: list[float], size: float = 50.0) -> dict[str, Any]:
    return {"series": {"b.charge_kw": charge_kw}, "sizes": {"b.energy_kwh": size}}


def _park(up_kw: float) -> dict[str, Any]:
    return {"assets": [{"id": "ready", "up_kw": up_kw}]}


def test_check_committed__the_same_in_every_scenario_is_accepted() -> None:
    plans, parks = [_plan([1.0, 2.0])] * 3, [_park(5.0)] * 3

    assert check_committed(parks, plans, flows=["b.charge_kw"], offers=["ready"]) == []


@pytest.mark.parametrize(
    ("park", "plan", "asset"),
    [
        (_park(5.0), _plan([1.0, 2.1]), "b"),
        (_park(5.0), _plan([1.0, 2.0], size=51.0), "b"),
        (_park(6.0), _plan([1.0, 2.0]), "ready"),
        ({"assets": []}, _plan([1.0, 2.0]), "ready"),
    ],
)
def test_check_committed__each_planted_fault_is_named(
    park: dict[str, Any], plan: dict[str, Any], asset: str
) -> None:
    broken = check_committed(
        [_park(5.0), park], [_plan([1.0, 2.0]), plan], flows=["b.charge_kw"], offers=["ready"]
    )

    assert [(one.rule, one.asset) for one in broken] == [("bid-committed", asset)]
