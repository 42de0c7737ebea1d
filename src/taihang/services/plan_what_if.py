"""What orders would do to a released plan: what it costs, and what the referee says of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from taihang.core.dispatch.follow import Followed, follow
from taihang.core.dispatch.model import Reals
from taihang.core.dispatch.plan_decision import MAX_ORDERS, Order, OrdersError
from taihang.core.errors import StateError
from taihang.core.periods import STEP_S
from taihang.core.quantities import SECONDS_PER_HOUR, WH_PER_KWH
from taihang.services.plan_day import planned_day
from taihang.services.planned import Planned, ordered_w
from taihang.services.ports import Ports
from taihang.services.regret_day import exactly_of

_ROUNDING_KWH: Final = 0.05
"""What a store may miss of an order by the rounding of a plan to whole watts [kWh]."""


class ImpossibleOrderError(StateError):
    """A store cannot do what it is ordered to do: it is full, empty, or behind a limit."""

    code = "state.impossible-order"


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIf:
    """A day under other orders, beside the plan, both by the records as they are now."""

    plan_cny: float
    ordered_cny: float
    missed_kwh: float
    """What of the plan's later hours can then not be done [kWh]."""
    change_w: int
    """Largest departure from the plan, of the store that departs most for its size. [W]"""
    limit_w: int
    """Departure of that store above which a second person is needed. [W]"""
    stored_wh: dict[str, tuple[int, ...]]
    """What each store then holds at the end of each interval [Wh]."""

    @property
    def extra_cny(self) -> float:
        """What the orders cost beyond the plan [CNY]."""
        return self.ordered_cny - self.plan_cny

    @property
    def needs_second(self) -> bool:
        """Whether another person has to confirm them."""
        return self.change_w > self.limit_w


def what_if(planned: Planned, orders: Sequence[Order], *, ports: Ports) -> WhatIf:
    """Say what orders would do, before anybody gives them.

    Args:
        planned: The plan.
        orders: What stores shall do instead, in hours of the day of the plan.
        ports: The outside world.

    Returns:
        What it would cost and change.

    Raises:
        OrdersError: If an order is of no store of the plan, off its grid, or above its power.
        ImpossibleOrderError: If a store cannot do what it is ordered to do.
        NoReplayError: If the referee refuses the park under these orders.
    """
    # 1. Orders that fit the plan, and how far they depart from it.
    _demand_fitting(planned, orders, ports)
    change_w, limit_w = _departure(planned, orders, ports)
    # 2. The day as planned, and under the orders, both refereed.
    problem, exactly = planned_day(planned.day, ports=ports), exactly_of(ports)
    before = follow(problem, _told(planned, ()), exactly=exactly)
    after = follow(problem, _told(planned, orders), exactly=exactly)
    # 3. An order that is not done is none.
    _demand_done(planned, orders, after)
    return WhatIf(
        plan_cny=before.plan.total_cny,
        ordered_cny=after.plan.total_cny,
        missed_kwh=after.missed_kwh,
        change_w=change_w,
        limit_w=limit_w,
        stored_wh={
            name: tuple(
                np.rint(after.plan.series[f"{name}.energy_kwh"] * WH_PER_KWH).astype(int).tolist()
            )
            for name in planned.stores
        },
    )


def _told(planned: Planned, orders: Sequence[Order]) -> dict[str, Reals]:
    power = ordered_w(planned, orders)
    return {name: watts / WH_PER_KWH for name, watts in power.items()}


def rated_w(store: str, *, ports: Ports) -> int | None:
    """Return the rated power of a store as a plan names it [W]; None where there is none."""
    named = {name.replace(".", "-"): one for name, one in ports.park.batteries.items()}
    return int(named[store].power_kw * WH_PER_KWH) if store in named else None


def _demand_fitting(planned: Planned, orders: Sequence[Order], ports: Ports) -> None:
    end_s = planned.start_s + planned.step_s * len(planned.series_w("import_w"))
    for order in orders:
        rated = rated_w(order.battery, ports=ports) if order.battery in planned.stores else None
        on_grid = not (order.start_s % STEP_S or order.end_s % STEP_S)
        inside = planned.start_s <= order.start_s < order.end_s <= end_s
        if rated is None or not on_grid or not inside or abs(order.power_w) > rated:
            raise OrdersError(
                given=f"{order.power_w} W of {order.battery}, {order.start_s} … {order.end_s} s",
                expected=f"one of {', '.join(planned.stores)}, within its rated power, whole"
                f" quarters of an hour within {planned.start_s} … {end_s} s",
                remedy="name a store of the plan, a stretch of its day, and a power it can give",
            )
    if not 0 < len(orders) <= MAX_ORDERS:
        raise OrdersError(
            given=f"{len(orders)} orders",
            expected=f"1 … {MAX_ORDERS}",
            remedy="say what a store shall do instead of the plan",
        )


def _departure(planned: Planned, orders: Sequence[Order], ports: Ports) -> tuple[int, int]:
    """Return the departure of the store that departs most for its size, and its limit [W]."""
    before, after = ordered_w(planned, ()), ordered_w(planned, orders)
    pairs: list[tuple[int, int]] = []
    for name in before:
        rated = rated_w(name, ports=ports) or 0
        limit = int(ports.park.alarms.two_person_ratio * rated)
        pairs.append((int(np.abs(after[name] - before[name]).max(initial=0)), limit))
    return max(pairs, key=lambda pair: pair[0] / max(pair[1], 1))


def _demand_done(planned: Planned, orders: Sequence[Order], after: Followed) -> None:
    for order in orders:
        first = (order.start_s - planned.start_s) // planned.step_s
        last = (order.end_s - planned.start_s) // planned.step_s
        done_kw = after.set_points[order.battery][first:last]
        missed_kw = np.abs(done_kw - order.power_w / WH_PER_KWH)
        missed_kwh = float(missed_kw.sum()) * planned.step_s / SECONDS_PER_HOUR
        if missed_kwh > _ROUNDING_KWH:
            asked_kwh = (
                abs(order.power_w) / WH_PER_KWH * (order.end_s - order.start_s) / (SECONDS_PER_HOUR)
            )
            raise ImpossibleOrderError(
                given=f"{asked_kwh:,.1f} kWh of {order.battery}, of which {missed_kwh:,.1f} kWh"
                " cannot be done: it is full or empty by then",
                expected="an order that the store can follow from what it holds",
                remedy="order less, for a shorter time, or at another hour",
            )
