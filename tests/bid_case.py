"""Small parks with a market, and scenarios of them, for tests of bids."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from park_case import Table, battery, bus, grid, load, plant, problem
from taihang.core.dispatch.model import Reals
from taihang.core.dispatch.stochastic.bid_problem import BidProblem, Scenario
from taihang.core.dispatch.stochastic.market import Market
from taihang.core.dispatch.stochastic.offers import Offer
from taihang.core.dispatch.stochastic.risk import Risk

EXPECTED: Final = Risk(cvar_weight_ratio=0.0, cvar_tail_ratio=1.0)


def market(n: int, **more: Any) -> Market:  # noqa: ANN401  # any field of a market
    """Return a market of quantities without fees, whose ticks hardly round."""
    fields: dict[str, Any] = {
        "id": "spot",
        "grid": "g",
        "offer": "quantity",
        "bought_min_kw": 0.0,
        "bought_max_kw": 500.0,
        "short_fee_cny_per_kwh": 0.0,
        "long_fee_cny_per_kwh": 0.0,
        "deviation_max_kw": None,
        "price_floor_cny_per_mwh": -100.0,
        "price_cap_cny_per_mwh": 1500.0,
        "price_tick_cny_per_mwh": 0.01,
        "quantity_tick_kw": 1e-6,
        "quantity_min_kw": 0.0,
        "steps_max": 20,
        **more,
    }
    for name in ("bought_min_kw", "bought_max_kw"):
        fields[name] = np.broadcast_to(np.asarray(fields[name], np.float64), (n,))
    return Market(**fields)


def scenario(
    name: str,
    chance: float,
    assets: Sequence[Table],
    *,
    day_ahead: Sequence[float],
    real_time: Sequence[float],
) -> Scenario:
    """Return a scenario of hours."""
    return Scenario(
        id=name,
        probability_ratio=chance,
        problem=problem(assets, n_steps=len(day_ahead)),
        day_ahead_cny_per_kwh=np.array(day_ahead),
        real_time_cny_per_kwh=np.array(real_time),
    )


def bids(
    scenarios: Sequence[Scenario],
    rules: Market,
    *,
    risk: Risk = EXPECTED,
    offers: tuple[Offer, ...] = (),
    committed: tuple[str, ...] = (),
) -> BidProblem:
    """Return the problem of the day ahead."""
    return BidProblem(
        market=rules, offers=offers, committed=committed, risk=risk, scenarios=tuple(scenarios)
    )


def plain_park(load_kw: Sequence[float]) -> list[Table]:
    """Return a load behind a gateway that costs nothing beside the market."""
    gate = grid(
        "g",
        "el",
        import_limit_kw=1e3,
        export_limit_kw=0.0,
        connection_kw=1e3,
        import_price_cny_per_kwh=0.0,
        export_price_cny_per_kwh=0.0,
    )
    return [bus("el"), load("l", "el", list(load_kw)), gate]


def random_bids(seed: int, *, n: int = 6, n_scenarios: int = 4, **more: Any) -> BidProblem:  # noqa: ANN401
    """Return a park with sun and battery, and prices that may be negative."""
    dice = np.random.default_rng(seed)
    fee = float(dice.choice([0.0, 0.03]))
    rules = market(n, short_fee_cny_per_kwh=fee, long_fee_cny_per_kwh=fee / 2.0, **more)
    chances: Reals = dice.dirichlet(np.full(n_scenarios, 3.0))
    chances[-1] = 1.0 - chances[:-1].sum()
    found = [_random_scenario(dice, at, float(chances[at]), n) for at in range(n_scenarios)]
    weight = float(dice.choice([0.0, 0.4, 0.9]))
    return bids(found, rules, risk=Risk(cvar_weight_ratio=weight, cvar_tail_ratio=0.3))


def _random_scenario(dice: np.random.Generator, at: int, chance: float, n: int) -> Scenario:
    base: Reals = 0.3 + dice.normal(0.0, 0.25, n)
    assets = [
        bus("el"),
        load("l", "el", (200.0 + 60.0 * dice.random(n)).tolist()),
        plant(
            "pv",
            "el",
            dice.random(n).tolist(),
            capacity_kw=250.0,
            curtail_price_cny_per_kwh=0.05,
        ),
        grid(
            "g",
            "el",
            import_limit_kw=400.0,
            export_limit_kw=100.0,
            connection_kw=400.0,
            import_price_cny_per_kwh=0.1,
            export_price_cny_per_kwh=0.0,
        ),
        battery("b", "el", charge_kw=80.0, energy_kwh=160.0, soc_start_ratio=0.5, soc_end="start"),
    ]
    day_ahead = np.clip(np.round(base, 3), -0.1, 1.5)
    real_time = np.round(base + dice.normal(0.0, 0.15, n), 3)
    return scenario(
        f"s{at}", chance, assets, day_ahead=day_ahead.tolist(), real_time=real_time.tolist()
    )
