"""The demand charge by contract: a demand is bought ahead, what lies above it is paid dearer."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np

from taihang.core.dispatch.assembly import INF, Assembly, Edge
from taihang.core.dispatch.fields import Capacity, Range
from taihang.core.dispatch.model import Ints, Reals


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ContractDemand:
    """Each month pays the contract, and for what its highest interval has above the free share."""

    TYPE: ClassVar[str] = "contract_demand"
    BUSES: ClassVar[tuple[str, ...]] = ()

    id: str
    grid: str
    contract_kw: Capacity
    """The demand agreed on; what may be added is for the plan to choose [kW]."""
    price_cny_per_kw: Annotated[float, Range(0.0)]
    """Of one kW, for one month [CNY/kW]."""
    free_ratio: Annotated[float, Range(1.0, 2.0)]
    """Share of the contract that the demand may reach without being dearer, for example 1.05."""
    excess_ratio: Annotated[float, Range(1.0, 10.0)]
    """By how much a kW above that is dearer, for example 2 [1]."""

    def contribute(self, to: Assembly) -> None:
        """Add the contract and one excess for each month."""
        size = to.size(f"{self.id}.contract_kw", self.contract_kw)
        imports, months = to.block(f"{self.grid}.import_kw"), to.horizon.months()
        n_months = int(months[-1]) + 1
        a_year = self.price_cny_per_kw * n_months
        added = np.array([] if size.column is None else [size.column], np.int32)
        to.cost(
            self.id,
            "contract_cny",
            added,
            each_cny=a_year,
            fixed_cny=a_year * size.capacity.existing,
        )
        to.size_costs(size, a_year)
        excess = to.columns(f"{self.id}.excess_kw", lower=0.0, upper=INF, size=n_months)
        to.cost(self.id, "excess_cny", excess, each_cny=self.price_cny_per_kw * self.excess_ratio)
        terms: list[tuple[Ints, float | Reals]] = [(imports, 1.0), (excess[months], -1.0)]
        if size.column is not None:
            terms.append((np.full(to.n, size.column, np.int32), -self.free_ratio))
        rows = to.rows(
            f"{self.id}.highest_kw",
            terms,
            lower=-INF,
            upper=self.free_ratio * size.capacity.existing,
        )
        to.lever(size, Edge.ROW_UPPER, rows, self.free_ratio)
