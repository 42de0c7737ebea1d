"""Hours of a settled period: sums of its intervals, and what is not known said."""

from pathlib import Path

import numpy as np
import pytest

import score_kit
import small_park
from taihang.core.park.assets import PlantKind
from taihang.core.periods import month
from taihang.services.hourly_use import grid_shares, park_hours
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
    assert sum(use.load_wh for use in users).tolist() == found.whole.load_wh.tolist()
    assert sum(use.matched_wh for use in users).tolist() == found.whole.matched_wh.tolist()
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
    assert [str(shares[hour].normalize()) for hour in (0, 1, 23, 24)] == [
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
