"""Sums of a month follow from those before, and are used for nothing but the rows they sum."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import late_park
import small_park
from small_park import AUGUST
from taihang.core.periods import STEP_S, Period
from taihang.core.series import Quality
from taihang.services.account import account
from taihang.services.month_sums import (
    SUMMED,
    ground_of,
    keep_sums,
    kept_sums,
    read_sums,
    rows_within,
    sums_of,
)
from taihang.services.ports import Columns, Ports, Slabs

NAME = "2026-08"
N = 12
WH = st.lists(st.integers(-50, 3_000), min_size=N, max_size=N)
QUALITY = st.lists(st.sampled_from([int(each) for each in Quality]), min_size=N, max_size=N)
TIMES_S = AUGUST.start_s + STEP_S * np.arange(N)


@st.composite
def tables(draw: st.DrawFn) -> tuple[Slabs, Slabs, Slabs]:
    def rows(*names: str, **marks: st.SearchStrategy[list[int]]) -> Columns:
        found = {name: np.array(draw(WH), np.int64) for name in names}
        found |= {name: np.array(draw(each), np.int64) for name, each in marks.items()}
        return {"time_s": TIMES_S, **found}

    closed = draw(st.lists(st.integers(0, 1), min_size=N, max_size=N))
    intervals = {("M1",): rows("wh", quality=QUALITY), ("M2",): rows("wh", quality=QUALITY)}
    names = ("total_wh", "line_wh", "pool_wh")
    matching = {key: rows(*names, quality=QUALITY) for key in (("plant", "PV"), ("user", "E1"))}
    balance = {
        (flow,): {**rows("wh"), "closed": np.array(closed)} for flow in ("load", "generation")
    }
    return intervals, matching, balance


@given(tables(), tables(), st.integers(0, N - 1), st.integers(1, N))
def test_changed__is_what_adding_up_all_rows_gives(
    old: tuple[Slabs, Slabs, Slabs], new: tuple[Slabs, Slabs, Slabs], first: int, n: int
) -> None:
    window = Period.of_s(int(TIMES_S[first]), int(TIMES_S[min(first + n, N) - 1]) + STEP_S)
    mixed: list[Slabs] = []
    for before, after in zip(old, new, strict=True):
        inside = (window.start_s <= TIMES_S) & (window.end_s > TIMES_S)
        mixed.append(
            {
                key: {name: np.where(inside, after[key][name], rows[name]) for name in rows}
                for key, rows in before.items()
            }
        )

    was, now = (sums_of(*(rows_within(each, window) for each in side)) for side in (old, new))

    assert sums_of(*old).changed(was=was, now=now) == sums_of(*mixed)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return late_park.copied(late_park.settled(), tmp_path / "park")


def ground(ports: Ports) -> str:
    return ground_of(NAME, ports.registry.settlements(), ports=ports)


def test_kept_sums__are_those_of_the_rows_they_were_made_from(root: Path) -> None:
    with small_park.opened(root) as ports:
        sums = read_sums(NAME, ports=ports)

        assert kept_sums(NAME, ground=ground(ports), ports=ports) == sums
        assert kept_sums(NAME, ground="of other settlements", ports=ports) is None
        assert kept_sums("2026-07", ground=ground(ports), ports=ports) is None
        assert len(SUMMED) == 3


def test_kept_sums__of_which_one_bit_is_another_are_not_used(root: Path) -> None:
    with small_park.opened(root) as ports:
        (file,) = (root / "lake" / "kept").iterdir()
        data = file.read_bytes()
        for place in range(0, len(data), 97):
            file.write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
            assert kept_sums(NAME, ground=ground(ports), ports=ports) is None


def test_account__of_a_whole_period_adds_up_the_rows_whatever_was_kept(root: Path) -> None:
    with small_park.opened(root) as ports:
        sums = read_sums(NAME, ports=ports)
        users = {**sums.users, "E01": {**sums.users["E01"], "load_wh": 1}}
        keep_sums(NAME, type(sums)(sums.meters, users, sums.plants, sums.flows), ports=ports)

        found = account(AUGUST, ports=ports)

        assert (found.n_new, found.n_restated) == (0, 0)
        document = json.loads(ports.registry.statement("scope2-market.E01.2026-08").document)
        assert document["load_wh"] == sums.users["E01"]["load_wh"]


def test_ground_of__is_another_after_every_settlement_of_a_part(root: Path) -> None:
    with small_park.opened(root) as ports:
        settlements = ports.registry.settlements()
        before = ground(ports)
        day = Period.of_s(AUGUST.start_s, AUGUST.start_s + 86_400)
        again = [*settlements, type(settlements[0])(day.start_s, day.end_s, 9, "f" * 64)]

        assert ground_of(NAME, again, ports=ports) != before
        assert ground_of("2026-10", again, ports=ports) != ground_of(NAME, again, ports=ports)
