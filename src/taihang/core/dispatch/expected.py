"""What is expected from an instant on, made of nothing but what was known before it.

Load, sun and wind of a day are forecast at its midnight from the days before (``forecast.py``),
for the day itself and the one after. During the day the last error persists and fades. A price is
published for whole days: it is known from the midnight of its day, and until then the mean of the
last days stands for it. A series is cut before anything is computed from it, so what comes later
cannot change what was expected.
"""

from dataclasses import dataclass, field
from typing import Final

import numpy as np

from taihang.core.dispatch.forecast import RECENT_DAYS, ForecastKind, naive_day_ahead
from taihang.core.dispatch.model import Reals

DAYS: Final = 2
"""How many days a look from midnight covers: that day, and the next."""
FADE_STEPS: Final = {ForecastKind.LOAD: 96, ForecastKind.PV: 16, ForecastKind.WIND: 96}
"""After how many intervals half of an error is forgotten; the best of 4, 16, 48, 96 and never on
the measured demo park (docs/regret.md)."""


@dataclass(frozen=True, slots=True, eq=False)
class Expected:
    """A measured power that a control expects, and learns interval by interval."""

    measured_kw: Reals
    """The whole span, of which only the past is looked at, shape (n,); day after day [kW]."""
    kind: ForecastKind
    steps_per_day: int
    _looks_kw: dict[int, Reals] = field(default_factory=dict[int, Reals])

    def window_kw(self, at: int, *, n_steps: int) -> Reals:
        """Return what is expected of some intervals.

        Args:
            at: The interval that begins; nothing of it or after it is known.
            n_steps: How many intervals, at most to the end of the next day.

        Returns:
            Expected mean power, shape (n_steps,). [kW]

        Raises:
            NoHistoryError: If no whole day lies before this one.
        """
        day, place = divmod(at, self.steps_per_day)
        look = self._look(day)
        expected = look[place : place + n_steps]
        if not place:
            return expected
        error = self.measured_kw[at - 1] - look[place - 1]
        fading = 0.5 ** (np.arange(1, n_steps + 1, dtype=np.float64) / FADE_STEPS[self.kind])
        shown: Reals = np.maximum(expected + error * fading, 0.0)
        # No sun is expected at night whatever the last evening was like.
        return np.where(expected > 0.0, shown, 0.0) if self.kind is ForecastKind.PV else shown

    def _look(self, day: int) -> Reals:
        """Return what is expected at a midnight, of that day and the next."""
        if day not in self._looks_kw:
            past = self.measured_kw[: day * self.steps_per_day].reshape(-1, self.steps_per_day)
            unknown = np.full((1, self.steps_per_day), np.nan)
            histories = (past, np.concatenate([past, unknown]))
            self._looks_kw[day] = np.concatenate(
                [naive_day_ahead(history, kind=self.kind).kw for history in histories]
            )
        return self._looks_kw[day]


@dataclass(frozen=True, slots=True, eq=False)
class Published:
    """A price that is published for whole days, the day before."""

    price_cny_per_kwh: Reals
    """The whole span, of which no day after the present one is looked at, shape (n,)."""
    steps_per_day: int

    def window_cny_per_kwh(self, at: int, *, n_steps: int) -> Reals:
        """Return the prices of some intervals, as they are known when the first begins.

        Args:
            at: The interval that begins.
            n_steps: How many intervals, at most to the end of the next day.

        Returns:
            Published prices of the day, and the mean of the last days for the next.
        """
        day, place = divmod(at, self.steps_per_day)
        known = self.price_cny_per_kwh[: (day + 1) * self.steps_per_day]
        by_day = known.reshape(-1, self.steps_per_day)
        both = np.concatenate([by_day[-1], by_day[-RECENT_DAYS:].mean(axis=0)])
        return both[place : place + n_steps]
