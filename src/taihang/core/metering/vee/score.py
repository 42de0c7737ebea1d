"""How good a meter's day was, as one number from 0 to 100: the formula ``quality-score/v1``.

score = ⌊(100 · measured + 90 · manual + 50 · estimated) ÷ expected⌋ − Σ penalties, never below 0.

Missing and rejected intervals earn nothing. Each rule that hits on a day takes its penalty off
once, however often it hits: a rule that hits all day has said one thing. The weights are the
authors' own; no published text has any. [own choice]
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from taihang.core.series import Quality

FORMULA: Final = "quality-score/v1"
_POINTS: Final[Mapping[Quality, int]] = {
    Quality.MEASURED: 100,
    Quality.MANUAL: 90,
    Quality.ESTIMATED: 50,
    Quality.MISSING: 0,
    Quality.REJECTED: 0,
}
_GOOD: Final = 95
_FAIR: Final = 80


class Grade(StrEnum):
    """A score in one word."""

    GOOD = "good"
    """95 and more."""
    FAIR = "fair"
    """80 and more."""
    POOR = "poor"
    """Less than 80."""


@dataclass(frozen=True, slots=True)
class DayQuality:
    """Local days of one meter; all of shape (k,)."""

    counts: Mapping[Quality, NDArray[np.int64]]
    """Intervals of each quality."""
    penalties: NDArray[np.int64]
    """Points that rules take off."""

    @property
    def expected(self) -> NDArray[np.int64]:
        """Intervals in which the meter belonged to the park."""
        return sum(self.counts.values(), start=np.zeros(len(self.penalties), np.int64))

    @property
    def scores(self) -> NDArray[np.int64]:
        """The score of each day, 0 … 100.

        Example:
            >>> one = np.array([24])
            >>> day = DayQuality({Quality.MEASURED: 3 * one, Quality.ESTIMATED: one}, np.array([5]))
            >>> day.scores.tolist()
            [82]
        """
        points = sum(
            (_POINTS[quality] * n for quality, n in self.counts.items()),
            start=np.zeros(len(self.penalties), np.int64),
        )
        earned = points // np.maximum(self.expected, 1)
        return np.maximum(earned - self.penalties, 0)


def grade_of(score: int) -> Grade:
    """Say a score in one word.

    Example:
        >>> grade_of(95).value, grade_of(94).value, grade_of(79).value
        ('good', 'fair', 'poor')
    """
    if score >= _GOOD:
        return Grade.GOOD
    return Grade.FAIR if score >= _FAIR else Grade.POOR
