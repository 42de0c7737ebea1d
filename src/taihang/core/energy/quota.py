"""Quota or budget of a year: used to date, forecast to its end, and how likely a breach is.

::

    level    = mean over the known months of (use / shape)
    expected = Σ use of known months + level × Σ shape of the months left
    error²   = s² × ((Σ shape left)² / n + Σ shape left²)           s: spread of use / shape

The shape is last year's months where all of them are known and above zero, else the days of the
months: a straight line. Interval and chance follow Student's t with n − 1 degrees of freedom; with
fewer than three months there is neither, for two ratios show no spread worth a number. The months
are taken as independent: where a whole year runs above the shape for one cause, the interval is
too narrow. A forecast is a float beside the exact sum of what is known, and never a part of it.

Source: ratio forecast over a stated shape; no text prescribes one.
"""

import math
from calendar import monthrange
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from enum import StrEnum
from statistics import fmean, stdev
from typing import Final

from taihang.core.errors import InputError
from taihang.core.park.quota import QuotaRules
from taihang.core.quantities import EXACT

MONTHS: Final = range(1, 13)
_LEAST: Final = 3
"""Months to compare before a spread is stated."""
_BISECTIONS: Final = 80
_T_MAX: Final = 1e6


class QuotaError(InputError):
    """A quota or its months cannot be of one year."""

    code = "input.quota"


class Method(StrEnum):
    """How the months that are left were forecast."""

    LAST_YEAR = "last-year-shape/v2"
    """By the same months of the year before, at the level of this year."""
    STRAIGHT = "straight-line-by-day/v1"
    """So much a day as in the months that are known."""
    NOTHING_LEFT = "nothing-left"
    """All months are known: nothing is forecast."""


class Alert(StrEnum):
    """How a budget stands, by the chances that the park set."""

    WITHIN = "within"
    """A breach is less likely than what is watched."""
    WATCH = "watch"
    """A breach is as likely as what is watched, or more."""
    WARNING = "warning"
    """A breach is as likely as what is warned of, or more."""
    BREACHED = "breached"
    """More is used already than the year has."""
    UNKNOWN = "unknown"
    """Too few months are known to say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """The whole year as it would end; no reading, in the unit of the limit."""

    method: Method
    expected: float
    standard_error: float | None
    """None with fewer than three known months."""
    low: float | None
    """Lower end of the interval; never below what is used."""
    high: float | None
    breach_chance_ratio: float | None
    """Chance that the year ends above the limit [1]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """How a year's budget stands."""

    limit: Decimal
    used: Decimal | None
    """Sum of the months that are known, exact; None where none is."""
    months_known: tuple[int, ...]
    months_left: tuple[int, ...]
    """Months of the stay that are not known; some may lie before one that is."""
    forecast: Forecast | None
    """None where no month is known."""
    alert: Alert

    @property
    def holes(self) -> tuple[int, ...]:
        """Months that are not known although a later one is."""
        last = max(self.months_known, default=0)
        return tuple(month for month in self.months_left if month < last)


def outlook(
    limit: Decimal,
    *,
    months: Mapping[int, int],
    this_year: Mapping[int, Decimal],
    last_year: Mapping[int, Decimal],
    rules: QuotaRules,
) -> Outlook:
    """Judge a budget by the months of this year and the shape of the last.

    Args:
        limit: What the year may use, above 0.
        months: Days of each month, 1 … 12, in which the subject belongs to the park.
        this_year: Use by month, 1 … 12, of the months that are known.
        last_year: The same of the year before.
        rules: When the park wants to be warned.

    Returns:
        The outlook; what cannot be said is None.

    Raises:
        QuotaError: If the limit is not above 0 or a month is none.

    Example:
        >>> rules = QuotaRules(watch_chance_ratio=Decimal("0.2"), interval_ratio=Decimal("0.9"),
        ...                    warning_chance_ratio=Decimal("0.5"), source="example")
        >>> days = days_of(2026, MONTHS)
        >>> flat = {month: Decimal(10) for month in MONTHS}
        >>> half = {month: Decimal(11) for month in range(1, 7)}
        >>> found = outlook(Decimal(120), months=days, this_year=half, last_year=flat, rules=rules)
        >>> round(found.forecast.expected, 6), found.alert.value
        (132.0, 'warning')
    """
    wrong = sorted(({*months, *last_year} - {*MONTHS}) | ({*this_year} - {*months}))
    if wrong or limit <= 0:
        raise QuotaError(
            given=f"a limit of {limit}, months {wrong or 'in order'}",
            expected="a limit above 0, and months 1 … 12 in which the subject was in the park",
            remedy="correct the quota or its months",
        )
    with localcontext(EXACT):
        used = sum(this_year.values(), start=Decimal(0)) if this_year else None
    method, shape = _shape(months, last_year)
    forecast = (
        None
        if used is None
        else _forecast(limit, used, this_year, shape=shape, method=method, rules=rules)
    )
    return Outlook(
        limit=limit,
        used=used,
        months_known=tuple(sorted(this_year)),
        months_left=tuple(sorted({*months} - {*this_year})),
        forecast=forecast,
        alert=_alert(limit, used, forecast, rules),
    )


def days_of(year: int, months: Collection[int]) -> dict[int, int]:
    """Return the days of months of a year.

    Example:
        >>> days_of(2028, [1, 2])
        {1: 31, 2: 29}
    """
    return {month: monthrange(year, month)[1] for month in months}


def _shape(
    months: Mapping[int, int], last_year: Mapping[int, Decimal]
) -> tuple[Method, dict[int, float]]:
    if all(last_year.get(month, 0) > 0 for month in months):
        return Method.LAST_YEAR, {month: float(last_year[month]) for month in months}
    return Method.STRAIGHT, {month: float(n_days) for month, n_days in months.items()}


def _forecast(
    limit: Decimal,
    used: Decimal,
    this_year: Mapping[int, Decimal],
    *,
    shape: Mapping[int, float],
    method: Method,
    rules: QuotaRules,
) -> Forecast:
    left = [shape[month] for month in sorted(shape) if month not in this_year]
    if not left:
        return Forecast(
            method=Method.NOTHING_LEFT,
            expected=float(used),
            standard_error=0.0,
            low=float(used),
            high=float(used),
            breach_chance_ratio=float(used > limit),
        )
    ratios = [float(this_year[month]) / shape[month] for month in sorted(this_year)]
    expected = float(used) + fmean(ratios) * sum(left)
    if len(ratios) < _LEAST:
        return Forecast(
            method=method,
            expected=expected,
            standard_error=None,
            low=None,
            high=None,
            breach_chance_ratio=None,
        )
    error, degrees = _error(ratios, left), len(ratios) - 1
    half = error * student_t_quantile((1 + float(rules.interval_ratio)) / 2, degrees=degrees)
    return Forecast(
        method=method,
        expected=expected,
        standard_error=error,
        low=max(float(used), expected - half),
        high=expected + half,
        breach_chance_ratio=_above(float(limit), expected, error, degrees=degrees),
    )


def _error(ratios: Sequence[float], left: Sequence[float]) -> float:
    """The level is drawn once for all months left, and each month has a spread of its own."""
    squares = sum(each * each for each in left)
    return stdev(ratios) * math.sqrt(sum(left) ** 2 / len(ratios) + squares)


def _alert(
    limit: Decimal, used: Decimal | None, forecast: Forecast | None, rules: QuotaRules
) -> Alert:
    if used is not None and used > limit:
        return Alert.BREACHED
    chance = None if forecast is None else forecast.breach_chance_ratio
    if chance is None:
        return Alert.UNKNOWN
    if chance >= float(rules.warning_chance_ratio):
        return Alert.WARNING
    return Alert.WATCH if chance >= float(rules.watch_chance_ratio) else Alert.WITHIN


def _above(limit: float, expected: float, error: float, *, degrees: int) -> float:
    """Return the chance that a value lies above a limit, by Student's t."""
    if not error:
        return float(expected > limit)
    return 1 - student_t_cdf((limit - expected) / error, degrees=degrees)


def student_t_quantile(chance: float, *, degrees: int) -> float:
    """Return the value below which Student's t lies with a chance, for whole degrees of freedom.

    Args:
        chance: Above 0 and below 1.
        degrees: 1 or more.

    Example:
        >>> round(student_t_quantile(0.975, degrees=4), 3)
        2.776
    """
    low, high = -_T_MAX, _T_MAX
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        below = student_t_cdf(middle, degrees=degrees) < chance
        low, high = (middle, high) if below else (low, middle)
    return (low + high) / 2


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
