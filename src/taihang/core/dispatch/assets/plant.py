"""Sun, wind and water: what is available is a fact, what of it is used may be decided."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np

from taihang.core.dispatch.assembly import Assembly, Edge, Size
from taihang.core.dispatch.fields import Capacity, Range, Words
from taihang.core.dispatch.model import Ints, Reals


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Plant:
    """A plant whose fuel is free: ``used ≤ available · capacity``, the rest is curtailed."""

    TYPE: ClassVar[str] = "plant"
    BUSES: ClassVar[tuple[str, ...]] = ("bus",)

    id: str
    bus: str
    kind: Annotated[str, Words("pv", "wind", "hydro")]
    available_ratio: Annotated[Reals, Range(0.0, 1.5)]
    """What one kW of capacity can give, shape (n,); short of 1 but for cold clear days [1]."""
    capacity_kw: Capacity
    curtail_price_cny_per_kwh: Annotated[float | None, Range(0.0)]
    """What a curtailed kWh costs; none means that it may not be curtailed [CNY/kWh]."""
    cost_cny_per_kwh: float
    """What a used kWh costs, for example its contract price [CNY/kWh]."""

    def contribute(self, to: Assembly) -> None:
        """Add what is used, its cost, and the energies that the ratios count."""
        size = to.size(f"{self.id}.capacity_kw", self.capacity_kw)
        used, hours = self._used(to, size), to.horizon.step_h
        to.feed(self.bus, used)
        to.count("used", used, hours, bus=self.bus)
        to.cost(self.id, "energy_cny", used, each_cny=self.cost_cny_per_kwh * hours)
        full_h = float(self.available_ratio.sum()) * hours
        added = np.array([] if size.column is None else [size.column], np.int32)
        stands_kwh = full_h * size.capacity.existing
        to.count("available", added, full_h, fixed=stands_kwh, size=size)
        price = self.curtail_price_cny_per_kwh
        if price is not None:
            to.cost(
                self.id,
                "curtail_cny",
                np.concatenate([used, added]),
                each_cny=np.concatenate(
                    [np.full(to.n, -price * hours), np.full(len(added), price * full_h)]
                ),
                fixed_cny=price * full_h * size.capacity.existing,
            )
            to.size_costs(size, price * full_h)

    def _used(self, to: Assembly, size: Size) -> Ints:
        name = f"{self.id}.used_kw"
        if self.curtail_price_cny_per_kwh is not None:
            used = to.flow(name, size=size, per_unit=self.available_ratio)
            to.yields(self.bus, used)
            return used
        stands_kw = self.available_ratio * size.capacity.existing
        if size.column is None:
            used = to.columns(name, lower=stands_kw, upper=stands_kw, size=to.n)
            to.lever(size, Edge.UPPER, used, self.available_ratio)
            to.lever(size, Edge.LOWER, used, self.available_ratio)
            return used
        used = to.flow(name, upper=self.available_ratio * size.capacity.most)
        added = np.full(to.n, size.column, np.int32)
        rows = to.rows(
            f"{self.id}.all_used_kw",
            [(used, 1.0), (added, -self.available_ratio)],
            lower=stands_kw,
            upper=stands_kw,
        )
        to.lever(size, Edge.ROW, rows, self.available_ratio)
        to.lever(size, Edge.UPPER, used, self.available_ratio)
        return used
