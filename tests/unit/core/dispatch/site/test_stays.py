"""Vehicles in whole intervals, and all of them as one fleet."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from taihang.core.dispatch.assets.charging import Charging, Session
from taihang.core.dispatch.fields import ParkProblemError
from taihang.core.dispatch.horizon import Horizon
from taihang.core.dispatch.site.share_out import shared_out
from taihang.core.dispatch.site.stays import GRAINS_PER_KWH, Stay, Subset, fleet_of, stays_of

N = 12
HORIZON = Horizon(start_s=1_325_347_200, step_s=900, n_steps=N, time_zone="Asia/Shanghai")


def station(*sessions: Session, station_kw: float = 1e3, price: float | None = None) -> Charging:
    return Charging(
        id="station",
        bus="el",
        sessions=sessions,
        station_kw=np.full(N, station_kw),
        unserved_price_cny_per_kwh=price,
    )


def session(name: str, arrives_s: int, leaves_s: int, kwh: float, kw: float = 7.0) -> Session:
    return Session(
        id=name,
        arrival_s=HORIZON.start_s + arrives_s,
        departure_s=HORIZON.start_s + leaves_s,
        energy_kwh=kwh,
        power_kw=kw,
    )


def test_stays_of__counts_whole_intervals_only() -> None:
    stays = stays_of(station(session("a", 1, 3599, 3.5)), HORIZON)

    assert stays == (
        Stay(id="a", first=1, last=3, energy_grains=3_500_000_000, step_grains=1_750_000_000),
    )


def test_stays_of__rounding_power_down_takes_no_energy_out_of_reach() -> None:
    stays = stays_of(station(session("a", 0, 2700, 2.5, kw=10 / 3)), HORIZON)

    assert stays[0].energy_grains == stays[0].reach_grains


def test_stays_of__refuses_what_cannot_be_reached_without_a_price() -> None:
    with pytest.raises(ParkProblemError, match=r"at most 1\.75 kWh"):
        stays_of(station(session("a", 0, 900, 5.0)), HORIZON)


def test_fleet_of__what_is_out_of_reach_has_to_be_paid_at_the_end() -> None:
    charging = station(session("a", 0, 900, 5.0), price=2.0)
    stays = stays_of(charging, HORIZON)

    fleet = fleet_of(charging, stays, horizon=HORIZON, subsets=())

    assert fleet.least_kwh[-1] == 5.0
    assert fleet.most_kwh[-1] == 1.75


def test_fleet_of__nobody_takes_more_power_than_its_energy_lets_it() -> None:
    charging = station(session("a", 0, 3600, 0.5), session("b", 0, 3600, 7.0))

    fleet = fleet_of(charging, stays_of(charging, HORIZON), horizon=HORIZON, subsets=())

    assert fleet.power_kw[:5].tolist() == [9.0] * 4 + [0.0]


def test_fleet_of__a_subset_becomes_a_group() -> None:
    charging = station(session("a", 0, 3600, 3.0))
    stays = stays_of(charging, HORIZON)

    fleet = fleet_of(charging, stays, horizon=HORIZON, subsets=[Subset((1, 2), GRAINS_PER_KWH)])

    assert np.flatnonzero(fleet.groups[0].member_ratio).tolist() == [1, 2]
    assert fleet.groups[0].most_kwh == 1.0


@given(
    st.lists(
        st.tuples(st.integers(0, N - 1), st.integers(1, N), st.floats(0.0, 1.0)),
        min_size=1,
        max_size=6,
    ),
    st.data(),
)
def test_fleet_of__takes_whatever_its_vehicles_can_take(
    given_stays: list[tuple[int, int, float]], data: st.DataObject
) -> None:
    sessions = [
        session(
            f"v{number}",
            first * 900,
            min(first + length, N) * 900,
            share * 1.75 * (min(first + length, N) - first),
        )
        for number, (first, length, share) in enumerate(given_stays)
    ]
    charging = station(*sessions)
    stays = stays_of(charging, HORIZON)
    wished = [data.draw(st.integers(0, 4)) * GRAINS_PER_KWH for _ in range(N)]
    taken = np.array(shared_out(stays, wished, [10**13] * N).of_steps(stays, N)) / GRAINS_PER_KWH

    fleet = fleet_of(charging, stays, horizon=HORIZON, subsets=())

    served = np.cumsum(taken)
    assert (taken / HORIZON.step_h <= fleet.power_kw + 1e-9).all()
    assert (served <= fleet.most_kwh + 1e-9).all()
    assert (served >= fleet.least_kwh - 1e-9).all()
