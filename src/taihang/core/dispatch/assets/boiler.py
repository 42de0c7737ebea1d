"""A boiler: fuel, or electricity, into heat."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from taihang.core.dispatch.assembly import Assembly
from taihang.core.dispatch.fields import Capacity, Range


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Boiler:
    """Makes heat; its size is heat. On a bus of electricity it is an electrode boiler."""

    TYPE: ClassVar[str] = "boiler"
    BUSES: ClassVar[tuple[str, ...]] = ("fuel_bus", "heat_bus")

    id: str
    fuel_bus: str
    heat_bus: str
    capacity_kw: Capacity
    """Heat at full load [kW]."""
    efficiency_ratio: float
    cost_cny_per_kwh: Annotated[float, Range(0.0)]
    """Operation and upkeep, of a kWh of heat [CNY/kWh]."""

    def contribute(self, to: Assembly) -> None:
        """Add the heat and what is burnt for it."""
        size = to.size(f"{self.id}.capacity_kw", self.capacity_kw)
        heat = to.flow(f"{self.id}.heat_kw", size=size)
        hours = to.horizon.step_h
        to.feed(self.heat_bus, heat)
        to.feed(self.fuel_bus, heat, -1.0 / self.efficiency_ratio)
        to.cost(self.id, "upkeep_cny", heat, each_cny=self.cost_cny_per_kwh * hours)
        to.count("load", heat, hours / self.efficiency_ratio, bus=self.fuel_bus)
