"""Offers: as much as pays, kept in every scenario, judged as a promise like any other."""

from typing import Any

import numpy as np
import pytest

from bid_case import bids, market, plain_park, random_bids, scenario
from park_case import EFFORT, battery
from taihang.adapters.highs import solve
from taihang.core.dispatch.fields import ParkProblemError
from taihang.core.dispatch.stochastic.bid_problem import BidProblem
from taihang.core.dispatch.stochastic.offers import ReserveOffer, ResponseOffer, choices_of
from taihang.services.plan_bids import plan_bids
from whole_park import START_S


def _response(**more: Any) -> ResponseOffer:  # noqa: ANN401  # any field
    fields: dict[str, Any] = {
        "id": "call",
        "grid": "g",
        "from_s": START_S,
        "to_s": START_S + 3600,
        "baseline_kw": np.array([120.0, 120.0]),
        "promised_min_kw": 0.0,
        "promised_max_kw": 100.0,
        "pay_cny_per_kwh": 0.5,
        "penalty_cny_per_kwh": 1.0,
        **more,
    }
    return ResponseOffer(**fields)


def _parks(
    loads: list[float],
    *,
    offer: ResponseOffer | ReserveOffer,
    chances: list[float] | None = None,
    wear: float = 0.0,
) -> BidProblem:
    rows = [
        scenario(
            f"s{at}",
            1.0 / len(loads) if chances is None else chances[at],
            [
                *plain_park([load_kw, 50.0]),
                battery(
                    "b",
                    "el",
                    charge_kw=20.0,
                    energy_kwh=40.0,
                    soc_start_ratio=0.5,
                    cycle_cost_cny_per_kwh=wear,
                ),
            ],
            day_ahead=[0.3, 0.3],
            real_time=[0.3, 0.3],
        )
        for at, load_kw in enumerate(loads)
    ]
    return bids(rows, market(2), offers=(offer,))


def test_response_offer__promises_what_pays_over_the_scenarios() -> None:
    # The 20 kWh of the battery give 19, so 120 − (100 − 19) = 39 kW can be kept in one scenario and
    # 100 in the other. Of each kW beyond 39 a half is paid 0.5, a half costs 1.0: no gain.
    release = plan_bids(_parks([100.0, 30.0], offer=_response()), solve=solve, effort=EFFORT)

    assert release.first is not None
    assert release.first.values["call.promised_kw"].tolist() == [pytest.approx(39.0)]
    assert all(one.accepted for one in release.verdicts)


def test_response_offer__who_does_not_take_part_is_bound_by_nothing() -> None:
    # Drawing at least 180 kW against a baseline of 120 cannot be kept: not to take part can.
    offer = _response(promised_min_kw=10.0)
    release = plan_bids(_parks([200.0], offer=offer), solve=solve, effort=EFFORT)

    assert release.first is not None
    assert release.first.offers == ()
    assert release.worth.evpi_cny == pytest.approx(0.0, abs=1e-6)


def test_response_offer__no_more_can_be_missing_than_was_promised() -> None:
    # At 30 kW the promise would earn much. But whoever takes part may never draw more than the
    # baseline of 120, and in one day of ten the load is 200: no price buys that off.
    release = plan_bids(
        _parks([30.0, 200.0], offer=_response(), chances=[0.9, 0.1]), solve=solve, effort=EFFORT
    )

    assert release.first is not None
    assert release.first.offers == ()


def test_response_offer__what_can_be_kept_and_does_not_pay_is_not_promised() -> None:
    # To draw 85 instead of 100 kW the battery has to wear more than the call pays.
    offer = _response(baseline_kw=np.array([85.0, 85.0]), pay_cny_per_kwh=0.1)
    release = plan_bids(_parks([100.0], offer=offer, wear=2.0), solve=solve, effort=EFFORT)

    assert release.first is not None
    assert release.first.offers == ()


def test_reserve_offer__holds_back_what_every_scenario_can_keep() -> None:
    offer = ReserveOffer(
        id="ready",
        battery="b",
        up_max_kw=np.array([15.0, 15.0]),
        down_max_kw=np.array([100.0, 0.0]),
        duration_h=1.0,
        income_cny_per_kw=5.0,
    )
    release = plan_bids(_parks([100.0, 60.0], offer=offer), solve=solve, effort=EFFORT)

    assert release.first is not None
    up, down = (release.first.values[f"ready.{way}_kw"] for way in ("up", "down"))
    assert up.tolist() == pytest.approx([15.0, 15.0])
    # Held down: at most the power of charging, plus what is being discharged.
    assert 0.0 < down[0] <= 40.0
    assert down[1] == 0.0
    assert all(one.accepted for one in release.verdicts)


def test_reserve_offer__is_never_worse_than_none() -> None:
    for seed in range(6):
        problem = random_bids(seed)
        offer = ReserveOffer(
            id="ready",
            battery="b",
            up_max_kw=np.full(6, 60.0),
            down_max_kw=np.full(6, 60.0),
            duration_h=0.5,
            income_cny_per_kw=0.02,
        )
        with_offer = BidProblem(
            market=problem.market,
            offers=(offer,),
            committed=(),
            risk=problem.risk,
            scenarios=problem.scenarios,
        )
        plain, ready = (plan_bids(one, solve=solve, effort=EFFORT) for one in (problem, with_offer))
        assert ready.first is not None
        assert ready.objective_cny <= plain.objective_cny + 1e-4


def test_choices_of__every_set_of_responses_with_all_reserves() -> None:
    both = _response(id="one"), _response(id="two")

    chosen = [[offer.id for offer in offers] for offers in choices_of(both)]

    assert chosen == [["one", "two"], ["one"], ["two"], []]
    with pytest.raises(ParkProblemError, match="response offers"):
        choices_of([_response(id=str(at)) for at in range(4)])


def test_response_offer__a_call_lies_on_the_grid_of_the_problem() -> None:
    with pytest.raises(ParkProblemError, match="whole intervals"):
        plan_bids(_parks([100.0], offer=_response(to_s=START_S + 1800)), solve=solve, effort=EFFORT)
