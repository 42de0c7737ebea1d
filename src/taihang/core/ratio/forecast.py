"""The end of the year as it may come: whole weeks of the park's own past, put together again.

Rule ``season-blocks/v1``. The days left of the year are cut into blocks of ``block_days``. The
model of a block is a run of days of the past that begins on the same day of the week and lies
within ``season_days`` of it in the season, of any year; each fits as well as the others. Where the
past has no such run, any known run that begins on the same day of the week stands in. Generation of
a kind, and load, of a model day are scaled by ``installed on the day / on the model day``,
so that a plant or user that joined counts from its first day; where the model is of another season,
also by ``share of the day in its planned year / share of the model day``, so that a run of June can
stand for one of November. Export and import of a scaled day follow interval by interval; what
flowed both ways at once stays.

A scenario first gives every week of the past a weight of its own, w = 4 u³ (mean 1, variance 9/7),
and then draws one model for each block by these weights; its year is what is settled plus what it
drew. The weights hold for a whole scenario: few known weeks say little of the mean of what is to
come, and so the band is wider where the past is short. What was never seen is in no scenario: a
band from one past winter knows one winter. The back-test says how often the band held.

Everything drawn is a float and a view; what is settled beside it stays exact (§6).

Source: block bootstrap (Künsch, 1989) and weighted bootstrap (Præstgaard and Wellner, 1993); no
text prescribes a forecast.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from taihang.core.errors import StateError
from taihang.core.park.direct_connection import RatioForecast
from taihang.core.ratio.flow import FlowTotals

RULE: Final = "season-blocks/v1"
_DAYS_A_WEEK: Final = 7
_DRAWS_OF_YEAR: Final = 3
"""Uniform numbers whose sum tells how a year differs; ± 3 standard deviations at most."""
LOAD: Final = "load"
"""Name of the level of load; the others are kinds of plants."""
PARTS: Final = ("available", "exported", "curtailed", "load", "storage")
"""What a day adds to a year, in the order of the last axis."""
_EXPORTED: Final = PARTS.index("exported")
_AVAILABLE: Final = PARTS.index("available")
_MAY_BE_NEGATIVE: Final = np.array([name == "storage" for name in PARTS])
_DAYS_A_YEAR: Final = 365
Reals: TypeAlias = NDArray[np.float64]


class NoModelError(StateError):
    """The past of the park holds no day that could stand for a day to come."""

    code = "state.no-ratio-model"


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class DayPlan:
    """What is planned for each day, by kind of plant and of load; all of shape (n_days,)."""

    installed: Mapping[str, Reals]
    """Planned year of what is in service on the day, or another measure of its size."""
    shape_ratio: Mapping[str, Reals]
    """Share of a year that the day has by its season; 1 where the park states no shape. [1]"""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class DayPool:
    """The days of the past, in a row without gaps; energies [Wh] have shape (n_days, 96)."""

    first: date
    usable: NDArray[np.bool_]
    """Whole days of which every interval is closed, shape (n_days,)."""
    generated_wh: Mapping[str, Reals]
    """By kind of plant."""
    load_wh: Reals
    """Load and own use of plants."""
    curtailed_wh: Reals
    imported_wh: Reals
    exported_wh: Reals
    storage_wh: Reals
    """Charge less discharge."""
    plan: DayPlan

    @property
    def n_days(self) -> int:
        """Days from the first to the last."""
        return len(self.usable)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class DaysLeft:
    """The days that are forecast."""

    first: date
    plan: DayPlan
    has_shape: bool
    """Whether the park states a seasonal shape of all that it has: only then may a model be of
    another season."""

    @property
    def n_days(self) -> int:
        """How many."""
        return len(self.plan.installed[LOAD])

    def day(self, number: int) -> date:
        """Return a day by its number."""
        return self.first + timedelta(days=number)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Block:
    """One block of days and what may stand for it."""

    first: int
    """Its first day, counted from the first that is forecast."""
    is_of_season: bool
    """Whether its models are of the same season; else they are scaled by plan and shape."""
    weeks: NDArray[np.int64]
    """Week of the past in which each model begins, shape (n_models,)."""
    days_wh: Reals
    """What each model adds, shape (n_models, n_days_of_block, len(PARTS)). [Wh]"""
    slopes_wh: Mapping[str, Reals]
    """What one spread of years adds to it, by kind and of load, of the same shape. [Wh]"""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Scenarios:
    """Ends of the year that were drawn."""

    blocks: tuple[Block, ...]
    left_wh: Reals
    """What the days left add, shape (n, len(PARTS)). [Wh]"""
    exported_by_day_wh: Reals
    """What is exported on each day left, shape (n, n_days). [Wh]"""

    @property
    def n_season_days(self) -> int:
        """Days whose models are of the same season."""
        return sum(block.days_wh.shape[1] for block in self.blocks if block.is_of_season)

    @property
    def n_plan_days(self) -> int:
        """Days whose models were scaled by plan and seasonal shape."""
        return sum(block.days_wh.shape[1] for block in self.blocks if not block.is_of_season)


def draws_of(pool: DayPool, left: DaysLeft, settings: RatioForecast) -> tuple[int, int]:
    """Return how many scenarios there are, and how many numbers each of them needs."""
    n_blocks = -(-left.n_days // settings.block_days)
    n_weeks = -(-pool.n_days // _DAYS_A_WEEK)
    n_of_year = _DRAWS_OF_YEAR * len(pool.plan.installed)
    return settings.scenarios, n_blocks + n_weeks + n_of_year


def scenarios(pool: DayPool, left: DaysLeft, *, settings: RatioForecast, draws: Reals) -> Scenarios:
    """Draw ends of the year.

    Args:
        pool: The past.
        left: The days that are forecast.
        settings: How it is done.
        draws: Uniform numbers of [0, 1), of the shape that ``draws_of`` says.

    Returns:
        The scenarios; the same numbers give the same.

    Raises:
        NoModelError: If some block has no model.
    """
    blocks = tuple(
        _block(first, pool, left, settings) for first in range(0, left.n_days, settings.block_days)
    )
    of_year, n_of_year = _of_year(draws, pool)
    of_week = draws[:, len(blocks) : draws.shape[1] - n_of_year]
    # Products alone: the same numbers give the same weights on every machine.
    weights = 4 * of_week * of_week * of_week
    total_wh, exported_wh = np.zeros((len(draws), len(PARTS))), [np.zeros((len(draws), 0))]
    for at, block in enumerate(blocks):
        picks = _picked(weights[:, block.weeks], draws[:, at])
        days_wh = _moved(block, picks, of_year)
        total_wh += days_wh.sum(axis=1)
        exported_wh.append(days_wh[:, :, _EXPORTED])
    return Scenarios(
        blocks=blocks, left_wh=total_wh, exported_by_day_wh=np.concatenate(exported_wh, axis=1)
    )


def _of_year(draws: Reals, pool: DayPool) -> tuple[dict[str, Reals], int]:
    """Return how each scenario's year differs, in spreads by kind, and how many numbers it took."""
    names = list(pool.plan.installed)
    n = _DRAWS_OF_YEAR * len(names)
    sums = (
        draws[:, draws.shape[1] - n :].reshape(len(draws), len(names), _DRAWS_OF_YEAR).sum(axis=2)
    )
    # The sum of three uniform numbers has mean 1.5 and variance 1/4.
    return {name: 2 * (sums[:, at] - 1.5) for at, name in enumerate(names)}, n


def _moved(block: Block, picks: NDArray[np.int64], of_year: Mapping[str, Reals]) -> Reals:
    """Return what picked models add in years that differ, shape (n, n_days, len(PARTS)) [Wh]."""
    days_wh = block.days_wh[picks]
    for name, slope_wh in block.slopes_wh.items():
        days_wh += of_year[name][:, None, None] * slope_wh[picks]
    days_wh = np.maximum(np.rint(days_wh), np.where(_MAY_BE_NEGATIVE, -np.inf, 0))
    days_wh[:, :, _EXPORTED] = np.minimum(days_wh[:, :, _EXPORTED], days_wh[:, :, _AVAILABLE])
    return days_wh


def _picked(weights: Reals, draw: Reals) -> NDArray[np.int64]:
    """Return which of some models each scenario takes, by its weights, shape (n,)."""
    reached = weights.cumsum(axis=1)
    passed = reached <= (draw * reached[:, -1])[:, None]
    return np.minimum(passed.sum(axis=1), weights.shape[1] - 1)


def year_parts(settled: FlowTotals, drawn: Scenarios) -> Mapping[str, Reals]:
    """Return what each scenario's year comes to: what is settled plus what it drew.

    Args:
        settled: The year up to the first day that is forecast.
        drawn: The days left.

    Returns:
        Each of ``PARTS``, shape (n,). [Wh]
    """
    done = (
        settled.wh["generated"] + settled.wh["curtailment"],
        settled.wh["export"],
        settled.wh["curtailment"],
        settled.wh["load"] + settled.own_use_wh,
        settled.storage_wh,
    )
    return {name: done[at] + drawn.left_wh[:, at] for at, name in enumerate(PARTS)}


# -- models --------------------------------------------------------------------------------------


def _block(first: int, pool: DayPool, left: DaysLeft, settings: RatioForecast) -> Block:
    n = min(settings.block_days, left.n_days - first)
    starts = _runs(pool, left, first=first, n=n)
    offset = _season_offset(pool, starts, left.day(first))
    of_season = starts[offset <= settings.season_days]
    if not len(of_season) and not (len(starts) and left.has_shape):
        raise NoModelError(
            given=f"{len(starts)} known runs of {n} days for {left.day(first).isoformat()}, "
            f"none within {settings.season_days} days of its season",
            expected="one of the season, or any with a seasonal shape of pv, wind and load",
            remedy="write [seasonal_shapes], raise season_days, or settle more of the past; "
            "`taihang ratios DIR --plan` needs no past",
        )
    chosen = of_season if len(of_season) else starts
    span = slice(first, first + n)
    is_of_season = bool(len(of_season))
    spreads = settings.year_spread_ratio
    at = [(slice(int(start), int(start) + n), span) for start in chosen]
    days_wh = _models(pool, left, at, is_of_season=is_of_season)
    slopes_wh = {
        name: _models(pool, left, at, is_of_season=is_of_season, above_ratio=(name, spread))
        - days_wh
        for name, spread in ((name, float(spreads[name])) for name in pool.plan.installed)
        if spread
    }
    return Block(
        first=first,
        is_of_season=is_of_season,
        weeks=chosen // _DAYS_A_WEEK,
        days_wh=days_wh,
        slopes_wh=slopes_wh,
    )


def _models(
    pool: DayPool,
    left: DaysLeft,
    at: Sequence[tuple[slice, slice]],
    *,
    is_of_season: bool,
    above_ratio: tuple[str, float] = ("", 0.0),
) -> Reals:
    """Return what runs of the past add, one kind a share above the others."""
    found: list[Reals] = []
    for of, span in at:
        factors = _factors(pool, left, (of, span), is_of_season=is_of_season)
        name, share = above_ratio
        if share:
            factors[name] = factors[name] * (1 + share)
        found.append(_model(pool, of, factors))
    return np.stack(found)


def _runs(pool: DayPool, left: DaysLeft, *, first: int, n: int) -> NDArray[np.int64]:
    """Return where runs of usable days begin on the right day of the week."""
    if pool.n_days < n:
        return np.zeros(0, np.int64)
    usable = pool.usable.copy()
    for name, installed in pool.plan.installed.items():
        # A day on which a kind has nothing says nothing of one on which it has something.
        if left.plan.installed[name][first : first + n].any():
            usable &= installed * pool.plan.shape_ratio[name] > 0
    whole = np.lib.stride_tricks.sliding_window_view(usable, n).all(axis=1)
    starts = np.flatnonzero(whole)
    weekday = (pool.first.weekday() + starts) % 7
    return starts[weekday == left.day(first).weekday()]


def _season_offset(pool: DayPool, starts: NDArray[np.int64], day: date) -> NDArray[np.int64]:
    """Return how far apart in the season runs and a day lie, shape of ``starts`` [day]."""
    numbers = [(pool.first + timedelta(days=int(at))).timetuple().tm_yday for at in starts]
    apart = np.abs(np.array(numbers, np.int64) - day.timetuple().tm_yday)
    return np.minimum(apart, np.abs(_DAYS_A_YEAR - apart))


def _factors(
    pool: DayPool, left: DaysLeft, at: tuple[slice, slice], *, is_of_season: bool
) -> dict[str, Reals]:
    """Return by what a model is scaled to the days it stands for, by kind, shape (n, 1)."""
    of, span = at
    found: dict[str, Reals] = {}
    for name, installed in pool.plan.installed.items():
        had, has = installed[of], left.plan.installed[name][span]
        if not is_of_season:
            had, has = (
                had * pool.plan.shape_ratio[name][of],
                has * left.plan.shape_ratio[name][span],
            )
        found[name] = np.divide(has, had, out=np.ones_like(had), where=had > 0)[:, None]
    return found


def _model(pool: DayPool, of: slice, factor_ratio: Mapping[str, Reals]) -> Reals:
    """Return what a run of the past adds once it is scaled, shape (n_days, len(PARTS))."""
    generated_wh = {kind: wh[of] * factor_ratio[kind] for kind, wh in pool.generated_wh.items()}
    load_wh = pool.load_wh[of] * factor_ratio[LOAD]
    more_wh = load_wh - pool.load_wh[of]
    for kind, wh in generated_wh.items():
        more_wh = more_wh - (wh - pool.generated_wh[kind][of])
    imported_wh, exported_wh = pool.imported_wh[of], pool.exported_wh[of]
    both_wh = np.minimum(imported_wh, exported_wh)
    exported_wh = np.maximum(exported_wh - imported_wh - more_wh, 0) + both_wh
    curtailed_wh = pool.curtailed_wh[of]
    available_wh = sum(generated_wh.values(), curtailed_wh)
    parts_wh: Sequence[Reals] = (
        available_wh,
        exported_wh,
        curtailed_wh,
        load_wh,
        pool.storage_wh[of],
    )
    # Whole watt-hours: sums of whole numbers are the same in any order, on every machine.
    return np.rint(np.stack([part.sum(axis=1) for part in parts_wh], axis=1))
