"""A reserve that a battery holds back: power up and down, for a time, whenever it is called."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np

from taihang.core.dispatch.assembly import Assembly, Edge, Size, StoreParts
from taihang.core.dispatch.fields import Range
from taihang.core.dispatch.model import Ints, Reals


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Reserve:
    """What a battery has promised to be able to give and to take, beside what it does."""

    TYPE: ClassVar[str] = "reserve"
    BUSES: ClassVar[tuple[str, ...]] = ()

    id: str
    battery: str
    up_kw: Reals
    """More that it must be able to give, shape (n,) [kW]."""
    down_kw: Reals
    """More that it must be able to take, shape (n,) [kW]."""
    duration_h: float
    """For how long a call may last [h]."""
    income_cny_per_kw: Annotated[float, Range(0.0)]
    """What a kW, either way, earns in an hour of readiness [CNY/kW·h]."""

    def contribute(self, to: Assembly) -> None:
        """Keep room in the power and in the store."""
        if to.is_idle:
            return
        held = to.stores[self.battery]
        flows = (held.discharges, held.charges)
        self._hold_power(to, "up", flows, size=held.discharge, held_kw=self.up_kw)
        self._hold_power(
            to, "down", (held.charges, held.discharges), size=held.charge, held_kw=self.down_kw
        )
        lent_kwh = self.up_kw * self.duration_h / held.discharge_efficiency_ratio
        taken_kwh = self.down_kw * self.duration_h * held.charge_efficiency_ratio
        self._hold_energy(to, "floor", held, share=held.level_min_ratio, room_kwh=lent_kwh)
        self._hold_energy(to, "ceiling", held, share=held.level_max_ratio, room_kwh=-taken_kwh)
        income = float((self.up_kw + self.down_kw).sum()) * self.income_cny_per_kw
        to.cost(
            self.id,
            "reserve_cny",
            held.charges[:0],
            each_cny=0.0,
            fixed_cny=-income * to.horizon.step_h,
        )

    def _hold_power(
        self, to: Assembly, way: str, flows: tuple[Ints, Ints], *, size: Size, held_kw: Reals
    ) -> None:
        terms: list[tuple[Ints, float | Reals]] = [(flows[0], 1.0), (flows[1], -1.0)]
        if size.column is not None:
            terms.append((np.full(to.n, size.column, np.int32), -1.0))
        rows = to.rows(
            f"{self.id}.{way}_kw", terms, lower=-np.inf, upper=size.capacity.existing - held_kw
        )
        to.lever(size, Edge.ROW_UPPER, rows, 1.0)
        to.limit("reserve", self.id, Edge.ROW_UPPER, rows)

    def _hold_energy(
        self, to: Assembly, edge: str, held: StoreParts, *, share: float, room_kwh: Reals
    ) -> None:
        """Keep the energy a room away from a limit; the room is below 0 for the upper one."""
        size = held.energy
        terms: list[tuple[Ints, float | Reals]] = [(held.energies, 1.0)]
        if size.column is not None:
            terms.append((np.full(to.n, size.column, np.int32), -share))
        bound = share * size.capacity.existing + room_kwh
        is_floor = edge == "floor"
        rows = to.rows(
            f"{self.id}.{edge}_kwh",
            terms,
            lower=bound if is_floor else -np.inf,
            upper=np.inf if is_floor else bound,
        )
        side = Edge.ROW_LOWER if is_floor else Edge.ROW_UPPER
        to.lever(size, side, rows, share)
        to.limit("reserve", self.id, side, rows, weight=1.0)
