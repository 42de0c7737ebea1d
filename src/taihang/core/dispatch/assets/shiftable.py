"""A load that may move in time: the same energy in every window, drawn earlier or later."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np

from taihang.core.dispatch.assembly import Assembly
from taihang.core.dispatch.fields import ParkProblemError, Range
from taihang.core.dispatch.model import Reals


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Shiftable:
    """``drawn = base + later − earlier``; over each window the energy is that of the base."""

    TYPE: ClassVar[str] = "shiftable"
    BUSES: ClassVar[tuple[str, ...]] = ("bus",)

    id: str
    bus: str
    base_kw: Reals
    """What is drawn if nothing is moved, shape (n,) [kW]."""
    power_max_kw: Reals
    """Largest power it can draw, shape (n,) [kW]."""
    power_min_kw: Reals
    """Smallest power it can draw, shape (n,) [kW]."""
    window_h: Annotated[float, Range(1e-3)]
    """Length of the windows, one after the other, within which energy may move [h]."""
    price_cny_per_kwh: Annotated[float, Range(0.0)]
    """What moving a kWh costs [CNY/kWh]."""

    def contribute(self, to: Assembly) -> None:
        """Draw the base and move it within its windows."""
        self._check(to)
        hours = to.horizon.step_h
        room = 0.0 if to.is_idle else 1.0
        more = to.flow(f"{self.id}.more_kw", upper=(self.power_max_kw - self.base_kw) * room)
        less = to.flow(f"{self.id}.less_kw", upper=(self.base_kw - self.power_min_kw) * room)
        to.draw(self.bus, self.base_kw)
        to.feed(self.bus, more, -1.0)
        to.feed(self.bus, less)
        to.cost(self.id, "move_cny", less, each_cny=self.price_cny_per_kwh * hours)
        to.count("load", to.steps[:0], 0.0, fixed=float(self.base_kw.sum()) * hours, bus=self.bus)
        span = round(self.window_h / hours)
        for first in range(0, to.n, span):
            at = slice(first, min(first + span, to.n))
            terms = [(more[at], hours), (less[at], -hours)]
            to.one_row(f"{self.id}.window_kwh {first}", terms, lower=0.0, upper=0.0)

    def _check(self, to: Assembly) -> None:
        steps = self.window_h / to.horizon.step_h
        if abs(steps - round(steps)) > _WHOLE or steps < 1.0:
            raise ParkProblemError(
                f"{self.id}.window_h {self.window_h}",
                f"a whole number of intervals of {to.horizon.step_h:g} h",
            )
        off = np.flatnonzero(
            (self.base_kw < self.power_min_kw) | (self.base_kw > self.power_max_kw)
        )
        if len(off):
            raise ParkProblemError(
                f"{self.id}.base_kw {self.base_kw[off[0]]:g} in interval {int(off[0])}",
                f"{self.power_min_kw[off[0]]:g} … {self.power_max_kw[off[0]]:g} kW",
                "the base must itself keep the smallest and the largest power",
            )


_WHOLE: float = 1e-9
"""Rounding of floats in a number of intervals."""
