"""A released plan of a day as it was issued: its series, read from the text of its statement."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import cast

import numpy as np
from numpy.typing import NDArray

from taihang.core.dispatch.plan_decision import Order
from taihang.core.park.park import PARK_SUBJECT
from taihang.core.seal.canonical import load_canonical
from taihang.core.seal.issued import IssuedStatement
from taihang.services.plan_day import DAY_PLAN
from taihang.services.ports import Ports

Body = Mapping[str, object]


@dataclass(frozen=True, slots=True, eq=False)
class PlannedStore:
    """What a plan tells one store, interval by interval; shape (n,) each."""

    charge_w: NDArray[np.int64]
    discharge_w: NDArray[np.int64]
    stored_wh: NDArray[np.int64]
    """At the end of each interval [Wh]."""

    @property
    def power_w(self) -> NDArray[np.int64]:
        """At the AC side, charging positive [W]."""
        return self.charge_w - self.discharge_w


@dataclass(frozen=True, slots=True, eq=False)
class Planned:
    """One version of a plan of a day."""

    issued: IssuedStatement
    body: Body

    @property
    def day(self) -> date:
        """Its local day."""
        return date.fromisoformat(self.issued.period)

    @property
    def start_s(self) -> int:
        """Start of its first interval [s]."""
        return cast("int", self.body["start_s"])

    @property
    def step_s(self) -> int:
        """Length of an interval [s]."""
        return cast("int", self.body["step_s"])

    @property
    def stores(self) -> dict[str, PlannedStore]:
        """What it tells each store, by the store's id."""
        each = cast("Mapping[str, Mapping[str, list[int]]]", self.body["batteries"])
        return {
            name: PlannedStore(
                *(np.array(own[key], np.int64) for key in ("charge_w", "discharge_w", "stored_wh"))
            )
            for name, own in each.items()
        }

    def series_w(self, name: str) -> NDArray[np.int64]:
        """Return one of its series of power, such as ``import_w`` [W]."""
        return np.array(cast("list[int]", self.body[name]), np.int64)

    def field(self, name: str) -> str:
        """Return a field that is text."""
        return str(self.body[name])

    @property
    def bill_cny(self) -> Mapping[str, str]:
        """What the day costs, by line of the bill [CNY]."""
        return cast("Mapping[str, str]", self.body["bill_cny"])

    @property
    def export_budget(self) -> Mapping[str, str]:
        """What the year's limit of export asked of the day."""
        return cast("Mapping[str, str]", self.body["export_budget"])

    def prices(self, name: str) -> NDArray[np.float64]:
        """Return one of its series of prices, such as ``price_cny_per_kwh`` [CNY/kWh]."""
        return np.array(cast("list[str]", self.body[name]), np.float64)

    @property
    def month_peaks(self) -> list[Mapping[str, str]]:
        """What the month is expected to reach, one for each demand charge."""
        return cast("list[Mapping[str, str]]", self.body["month_peaks"])


def planned_of(issued: IssuedStatement) -> Planned:
    """Return a plan as it was issued.

    Args:
        issued: A statement ``day-plan`` of the park.
    """
    return Planned(issued, cast("Body", load_canonical(issued.document.encode())))


def plan_names(*, ports: Ports) -> dict[date, str]:
    """Return the series of every plan of the park by its local day, in order of day.

    Args:
        ports: The outside world.
    """
    days = {
        date.fromisoformat(entry.period): entry.id.rpartition(".v")[0]
        for entry in ports.registry.roll()
        if entry.kind == DAY_PLAN and entry.id.startswith(f"{DAY_PLAN}.{PARK_SUBJECT}.")
    }
    return dict(sorted(days.items()))


def ordered_w(planned: Planned, orders: Iterable[Order]) -> dict[str, NDArray[np.int64]]:
    """Return what each store shall do: the plan, and the orders in the place of it.

    Args:
        planned: The plan.
        orders: The orders in force, on the grid of the plan.

    Returns:
        Power by store, at the AC side, charging positive, shape (n,). [W]
    """
    power = {name: store.power_w for name, store in planned.stores.items()}
    for order in orders:
        first = (order.start_s - planned.start_s) // planned.step_s
        last = (order.end_s - planned.start_s) // planned.step_s
        power[order.battery][first:last] = order.power_w
    return power
