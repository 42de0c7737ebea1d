"""An enterprise leaves in the middle of a month: totals change from that instant, and only then."""

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import numpy as np
import pytest
from numpy.typing import NDArray

import small_park
from small_park import JUNE
from taihang.core.periods import days
from taihang.services.account import account
from taihang.services.settle import settle

INSTANT_S: Final = days(date(2026, 6, 15), 1, small_park.ZONE).start_s
E02_UNTIL_15_JUNE: Final = small_park.park_text(
    gateway_1=small_park.E01 + small_park.PV01, gateway_2=small_park.E02
).replace(
    "transformer_kva = 1000\n", "transformer_kva = 1000\nin_service = { until = 2026-06-15 }\n"
)
E02_STAYS: Final = E02_UNTIL_15_JUNE.replace("in_service = { until = 2026-06-15 }\n", "")


@dataclass(frozen=True)
class Month:
    """What June says."""

    rows: dict[tuple[str, ...], dict[str, NDArray[np.int64]]]
    """Intervals of meters, balance and matching by table and key."""
    energy_wh: dict[str, int]
    """Of the monthly energy statements, by subject."""


def _june(root: Path, text: str) -> Month:
    with small_park.opened(small_park.make(root, text)) as ports:
        small_park.fill(ports, JUNE)
        settle(JUNE, ports=ports)
        account(JUNE, ports=ports)
        rows = {
            (table, *key): columns
            for table in ("intervals", "balance", "matching")
            for key, columns in ports.lake.read(table, JUNE).items()
        }
        stated = [json.loads(s.document) for s in ports.registry.latest_statements("2026-06")]
    return Month(rows, {d["subject"]: d["energy_wh"] for d in stated if d.get("kind") == "energy"})


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[Month, Month]:
    """June of the park with and without the leaving, from the same readings."""
    root = tmp_path_factory.mktemp("june")
    return _june(root / "stays", E02_STAYS), _june(root / "leaves", E02_UNTIL_15_JUNE)


def test_leaving__changes_no_row_before_the_instant(both: tuple[Month, Month]) -> None:
    stays, leaves = both
    assert len(leaves.rows) == len(stays.rows) == 13
    for key, columns in stays.rows.items():
        before, after = (of.rows[key]["time_s"] < INSTANT_S for of in both)
        for name, column in columns.items():
            assert np.array_equal(column[before], leaves.rows[key][name][after]), (key, name)


def test_leaving__takes_exactly_its_own_load_away_from_then_on(both: tuple[Month, Month]) -> None:
    stays, leaves = both
    own = stays.rows["intervals", "M-E02"]
    later = own["time_s"] >= INSTANT_S
    own_wh = int(own["wh"][later].sum())
    assert own_wh > 0
    load = [of.rows["balance", "load"] for of in both]
    lost = load[0]["wh"] - load[1]["wh"]
    assert np.array_equal(lost[later], own["wh"][later])
    assert not lost[~later].any()
    assert int(leaves.rows["intervals", "M-E02"]["time_s"][-1]) == INSTANT_S - 900

    for subject, difference_wh in (("E01", 0), ("PV01", 0), ("E02", own_wh), ("park", own_wh)):
        assert stays.energy_wh[subject] - leaves.energy_wh[subject] == difference_wh


def test_leaving__gives_its_share_of_the_sun_to_those_who_stay(both: tuple[Month, Month]) -> None:
    stays, leaves = both
    pool_wh = [of.rows["matching", "user", "E01"]["pool_wh"] for of in (stays, leaves)]

    assert not leaves.rows["matching", "user", "E02"]["pool_wh"][-96:].any()
    assert (pool_wh[1] >= pool_wh[0]).all()
    assert pool_wh[1].sum() > pool_wh[0].sum()
