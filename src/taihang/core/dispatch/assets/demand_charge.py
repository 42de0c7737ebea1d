"""The demand charge by metered maximum demand: each month pays for its highest interval."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np

from taihang.core.dispatch.assembly import INF, Assembly
from taihang.core.dispatch.fields import Range, Words


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DemandCharge:
    """``price · max(0, highest − so far)``, for each local month that the horizon touches."""

    TYPE: ClassVar[str] = "demand_charge"
    BUSES: ClassVar[tuple[str, ...]] = ()

    id: str
    grid: str
    direction: Annotated[str, Words("import", "export")]
    price_cny_per_kw: Annotated[float, Range(0.0)]
    """Of one kW, for one month [CNY/kW]."""
    so_far_kw: float
    """What the first month has already reached, and pays anyway [kW]."""

    def contribute(self, to: Assembly) -> None:
        """Add one maximum for each month."""
        flows, months = to.block(f"{self.grid}.{self.direction}_kw"), to.horizon.months()
        n_months = int(months[-1]) + 1
        reached = np.where(np.arange(n_months) == 0, self.so_far_kw, 0.0)
        rises = to.columns(f"{self.id}.rise_kw", lower=0.0, upper=INF, size=n_months)
        to.cost(self.id, "demand_cny", rises, each_cny=self.price_cny_per_kw)
        to.rows(
            f"{self.id}.highest_kw",
            [(flows, 1.0), (rises[months], -1.0)],
            lower=-INF,
            upper=reached[months],
        )
