"""Quota or budget of a year: used to date, forecast to its end, and how likely a breach is.

The forecast is stated with its method. Last year's months give the shape; the level is that of the
months of this year so far over the same months of last year, and its uncertainty is the spread of
those monthly ratios. With fewer than three months to compare there is no interval and no
probability: two ratios show no spread worth a number.

Source: seasonal ratio forecast with Student's t over the monthly ratios; no text prescribes one.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from statistics import fmean, stdev
from typing import Final

from taihang.core.errors import InputError

METHOD: Final = "last-year-shape/v1"
_MONTHS: Final = 12
_LEAST: Final = 3
"""Months to compare before a spread is stated."""
_WATCH: Final = 0.2
_WARNING: Final = 0.5


class QuotaError(InputError):
    """A quota or its months cannot be of one year."""

    code = "input.quota"


class Alert(StrEnum):
    """How a budget stands."""

    WITHIN = "within"
    """A breach is unlikely: below one in five."""
    WATCH = "watch"
    """A breach is possible: one in five or more."""
    WARNING = "warning"
    """A breach is more likely than not."""
    BREACHED = "breached"
    """More is used already than the year has."""
    UNKNOWN = "unknown"
    """Too few months are known to say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """How a year's budget stands."""

    limit: Decimal
    used: Decimal
    """Sum of the months that are known."""
    months_known: tuple[int, ...]
    expected: float | None
    """Forecast of the whole year; None where last year gives no shape."""
    standard_error: float | None
    """Of the forecast; None with fewer than three months to compare."""
    breach_probability_ratio: float | None
    """Chance that the year ends above the limit [1]."""

    @property
    def warning(self) -> Alert:
        """The level of early warning."""
        if self.used > self.limit:
            return Alert.BREACHED
        if self.breach_probability_ratio is None:
            return Alert.UNKNOWN
        if self.breach_probability_ratio >= _WARNING:
            return Alert.WARNING
        return Alert.WATCH if self.breach_probability_ratio >= _WATCH else Alert.WITHIN


def outlook(
    limit: Decimal, *, this_year: Mapping[int, Decimal], last_year: Mapping[int, Decimal]
) -> Outlook:
    """Judge a budget by the months of this year and the shape of the last.

    Args:
        limit: What the year may use, above 0.
        this_year: Use by month, 1 … 12, of the months that are known.
        last_year: The same of the year before.

    Returns:
        The outlook; what cannot be said is None.

    Raises:
        QuotaError: If the limit is not above 0 or a month is none.

    Example:
        >>> flat = {month: Decimal(10) for month in range(1, 13)}
        >>> half = {month: Decimal(11) for month in range(1, 7)}
        >>> round(outlook(Decimal(120), this_year=half, last_year=flat).expected, 6)
        132.0
    """
    wrong = [month for month in {*this_year, *last_year} if not 1 <= month <= _MONTHS]
    if wrong or limit <= 0:
        raise QuotaError(
            given=f"a limit of {limit}, months {wrong or 'in order'}",
            expected="a limit above 0 and months 1 … 12",
            remedy="correct the quota or its months",
        )
    used = sum(this_year.values(), start=Decimal(0))
    left = [month for month in range(1, _MONTHS + 1) if month not in this_year]
    ratios = [
        float(this_year[month] / last_year[month])
        for month in sorted(this_year)
        if last_year.get(month)
    ]
    expected = error = chance = None
    if not left:
        expected, error, chance = float(used), 0.0, float(used > limit)
    elif ratios and all(month in last_year for month in left):
        rest = float(sum((last_year[month] for month in left), start=Decimal(0)))
        expected = float(used) + fmean(ratios) * rest
        if len(ratios) >= _LEAST:
            # The level of the months left is itself drawn: the mean's error and the level's spread.
            error = stdev(ratios) * math.sqrt(1 / len(ratios) + 1 / len(left)) * rest
            chance = _above(float(limit), expected, error, degrees=len(ratios) - 1)
    return Outlook(
        limit=limit,
        used=used,
        months_known=tuple(sorted(this_year)),
        expected=expected,
        standard_error=error,
        breach_probability_ratio=chance,
    )


def _above(limit: float, expected: float, error: float, *, degrees: int) -> float:
    """Return the chance that a value lies above a limit, by Student's t."""
    if not error:
        return float(expected > limit)
    return 1 - student_t_cdf((limit - expected) / error, degrees=degrees)


def student_t_cdf(t: float, *, degrees: int) -> float:
    """Return the chance that Student's t is at most a value, for whole degrees of freedom.

    Args:
        t: The value.
        degrees: 1 or more.

    Source:
        Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.3 and 26.7.4.

    Example:
        >>> round(student_t_cdf(2.776, degrees=4), 3)
        0.975
    """
    angle = math.atan2(t, math.sqrt(degrees))
    sine, cosine = math.sin(angle), math.cos(angle)
    term = total = cosine if degrees % 2 else 1.0
    for k in range(3 if degrees % 2 else 2, degrees - 1, 2):
        term *= cosine * cosine * (k - 1) / k
        total += term
    if degrees % 2:
        total = 0.0 if degrees == 1 else sine * total
        return 0.5 + (angle + total) / math.pi
    return 0.5 + sine * total / 2
