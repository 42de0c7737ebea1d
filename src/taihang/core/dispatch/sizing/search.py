"""Closes in on the best sizes from inside and outside at once.

Each round asks the programme between the two models: at variables between the cheapest mixture and
the place where the cuts are lowest, and at budget prices between those of the cuts and those of the
mixtures. Its answer adds one cut and one point. The round after that starts from a higher bound
outside and a lower cost inside, until they meet.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

import numpy as np

from taihang.core.dispatch.model import Reals
from taihang.core.dispatch.sizing.bounds import Bound, Inside, MakeModel, Outside
from taihang.core.dispatch.sizing.case import MONTH, SizingCase
from taihang.core.dispatch.sizing.oracle import Loops, Oracle

_STEP_RATIO: Final = 0.5
"""How far a look goes from the one model to the other; figures in docs/sizing.md [1]."""
LOOKS_MAX: Final = 600
"""Looks after which a search is given up, ten times what the studies need."""
KNOWN_MOST: Final = 120
"""How many cuts and points, the latest, serve a later question."""
IDLE_LOOKS_MAX: Final = 60
"""Looks after which it is given up where the gap did not shrink by a tenth."""
_GAIN_RATIO: Final = 0.9


class Ended(StrEnum):
    """How a search ended."""

    PROVEN = "proven"
    """The two bounds met."""
    OPEN = "open"
    """They did not: energy would be burnt, or looks ran out."""
    BROKEN = "broken"
    """They met, and what they met at breaks a budget or leaves load unserved."""


@dataclass(frozen=True, slots=True, eq=False)
class Met:
    """Where a search ended."""

    ended: Ended
    inside: Bound
    outside: Bound
    looks: int

    @property
    def gap_ratio(self) -> float:
        """What may be left to gain, as a share of the cost [1]."""
        return max(self.inside.cny - self.outside.cny, 0.0) / max(abs(self.inside.cny), 1.0)


class _Pace:
    """Says how far the next look goes, and when there is no use in another."""

    def __init__(self, looks: int) -> None:
        self._first = self._gained_at = looks
        self._bounds, self._gap_cny, self._step = (-np.inf, np.inf), np.inf, _STEP_RATIO

    def step(self, met: Met) -> float | None:
        """Return how far to go from the one model to the other; None for no further."""
        gap_cny = met.inside.cny - met.outside.cny
        if gap_cny < _GAIN_RATIO * self._gap_cny:
            self._gap_cny, self._gained_at = gap_cny, met.looks
        if met.looks - self._first >= LOOKS_MAX or met.looks - self._gained_at >= IDLE_LOOKS_MAX:
            return None
        # Where neither bound moved, the same question would be asked for ever.
        bounds = met.outside.cny, met.inside.cny
        self._step = self._step / 2.0 if bounds == self._bounds else _STEP_RATIO
        self._bounds = bounds
        return self._step


class Search:
    """Oracle, cuts and points of one case; they serve every later question about it."""

    def __init__(
        self, case: SizingCase, *, loops: Loops, make: MakeModel, known: "Search | None" = None
    ) -> None:
        """Start with nothing known, or with what is known of a case that asks less.

        Args:
            case: The year.
            loops: The programme, plain or compiled.
            make: Makes a small linear model that grows.
            known: A search of the same year whose budgets count no flow more than those of this
                one; only the limits may be any. Its cuts and points hold here as well.
        """
        self.case = case
        self.oracle = Oracle(case, loops=loops)
        self.outside = Outside(case, make=make)
        self.inside = Inside(case, make=make)
        if known is not None:
            for cut in known.outside.cuts[-KNOWN_MOST:]:
                self.outside.add(cut)
            for point in known.inside.points[-KNOWN_MOST:]:
                self.inside.add(point, unserved_cny=self.oracle.unserved_cny)

    def close(self, *, gap: float) -> Met | None:
        """Look until the bounds meet.

        Args:
            gap: Relative gap at which they count as met. [1]

        Returns:
            Where it ended; None where the programme found no year at all.
        """
        if not self.inside.points and not self._first_looks():
            return None
        pace = _Pace(self.oracle.looks)
        while True:
            outside, inside = self.outside.solve(), self.inside.solve()
            if outside is None or inside is None:
                return None
            met = Met(Ended.OPEN, inside, outside, self.oracle.looks)
            if met.gap_ratio <= gap:
                return replace(met, ended=Ended.PROVEN if inside.is_kept else Ended.BROKEN)
            step = pace.step(met)
            if step is None:
                return met
            x = inside.x + step * (outside.x - inside.x)
            prices = outside.prices + step * (inside.prices - outside.prices)
            if not self._look(x, prices):
                return met

    def _first_looks(self) -> bool:
        """Look in the middle: without prices, and with a price on each budget."""
        case, variables = self.case, self.case.variables
        x = 0.5 * variables.upper
        for at, name in enumerate(variables.names):
            x[at] = 0.0 if name == MONTH else x[at]
        n_budgets, ok = len(case.budgets.kinds), self._look(x, np.zeros(len(case.budgets.kinds)))
        tariff = float(np.abs(case.year.import_cny).mean())
        for budget in range(n_budgets):
            prices = np.zeros(n_budgets)
            prices[budget] = 0.5 * tariff
            ok = ok and self._look(x, prices)
        return ok

    def _look(self, x: Reals, prices: Reals) -> bool:
        found = self.oracle.ask(x, prices)
        if found is None:
            return False
        self.outside.add(found[0])
        self.inside.add(found[1], unserved_cny=self.oracle.unserved_cny)
        return True
