"""The problem of the day ahead as plain values, and back: all that a bid depends on."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Final, cast

from taihang.core.dispatch.fields import (
    Json,
    ParkProblemError,
    check_keys,
    echo_record,
    read_record,
    series_of,
)
from taihang.core.dispatch.park_problem import problem_of
from taihang.core.dispatch.stochastic.bid_problem import BidProblem, Scenario
from taihang.core.dispatch.stochastic.market import Market
from taihang.core.dispatch.stochastic.offers import ReserveOffer, ResponseOffer
from taihang.core.dispatch.stochastic.risk import Risk

BID_PROBLEM_FORMAT: Final = "taihang/bid-problem/v1"
_OFFERS: Final[Mapping[str, type[ReserveOffer | ResponseOffer]]] = {
    kind.TYPE: kind for kind in (ReserveOffer, ResponseOffer)
}
_PRICES: Final = ("day_ahead_cny_per_kwh", "real_time_cny_per_kwh")


def bid_echo(problem: BidProblem) -> dict[str, Json]:
    """Return the whole problem as plain values; ``bid_problem_of`` reads them back."""
    return {
        "format": BID_PROBLEM_FORMAT,
        "market": echo_record(problem.market),
        "offers": [{"type": one.TYPE, **echo_record(one)} for one in problem.offers],
        "committed": list(problem.committed),
        "risk": echo_record(problem.risk),
        "scenarios": [
            {
                "id": one.id,
                "probability_ratio": one.probability_ratio,
                "problem": one.problem.echo(),
                "day_ahead_cny_per_kwh": one.day_ahead_cny_per_kwh.tolist(),
                "real_time_cny_per_kwh": one.real_time_cny_per_kwh.tolist(),
            }
            for one in problem.scenarios
        ],
    }


def bid_digest(problem: BidProblem) -> str:
    """Return the SHA-256 of the canonical JSON of the problem, by which a release names it."""
    echo = bid_echo(problem)
    text = json.dumps(echo, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def bid_problem_of(given: Mapping[str, Json]) -> BidProblem:
    """Read a problem from plain values, as ``bid_echo`` writes them.

    Args:
        given: Format, market, offers, committed flows, risk and scenarios.

    Returns:
        The problem.

    Raises:
        ParkProblemError: If anything is unknown, missing, of the wrong kind or out of range.
    """
    keys = ["format", "market", "offers", "committed", "risk", "scenarios"]
    check_keys(given, keys, "the bid problem")
    if given["format"] != BID_PROBLEM_FORMAT:
        raise ParkProblemError(f"format {given['format']!r}", f"{BID_PROBLEM_FORMAT!r}")
    scenarios = [_scenario(one) for one in _tables(given["scenarios"])]
    n_steps = scenarios[0].problem.horizon.n_steps if scenarios else 1
    market = read_record(
        Market, cast("Mapping[str, Json]", given["market"]), where="market", n_steps=n_steps
    )
    risk = read_record(Risk, cast("Mapping[str, Json]", given["risk"]), where="risk", n_steps=1)
    return BidProblem(
        market=market,
        offers=tuple(_offer(one, n_steps=n_steps) for one in _tables(given["offers"])),
        committed=tuple(str(one) for one in cast("Sequence[Json]", given["committed"])),
        risk=risk,
        scenarios=tuple(scenarios),
    )


def _tables(given: Json) -> Sequence[Mapping[str, Json]]:
    return cast("Sequence[Mapping[str, Json]]", given)


def _offer(given: Mapping[str, Json], *, n_steps: int) -> ReserveOffer | ResponseOffer:
    kind = _OFFERS.get(str(given.get("type")))
    if kind is None:
        raise ParkProblemError(f"offer type {given.get('type')!r}", f"one of {list(_OFFERS)}")
    own = {name: value for name, value in given.items() if name != "type"}
    return read_record(kind, own, where=kind.TYPE, n_steps=n_steps)


def _scenario(given: Mapping[str, Json]) -> Scenario:
    check_keys(given, ["id", "probability_ratio", "problem", *_PRICES], "a scenario")
    problem = problem_of(cast("Mapping[str, Json]", given["problem"]))
    day_ahead, real_time = (
        series_of(given[name], name=name, extra=None, n_steps=problem.horizon.n_steps)
        for name in _PRICES
    )
    return Scenario(
        id=str(given["id"]),
        probability_ratio=float(cast("float", given["probability_ratio"])),
        problem=problem,
        day_ahead_cny_per_kwh=day_ahead,
        real_time_cny_per_kwh=real_time,
    )
