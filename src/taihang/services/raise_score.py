"""What would raise an hourly score by some points, and at what price.

Each candidate measure of park.toml is judged alone against the settled hours of one year, with the
profiles of the park's own plants. The size is the least whole one that reaches the target; where
even the largest does not, the answer is the score that it would reach.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Final

import numpy as np

from taihang.core.carbon.cfe import CfeScore
from taihang.core.carbon.hourly_score import (
    Left,
    StorageModel,
    from_generation,
    from_shifting,
    from_storage,
    least_size,
    needed_wh,
)
from taihang.core.errors import InputError, StateError
from taihang.core.park.assets import PlantKind
from taihang.core.park.score import MeasureKind, ScoreMeasure
from taihang.core.quantities import EXACT, WH_PER_KWH
from taihang.services.hourly_use import ParkHours
from taihang.services.score_account import Scored, Scores

STORAGE_RULE: Final = "greedy-matching/v1"
STEPS_OF_SHARE: Final = 10_000
"""The least step of a share of load: a hundredth of a percent."""
_WHOLE_PERCENT: Final = 100


class PointsError(InputError):
    """A score cannot be raised by that many points."""

    code = "input.points"


class NothingScoredError(StateError):
    """No hour of the subject is known in the year, so there is no score to raise."""

    code = "state.nothing-scored"


@dataclass(frozen=True, slots=True, kw_only=True)
class Raised:
    """What one measure would do, alone."""

    measure: ScoreMeasure
    size: int | None
    """kW, steps of a share, or Wh, by its kind; None where the target cannot be reached."""
    cost_cny: Decimal | None
    """For a year; None where the target cannot be reached [CNY]."""
    reached_ratio: Fraction
    """The score with that size, or with the largest that can be had [1]."""
    served_wh: int
    """Energy that it newly matches, with the same size [Wh]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RaiseAnswer:
    """Every measure of the park against one target."""

    subject: str
    points: Decimal
    now_ratio: Fraction
    target_ratio: Fraction
    needed_wh: int
    each: tuple[Raised, ...]
    """In the order of park.toml."""

    @property
    def cheapest(self) -> Raised | None:
        """The measure that reaches the target for the least money; of equals the first."""
        reaching = [one for one in self.each if one.cost_cny is not None]
        return min(reaching, key=lambda one: one.cost_cny or Decimal(0), default=None)


@dataclass(frozen=True, slots=True)
class _Effect:
    """A measure as a function of its size, which never falls."""

    served_wh: Callable[[int], int]
    most: int
    cost_cny: Callable[[int, int], Decimal]
    """Of a size, and of the energy that it serves [CNY]."""


def raise_score(found: Scores, subject: str, *, points: Decimal) -> RaiseAnswer:
    """Say what each candidate measure would need to raise a score.

    Args:
        found: Scores of a whole year, with the subject among them.
        subject: The park or one of its users; products have no plants of their own.
        points: By how many percentage points the contracted-only score shall rise. [%]

    Raises:
        PointsError: If the points are not above 0, the target is above 100 %, or the period is a
            month: prices are for a year.
        NothingScoredError: If no hour of the subject is known.
    """
    one = found.of(subject)
    score = _score(one, found)
    _refuse(score, points=points, found=found)
    wanted_wh = needed_wh(score, points_pct=points)
    each = tuple(
        _raised(measure, _effect(measure, one, found.hours), score, wanted_wh)
        for measure in found.hours.park.score_measures.values()
    )
    return RaiseAnswer(
        subject=subject,
        points=points,
        now_ratio=score.contracted_ratio,
        target_ratio=score.contracted_ratio + Fraction(points) / _WHOLE_PERCENT,
        needed_wh=wanted_wh,
        each=each,
    )


def _score(one: Scored, found: Scores) -> CfeScore:
    if one.score is None:
        raise NothingScoredError(
            given=f"{one.subject} in {found.label}",
            expected="a year with at least one known hour",
            remedy="settle the year first, or name another",
        )
    return one.score


def _refuse(score: CfeScore, *, points: Decimal, found: Scores) -> None:
    if "-" in found.label:
        raise PointsError(
            given=f"the month {found.label}",
            expected="a year: prices of measures are for a year",
            remedy=f"ask for --year {found.label[:4]}",
        )
    room = (1 - score.contracted_ratio) * _WHOLE_PERCENT
    if not 0 < Fraction(points) <= room:
        raise PointsError(
            given=f"{points} points",
            expected=f"above 0 and at most {float(room):.2f}, which makes 100 %",
            remedy="ask for fewer points",
        )


def _raised(measure: ScoreMeasure, effect: _Effect, score: CfeScore, wanted_wh: int) -> Raised:
    size = least_size(effect.served_wh, needed_wh=wanted_wh, most=effect.most)
    served_wh = effect.served_wh(effect.most if size is None else size)
    return Raised(
        measure=measure,
        size=size,
        cost_cny=None if size is None else effect.cost_cny(size, served_wh),
        reached_ratio=Fraction(score.matched_wh + served_wh, score.load_wh),
        served_wh=served_wh,
    )


# -- what each kind does -------------------------------------------------------------------------


def _effect(measure: ScoreMeasure, one: Scored, hours: ParkHours) -> _Effect:
    left = hours.left_of(one.use)
    if measure.kind is MeasureKind.BATTERY:
        return _battery(measure, left)
    if measure.kind is MeasureKind.SHIFT:
        return _shift(measure, left, hours)
    if measure.kind is MeasureKind.CERTIFICATES:
        return _certificates(measure, left, hours)
    return _plants(measure, left, hours)


def _plants(measure: ScoreMeasure, left: Left, hours: ParkHours) -> _Effect:
    kind = PlantKind(measure.kind.value)
    profile_wh = hours.generated_wh[kind]
    plants = [plant for plant in hours.park.plants.values() if plant.kind is kind]
    profile_kw = max(1, round(sum(plant.capacity_kw for plant in plants)))

    def served_wh(kw: int) -> int:
        return from_generation(left, kw=kw, profile_wh=profile_wh, profile_kw=profile_kw)

    return _Effect(served_wh, measure.most_kw or 0, lambda kw, _: _times(measure, Fraction(kw)))


def _battery(measure: ScoreMeasure, left: Left) -> _Effect:
    energy_h, ratio = measure.energy_h or Decimal(0), measure.round_trip_ratio or Decimal(1)
    model = StorageModel(energy_h=energy_h, round_trip_ratio=ratio)

    def served_wh(kw: int) -> int:
        return from_storage(left, kw=kw, model=model)

    def cost_cny(kw: int, _: int) -> Decimal:
        return _times(measure, kw * Fraction(energy_h))

    return _Effect(served_wh, measure.most_kw or 0, cost_cny)


def _shift(measure: ScoreMeasure, left: Left, hours: ParkHours) -> _Effect:
    starts = hours.day_starts

    def served_wh(steps: int) -> int:
        share = Fraction(steps, STEPS_OF_SHARE)
        return from_shifting(left, share_ratio=share, day_starts=starts)

    most = int((measure.most_share_ratio or Decimal(0)) * STEPS_OF_SHARE)
    return _Effect(served_wh, most, lambda _, wh: _times(measure, Fraction(wh, WH_PER_KWH)))


def _certificates(measure: ScoreMeasure, left: Left, hours: ParkHours) -> _Effect:
    first, last = measure.first_hour or 0, measure.last_hour or 0
    inside = np.array([_is_within(hour, first, last) for _, hour in hours.local_hours])
    open_wh = int(left.residual_wh[inside].sum())
    return _Effect(
        lambda wh: min(wh, open_wh),
        open_wh,
        lambda wh, _: _times(measure, Fraction(wh, WH_PER_KWH)),
    )


def _is_within(hour: int, first: int, last: int) -> bool:
    return first <= hour < last if first < last else hour >= first or hour < last


def _times(measure: ScoreMeasure, units: Fraction) -> Decimal:
    with localcontext(EXACT):
        return measure.price_cny * units.numerator / units.denominator
