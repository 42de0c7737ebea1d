from datetime import date
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from taihang.core.periods import Period, days
from taihang.core.ratio.flow import FLOWS, FlowSeries, State, WindowError, flow_series

ZONE = ZoneInfo("Asia/Shanghai")
DAY = days(date(2026, 6, 1), 1, ZONE)
_OF_BALANCE = ("generation", "import", "discharge", "load", "export", "charge", "losses")


def _series(period: Period, *, seed: int, curtailment: bool = False) -> FlowSeries:
    """Some rows missing, some open, some plants absent for a while."""
    rng = np.random.default_rng(seed)
    n = period.n_steps
    rows = np.flatnonzero(rng.random(n) < 0.9)
    closed = (rng.random(len(rows)) < 0.9).astype(np.int64)
    names = (*_OF_BALANCE, "curtailment") if curtailment else _OF_BALANCE
    balance = {
        name: {
            "time_s": period.grid_s()[rows],
            "wh": rng.integers(0, 10**9, len(rows)) * closed,
            "closed": closed,
        }
        for name in names
    }
    plants = {
        name: {"time_s": period.grid_s()[first:], "total_wh": rng.integers(-10, 10**9, n - first)}
        for name, first in (("PV01", 0), ("W01", n // 3))
    }
    return flow_series(period, balance=balance, plants=plants)


@given(st.integers(0, 2**20), st.lists(st.integers(0, 96), max_size=4))
def test_total__of_parts_sums_to_the_whole(seed: int, cuts: list[int]) -> None:
    series = _series(DAY, seed=seed, curtailment=seed % 2 == 0)
    edges = sorted({0, 96, *cuts})
    parts = [
        series.total(Period.of_s(DAY.start_s + 900 * first, DAY.start_s + 900 * last))
        for first, last in pairwise(edges)
    ]

    whole = series.total(DAY)

    assert whole.wh == {name: sum(part.wh[name] for part in parts) for name in FLOWS}
    assert whole.n_open == sum(part.n_open for part in parts)
    assert whole.n_unsettled == sum(part.n_unsettled for part in parts)
    assert whole.n_intervals == 96


@given(st.integers(0, 2**20))
def test_flow_series__counts_nothing_of_an_interval_that_is_not_closed(seed: int) -> None:
    series = _series(DAY, seed=seed)

    at = series.state != State.CLOSED

    assert at.any()
    assert not any(wh[at].any() for wh in series.wh.values())


def test_flow_series__takes_what_a_plant_drew_for_no_generation() -> None:
    n = DAY.n_steps
    one = {"time_s": DAY.grid_s(), "wh": np.ones(n, np.int64), "closed": np.ones(n, np.int64)}
    plants = {
        name: {"time_s": DAY.grid_s(), "total_wh": np.full(n, wh, np.int64)}
        for name, wh in (("PV01", 5), ("W01", -3))
    }

    total = flow_series(DAY, balance=dict.fromkeys(_OF_BALANCE, one), plants=plants).total(DAY)

    assert total.wh["generated"] == 5 * n
    assert total.own_use_wh == 4 * n, "more than is left net is what the plants drew"


def test_flow_series__is_open_where_curtailment_is_not_known() -> None:
    # E_av holds what was curtailed: without it the interval says nothing of R_exp.
    n = DAY.n_steps
    one = {"time_s": DAY.grid_s(), "wh": np.ones(n, np.int64), "closed": np.ones(n, np.int64)}
    gap = {**one, "closed": (np.arange(n) != 5).astype(np.int64)}
    balance = {"curtailment": gap, **dict.fromkeys(_OF_BALANCE, one)}

    series = flow_series(DAY, balance=balance, plants={})

    assert series.is_curtailment_metered
    assert series.total(DAY).n_open == 1
    assert series.total(DAY).wh["load"] == n - 1


def test_total__refuses_a_window_outside() -> None:
    series = _series(DAY, seed=1)

    with pytest.raises(WindowError, match="longer period"):
        series.total(days(date(2026, 5, 31), 2, ZONE))
