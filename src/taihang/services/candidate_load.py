"""What a project that may come would draw in each interval of a past year.

A shift pattern gives the plain shape: working hours, weekends and public holidays of that year,
without weather, stops or noise. Where the holidays of that year are not known weekdays alone count,
and the offer says so. A profile is taken as it is, scaled to the planned energy.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

from taihang.core.errors import InputError
from taihang.core.park.assets import ShiftPattern
from taihang.core.park.candidate import Candidate
from taihang.core.park.park import Park
from taihang.core.park.shift_shape import ShiftShape
from taihang.core.periods import STEP_S, Period, days
from taihang.core.quantities import SECONDS_PER_HOUR, WH_PER_KWH, WH_PER_MWH
from taihang.standards.state_council_holidays import CalendarUnknownError, DayKind, day_kind

_STEPS_PER_HOUR: Final = SECONDS_PER_HOUR // STEP_S
_WEIGHTS_PER_UNIT: Final = 1_000_000
"""Shapes are rounded to millionths once, so that all that follows is whole numbers."""
_SATURDAY: Final = 6
_SUNDAY: Final = 7
PROFILE_HEAD: Final = "kw"
ROWS_MAX: Final = 36_000
"""Longest profile that is read: the quarters of an hour of a leap year."""


class ProfileError(InputError):
    """A profile is not one power for each hour, or each quarter of an hour, of the year."""

    code = "input.candidate-profile"


class CandidateLoadError(InputError):
    """A project would draw more than its transformers bear."""

    code = "input.candidate-load"


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadPlans:
    """What the loads of projects are made from."""

    shapes: Mapping[ShiftPattern, ShiftShape]
    """The plain days of every shift pattern."""
    profiles: Mapping[str, str]
    """Text of the profile file, by project that has one."""


def candidate_wh(
    candidate: Candidate, *, plans: LoadPlans, period: Period, park: Park
) -> NDArray[np.int64]:
    """Return what a project would draw in each interval of a year.

    Args:
        candidate: The project.
        plans: Shapes and profiles.
        period: The year.
        park: The park; its zone and its transformers count.

    Returns:
        Energy of each interval, shape (n,), summing exactly to the planned energy. [Wh]

    Raises:
        ProfileError: If the profile is not one for this year.
        CandidateLoadError: If the peak is above the transformers.
    """
    shape = candidate.load.shape
    if shape is None:
        weights = _profile_weights(plans.profiles.get(candidate.id, ""), period)
    else:
        weights = _shape_weights(plans.shapes[shape], period, park)
    total_wh = int(candidate.load.mwh_per_year * WH_PER_MWH)
    wh = _spread_wh(total_wh, weights)
    peak_kw = int(wh.max()) * _STEPS_PER_HOUR // WH_PER_KWH
    if peak_kw > candidate.load.transformer_kva:
        raise CandidateLoadError(
            given=f"{candidate.id} with a peak of {peak_kw} kW",
            expected=f"at most its transformers, {candidate.load.transformer_kva:g} kVA",
            remedy="correct mwh_per_year, the shape or transformer_kva",
        )
    return wh


def _shape_weights(shape: ShiftShape, period: Period, park: Park) -> NDArray[np.int64]:
    ratios = {
        DayKind.WORKDAY: shape.workday_ratio,
        DayKind.SATURDAY: shape.saturday_ratio,
        DayKind.SUNDAY: shape.sunday_ratio,
        DayKind.HOLIDAY: shape.holiday_ratio,
    }
    of_kind = {
        kind: np.rint(ratio * _WEIGHTS_PER_UNIT).astype(np.int64) for kind, ratio in ratios.items()
    }
    day, last = period.start.astimezone(park.zone).date(), period.end.astimezone(park.zone).date()
    found: list[NDArray[np.int64]] = []
    while day < last:
        # A day that the clock made longer or shorter is cut or repeats its last interval.
        n_steps = days(day, 1, park.zone).n_steps
        found.append(np.resize(of_kind[_kind_of(day)], n_steps))
        day += timedelta(days=1)
    return np.concatenate(found)


def knows_holidays(period: Period, park: Park) -> bool:
    """Say whether the public holidays of a year are known."""
    try:
        day_kind(period.start.astimezone(park.zone).date())
    except CalendarUnknownError:
        return False
    return True


def _kind_of(day: date) -> DayKind:
    try:
        return day_kind(day)
    except CalendarUnknownError:
        weekend = {_SATURDAY: DayKind.SATURDAY, _SUNDAY: DayKind.SUNDAY}
        return weekend.get(day.isoweekday(), DayKind.WORKDAY)


def _profile_weights(text: str, period: Period) -> NDArray[np.int64]:
    """Read one power a line, of each hour or quarter of an hour of the year [W]."""
    lines = text.split()
    values = [_power_w(line, at) for at, line in enumerate(lines[1:], start=2)]
    n_hours = period.n_steps // _STEPS_PER_HOUR
    if lines[:1] != [PROFILE_HEAD] or len(values) not in {n_hours, period.n_steps}:
        raise ProfileError(
            given=f"the head {' '.join(lines[:1])!r} and {len(values)} values",
            expected=f"the head {PROFILE_HEAD!r} and {n_hours} or {period.n_steps} values",
            remedy="give each hour, or each quarter of an hour, of the year one line",
        )
    weights = np.array(values, np.int64)
    if not weights.any():
        raise ProfileError(
            given="a profile of nothing but 0",
            expected="a power above 0 somewhere",
            remedy="give the power of the plant in kW",
        )
    return weights if len(values) == period.n_steps else np.repeat(weights, _STEPS_PER_HOUR)


def _power_w(line: str, at: int) -> int:
    try:
        kw = float(line)
    except ValueError:
        kw = float("nan")
    if at > ROWS_MAX or not 0 <= kw < float("inf"):
        raise ProfileError(
            given=f"line {at}: {line!r}",
            expected="a power in kW, 0 or more, in a year's number of lines",
            remedy="write one number a line, with a point for decimals",
        )
    return round(kw * WH_PER_KWH)


def _spread_wh(total_wh: int, weights: NDArray[np.int64]) -> NDArray[np.int64]:
    """Spread a total in proportion to weights, so that every partial sum is rounded down once."""
    sums = np.cumsum(weights).tolist()
    edges_wh = [total_wh * done // sums[-1] for done in sums]
    return np.diff(np.array([0, *edges_wh], np.int64))
