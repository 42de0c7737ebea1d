"""Day-ahead forecasts that can be explained in one sentence, and their honest error.

No weather, no training: the load of a weekday is the mean of the same weekday of the last weeks,
the sun and the wind of a quarter are the mean of the last days. Each value says which method made
it, and ``backtest`` says what the method would have been worth on the park's own history.
"""

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from taihang.core.dispatch.model import Reals
from taihang.core.errors import InputError

DAYS_PER_WEEK: Final = 7
WEEKS: Final = 4
"""How many weeks back the same weekday is looked for."""
RECENT_DAYS: Final = 7
"""How many last days make the mean of a quarter."""


class NoHistoryError(InputError):
    """The history holds nothing that a forecast could be made of; nothing is guessed."""

    code = "input.no-history"


class ForecastKind(StrEnum):
    """What is forecast; it chooses the method."""

    LOAD = "load"
    """Follows the week: same-weekday mean, where missing the mean of the recent days."""
    PV = "pv"
    """Follows the sun: mean of the recent days at the same quarter."""
    WIND = "wind"
    """Follows the weather: mean of the recent days at the same quarter."""
    PRICE = "price"
    """Follows the market: mean of the recent days at the same quarter."""


class ForecastMethod(IntEnum):
    """Which method made a value."""

    SAME_WEEKDAY_MEAN = 1
    """Mean of the last ``WEEKS`` same weekdays at this quarter."""
    RECENT_DAYS_MEAN = 2
    """Mean of the last ``RECENT_DAYS`` days at this quarter."""


@dataclass(frozen=True, slots=True, eq=False)
class Forecast:
    """A day ahead, quarter by quarter."""

    kw: Reals
    """Expected mean power, shape (n_quarters,). [kW]"""
    method: NDArray[np.uint8]
    """The ``ForecastMethod`` of each value, shape (n_quarters,)."""
    days_used: NDArray[np.int64]
    """How many measured days stand behind each value, shape (n_quarters,)."""


@dataclass(frozen=True, slots=True)
class Backtest:
    """What a method would have been worth on days that it had not seen."""

    days: int
    """Days that were forecast."""
    values: int
    """Quarters that were compared; quarters without a measurement are left out."""
    nmae_ratio: float
    """Mean absolute error over mean measured power [1]."""
    bias_ratio: float
    """Mean error (forecast − measured) over mean measured power [1]."""
    yesterday_nmae_ratio: float
    """The same error of taking the day before as it was, on the same quarters [1]."""


def naive_day_ahead(history_kw: Reals, *, kind: ForecastKind) -> Forecast:
    """Forecast the day after the last day of a history.

    Args:
        history_kw: Mean power, one row a day, oldest first, shape (n_days, n_quarters); NaN where
            nothing usable was measured. Rows are consecutive days, with none left out. [kW]
        kind: What is forecast.

    Returns:
        The forecast.

    Raises:
        NoHistoryError: If a quarter has no measurement on any day that the methods look at.

    Example:
        >>> week = np.arange(7.0)[:, None] * np.ones((7, 96))
        >>> load = naive_day_ahead(week, kind=ForecastKind.LOAD)
        >>> float(load.kw[0]), ForecastMethod(load.method[0]).name
        (0.0, 'SAME_WEEKDAY_MEAN')
    """
    _check_history(history_kw)
    recent_kw, recent_days = _mean(history_kw[-RECENT_DAYS:])
    kw, days_used = recent_kw, recent_days
    method = np.full(len(kw), ForecastMethod.RECENT_DAYS_MEAN, np.uint8)
    if kind is ForecastKind.LOAD:
        weekday_kw, weekday_days = _mean(
            history_kw[::-1][DAYS_PER_WEEK - 1 :: DAYS_PER_WEEK][:WEEKS]
        )
        known = weekday_days > 0
        kw = np.where(known, weekday_kw, recent_kw)
        days_used = np.where(known, weekday_days, recent_days)
        method[known] = ForecastMethod.SAME_WEEKDAY_MEAN
    unknown = np.flatnonzero(days_used == 0)
    if len(unknown):
        raise NoHistoryError(
            given=f"{len(unknown)} quarters, the first is number {unknown[0]}, never measured",
            expected="each quarter measured once in the last days at least",
            remedy="give a longer history, or fill it with a named substitution method",
        )
    return Forecast(kw=kw, method=method, days_used=days_used)


def backtest(history_kw: Reals, *, kind: ForecastKind, days: int) -> Backtest:
    """Forecast each of the last days from what was known before it, and compare.

    Args:
        history_kw: As for ``naive_day_ahead``. [kW]
        kind: What is forecast.
        days: How many of the last days to forecast; at least one day must lie before them.

    Returns:
        The errors, beside those of taking the day before as it was.

    Raises:
        NoHistoryError: If the history is too short, or nothing can be compared.
    """
    _check_history(history_kw)
    first = len(history_kw) - days
    if days < 1 or first < 1:
        raise NoHistoryError(
            given=f"{len(history_kw)} days of history and {days} days to test",
            expected="1 day or more to test, and 1 day or more before them",
            remedy="test fewer days or give a longer history",
        )
    forecast_kw = np.array(
        [naive_day_ahead(history_kw[:day], kind=kind).kw for day in range(first, len(history_kw))]
    )
    measured_kw, yesterday_kw = history_kw[first:], history_kw[first - 1 : -1]
    seen = np.isfinite(measured_kw) & np.isfinite(yesterday_kw)
    mean_kw = float(measured_kw[seen].mean()) if seen.any() else 0.0
    if mean_kw <= 0.0:
        raise NoHistoryError(
            given=f"{int(seen.sum())} measured quarters with a mean of {mean_kw} kW",
            expected="measured quarters with a mean above 0",
            remedy="test days on which something was measured",
        )
    error_kw = (forecast_kw - measured_kw)[seen]
    return Backtest(
        days=days,
        values=int(seen.sum()),
        nmae_ratio=float(np.abs(error_kw).mean()) / mean_kw,
        bias_ratio=float(error_kw.mean()) / mean_kw,
        yesterday_nmae_ratio=float(np.abs(yesterday_kw - measured_kw)[seen].mean()) / mean_kw,
    )


def _check_history(history_kw: Reals) -> None:
    shaped = history_kw.ndim == 2 and history_kw.size > 0  # noqa: PLR2004  # days and quarters
    if not shaped or np.isinf(history_kw).any():
        raise NoHistoryError(
            given=f"a history of shape {history_kw.shape}",
            expected="one row a day with one finite value or NaN per quarter",
            remedy="reshape the history to (n_days, n_quarters)",
        )


def _mean(days_kw: Reals) -> tuple[Reals, NDArray[np.int64]]:
    """Return the mean of the measured days at each quarter, and how many there are."""
    measured = np.isfinite(days_kw)
    count = measured.sum(axis=0, dtype=np.int64)
    total_kw = np.where(measured, days_kw, 0.0).sum(axis=0)
    mean: Reals = np.where(count > 0, total_kw / np.maximum(count, 1), np.nan)
    return mean, count
