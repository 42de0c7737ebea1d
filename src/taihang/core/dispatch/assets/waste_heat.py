"""Waste heat of a process, and the pumps and fans that bring it where it is needed."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from taihang.core.dispatch.assembly import Assembly
from taihang.core.dispatch.fields import Capacity, Range
from taihang.core.dispatch.model import Reals


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WasteHeat:
    """Recovers heat that is there anyway, up to what is available and to its own size."""

    TYPE: ClassVar[str] = "waste_heat"
    BUSES: ClassVar[tuple[str, ...]] = ("electricity_bus", "heat_bus")

    id: str
    electricity_bus: str
    heat_bus: str
    available_kw: Reals
    """Heat that the process gives off, shape (n,) [kW]."""
    capacity_kw: Capacity
    """Heat that the exchanger can take [kW]."""
    electricity_ratio: float
    """Electricity that a kWh of recovered heat needs [kWh/kWh]."""
    cost_cny_per_kwh: Annotated[float, Range(0.0)]

    def contribute(self, to: Assembly) -> None:
        """Add the heat and the electricity drawn for it."""
        size = to.size(f"{self.id}.capacity_kw", self.capacity_kw)
        heat = to.flow(f"{self.id}.heat_kw", upper=self.available_kw, size=size)
        hours = to.horizon.step_h
        to.feed(self.heat_bus, heat)
        to.yields(self.heat_bus, heat)
        to.feed(self.electricity_bus, heat, -self.electricity_ratio)
        to.count("load", heat, hours * self.electricity_ratio, bus=self.electricity_bus)
        to.cost(self.id, "upkeep_cny", heat, each_cny=self.cost_cny_per_kwh * hours)
