"""Energy at a price: gas from the network, a boiler house next door, a power station."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from taihang.core.dispatch.assembly import Assembly
from taihang.core.dispatch.fields import Capacity, Range
from taihang.core.dispatch.model import Reals


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Supply:
    """Gives any power up to its capacity, at a price an interval."""

    TYPE: ClassVar[str] = "supply"
    BUSES: ClassVar[tuple[str, ...]] = ("bus",)

    id: str
    bus: str
    capacity_kw: Capacity
    price_cny_per_kwh: Reals
    carbon_kg_per_kwh: Annotated[float, Range(0.0)]
    """CO₂ of a kWh supplied, of gas its whole combustion [kgCO₂/kWh]."""

    def contribute(self, to: Assembly) -> None:
        """Add the flow, its price and its carbon."""
        size = to.size(f"{self.id}.capacity_kw", self.capacity_kw)
        hours = to.horizon.step_h
        given = to.flow(f"{self.id}.given_kw", size=size)
        to.feed(self.bus, given)
        to.yields(self.bus, given)
        to.cost(self.id, "energy_cny", given, each_cny=self.price_cny_per_kwh * hours)
        to.count("carbon", given, self.carbon_kg_per_kwh * hours)
