"""A model that was written over another is the model of its window, bit by bit."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from park_case import problem
from random_parks import random_park
from random_windows import walk
from rolling_park import LONG, N, long_assets, long_park, window
from taihang.core.dispatch.assembly import Assembled
from taihang.core.dispatch.assets.battery import Battery
from taihang.core.dispatch.fields import ParkProblemError
from taihang.core.dispatch.park_problem import ParkProblem
from taihang.core.dispatch.refresh import Refresher
from taihang.core.dispatch.window import (
    Standing,
    check_cuttable,
    standing_at,
    standing_of,
    window_of,
)

WALKS = 25


def _same(found: Assembled, due: Assembled) -> None:
    for name in ("column_cost", "column_lower", "column_upper", "row_lower", "row_upper"):
        assert np.array_equal(getattr(found.model, name), getattr(due.model, name)), name
    for name in ("start", "index", "value", "column_integer"):
        assert np.array_equal(getattr(found.model, name), getattr(due.model, name)), name
    assert (found.model.columns, found.model.rows) == (due.model.columns, due.model.rows)
    assert found.horizon == due.horizon
    assert found.fixed_cny == due.fixed_cny
    for mine, other in zip(found.cost_lines, due.cost_lines, strict=True):
        assert (mine.owner, mine.line, mine.fixed_cny) == (other.owner, other.line, other.fixed_cny)
        assert np.array_equal(mine.columns, other.columns)
        assert np.array_equal(mine.each_cny, other.each_cny)
    for one, two in zip(found.one_ways, due.one_ways, strict=True):
        assert (one.owner, one.kind, one.bus) == (two.owner, two.kind, two.bus)
        assert np.array_equal(one.drawn_kw, two.drawn_kw)
        assert np.array_equal(one.given_kw, two.given_kw)


def test_assembled__is_what_the_window_gives_on_random_walks() -> None:
    written = 0
    for seed in range(WALKS):
        own = Refresher()
        for each in walk(seed):
            _same(own.assembled(each), each.assembled())
            written += own.was_written_over
    assert written >= WALKS * 8


def _cuttable() -> Iterator[ParkProblem]:
    """Yield random parks of every kind of asset whose windows can be cut."""
    for seed in range(400):
        park = problem(random_park(seed, n_steps=40), n_steps=40)
        try:
            check_cuttable(park)
            standing_of(park)
        except ParkProblemError:
            continue
        yield park


def test_assembled__is_what_the_window_gives_for_every_kind_of_park() -> None:
    parks, written = 0, 0
    for park in _cuttable():
        own, parks = Refresher(), parks + 1
        for first in range(6):
            each = window_of(park, first=first, n_steps=12, standing=standing_of(park))
            _same(own.assembled(each), each.assembled())
            written += own.was_written_over
    assert parks >= 15
    assert written >= 2 * parks


def test_assembled__a_month_that_changes_within_a_window_is_assembled() -> None:
    park, own, written = long_park(), Refresher(), list[int]()
    for first in range(0, LONG - N, 3):
        level = Standing(level_ratio={"bat": 0.3}, so_far_kw={"peak": 5.0 + first})
        each = standing_at(window(park, first), level)
        _same(own.assembled(each), each.assembled())
        written.append(own.was_written_over)
    assert 0 < written.count(False) < 14


def test_assembled__a_window_between_two_months_that_were_seen_is_its_own() -> None:
    """Both fell on one month each; the one between them does not."""
    park, own = long_park(), Refresher()
    for first in (0, 32 * 24, 31 * 24 - 5, 3, 31 * 24 - 5):
        each = standing_at(window(park, first), standing_of(park))
        _same(own.assembled(each), each.assembled())


@pytest.mark.parametrize(
    ("name", "value"),
    [("charge_efficiency_ratio", 0.9), ("soc_max_ratio", 0.8), ("soc_end", "free")],
)
def test_assembled__another_park_is_assembled(name: str, value: object) -> None:
    own = Refresher()
    each = standing_at(window(long_park(), 0), standing_of(long_park()))
    own.assembled(each)
    bat = each.assets[4]
    assert isinstance(bat, Battery)
    free = {"soc_end_min_ratio": None} if name == "soc_end" else {}
    other = replace(bat, **{name: value}, **free)

    changed = ParkProblem(each.horizon, (*each.assets[:4], other, *each.assets[5:]))

    _same(own.assembled(changed), changed.assembled())
    assert not own.was_written_over


def test_assembled__fewer_assets_are_assembled() -> None:
    own = Refresher()
    each = standing_at(window(long_park(), 0), standing_of(long_park()))
    own.assembled(each)
    fewer = problem(long_assets(n=N)[:-1], n_steps=N)

    _same(own.assembled(fewer), fewer.assembled())
    assert not own.was_written_over


def test_assembled__the_demand_so_far_counts_in_the_first_month_only() -> None:
    park, own = long_park(), Refresher()
    for kw in (5.0, 70.0):
        level = Standing(level_ratio={"bat": 0.3}, so_far_kw={"peak": kw})
        each = standing_at(window(park, 31 * 24 - 5), level)
        _same(own.assembled(each), each.assembled())
    assert own.was_written_over


def test_assembled__a_store_that_ends_as_it_starts_moves_its_end() -> None:
    whole, own = problem(long_assets(n=N), n_steps=N), Refresher()
    for level in (0.3, 0.6):
        each = standing_at(whole, Standing(level_ratio={"bat": level}, so_far_kw={"peak": 0.0}))
        _same(own.assembled(each), each.assembled())
    assert own.was_written_over
