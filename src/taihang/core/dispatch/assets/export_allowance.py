"""What may be fed back in this horizon, and what the year would give for a kWh less of it.

The feed-back limit of 发改能源〔2025〕650号 is one over a year. A horizon inside the year gets
its part of what is left as an energy, or a price for each kWh that it uses up; both come from a
forecast of the year's end, and neither is money that anybody is billed.
"""

from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np

from taihang.core.dispatch.assembly import WHOLE, Assembly, Edge
from taihang.core.dispatch.fields import Range
from taihang.core.dispatch.model import Ints, Reals


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ExportAllowance:
    """``Σ export ≤ most``, and ``value · Σ export`` for using it up."""

    TYPE: ClassVar[str] = "export_allowance"
    BUSES: ClassVar[tuple[str, ...]] = ()

    id: str
    most_kwh: Annotated[float | None, Range(0.0)]
    """What all gateways together may feed back in this horizon; none for any energy [kWh]."""
    value_cny_per_kwh: Annotated[float, Range(0.0)]
    """What a kWh of allowance is worth to the rest of the year [CNY/kWh]."""

    def contribute(self, to: Assembly) -> None:
        """Add the row over all exports [kWh], and their price; without a plan nothing keeps it."""
        exported = to.tallies.get("export")
        if exported is None:
            return
        for columns, hours in exported.terms:
            to.cost(self.id, "allowance_cny", columns, each_cny=self.value_cny_per_kwh * hours)
        if self.most_kwh is None or to.is_idle:
            return
        terms: list[tuple[Ints, float | Reals]] = list(exported.terms)
        row = to.one_row(f"{self.id}.export_kwh", terms, lower=-np.inf, upper=self.most_kwh)
        to.limit("allowance", self.id, Edge.ROW_UPPER, row, steps=WHOLE, weight=1.0)
