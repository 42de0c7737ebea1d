"""What the park has promised a market or an operator: to draw less than its baseline."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np

from taihang.core.dispatch.assembly import INF, Assembly, Edge
from taihang.core.dispatch.fields import ParkProblemError, Range
from taihang.core.dispatch.model import Ints, Reals


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Commitment:
    """``import − export ≤ baseline − promised``, in every interval in which it is called."""

    TYPE: ClassVar[str] = "commitment"
    BUSES: ClassVar[tuple[str, ...]] = ()

    id: str
    grid: str
    from_s: int
    """Start of the call [s since 1970-01-01T00:00Z]."""
    to_s: int
    """End of the call [s since 1970-01-01T00:00Z]."""
    baseline_kw: Reals
    """What the park is taken to draw without the call, shape (n,) [kW]."""
    promised_kw: float
    pay_cny_per_kwh: Annotated[float, Range(0.0)]
    """What a delivered kWh earns [CNY/kWh]."""
    penalty_cny_per_kwh: Annotated[float | None, Range(0.0)]
    """What a missing kWh costs beside its pay; none where nothing may be missing [CNY/kWh]."""

    def contribute(self, to: Assembly) -> None:
        """Add the promise and, at a price, what is missing of it."""
        at, hours = self._called(to), to.horizon.step_h
        imports, exports = (to.block(f"{self.grid}.{way}_kw")[at] for way in ("import", "export"))
        is_free = self.penalty_cny_per_kwh is not None or to.is_idle
        most = self.promised_kw if is_free else 0.0
        missing = to.columns(
            f"{self.id}.missing_kw", lower=0.0, upper=INF if to.is_idle else most, size=len(at)
        )
        to.cost(
            self.id,
            "commitment_cny",
            missing,
            each_cny=(self.pay_cny_per_kwh + (self.penalty_cny_per_kwh or 0.0)) * hours,
            fixed_cny=-self.pay_cny_per_kwh * self.promised_kw * hours * len(at),
        )
        rows = to.rows(
            f"{self.id}.promised_kw",
            [(imports, 1.0), (exports, -1.0), (missing, -1.0)],
            lower=-INF,
            upper=self.baseline_kw[at] - self.promised_kw,
        )
        to.limit("commitment", self.id, Edge.ROW_UPPER, rows, steps=at)

    def _called(self, to: Assembly) -> Ints:
        horizon = to.horizon
        first, last = (
            (self.from_s - horizon.start_s) / horizon.step_s,
            (self.to_s - horizon.start_s) / horizon.step_s,
        )
        if not (0 <= first < last <= horizon.n_steps and first.is_integer() and last.is_integer()):
            raise ParkProblemError(
                f"{self.id} from {self.from_s} to {self.to_s}",
                f"whole intervals of {horizon.step_s} s within {horizon.start_s} … {horizon.end_s}",
            )
        return np.arange(int(first), int(last), dtype=np.int32)
