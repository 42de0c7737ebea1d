"""A price on carbon, or a cap on it, over all that is supplied and drawn."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Final

import numpy as np

from taihang.core.dispatch.assembly import WHOLE, Assembly, Edge, Tally
from taihang.core.dispatch.fields import ParkProblemError, Range

KG_PER_T: Final = 1_000.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Carbon:
    """What a tonne of CO₂ costs, and how many there may be in the horizon."""

    TYPE: ClassVar[str] = "carbon"
    BUSES: ClassVar[tuple[str, ...]] = ()

    id: str
    price_cny_per_t: Annotated[float | None, Range(0.0)]
    cap_t: float | None

    def contribute(self, to: Assembly) -> None:
        """Price and cap what was counted.

        Raises:
            ParkProblemError: If nothing in the park emits anything: the rule would be unused.
        """
        tally = to.tallies.get("carbon", Tally())
        terms = [(columns, each) for columns, each in tally.terms if each.any()]
        if not terms:
            raise ParkProblemError(
                f"{self.id} in a park that emits nothing",
                "a supply or a grid with carbon_kg_per_kwh above 0",
                "give the factors, or leave the rule out",
            )
        for columns, each in terms:
            price = self.price_cny_per_t or 0.0
            to.cost(self.id, "carbon_cny", columns, each_cny=each * price / KG_PER_T)
        if self.cap_t is not None and not to.is_idle:
            most = self.cap_t * KG_PER_T - tally.fixed
            row = to.one_row(f"{self.id}.cap_kg", terms, lower=-np.inf, upper=most)
            to.limit("carbon", self.id, Edge.ROW_UPPER, row, steps=WHOLE, weight=1.0)
