"""Hours of a settled period: sums of its intervals, and what is not known said."""

from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

import score_kit
import small_park
import topology_park
from taihang.core.park.assets import PlantKind
from taihang.core.periods import month
from taihang.services.collect import Collected
from taihang.services.hourly_use import ParkHours, grid_shares, park_hours
from taihang.services.ports import Ports
from taihang.services.settle import settle

JUNE = small_park.JUNE


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return score_kit.make(tmp_path_factory.mktemp("hours") / "park", score_kit.GRID)


def test_park_hours__are_the_intervals_added_up(root: Path) -> None:
    with small_park.opened(root, writing=False) as ports:
        found = park_hours(JUNE, ports=ports)
        rows = ports.lake.read("matching", JUNE)

    assert found.n_hours == 720
    assert found.whole.known.all()
    for user, use in found.users.items():
        load_wh = small_park.step_wh(f"M-{user}", JUNE).reshape(-1, 4).sum(axis=1)
        green = rows["user", user]
        assert use.load_wh.tolist() == load_wh.tolist()
        assert int(use.matched_wh.sum()) == int((green["line_wh"] + green["pool_wh"]).sum())
    generated_wh = small_park.step_wh("M-PV01", JUNE)
    assert int(found.generated_wh[PlantKind.PV].sum()) == int(generated_wh.sum())


def test_park_hours__users_and_surplus_add_up_to_the_park(root: Path) -> None:
    with small_park.opened(root, writing=False) as ports:
        found = park_hours(JUNE, ports=ports)

    users = found.users.values()
    loads_wh = np.sum([use.load_wh for use in users], axis=0)
    assert loads_wh.tolist() == found.whole.load_wh.tolist()
    matched_wh = np.sum([use.matched_wh for use in users], axis=0)
    assert matched_wh.tolist() == found.whole.matched_wh.tolist()
    assert sum(use.surplus_wh for use in users) == found.whole.surplus_wh > 0
    generated_wh = int(found.generated_wh[PlantKind.PV].sum())
    assert int(found.whole.matched_wh.sum()) + found.whole.surplus_wh == generated_wh
    assert int(found.surplus_wh.sum()) == found.whole.surplus_wh


def test_park_hours__an_hour_without_a_reading_is_unknown_and_matches_nothing(
    tmp_path: Path,
) -> None:
    root = small_park.make(tmp_path / "park")
    with small_park.opened(root) as ports:
        ordinary = small_park.registers("M-E01", JUNE)
        small_park.fill(ports, JUNE)
        # Both ends of the interval from noon on of the second day are not read.
        lacking = small_park.but(ordinary, [96 + 48, 96 + 49])
        small_park.revise(ports, lacking, sent_at_s=JUNE.end_s + 120)
        settle(JUNE, ports=ports)

        found = park_hours(JUNE, ports=ports)

    unknown = np.flatnonzero(~found.users["E01"].known).tolist()
    assert unknown == [24 + 11, 24 + 12]
    assert np.flatnonzero(found.withheld).tolist() == unknown
    assert found.users["E02"].known.all()
    assert not found.users["E01"].load_wh[unknown].any()
    assert not found.whole.known[unknown].any()


def test_park_hours__of_a_month_that_is_not_settled_are_unknown(root: Path) -> None:
    with small_park.opened(root, writing=False) as ports:
        found = park_hours(month("2026-07", ports.park.zone), ports=ports)

    assert not found.whole.known.any()
    assert found.whole.surplus_wh == 0


def test_local_hours__begin_a_day_at_midnight(root: Path) -> None:
    with small_park.opened(root, writing=False) as ports:
        found = park_hours(JUNE, ports=ports)

    assert found.local_hours[0] == ("2026-06-01", 0)
    assert found.local_hours[-1] == ("2026-06-30", 23)
    assert found.day_starts == tuple(range(0, 720, 24))


@pytest.mark.parametrize("every_s", [900, 3600])
def test_grid_shares__are_those_of_the_hour(tmp_path: Path, every_s: int) -> None:
    root = small_park.make(tmp_path / "park", score_kit.text(score_kit.GRID))
    with small_park.opened(root) as ports:
        score_kit.read_share(ports, every_s=every_s)

        shares = grid_shares(JUNE, ports=ports)

    assert shares is not None
    assert [str((shares[hour] or Decimal(0)).normalize()) for hour in (0, 1, 23, 24)] == [
        "0.1",
        "0.11",
        "0.33",
        "0.1",
    ]


def test_grid_shares__an_hour_that_lacks_one_quarter_has_none(tmp_path: Path) -> None:
    root = small_park.make(tmp_path / "park", score_kit.text(score_kit.GRID))
    with small_park.opened(root) as ports:
        score_kit.read_share(ports, every_s=900, skip=6)

        shares = grid_shares(JUNE, ports=ports)

    assert shares is not None
    assert [hour for hour, share in enumerate(shares) if share is None] == [1]


def test_grid_shares__are_none_where_nobody_declares_any(tmp_path: Path) -> None:
    root = small_park.make(tmp_path / "park")
    with small_park.opened(root) as ports:
        assert grid_shares(JUNE, ports=ports) is None


# -- storage -------------------------------------------------------------------------------------


def charging_at_noon(ports: Ports) -> None:
    """Fill June; the battery charges from the surplus of noon and releases in the evening."""
    hours = (JUNE.grid_s() + 8 * 3600) // 900 % 96
    for point, first, last, count in (("M-CH", 46, 50, 300), ("M-DIS", 80, 84, 250)):
        counts = np.where((hours >= first) & (hours < last), count, 0)
        edges = np.concatenate([[0], np.cumsum(counts)])
        block = small_park.block_of(point, JUNE.start_s, edges)
        (gateway,) = (g.id for g in ports.park.gateways.values() if point in g.meters)
        small_park.store(ports, [Collected(gateway, JUNE.end_s + 60, (block,))])


def with_battery(root: Path, rules: str) -> ParkHours:
    small_park.make(root, topology_park.text(rules, cut=False))
    with small_park.opened(root) as ports:
        for point in ("M-E01", "M-E02", "M-PV01"):
            (gateway,) = (g.id for g in ports.park.gateways.values() if point in g.meters)
            block = small_park.registers(point, JUNE)
            small_park.store(ports, [Collected(gateway, JUNE.end_s + 60, (block,))])
        charging_at_noon(ports)
        settle(JUNE, ports=ports)
        return park_hours(JUNE, ports=ports)


def test_park_hours__count_stored_energy_in_the_hour_of_its_release(tmp_path: Path) -> None:
    traced = with_battery(tmp_path / "traced", topology_park.rule())
    untraced = with_battery(tmp_path / "untraced", topology_park.rule(origin="none"))

    more_wh = traced.whole.matched_wh - untraced.whole.matched_wh
    evening = np.array([hour == 20 for _, hour in traced.local_hours])
    assert (more_wh[~evening] == 0).all()
    # What is in the battery at the first evening is of unknown origin; then it is from noon.
    assert (more_wh[evening] >= 0).all()
    assert more_wh[evening][-1] > 0
    # What went into the battery is no surplus for another one, whether it is traced or not.
    (generated_wh,) = untraced.generated_wh.values()
    left_wh = int(generated_wh.sum()) - int(untraced.whole.matched_wh.sum())
    assert traced.surplus_wh.tolist() == untraced.surplus_wh.tolist()
    assert 0 < int(untraced.surplus_wh.sum()) < left_wh
    assert (traced.whole.matched_wh <= traced.whole.load_wh).all()
