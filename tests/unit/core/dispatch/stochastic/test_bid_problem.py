"""The problem of the day ahead refuses what is not one park under several courses of a day."""

from dataclasses import replace

import numpy as np
import pytest

from bid_case import bids, market, plain_park, random_bids, scenario
from park_case import supply
from taihang.core.dispatch.assets.load import Load
from taihang.core.dispatch.fields import ParkProblemError
from taihang.core.dispatch.stochastic.bid_problem import BidProblem, Scenario


def _one(chance: float = 1.0, price: float = 0.4) -> Scenario:
    return scenario("a", chance, plain_park([100.0]), day_ahead=[price], real_time=[0.5])


def _other(*, load_kw: float) -> Scenario:
    more = [*plain_park([load_kw]), supply("x", "el", capacity_kw=1.0, price=0.1)]
    return scenario("b", 0.5, more, day_ahead=[0.4], real_time=[0.5])


def _wider() -> Scenario:
    assets = [
        (kind, {**fields, "connection_kw": 2e3} if kind == "grid" else fields)
        for kind, fields in plain_park([100.0])
    ]
    return scenario("b", 0.5, assets, day_ahead=[0.4], real_time=[0.4])


@pytest.mark.parametrize(
    ("scenarios", "words"),
    [
        ([], "0 scenarios"),
        ([_one(0.5)], "sum to 0.5"),
        ([_one(0.5), _other(load_kw=1.0)], "other assets"),
        ([_one(0.5), _wider()], "sizes"),
        ([_one(price=9.0)], "limits of the market"),
        ([replace(_one(), real_time_cny_per_kwh=np.array([np.nan]))], "with a gap"),
        ([replace(_one(), day_ahead_cny_per_kwh=np.array([0.1, 0.2]))], "another length"),
    ],
)
def test_bid_problem__refuses_in_words(scenarios: list[Scenario], words: str) -> None:
    with pytest.raises(ParkProblemError, match=words):
        bids(scenarios, market(1))


def test_bid_problem__names_that_lead_nowhere_are_refused() -> None:
    with pytest.raises(ParkProblemError, match="grid 'nowhere'"):
        bids([_one()], market(1, grid="nowhere"))
    with pytest.raises(ParkProblemError, match="twice"):
        bids([_one()], market(1, id="l"))
    problem = bids([_one()], market(1), committed=("l.dance_kw",))
    with pytest.raises(ParkProblemError, match="committed"):
        problem.assembled(problem.scenarios[0], ())


def test_mean__is_the_mean_of_every_series() -> None:
    problem: BidProblem = random_bids(1)

    mean = problem.mean().scenarios[0]

    loads = [_load(one).load_kw for one in problem.scenarios]
    assert _load(mean).load_kw == pytest.approx(problem.probability_ratio @ np.array(loads))
    assert mean.probability_ratio == 1.0


def _load(one: Scenario) -> Load:
    return next(asset for asset in one.problem.assets if isinstance(asset, Load))
