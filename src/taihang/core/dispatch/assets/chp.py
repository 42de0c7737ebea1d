"""Combined heat and power: one fuel, electricity and heat, in a fixed or a free relation."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np

from taihang.core.dispatch.assembly import Assembly
from taihang.core.dispatch.fields import Capacity, Range, Words


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Chp:
    """A unit that burns fuel; its size is electric power."""

    TYPE: ClassVar[str] = "chp"
    BUSES: ClassVar[tuple[str, ...]] = ("fuel_bus", "electricity_bus", "heat_bus")

    id: str
    fuel_bus: str
    electricity_bus: str
    heat_bus: str
    capacity_kw: Capacity
    """Electric power at full load [kW]."""
    electric_efficiency_ratio: float
    heat_efficiency_ratio: float
    heat_mode: Annotated[str, Words("fixed", "up-to")]
    """``fixed``: all heat is taken; ``up-to``: what is not needed goes to its cooler."""
    cost_cny_per_kwh: Annotated[float, Range(0.0)]
    """Operation and upkeep, of a kWh of electricity [CNY/kWh]."""

    def contribute(self, to: Assembly) -> None:
        """Add electricity, the heat beside it and the fuel behind it."""
        size = to.size(f"{self.id}.capacity_kw", self.capacity_kw)
        power = to.flow(f"{self.id}.electricity_kw", size=size)
        hours = to.horizon.step_h
        to.feed(self.electricity_bus, power)
        to.feed(self.fuel_bus, power, -1.0 / self.electric_efficiency_ratio)
        to.cost(self.id, "upkeep_cny", power, each_cny=self.cost_cny_per_kwh * hours)
        per_kwh = self.heat_efficiency_ratio / self.electric_efficiency_ratio
        if self.heat_mode == "fixed":
            to.feed(self.heat_bus, power, per_kwh)
            return
        heat = to.flow(f"{self.id}.heat_kw")
        to.feed(self.heat_bus, heat)
        to.rows(f"{self.id}.heat_kw", [(heat, 1.0), (power, -per_kwh)], lower=-np.inf, upper=0.0)
