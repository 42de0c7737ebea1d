"""A heat pump: a little electricity lifts much heat."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from taihang.core.dispatch.assembly import Assembly
from taihang.core.dispatch.fields import Capacity, Range
from taihang.core.dispatch.model import Reals


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HeatPump:
    """Makes heat from electricity and from a source that costs nothing; its size is heat."""

    TYPE: ClassVar[str] = "heat_pump"
    BUSES: ClassVar[tuple[str, ...]] = ("electricity_bus", "heat_bus")

    id: str
    electricity_bus: str
    heat_bus: str
    capacity_kw: Capacity
    """Heat at full load [kW]."""
    cop_ratio: Annotated[Reals, Range(1.0, 20.0)]
    """Heat given for electricity drawn, shape (n,) [1]."""
    cost_cny_per_kwh: Annotated[float, Range(0.0)]
    """Operation and upkeep, of a kWh of heat [CNY/kWh]."""

    def contribute(self, to: Assembly) -> None:
        """Add the heat and the electricity drawn for it."""
        size = to.size(f"{self.id}.capacity_kw", self.capacity_kw)
        heat = to.flow(f"{self.id}.heat_kw", size=size)
        hours = to.horizon.step_h
        to.feed(self.heat_bus, heat)
        to.feed(self.electricity_bus, heat, -1.0 / self.cop_ratio)
        to.count("load", heat, hours / self.cop_ratio, bus=self.electricity_bus)
        to.cost(self.id, "upkeep_cny", heat, each_cny=self.cost_cny_per_kwh * hours)
