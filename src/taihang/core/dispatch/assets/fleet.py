"""The vehicles of a station as one virtual battery: what all of them together can take, by when.

The energy served by the end of each interval lies between what has to be served by then and what
can have been. That is less than each vehicle's own limits say, so a plan of a fleet is a lower
bound of what its vehicles cost. ``groups`` add what the vehicles can take in chosen intervals
together; with enough of them nothing is left out (see ``site.share_out``).
"""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Final

import numpy as np

from taihang.core.dispatch.assembly import INF, Assembly, Edge
from taihang.core.dispatch.fields import ParkProblemError, Range
from taihang.core.dispatch.model import Ints, Reals

_AGREE_KWH: Final = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Group:
    """Intervals in which the vehicles can take only so much together."""

    member_ratio: Reals
    """1 for the intervals of the group, 0 for the others, shape (n,) [1]."""
    most_kwh: float
    """What all vehicles can take in them [kWh]."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fleet:
    """All sessions of a station together."""

    TYPE: ClassVar[str] = "fleet"
    BUSES: ClassVar[tuple[str, ...]] = ("bus",)

    id: str
    bus: str
    power_kw: Reals
    """Largest power of all vehicles present, shape (n,) [kW]."""
    least_kwh: Reals
    """What must have been served by the end of each interval, shape (n,) [kWh]."""
    most_kwh: Reals
    """What can have been served by the end of each interval, shape (n,) [kWh]."""
    groups: tuple[Group, ...]
    unserved_price_cny_per_kwh: Annotated[float | None, Range(0.0)]
    """What a kWh costs that the vehicles leave without; none where all must be served [CNY/kWh]."""

    def contribute(self, to: Assembly) -> None:
        """Add the power, what is served by when, and the groups."""
        self._check()
        hours = to.horizon.step_h
        lower, upper = self._bounds(to)
        charges = to.columns(f"{self.id}.charge_kw", lower=lower, upper=upper, size=to.n)
        to.feed(self.bus, charges, -1.0)
        to.count("load", charges, hours, bus=self.bus)
        to.limit("station", self.id, Edge.UPPER, charges)
        served = to.columns(f"{self.id}.served_kwh", lower=0.0, upper=self.most_kwh, size=to.n)
        rows = to.rows(
            f"{self.id}.serving_kwh", [(served, 1.0), (charges, -hours)], lower=0.0, upper=0.0
        )
        to.add(rows[1:], served[:-1], value=-1.0)
        self._add_least(to, served)
        for number, group in enumerate(() if to.is_idle else self.groups):
            at = np.flatnonzero(group.member_ratio)
            terms: list[tuple[Ints, float | Reals]] = [(charges[at], hours)]
            to.one_row(f"{self.id}.group_{number}", terms, lower=-INF, upper=group.most_kwh)

    def _add_least(self, to: Assembly, served: Ints) -> None:
        price = self.unserved_price_cny_per_kwh
        most = float(self.least_kwh[-1]) if price is not None or to.is_idle else 0.0
        unserved = to.columns(f"{self.id}.unserved_kwh", lower=0.0, upper=most, size=1)
        to.cost(self.id, "unserved_cny", unserved, each_cny=price or 0.0)
        rows = to.rows(
            f"{self.id}.least_kwh",
            [(served, 1.0), (np.repeat(unserved, to.n), 1.0)],
            lower=self.least_kwh,
            upper=INF,
        )
        to.limit("session", self.id, Edge.ROW_LOWER, rows, weight=1.0)

    def _bounds(self, to: Assembly) -> tuple[float | Reals, Reals]:
        """Return the bounds of the power; idle, everything is served as soon as it can be."""
        if not to.is_idle:
            return 0.0, self.power_kw
        hours, served_kwh, taken = to.horizon.step_h, 0.0, np.zeros(to.n)
        for step in range(to.n):
            open_kw = max(float(self.most_kwh[step]) - served_kwh, 0.0) / hours
            taken[step] = min(float(self.power_kw[step]), open_kw)
            served_kwh += taken[step] * hours
        return taken, taken

    def _check(self) -> None:
        """Refuse limits that leave no room.

        Raises:
            ParkProblemError: If more has to be served by some time than can be.
        """
        if self.unserved_price_cny_per_kwh is not None:
            return
        off = np.flatnonzero(self.least_kwh > self.most_kwh + _AGREE_KWH)
        if len(off):
            step = int(off[0])
            raise ParkProblemError(
                f"{self.id}: {self.least_kwh[step]:g} kWh to be served by the end of interval "
                f"{step}",
                f"at most {self.most_kwh[step]:g} kWh, what can be served by then",
                "correct the limits, or give unserved_price_cny_per_kwh",
            )
