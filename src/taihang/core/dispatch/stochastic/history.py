"""Scenarios of a day from the park's own past: the forecast, and how wrong it was on each day.

A day of the past is one draw: its errors of load, sun, wind and prices stay together, quarter by
quarter, so what belongs together in the weather and the market stays together. All days of the past
are taken once each. That is the distribution from which a bootstrap of whole days would draw, so no
dice are thrown and no distribution is invented; a past that is too short is refused.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Final

import numpy as np
from numpy.typing import NDArray

from taihang.core.dispatch.fields import ParkProblemError, Range
from taihang.core.dispatch.forecast import (
    DAYS_PER_WEEK,
    WEEKS,
    ForecastKind,
    NoHistoryError,
    naive_day_ahead,
)
from taihang.core.dispatch.model import Reals
from taihang.core.dispatch.stochastic.reduction import MAX_DRAWS, kept_of

FORECAST_DAYS: Final = DAYS_PER_WEEK * WEEKS
"""Days before a day from which it is forecast."""
LEAST_DAYS: Final = 20
"""The fewest past errors that may stand for all that can happen."""
LOW_RATIO: Final = 0.1
HIGH_RATIO: Final = 0.9
_ROUND_RATIO: Final = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryTerms:
    """How the scenarios of a day are made from a park's past."""

    days: int
    """How many past days give their errors."""
    kept: int
    """How many scenarios stand for all of them."""
    calibration_days: int
    """How many of the last days the band is held against."""
    day_ahead_series: str
    """The series of the park with the day-ahead price."""
    real_time_series: str
    """The series with the price of real time."""
    tariff: str
    """The grid tariff whose fees come on top of the market."""
    export_limit_kw: float
    curtail_price_cny_per_kwh: Annotated[float | None, Range(0.0)]
    """What a curtailed kWh costs; none where nothing may be curtailed [CNY/kWh]."""
    soc_start_ratio: float
    """State of charge of the batteries as the day begins, which it also ends with [1]."""

    def check(self) -> None:
        """Refuse numbers of days that give no scenarios.

        Raises:
            ParkProblemError: If a number is out of range.
        """
        for name, value, least in (
            ("days", self.days, LEAST_DAYS),
            ("kept", self.kept, 1),
            ("calibration_days", self.calibration_days, 0),
        ):
            if not least <= value <= MAX_DRAWS:
                raise ParkProblemError(f"history.{name} {value}", f"{least} … {MAX_DRAWS}")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Course:
    """One series of the park over days that lie behind."""

    kind: ForecastKind
    """How it is forecast."""
    past: Reals
    """One row a day, oldest first, NaN where nothing was measured, shape (n_days, n_quarters)."""
    least: float
    """No value of a scenario lies below: 0 of a load, the floor of a price."""
    most: float


@dataclass(frozen=True, slots=True, eq=False)
class Errors:
    """What forecasts of past days missed, measured less forecast."""

    days: NDArray[np.int64]
    """Numbers of the days that count, shape (n,)."""
    by_name: Mapping[str, Reals]
    """By series, shape (n, n_quarters)."""
    left_out: int
    """Days that were not measured in full, or could not be forecast."""


@dataclass(frozen=True, slots=True, eq=False)
class Draws:
    """Courses that a day may take, each as likely as the others."""

    days: NDArray[np.int64]
    """The past day whose errors each carries, shape (n,)."""
    by_name: Mapping[str, Reals]
    """By series, shape (n, n_quarters)."""
    left_out: int


@dataclass(frozen=True, slots=True)
class Calibration:
    """How often the truth lay within the band of the scenarios, of one series."""

    name: str
    days: int
    """Days that were looked at."""
    inside_ratio: float | None
    """Share of quarters between the 10th and the 90th percentile of all draws; None where none
    could vary."""
    kept_inside_ratio: float | None
    """The same of the scenarios that were kept, with their probabilities."""


def past_errors(courses: Mapping[str, Course], *, until: int) -> Errors:
    """Forecast every past day from what lay before it, and keep what was missed.

    Args:
        courses: The series, all over the same days.
        until: The first day that is not yet known.

    Returns:
        The errors of all days that were measured in full, in every series.
    """
    days, rows = list[int](), dict[str, list[Reals]]({name: [] for name in courses})
    for day in range(FORECAST_DAYS, until):
        if not all(np.isfinite(course.past[day]).all() for course in courses.values()):
            continue
        expected = _expected(courses, day)
        if expected is None:
            continue
        days.append(day)
        for name, course in courses.items():
            rows[name].append(course.past[day] - expected[name])
    left_out = max(until - FORECAST_DAYS, 0) - len(days)
    by_name = {name: np.array(each) for name, each in rows.items()}
    return Errors(np.array(days, np.int64), by_name, left_out)


def draws_of(courses: Mapping[str, Course], *, day: int, errors: Errors) -> Draws:
    """Return the courses that a day may take: its forecast and the errors of each past day.

    Args:
        courses: The series, all over the same days.
        day: The number of the day, whose past is known.
        errors: Those of ``past_errors``; days from this one on are not used.

    Returns:
        The draws, cut off at the limits of each series.

    Raises:
        NoHistoryError: If the past is too short, or its last days were not measured.
    """
    known = errors.days < day
    if int(known.sum()) < LEAST_DAYS:
        raise NoHistoryError(
            given=f"{int(known.sum())} days measured in full of {sorted(courses)}, after the first "
            f"{FORECAST_DAYS} days from which they are forecast ({errors.left_out} left out)",
            expected=f"{LEAST_DAYS} or more",
            remedy="give a longer history, or fill its gaps with a named substitution method",
        )
    expected = _expected(courses, day)
    if expected is None:
        raise NoHistoryError(
            given=f"no forecast of {sorted(courses)} from the {FORECAST_DAYS} days before",
            expected="each quarter measured once in the last days at least",
            remedy="settle the days before, and read their prices",
        )
    by_name = {
        name: np.clip(expected[name] + errors.by_name[name][known], course.least, course.most)
        for name, course in courses.items()
    }
    return Draws(errors.days[known], by_name, errors.left_out)


def calibration_of(
    courses: Mapping[str, Course], *, days: Sequence[int], errors: Errors, n_kept: int
) -> tuple[Calibration, ...]:
    """Say how often past days lay within the band of what was possible on the eve of each.

    Args:
        courses: The series, all over the same days.
        days: The days to look at, each with enough past before it.
        errors: Those of ``past_errors``.
        n_kept: How many scenarios are kept of the draws of a day.

    Returns:
        One line a series. Quarters whose band has no width, such as the sun at night, say nothing
        and are not counted. A band that is right holds eight in ten.
    """
    counts = {name: np.zeros((2, 2), np.int64) for name in courses}
    for day in days:
        draws = draws_of(courses, day=day, errors=errors)
        alike = np.full(len(draws.days), 1.0 / len(draws.days))
        kept = kept_of(draws.by_name, n_kept=min(n_kept, len(draws.days)))
        for name, course in courses.items():
            values, truth = draws.by_name[name], course.past[day]
            counts[name][0] += _inside(truth, values, alike)
            counts[name][1] += _inside(truth, values[kept.numbers], kept.probability_ratio)
    return tuple(
        Calibration(
            name, len(days), *(int(one) / int(all_) if all_ else None for one, all_ in rows)
        )
        for name, rows in counts.items()
    )


def _inside(truth: Reals, values: Reals, probability_ratio: Reals) -> NDArray[np.int64]:
    """Count the quarters within the band, and those that could vary."""
    low, high = (
        quantile_of(values, probability_ratio, at_ratio=ratio) for ratio in (LOW_RATIO, HIGH_RATIO)
    )
    varies = np.isfinite(truth) & (high > low)
    inside = varies & (truth >= low) & (truth <= high)
    return np.array([inside.sum(), varies.sum()], np.int64)


def quantile_of(values: Reals, probability_ratio: Reals, *, at_ratio: float) -> Reals:
    """Return a quantile of weighted scenarios at each quarter.

    Args:
        values: One row a scenario, shape (n, n_quarters).
        probability_ratio: Their probabilities, shape (n,). [1]
        at_ratio: Which quantile. [1]

    Returns:
        The least value that at least that share does not exceed, shape (n_quarters,).

    Example:
        >>> quantile_of(np.array([[3.0], [1.0], [2.0]]), np.full(3, 1 / 3), at_ratio=0.5).tolist()
        [2.0]
    """
    order = np.argsort(values, axis=0, kind="stable")
    reached = np.cumsum(probability_ratio[order], axis=0) >= at_ratio - _ROUND_RATIO
    row = np.argmax(reached, axis=0)
    return np.take_along_axis(values, order, axis=0)[row, np.arange(values.shape[1])]


def _expected(courses: Mapping[str, Course], day: int) -> dict[str, Reals] | None:
    """Return the forecast of every series from the days before, if there is one of each."""
    first = max(day - FORECAST_DAYS, 0)
    try:
        return {
            name: naive_day_ahead(course.past[first:day], kind=course.kind).kw
            for name, course in courses.items()
        }
    except NoHistoryError:
        return None
