"""Green energy by plant and by user closes to the watt-hour, whole and interval by interval."""

from collections.abc import Generator

import pytest

import small_park
import topology_park
from small_park import JUNE
from taihang.core.access.scope import Scope
from taihang.core.balance.matching import RouteKind
from taihang.services.green_flows import (
    GENERATED,
    LINE,
    LOAD,
    PLANT_STATES,
    REST,
    SHARED,
    STORED,
    WAYS,
    GreenPeriod,
    NoGreenSubjectError,
    green_day,
    green_period,
    way_of,
)
from taihang.services.ports import Ports
from taihang.services.settle import settle
from taihang.services.sight import see
from topology_park import TWO_MONTHS, day


@pytest.fixture(scope="module")
def ports(tmp_path_factory: pytest.TempPathFactory) -> Generator[Ports]:
    with topology_park.made(tmp_path_factory.mktemp("green") / "park") as opened:
        topology_park.fill(opened, TWO_MONTHS)
        settle(JUNE, ports=opened)
        yield opened


@pytest.fixture(scope="module")
def june(ports: Ports) -> GreenPeriod:
    found = green_period(JUNE, ports=ports)
    assert found is not None
    return found


def of_one(ports: Ports, user: str) -> Ports:
    return see(ports, Scope(frozenset((user,))))


def test_green_period__of_a_plant_closes_to_what_it_generated(june: GreenPeriod) -> None:
    (plant,) = june.plants

    assert plant.generated_wh == int(small_park.step_wh("M-PV01", JUNE).sum())
    assert plant.curtailed_wh == int(small_park.step_wh("M-CUT", JUNE).sum())
    assert set(plant.by_state_wh) == set(PLANT_STATES)
    assert plant.difference_wh == 0
    assert plant.by_state_wh["charged"] > 0


def test_green_period__of_a_user_closes_to_its_load(june: GreenPeriod) -> None:
    for user in june.users:
        assert user.load_wh == int(small_park.step_wh(f"M-{user.id}", JUNE).sum())
        assert user.rest_wh + sum(user.by_way_wh.values()) == user.load_wh
        assert 0 < user.green_wh < user.load_wh
        assert user.n_missing == 0
    assert june.rule == "topology-contract/v2"


def test_green_period__pairs_sum_to_both_sides(june: GreenPeriod) -> None:
    for user in june.users:
        for way in WAYS:
            pairs = [wh for (_, to, by), wh in june.pairs_wh.items() if (to, by) == (user.id, way)]
            assert sum(pairs) == user.by_way_wh[way]
    for way in (LINE, SHARED):
        given_wh = sum(wh for (_, _, by), wh in june.pairs_wh.items() if by == way)
        assert given_wh == sum(plant.by_state_wh[way] for plant in june.plants)
    assert any(by == STORED for _, _, by in june.pairs_wh)


def test_green_period__of_what_is_not_settled_is_none(ports: Ports) -> None:
    assert green_period(topology_park.JULY, ports=ports) is None
    assert green_day("park", day(1, month=7), ports=ports) is None
    assert green_period(topology_park.JULY, ports=of_one(ports, "E01")) is None
    assert green_day("E01", day(1, month=7), ports=of_one(ports, "E01")) is None


def test_green_period__shows_an_enterprise_itself_and_no_plant(
    ports: Ports, june: GreenPeriod
) -> None:
    found = green_period(JUNE, ports=of_one(ports, "E02"))

    assert found is not None
    (own,) = found.users
    (same,) = [user for user in june.users if user.id == "E02"]
    assert (found.plants, found.pairs_wh) == ((), {})
    assert own.load_wh == same.load_wh
    assert own.by_way_wh == {way: same.by_way_wh[way] for way in (LINE, SHARED)}


@pytest.mark.parametrize("of", ["park", "E01", "PV01"])
def test_green_day__parts_make_up_the_whole_in_every_interval(ports: Ports, of: str) -> None:
    found = green_day(of, day(9), ports=ports)

    assert found is not None
    whole = found.series_wh[found.whole]
    assert found.whole == (GENERATED if of == "PV01" else LOAD)
    assert len(whole) == 96
    parts = [v for n, v in found.series_wh.items() if n not in {found.whole, "curtailed"}]
    for at, wh in enumerate(whole):
        assert wh is not None
        assert wh == sum(part[at] or 0 for part in parts)


def test_green_day__sums_over_a_month_to_the_period(ports: Ports, june: GreenPeriod) -> None:
    found = green_day("E01", JUNE, ports=ports)

    assert found is not None
    (user,) = [each for each in june.users if each.id == "E01"]
    assert sum(wh or 0 for wh in found.series_wh[REST]) == user.rest_wh


def test_green_day__is_of_ones_own_alone(ports: Ports) -> None:
    own = of_one(ports, "E01")

    found = green_day("E01", day(9), ports=own)

    assert found is not None
    assert [*found.series_wh] == [LOAD, LINE, SHARED, REST]
    for other in ("E02", "PV01", "park"):
        with pytest.raises(NoGreenSubjectError, match="a plant or a user"):
            green_day(other, day(9), ports=own)


def test_way_of__tells_three_ways() -> None:
    assert {way_of(kind) for kind in RouteKind} == set(WAYS)
