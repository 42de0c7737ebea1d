"""The referee of a bid: the two settlements and the rules of the market, from plain documents.

Beside ``recheck``, which judges what the park does in a scenario, it demands that the bid is a
curve that the market takes, that the scenario buys what the curve says at its price, and that the
settlement is ``Q_da·P_da + (Q_rt − Q_da)·P_rt`` and the fees: the model uses the other form.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import cast

from taihang.core.dispatch.recheck.case import AGREE_CNY, AGREE_KWH, Document, number_or_none
from taihang.core.dispatch.recheck.judge import Broken


@dataclass(frozen=True, slots=True)
class Settled:
    """One scenario as it is claimed."""

    hours: float
    """Length of an interval [h]."""
    day_ahead_cny_per_kwh: Sequence[float]
    real_time_cny_per_kwh: Sequence[float]
    bought_kw: Sequence[float]
    drawn_kw: Sequence[float]
    """Import less export at the gateway of the market [kW]."""
    claimed_cny: float
    """What the plan says the market costs, fees and all [CNY]."""


def check_curves(market: Document, curves: Sequence[Document]) -> list[Broken]:
    """Say which rules of the market a bid breaks.

    Args:
        market: Its rules, as echoed.
        curves: By interval ``price_cny_per_mwh`` and ``bought_kw`` of each step.

    Returns:
        What is broken, by interval.
    """
    broken = list[Broken]()
    low, high = (_series(market, f"bought_{way}_kw", len(curves)) for way in ("min", "max"))
    for step, curve in enumerate(curves):
        prices, bought = _steps(curve)
        most = int(cast("int", market["steps_max"])) if market["offer"] == "curve" else 1
        tests = {
            "bid-steps": max(len(prices) - most, 1 - len(prices)),
            "bid-cap": abs(prices[-1] - _number(market, "price_cap_cny_per_mwh"))
            - _number(market, "price_tick_cny_per_mwh"),
            "bid-monotone": max(
                (after - before for before, after in pairwise(bought)),
                default=-1.0,
            ),
            "bid-order": max(
                (before - after for before, after in pairwise(prices)),
                default=-1.0,
            ),
            "bid-limit": max(low[step] - min(bought), max(bought) - high[step]),
            "bid-least": _below_least(bought, _number(market, "quantity_min_kw")),
            "bid-tick": max(
                *(_off_tick(one, tick=_number(market, "quantity_tick_kw")) for one in bought),
                *(_off_tick(one, tick=_number(market, "price_tick_cny_per_mwh")) for one in prices),
            ),
        }
        broken += [
            Broken(rule, str(market["id"]), step, float(off), 0.0, float(off), 1)
            for rule, off in tests.items()
            if not off <= AGREE_KWH
        ]
    return broken


def check_settlement(
    market: Document, curves: Sequence[Document], settled: Settled
) -> list[Broken]:
    """Say what is wrong with the market's part of one scenario.

    Args:
        market: Its rules, as echoed.
        curves: The bid, as for ``check_curves``.
        settled: What the scenario claims.

    Returns:
        What is broken.
    """
    owner, broken = str(market["id"]), list[Broken]()
    most = number_or_none(market, "deviation_max_kw")
    for step, (curve, price) in enumerate(zip(curves, settled.day_ahead_cny_per_kwh, strict=True)):
        bought, drawn = settled.bought_kw[step], settled.drawn_kw[step]
        off = abs(bought - _bought(market, curve, price * 1e3)) * settled.hours
        far = 0.0 if most is None else (abs(drawn - bought) - most) * settled.hours
        if not off <= AGREE_KWH:
            broken.append(Broken("bid-bought", owner, step, bought, 0.0, off, 1))
        if not far <= AGREE_KWH:
            broken.append(Broken("bid-deviation", owner, step, drawn - bought, most or 0.0, far, 1))
    due = due_cny(market, settled)
    wrong = abs(due - settled.claimed_cny)
    if not wrong <= AGREE_CNY:
        broken.append(Broken("bid-bill", owner, -1, settled.claimed_cny, due, wrong, 1))
    return broken


def check_committed(
    problems: Sequence[Document],
    plans: Sequence[Document],
    *,
    flows: Sequence[str],
    offers: Sequence[str],
) -> list[Broken]:
    """Say where scenarios do not share what was committed before they were known.

    Args:
        problems: The echoed park of each scenario, with what was promised.
        plans: The plan of each, in the same order.
        flows: Flows that are committed, by ``asset.name``.
        offers: Ids of the promises.

    Returns:
        What differs from the first scenario, sizes included.
    """
    broken = list[Broken]()
    first = plans[0]
    for plan in plans[1:]:
        for name in flows:
            broken += _differs(name, _flow(first, name), _flow(plan, name))
        sizes = cast("Mapping[str, float]", first["sizes"])
        others = cast("Mapping[str, float]", plan["sizes"])
        for name in sorted({*sizes, *others}):
            missing = float("inf")
            pair = [sizes.get(name, missing)], [others.get(name, -missing)]
            broken += _differs(name, *pair)
    for name in offers:
        promised = [_asset(problem, name) for problem in problems]
        if any(one is None or one != promised[0] for one in promised):
            broken.append(Broken("bid-committed", name, -1, 0.0, 0.0, math.inf, 1))
    return broken


def _differs(name: str, values: Sequence[float], others: Sequence[float]) -> list[Broken]:
    offs = [abs(mine - yours) for mine, yours in zip(values, others, strict=True)]
    worst = max(range(len(offs)), key=offs.__getitem__)
    if offs[worst] <= AGREE_KWH:
        return []
    owner = name.split(".", 1)[0]
    found = others[worst], values[worst], offs[worst]
    return [Broken("bid-committed", owner, worst, *found, sum(off > AGREE_KWH for off in offs))]


def _flow(plan: Document, name: str) -> Sequence[float]:
    return cast("Mapping[str, Sequence[float]]", plan["series"])[name]


def _asset(problem: Document, name: str) -> Document | None:
    assets = cast("Sequence[Document]", problem["assets"])
    return next((asset for asset in assets if asset["id"] == name), None)


def due_cny(market: Document, settled: Settled) -> float:
    """Return both settlements and the fees of one scenario [CNY]."""
    short_fee, long_fee = (_number(market, f"{way}_fee_cny_per_kwh") for way in ("short", "long"))
    parts = list[float]()
    rows = zip(
        settled.bought_kw,
        settled.drawn_kw,
        settled.day_ahead_cny_per_kwh,
        settled.real_time_cny_per_kwh,
        strict=True,
    )
    for bought, drawn, day_ahead, real_time in rows:
        more = drawn - bought
        fee = short_fee * max(more, 0.0) + long_fee * max(-more, 0.0)
        parts.append((bought * day_ahead + more * real_time + fee) * settled.hours)
    return math.fsum(parts)


def _steps(curve: Document) -> tuple[list[float], list[float]]:
    prices = [float(one) for one in cast("Sequence[float]", curve["price_cny_per_mwh"])]
    return prices, [float(one) for one in cast("Sequence[float]", curve["bought_kw"])]


def _bought(market: Document, curve: Document, price_cny_per_mwh: float) -> float:
    """Return what a curve buys at a price of the market, which comes in ticks."""
    prices, bought = _steps(curve)
    tick = _number(market, "price_tick_cny_per_mwh")
    cleared = round(price_cny_per_mwh / tick) * tick
    for limit, quantity in zip(prices, bought, strict=True):
        if cleared <= limit + AGREE_KWH:
            return quantity
    return 0.0


def _series(document: Document, field: str, n: int) -> list[float]:
    value = document[field]
    if isinstance(value, int | float):
        return [float(value)] * n
    return [float(one) for one in cast("Sequence[float]", value)]


def _number(document: Mapping[str, object], field: str) -> float:
    return float(cast("float", document[field]))


def _off_tick(value: float, *, tick: float) -> float:
    return abs(value - round(value / tick) * tick)


def _below_least(bought_kw: Sequence[float], least_kw: float) -> float:
    return max((least_kw - abs(one) for one in bought_kw if one), default=-1.0)
