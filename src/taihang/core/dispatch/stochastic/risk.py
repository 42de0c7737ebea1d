"""Expected cost and the mean of the worst: what a plan under uncertainty is judged by."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from taihang.core.dispatch.fields import ParkProblemError, Range
from taihang.core.dispatch.model import Reals


@dataclass(frozen=True, slots=True, kw_only=True)
class Risk:
    """``(1 − weight) · expected cost + weight · mean of the worst tail``."""

    cvar_weight_ratio: Annotated[float, Range(0.0, 1.0)]
    """λ: 0 looks at the expected cost alone, 1 at the worst alone [1]."""
    cvar_tail_ratio: Annotated[float, Range(0.0, 1.0)]
    """Probability of the worst that count, 1 − α of CVaR_α: above 0, 1 for all [1]."""

    def check(self) -> None:
        """Refuse a tail in which nothing is left.

        Raises:
            ParkProblemError: If the tail is 0.
        """
        if self.cvar_tail_ratio <= 0.0:
            raise ParkProblemError(
                f"cvar_tail_ratio {self.cvar_tail_ratio}",
                "above 0 … 1",
                "write 0.05 for the mean of the worst twentieth",
            )

    def of(self, cost_cny: Reals, probability_ratio: Reals) -> float:
        """Return what is minimised, of costs by scenario [CNY]."""
        mean = expected_cny(cost_cny, probability_ratio)
        worst = cvar_cny(cost_cny, probability_ratio, tail_ratio=self.cvar_tail_ratio)
        return (1.0 - self.cvar_weight_ratio) * mean + self.cvar_weight_ratio * worst


def expected_cny(cost_cny: Reals, probability_ratio: Reals) -> float:
    """Return the probability-weighted mean [CNY]."""
    return float(cost_cny @ probability_ratio)


def cvar_cny(cost_cny: Reals, probability_ratio: Reals, *, tail_ratio: float) -> float:
    """Return the mean of the worst costs that together have the probability of the tail.

    Args:
        cost_cny: Cost of each scenario, shape (n,). [CNY]
        probability_ratio: Their probabilities, which sum to 1, shape (n,). [1]
        tail_ratio: Probability of the tail, above 0. [1]

    Returns:
        The conditional value at risk; the scenario at the edge counts with the part of it that
        still belongs to the tail. [CNY]

    Example:
        >>> cvar_cny(np.array([1.0, 2.0, 10.0, 3.0]), np.full(4, 0.25), tail_ratio=0.5)
        6.5

    Source:
        Rockafellar & Uryasev, Conditional value-at-risk for general loss distributions (2002).
    """
    worst_first = np.argsort(-cost_cny, kind="stable")
    before = np.concatenate([[0.0], np.cumsum(probability_ratio[worst_first])[:-1]])
    counted = np.clip(tail_ratio - before, 0.0, probability_ratio[worst_first])
    return float(cost_cny[worst_first] @ counted) / float(counted.sum())
