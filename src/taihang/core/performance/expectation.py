"""What each plant of a fleet should have given, learnt from the fleet itself.

Every plant answers the same resource in its own way: a roof that looks west gives more in the
afternoon. The answer is learnt robustly: a tilted plane (three terms of the sun's direction), then
corrected cell by cell of the sky as far as enough days stand behind a cell. The resource of an
interval is what the other plants say, each over its own answer, by their median; or it was
measured. Level and answer could stand in for each other (a plant that fails in spring looks like
one that likes the winter), so both orders are tried, level first and answer first, and the one
that explains the days with fewer and smaller steps is taken, plant by plant.
"""

from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from typing_extensions import override

from taihang.core.performance.change import Stretch, cost_of, levels, stretches
from taihang.core.performance.fleet import Fleet
from taihang.core.performance.robust import (
    OF_MEDIAN_DEVIATION,
    Flags,
    Floats,
    deviation_of,
    group_medians,
    median_of,
    others_median,
    robust_fit,
)

LEAST_PEERS: Final = 3
"""So many other plants must say what a day had to give: of two, nobody knows which one is ill."""
_LEAST_INTERVALS: Final = 200
"""So many bright intervals make an answer."""
_FULL_DAYS: Final = 30
"""Days behind a cell at which half of its own correction is taken."""
_LEAST_ANSWER_RATIO: Final = 0.05
_OUTAGE_EXPECTED_RATIO: Final = 0.1
"""An outage is told only where this share of the rating is expected [1]."""
_OUTAGE_OUTPUT_RATIO: Final = 0.02
"""A plant that gives less than this share of what is expected stands still [1]."""
_OUTAGE_INTERVALS: Final = 4
"""So many intervals in a row make an outage."""
_LEAST_DAY_RATIO: Final = 0.02
"""A day on which less than this mean power is expected is too dark or calm to be judged [1]."""
_LEAST_SHARE_RATIO: Final = 0.5
"""Share of a day's usual output that must have been compared [1]."""
_LEVEL_FLOOR_RATIO: Final = 0.3
_MODEL_ERROR_RATIO: Final = 0.012
"""No day is known better than this [1]."""
_UNKNOWN_SPREAD_RATIO: Final = 0.1
_MANY: Final = 10
"""Neighbours whose middle is a fair witness of calm, too."""
_DAYS_PER_CLASS: Final = 15
_MOST_CLASSES: Final = 6
_CLEARLY_LESS: Final = 5.0
"""Level first is taken only if it costs so much less."""
_ROUNDS: Final = 2


class Resource(Protocol):
    """Where the resource of an interval comes from."""

    n_judges: int
    """How many plants or instruments stand behind it; few cannot say how uneven a day was."""

    def of(self, healthy_ratio: Floats) -> Floats:
        """Return what there was for each plant, NaN where it is not known, shape (n_plants, n).

        Args:
            healthy_ratio: Output over the plant's own answer and level, shape (n_plants, n).
        """
        ...


@dataclass(frozen=True, slots=True)
class PeerResource(Resource):
    """The median of the other plants."""

    n_judges: int

    @override
    def of(self, healthy_ratio: Floats) -> Floats:
        """Return the median of the others where at least three of them were read."""
        return others_median(healthy_ratio, least=LEAST_PEERS)


@dataclass(frozen=True, slots=True, eq=False)
class MeasuredResource(Resource):
    """An instrument: irradiance over 1 kW/m², or what a wind speed lets expect."""

    measured_ratio: Floats
    """By plant, NaN where it was not read, shape (n_plants, n)."""
    n_judges: int = 1

    @override
    def of(self, healthy_ratio: Floats) -> Floats:
        """Return what was measured, whatever the plants did."""
        return self.measured_ratio


@dataclass(frozen=True, slots=True, eq=False)
class Expectation:
    """What a fleet should have given and did; sums by day are in intervals at full power."""

    expected_ratio: Floats
    """Over the rating, NaN where nobody knows, shape (n_plants, n)."""
    outage: Flags
    """Where a plant stood still that should have run, shape (n_plants, n)."""
    ratio: Floats
    """Actual over expected less one, NaN where a day is not judged, shape (n_plants, n_days)."""
    spread_ratio: Floats
    """Standard deviation of it on that day for a healthy plant, shape (n_plants, n_days)."""
    stretches: tuple[tuple[Stretch, ...], ...]
    """Stretches of one level, plant by plant."""


@dataclass(frozen=True, slots=True, eq=False)
class _Days:
    """The days of a fleet, under some expectation."""

    expected_ratio: Floats
    outage: Flags
    ratio: Floats


@dataclass(frozen=True, slots=True, eq=False)
class _Learnt:
    """An answer of every plant, its levels, and the days that follow from both."""

    answer: Floats
    """Shape (n_plants, n)."""
    level: Floats
    """Level of every day over the middle of all, shape (n_plants, n_days)."""
    days: _Days
    spread_ratio: Floats
    stretches: tuple[tuple[Stretch, ...], ...]


def expect(fleet: Fleet, resource: Resource) -> Expectation:
    """Learn what each plant should have given.

    Args:
        fleet: The plants; only the intervals in which they should run.
        resource: Where the resource comes from.

    Returns:
        The expectation; NaN throughout for a plant of which too little was read.
    """
    # 1. Answer first: one level for all days.
    flat = np.ones((len(fleet.ids), fleet.n_days))
    answer = _even_answer(fleet, resource, np.ones_like(fleet.output_ratio))
    for _ in range(_ROUNDS):
        answer = _answers(fleet, resource, answer, flat)
    by_answer = _settled(fleet, resource, answer)
    # 2. Level first: every day has a level of its own, so that no fault bends the answer.
    by_level = _settled(fleet, resource, _answer_of_free_levels(fleet, resource))
    # 3. Plant by plant what explains its days at less cost.
    spread_ratio = np.minimum(by_answer.spread_ratio, by_level.spread_ratio)
    taken = np.array(
        [
            _cost(by_level, row, spread_ratio) < _cost(by_answer, row, spread_ratio) - _CLEARLY_LESS
            for row in range(len(fleet.ids))
        ]
    )[:, None]
    answer = np.where(taken, by_level.answer, by_answer.answer)
    level = np.where(taken, by_level.level, by_answer.level)
    # 4. Once more, with the choice of each.
    found = _judged(fleet, resource, answer, level)
    return Expectation(
        found.days.expected_ratio,
        found.days.outage,
        found.days.ratio,
        found.spread_ratio,
        found.stretches,
    )


def _cost(learnt: _Learnt, row: int, spread_ratio: Floats) -> float:
    return cost_of(learnt.stretches[row], learnt.days.ratio[row], spread_ratio=spread_ratio[row])


def _even_answer(fleet: Fleet, resource: Resource, shape: Floats) -> Floats:
    """Return the shape of every plant at the height at which it answers most of the time."""
    there = resource.of(fleet.output_ratio / shape)
    known = np.where(there > fleet.least_ratio, there, np.nan)
    height = [median_of(row) for row in fleet.output_ratio / shape / known]
    return shape * np.array(height)[:, None]


def _settled(fleet: Fleet, resource: Resource, answer: Floats) -> _Learnt:
    """Let levels by stretch and answer settle on each other."""
    level = np.ones((len(fleet.ids), fleet.n_days))
    for _ in range(_ROUNDS):
        learnt = _judged(fleet, resource, answer, level)
        level = learnt.level
        answer = _answers(fleet, resource, answer, level)
    return _judged(fleet, resource, answer, level)


def _answer_of_free_levels(fleet: Fleet, resource: Resource) -> Floats:
    level = np.ones((len(fleet.ids), fleet.n_days))
    answer = _even_answer(fleet, resource, np.ones_like(fleet.output_ratio))
    for _ in range(_ROUNDS + 1):
        days = _days(fleet, answer * _resource(fleet, resource, answer, level))
        level = np.where(np.isfinite(days.ratio), np.maximum(1.0 + days.ratio, 0.0), 1.0)
        answer = _answers(fleet, resource, answer, level)
    # Free levels leave the height of an answer open: bring all to that of the middle plant.
    shape = answer / np.array([median_of(row) for row in answer])[:, None]
    return _even_answer(fleet, resource, shape)


def _resource(fleet: Fleet, resource: Resource, answer: Floats, level: Floats) -> Floats:
    healthy = answer * np.where(level > _LEVEL_FLOOR_RATIO, level, np.nan)[:, fleet.day]
    return resource.of(fleet.output_ratio / healthy)


def _judged(fleet: Fleet, resource: Resource, answer: Floats, level: Floats) -> _Learnt:
    """Work out days, spread and stretches under an answer and levels."""
    days = _days(fleet, answer * _resource(fleet, resource, answer, level))
    off_ratio = days.ratio - (level - 1.0)
    spread_ratio = _spread(fleet, days, off_ratio, n_judges=resource.n_judges)
    found = tuple(
        stretches(row, spread_ratio=spread)
        for row, spread in zip(days.ratio, spread_ratio, strict=True)
    )
    now = np.array([1.0 + levels(each, n_days=fleet.n_days) for each in found])
    return _Learnt(answer, now, days, spread_ratio, found)


def _days(fleet: Fleet, expected_ratio: Floats) -> _Days:
    """Compare by day what was expected with what came, but for outages, which are told apart."""
    known = np.isfinite(expected_ratio) & np.isfinite(fleet.output_ratio)
    outage = _outages(fleet, expected_ratio)
    compared = known & ~outage
    actual = fleet.daily(fleet.output_ratio, compared)
    expected = fleet.daily(expected_ratio, compared)
    usual = np.median(fleet.daily(expected_ratio, np.isfinite(expected_ratio)), axis=0)
    lit = np.bincount(fleet.day, minlength=fleet.n_days)
    enough = fleet.daily(np.ones_like(expected_ratio), compared) >= _LEAST_SHARE_RATIO * lit
    judged = enough & (expected > _LEAST_DAY_RATIO * lit) & (expected >= _LEAST_SHARE_RATIO * usual)
    ratio = np.where(judged, actual / np.where(judged, expected, 1.0) - 1.0, np.nan)
    return _Days(expected_ratio, outage, ratio)


def _outages(fleet: Fleet, expected_ratio: Floats) -> Flags:
    # Where either is NaN neither comparison holds.
    limit = _OUTAGE_OUTPUT_RATIO * expected_ratio
    still = (expected_ratio > _OUTAGE_EXPECTED_RATIO) & (fleet.output_ratio < limit)
    found = np.zeros_like(still)
    for row in np.flatnonzero(still.any(axis=1)):
        edges = np.flatnonzero(np.diff(still[row].astype(np.int64), prepend=0, append=0))
        for first, end in edges.reshape(-1, 2):
            found[row, first:end] = end - first >= _OUTAGE_INTERVALS
    return found


def _answers(fleet: Fleet, resource: Resource, answer: Floats, level: Floats) -> Floats:
    """Learn the answers anew, from what each plant gave over its level."""
    there = _resource(fleet, resource, answer, level)
    outage = _outages(fleet, answer * there)
    scale = np.where(level > _LEVEL_FLOOR_RATIO, level, np.nan)[:, fleet.day]
    learnable = (there > fleet.least_ratio) & ~outage
    ratio = np.where(
        learnable, fleet.output_ratio / np.where(learnable, there, 1.0) / scale, np.nan
    )
    rows = [_answer(fleet, row, given) for row, given in zip(ratio, there, strict=True)]
    return np.array(rows)


def _answer(fleet: Fleet, ratio: Floats, there: Floats) -> Floats:
    """Return the answer of one plant, NaN where too little was read, shape (n,)."""
    at = np.flatnonzero(np.isfinite(ratio))
    if len(at) < _LEAST_INTERVALS:
        return np.full(len(ratio), np.nan)
    fitted = robust_fit(ratio[at], weight=there[at], terms=fleet.terms[:, at])
    plane = np.maximum(fitted @ fleet.terms, _LEAST_ANSWER_RATIO)
    cell = fleet.cells(there)
    own = group_medians(ratio[at] / plane[at], group=cell[at], n_groups=fleet.n_cells)
    seen = np.bincount(
        cell[at] * fleet.n_days + fleet.day[at], minlength=fleet.n_cells * fleet.n_days
    )
    n_days = (seen > 0).reshape(fleet.n_cells, fleet.n_days).sum(axis=1)
    trust = n_days / (n_days + float(_FULL_DAYS))
    correction = np.where(n_days > 0, 1.0 + trust * (own - 1.0), 1.0)
    return plane * correction[cell]


def _spread(fleet: Fleet, days: _Days, off_ratio: Floats, *, n_judges: int) -> Floats:
    """Return how far healthy plants are off on each day, shape (n_plants, n_days).

    At least that of days as unsteady as this one; more where the neighbours differ from each other
    on this very day.
    """
    pooled = _pooled_spread(_unsteadiness(fleet, days.expected_ratio), off_ratio)
    variance = np.tile(pooled**2, (len(fleet.ids), 1))
    if n_judges >= LEAST_PEERS:
        middle = others_median(off_ratio, least=LEAST_PEERS)
        today = OF_MEDIAN_DEVIATION * others_median(np.abs(off_ratio - middle), least=LEAST_PEERS)
        today = np.where(np.isfinite(today), today, _UNKNOWN_SPREAD_RATIO) ** 2
        # The middle of a few is a poor witness of calm, and a fair one of unrest.
        variance = np.maximum(variance, 0.5 * (variance + today) if n_judges > _MANY else today)
    return np.sqrt(variance + _MODEL_ERROR_RATIO**2)


def _unsteadiness(fleet: Fleet, expected_ratio: Floats) -> Floats:
    """Return how much the middle plant was expected to go up and down, by day."""
    there = np.where(np.isfinite(expected_ratio), expected_ratio, 0.0)
    middle = np.median(there, axis=0)
    moved = np.abs(np.diff(middle, prepend=middle[:1]))
    total = np.bincount(fleet.day, weights=middle, minlength=fleet.n_days)
    moves = np.bincount(fleet.day, weights=moved, minlength=fleet.n_days)
    return moves / np.maximum(total, _MODEL_ERROR_RATIO)


def _pooled_spread(unsteadiness: Floats, off_ratio: Floats) -> Floats:
    """Return the deviation of the days that were about as unsteady, by day."""
    order = np.argsort(unsteadiness, kind="stable")
    n_classes = max(1, min(_MOST_CLASSES, len(order) // _DAYS_PER_CLASS))
    found = np.full(len(order), _UNKNOWN_SPREAD_RATIO)
    for days in np.array_split(order, n_classes):
        deviation = deviation_of(off_ratio[:, days].ravel())
        if np.isfinite(deviation):
            found[days] = deviation
    return found
