"""A way out for what nobody needs: heat to a cooler, power that is counted and paid for."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from taihang.core.dispatch.assembly import Assembly
from taihang.core.dispatch.fields import Range
from taihang.core.dispatch.model import Reals


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Spill:
    """Takes any power up to a limit, at a price that is 0 or more."""

    TYPE: ClassVar[str] = "spill"
    BUSES: ClassVar[tuple[str, ...]] = ("bus",)

    id: str
    bus: str
    limit_kw: Reals
    price_cny_per_kwh: Annotated[float, Range(0.0)]

    def contribute(self, to: Assembly) -> None:
        """Add the flow and its price; on a bus of electricity it counts as curtailed."""
        spilled = to.flow(f"{self.id}.spilled_kw", upper=self.limit_kw)
        to.feed(self.bus, spilled, -1.0)
        hours = to.horizon.step_h
        to.cost(self.id, "spill_cny", spilled, each_cny=self.price_cny_per_kwh * hours)
        to.count("spilled", spilled, hours, bus=self.bus)
