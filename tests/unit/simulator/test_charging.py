from dataclasses import replace
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from taihang.simulator.charging import PileCountError, Sessions, sessions_of_year
from taihang.simulator.plan import PlanUnreachableError
from taihang.simulator.timeline import timeline_of
from unit.simulator.parks import PLANS_MWH, SEED, station

TIMELINE = timeline_of(2025, zone=ZoneInfo("Asia/Shanghai"))
STATION = station("C1", piles=4, capacity_kw=240.0)
SESSIONS = sessions_of_year(STATION, timeline=TIMELINE, seed=SEED)
START_S = int(TIMELINE.grid_s[0])


def test_sessions_of_year__meet_the_plan() -> None:
    total_wh = int(SESSIONS.energy_wh.sum())

    assert abs(total_wh / (PLANS_MWH["C1"] * 1e6) - 1.0) < 1e-3
    assert len(SESSIONS.energy_wh) > 5_000


def test_sessions_of_year__keep_a_small_station_alive() -> None:
    small = sessions_of_year(station("C2", piles=1, capacity_kw=7.0), timeline=TIMELINE, seed=SEED)

    assert len(small.energy_wh) > 50
    assert abs(int(small.energy_wh.sum()) / 4e6 - 1.0) < 1e-2


def test_sessions_of_year__nobody_charges_without_a_pile_or_above_its_power() -> None:
    edges = np.concatenate([SESSIONS.start_s, SESSIONS.end_s])
    change = np.concatenate([np.ones(len(SESSIONS.start_s)), -np.ones(len(SESSIONS.end_s))])
    order = np.lexsort((change, edges))
    power_w = SESSIONS.energy_wh * 3600 / (SESSIONS.end_s - SESSIONS.start_s)

    assert change[order].cumsum().max() <= STATION.piles
    assert (SESSIONS.start_s >= SESSIONS.arrival_s).all()
    assert power_w.max() <= 60_000.0 * (1 + 1e-9)


def test_energy_of_steps_wh__sums_to_the_sessions_within_the_rating() -> None:
    energy_wh = SESSIONS.energy_of_steps_wh(start_s=START_S, n=TIMELINE.n)

    assert int(SESSIONS.energy_wh.sum()) == int(energy_wh.sum())
    assert energy_wh.min() == 0
    # Each of the four piles may round up by one watt-hour in an interval.
    assert energy_wh.max() <= 240 * 250 + 4


@given(
    st.lists(
        st.tuples(st.integers(0, 50_000), st.integers(1, 30_000), st.integers(0, 10**6)),
        min_size=1,
        max_size=20,
    )
)
def test_energy_of_steps_wh__loses_no_watt_hour(cars: list[tuple[int, int, int]]) -> None:
    start_s, length_s, energy_wh = (
        np.array(column, np.int64) for column in zip(*cars, strict=True)
    )
    sessions = Sessions(start_s, start_s, start_s + length_s, energy_wh)

    steps_wh = sessions.energy_of_steps_wh(start_s=0, n=100)

    assert int(energy_wh.sum()) == int(steps_wh.sum())
    assert steps_wh.min() >= 0


def test_sessions_of_year__refuses_what_cannot_be() -> None:
    with pytest.raises(PileCountError, match=r"stations\.C1\.piles = 0"):
        sessions_of_year(replace(STATION, piles=0), timeline=TIMELINE, seed=SEED)
    with pytest.raises(PlanUnreachableError, match=r"stations\.C1"):
        sessions_of_year(
            replace(STATION, planned_mwh_per_year=2_000.0), timeline=TIMELINE, seed=SEED
        )
