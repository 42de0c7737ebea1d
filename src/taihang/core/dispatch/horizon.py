"""The grid of equal intervals that a problem is about, and its months as the bill counts them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np

from taihang.core.dispatch.model import Ints
from taihang.core.errors import InputError
from taihang.core.periods import instant_of_s
from taihang.core.quantities import SECONDS_PER_HOUR

MAX_STEPS: Final = 351_360
"""Largest number of intervals in one problem: the quarters of ten years (§10)."""
MAX_STEP_S: Final = 86_400
_MONTHS: Final = 12


class HorizonError(InputError):
    """A horizon has no length, too much of it, or a zone that does not exist."""

    code = "input.horizon"


@dataclass(frozen=True, slots=True, kw_only=True)
class Horizon:
    """``n_steps`` intervals of ``step_s`` seconds, one after the other."""

    start_s: int
    """Start of the first interval [s since 1970-01-01T00:00Z]."""
    step_s: int
    """Length of an interval [s]."""
    n_steps: int
    """How many intervals."""
    time_zone: str
    """Zone whose months the demand charge counts, and in which times are told."""

    def __post_init__(self) -> None:
        """Refuse what is no horizon.

        Raises:
            HorizonError: If a number is out of range or the zone is unknown.
        """
        _need(0 < self.n_steps <= MAX_STEPS, f"n_steps {self.n_steps}", f"1 … {MAX_STEPS}")
        _need(0 < self.step_s <= MAX_STEP_S, f"step_s {self.step_s}", f"1 … {MAX_STEP_S} s")
        try:
            ZoneInfo(self.time_zone)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise HorizonError(
                given=f"time_zone {self.time_zone!r}",
                expected="an IANA zone such as Asia/Shanghai",
                remedy="correct time_zone",
            ) from error

    @property
    def step_h(self) -> float:
        """Length of an interval [h]."""
        return self.step_s / SECONDS_PER_HOUR

    @property
    def end_s(self) -> int:
        """End of the last interval [s since 1970-01-01T00:00Z]."""
        return self.start_s + self.n_steps * self.step_s

    def months(self) -> Ints:
        """Return for each interval the local month it starts in, counted from 0, shape (n,).

        Example:
            >>> year = Horizon(
            ...     start_s=1_735_660_800, step_s=3600, n_steps=8760, time_zone="Asia/Shanghai"
            ... )
            >>> int(year.months()[0]), int(year.months()[-1])
            (0, 11)
        """
        zone = ZoneInfo(self.time_zone)
        first = instant_of_s(self.start_s).astimezone(zone)
        number, edges = first.year * _MONTHS + first.month - 1, [self.start_s]
        while edges[-1] < self.end_s:
            number += 1
            year, month = divmod(number, _MONTHS)
            edges.append(int(datetime(year, month + 1, 1, tzinfo=zone).timestamp()))
        starts = self.start_s + self.step_s * np.arange(self.n_steps, dtype=np.int64)
        return (np.searchsorted(np.array(edges), starts, side="right") - 1).astype(np.int32)

    def start_of(self, step: int) -> datetime:
        """Return the instant at which an interval starts, in the zone of the horizon."""
        start = instant_of_s(self.start_s + step * self.step_s)
        return start.astimezone(ZoneInfo(self.time_zone))

    def clock(self, step: int) -> str:
        """Return the local time at which an interval starts, as people read it."""
        return self.start_of(step).strftime("%Y-%m-%d %H:%M")


def _need(truth: bool, given: str, expected: str) -> None:  # noqa: FBT001  # the truth of the need is its subject
    if not truth:
        raise HorizonError(given=given, expected=expected, remedy="correct the horizon")
