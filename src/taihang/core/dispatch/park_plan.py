"""A plan of a park problem: what every asset does, how large it is, and what is claimed of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from taihang.core.dispatch.assembly import Assembled
from taihang.core.dispatch.fields import Json
from taihang.core.dispatch.model import Reals
from taihang.core.dispatch.park_problem import ParkProblem

PLAN_FORMAT: Final = "taihang/park-plan/v1"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ParkPlan:
    """Set-points of a horizon and what is claimed to follow from them."""

    series: Mapping[str, Reals]
    """By ``asset.name`` with its unit, one value an interval (or a month, or a session)."""
    sizes: Mapping[str, float]
    """By ``asset.field``, existing and added together."""
    bill_cny: Mapping[str, float]
    """By ``asset.line``; income is negative."""
    problem_sha256: str
    """Which problem it answers: the digest of its canonical JSON."""
    is_idle: bool
    """Whether it is the counterfactual, in which nothing is moved."""
    outside_kwh: Mapping[str, float]
    """By store: how far it lies outside its limits in the worst interval, for it started there."""

    @property
    def total_cny(self) -> float:
        """The whole bill [CNY]."""
        return float(sum(self.bill_cny.values()))

    def document(self) -> dict[str, Json]:
        """Return the plan as plain values: what is checked, written and sent."""
        return {
            "format": PLAN_FORMAT,
            "problem_sha256": self.problem_sha256,
            "is_idle": self.is_idle,
            "series": {name: values.tolist() for name, values in self.series.items()},
            "sizes": dict(self.sizes),
            "bill_cny": dict(self.bill_cny),
            "total_cny": self.total_cny,
            "outside_kwh": dict(self.outside_kwh),
        }


def plan_of(
    problem: ParkProblem, assembled: Assembled, values: Reals, *, is_idle: bool = False
) -> ParkPlan:
    """Read the plan from a solver's vector.

    Args:
        problem: The problem.
        assembled: Its model.
        values: One value for each column of the model.
        is_idle: Whether the model is the counterfactual.

    Returns:
        The plan. A little noise below a bound is cut off; a curtailed power is what is available
        less what is used.
    """
    model = assembled.model
    # Plus 0.0 turns −0.0 into 0.0: same input, same bytes (§9).
    kept = np.clip(values, model.column_lower, model.column_upper) + 0.0
    series = {
        block.name: kept[block.span]
        for block in model.columns
        if not block.name.endswith((" added", ".outside_kwh"))
    }
    sizes = {
        size.name: size.capacity.existing
        + (0.0 if size.column is None else float(kept[size.column]))
        for size in assembled.sizes
    }
    outside = {
        block.name.removesuffix(".outside_kwh"): float(kept[block.span].max())
        for block in model.columns
        if block.name.endswith(".outside_kwh")
    }
    bill: dict[str, float] = {}
    for line in assembled.cost_lines:
        name = f"{line.owner}.{line.line}"
        cny = float(line.each_cny @ kept[line.columns]) + line.fixed_cny
        bill[name] = bill.get(name, 0.0) + cny
    return ParkPlan(
        series=series,
        sizes=sizes,
        bill_cny=bill,
        problem_sha256=problem.digest(),
        is_idle=is_idle,
        outside_kwh=outside,
    )
