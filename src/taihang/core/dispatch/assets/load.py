"""A load: what is drawn whatever happens, and what of it may be left unserved at a price."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from taihang.core.dispatch.assembly import Assembly
from taihang.core.dispatch.fields import ParkProblemError, Range
from taihang.core.dispatch.model import Reals


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Load:
    """A demand on a bus of any medium."""

    TYPE: ClassVar[str] = "load"
    BUSES: ClassVar[tuple[str, ...]] = ("bus",)

    id: str
    bus: str
    load_kw: Reals
    shed_max_ratio: float
    """Share of the load that may be left unserved; 0 for none [1]."""
    shed_price_cny_per_kwh: Annotated[float | None, Range(0.0)]
    """What an unserved kWh costs; none where nothing may be left unserved [CNY/kWh]."""

    def contribute(self, to: Assembly) -> None:
        """Draw the load, and let a priced part of it go unserved.

        Raises:
            ParkProblemError: If a price or a share of what may be shed is given without the other.
        """
        if (self.shed_price_cny_per_kwh is None) != (self.shed_max_ratio == 0.0):
            raise ParkProblemError(
                f"{self.id}.shed_max_ratio {self.shed_max_ratio} with shed_price_cny_per_kwh "
                f"{self.shed_price_cny_per_kwh}",
                'a price with a share above 0, or 0 and "none"',
            )
        hours = to.horizon.step_h
        to.draw(self.bus, self.load_kw)
        to.count("load", to.steps[:0], 0.0, fixed=float(self.load_kw.sum()) * hours, bus=self.bus)
        if self.shed_price_cny_per_kwh is None:
            return
        shed = to.flow(f"{self.id}.shed_kw", upper=self.load_kw * self.shed_max_ratio)
        to.feed(self.bus, shed)
        to.count("load", shed, -hours, bus=self.bus)
        to.cost(self.id, "shed_cny", shed, each_cny=self.shed_price_cny_per_kwh * hours)
