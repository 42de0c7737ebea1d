"""The echo of a bid problem reads back equal, to the byte."""

import json

import numpy as np
import pytest

from bid_case import random_bids
from park_case import EFFORT
from taihang.adapters.highs import solve
from taihang.core.dispatch.fields import Json, ParkProblemError
from taihang.core.dispatch.stochastic.bid_echo import bid_digest, bid_echo, bid_problem_of
from taihang.core.dispatch.stochastic.bid_problem import BidProblem
from taihang.core.dispatch.stochastic.offers import ReserveOffer, ResponseOffer
from taihang.services.plan_bids import bids_document, plan_bids
from whole_park import START_S


def _problem() -> BidProblem:
    plain = random_bids(3, deviation_max_kw=200.0)
    reserve = ReserveOffer(
        id="ready",
        battery="b",
        up_max_kw=np.full(6, 10.0),
        down_max_kw=np.arange(6.0),
        duration_h=0.5,
        income_cny_per_kw=0.02,
    )
    response = ResponseOffer(
        id="call",
        grid="g",
        from_s=START_S,
        to_s=START_S + 7200,
        baseline_kw=np.full(6, 200.0),
        promised_min_kw=1.0,
        promised_max_kw=20.0,
        pay_cny_per_kwh=1.0,
        penalty_cny_per_kwh=None,
    )
    return BidProblem(
        market=plain.market,
        offers=(reserve, response),
        committed=("b.charge_kw",),
        risk=plain.risk,
        scenarios=plain.scenarios,
    )


def test_bid_echo__reads_back_to_the_same_problem_and_the_same_bid() -> None:
    problem = _problem()
    written = json.loads(json.dumps(bid_echo(problem)))

    again = bid_problem_of(written)

    assert bid_echo(again) == bid_echo(problem)
    assert bid_digest(again) == bid_digest(problem)
    releases = (plan_bids(one, solve=solve, effort=EFFORT) for one in (problem, again))
    first, second = (json.dumps(bids_document(one)) for one in releases)
    assert first == second


def test_bid_problem_of__what_is_unknown_is_refused() -> None:
    echo = bid_echo(_problem())

    wrong: list[dict[str, Json]] = [
        {**echo, "format": "bids"},
        {**echo, "more": 1},
        {**echo, "offers": [{"type": "wish", "id": "x"}]},
        {**echo, "scenarios": list[Json]()},
    ]
    for one in wrong:
        with pytest.raises(ParkProblemError):
            bid_problem_of(one)
