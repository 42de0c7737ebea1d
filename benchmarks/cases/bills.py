"""Bills from quarter-hours: a whole park's year, and ten thousand enterprises of one month."""

import math
import time
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
from benchmarks.big_bill import TARIFF
from benchmarks.case import Room, Sample
from benchmarks.state import demo_ports, demo_year
from benchmarks.stopwatch import stopwatch

from taihang.adapters.facts import load_facts
from taihang.core.market.bill import bill
from taihang.core.market.demand import max_demand_kw
from taihang.core.market.month_use import GreenPurchase, MonthUse
from taihang.core.park.contract import GreenSupply
from taihang.core.periods import month
from taihang.core.series import EnergySeries
from taihang.services.bill import bill_enterprises
from taihang.services.tariff import Connection, bill_terms

MONTH: Final = "2026-10"
"""With the National Day, so that deep valley is billed too."""
ZONE: Final = ZoneInfo("Asia/Shanghai")
PERIOD: Final = month(MONTH, ZONE)
SIZES: Final = (1_250, 2_500, 5_000, 10_000)
"""Enterprises of the fit; the last one is what is measured."""
STAND_IN: Final = date(2026, 8, 1)
N_BILLED: Final = (54 + 5) * 12
_TARIFF: Final = replace(
    TARIFF,
    users=("E",),
    floating_items=("energy", "transmission"),
    green_pays=("transmission", "system_operation", "funds"),
)
_SUPPLY: Final = GreenSupply(
    id="GS", plant="PV", buyers=("E",), price_cny_per_kwh=Decimal("0.3100")
)


def bill_year(room: Room) -> Sample:
    """Bill every enterprise and station of the demo park for twelve months, with the closures.

    The T&D prices of one day stand in for the months whose own are not known.
    """
    with demo_ports(room.park, writing=True) as ports:
        billing = ports.park.billing
        if billing is None:
            raise AssertionError("the demo park has no [billing]")
        park = replace(ports.park, billing=replace(billing, td_prices_of=STAND_IN))
        there = replace(ports, park=park)
        with stopwatch() as watch:
            found = bill_enterprises(demo_year(ports), ports=there)
    n_bills = found.n_bills + found.n_what_if
    if n_bills != N_BILLED or found.not_billed:
        raise AssertionError(f"{n_bills} bills, not {N_BILLED}: {found.reason}")
    return watch.sample(items=n_bills)


def bill_many(room: Room) -> Sample:  # noqa: ARG001  needs no park
    """Bill ever more enterprises of one month, and fit how the cost grows."""
    _bill(50)
    costs_s: list[float] = []
    for n_enterprises in SIZES[:-1]:
        start_s = time.process_time()
        _bill(n_enterprises)
        costs_s.append(time.process_time() - start_s)
    with stopwatch() as watch:
        total_cny = _bill(SIZES[-1])
    costs_s.append(watch.cpu_s)
    if total_cny <= 0:
        raise AssertionError("nothing was billed")
    slope, offset = np.polyfit(np.log(SIZES), np.log(costs_s), 1)
    fitted_s = math.exp(offset) * SIZES[-1] ** slope
    return watch.sample(
        items=SIZES[-1],
        figures={
            "growth_exponent_ratio": float(slope),
            "fit_residual_ratio": abs(watch.cpu_s / fitted_s - 1),
            **{
                f"bills_of_{size}_cpu_s": cost_s
                for size, cost_s in zip(SIZES, costs_s, strict=True)
            },
        },
    )


def _bill(n_enterprises: int) -> Decimal:
    """Bill so many enterprises, each with a load of its own, and keep nothing but the sum."""
    book, total_cny = load_facts(), Decimal(0)
    at = Connection(10.0, 2_000.0)
    quality = np.zeros(PERIOD.n_steps, np.uint8)
    step = np.arange(PERIOD.n_steps, dtype=np.int64)
    for number in range(n_enterprises):
        terms = bill_terms(_TARIFF, at=at, book=book, period=PERIOD, zone=ZONE, stand_in=None)
        load_wh = 200_000 + (step * (7_919 + number) + number * 104_729) % 150_003
        green_wh = np.where(step % 96 // 24 == 1, load_wh // 3, 0)
        load = EnergySeries(PERIOD.start_s, load_wh, quality)
        matched = EnergySeries(PERIOD.start_s, green_wh, quality)
        use = MonthUse(
            user="E",
            grid=EnergySeries(PERIOD.start_s, load_wh - green_wh, quality),
            green=(GreenPurchase(supply=_SUPPLY, matched=matched),),
            max_demand_kw=max_demand_kw(load),
            transformer_kva=Decimal(2_000),
            reactive=None,
            corrections=(),
        )
        total_cny += bill(use, terms=terms, book=book, month_name=MONTH, zone=ZONE).total_cny
    return total_cny
