"""The three ratios of green-power direct connection over the horizon (发改能源〔2025〕650号).

With ``E_self = E_used − E_exp``: self-use ``E_self / E_available``, green share
``E_self / E_load``, feed-back ``E_exp / E_available``. What is available includes what was
curtailed; whether losses of stores and lines belong to the load is said, for the text leaves it
open.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np

from taihang.core.dispatch.assembly import WHOLE, Assembly, Edge, Tally
from taihang.core.dispatch.fields import Words
from taihang.core.dispatch.model import Ints, Reals


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GreenRatio:
    """One ratio that the park must keep over the whole horizon."""

    TYPE: ClassVar[str] = "green_ratio"
    BUSES: ClassVar[tuple[str, ...]] = ()

    id: str
    kind: Annotated[str, Words("self-use", "green-share", "feed-back")]
    limit_ratio: float
    """At least for self-use and green share, at most for feed-back [1]."""
    losses_in_load: bool
    """Whether what stores and lines lose counts as load; only the green share asks."""

    def contribute(self, to: Assembly) -> None:
        """Add one row over the whole horizon [kWh]; without a plan nothing keeps the ratio."""
        if to.is_idle:
            return
        parts = self._parts(to)
        terms: list[tuple[Ints, float | Reals]] = []
        fixed = 0.0
        for tally, share in parts:
            fixed += share * tally.fixed
            terms += [(columns, share * each) for columns, each in tally.terms]
        row = to.one_row(f"{self.id}.{self.kind}_kwh", terms, lower=-fixed, upper=np.inf)
        for tally, share in parts:
            for name, moves in tally.moves.items():
                to.lever(to.size_of(name), Edge.ROW_LOWER, row, -share * moves)
        to.limit(self.kind, self.id, Edge.ROW_LOWER, row, steps=WHOLE, weight=1.0)

    def _parts(self, to: Assembly) -> Sequence[tuple[Tally, float]]:
        """Return the energies of the row, with their share; the row is 0 or more."""

        def tally(name: str) -> Tally:
            return to.tallies.get(name, Tally())

        if self.kind == "feed-back":
            return (tally("available"), self.limit_ratio), (tally("export"), -1.0)
        kept = ((tally("used"), 1.0), (tally("export"), -1.0), (tally("spilled"), -1.0))
        if self.kind == "self-use":
            return *kept, (tally("available"), -self.limit_ratio)
        names = ["load", "losses"] if self.losses_in_load else ["load"]
        return *kept, *((tally(name), -self.limit_ratio) for name in names)
