"""Tables by month: rows once, in order of time, and a period replaced exactly."""

import errno
import os
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from typing_extensions import override

from lake_model import LooseDisk
from taihang.adapters.stores.lake import DamagedLakeError, LakeWriteError
from taihang.adapters.stores.lake.months import (
    AMENDMENTS_MOST,
    TABLES,
    Columns,
    MonthTables,
    Slabs,
    hashed_slabs,
)
from taihang.adapters.stores.lake.parquet import ParquetFolder
from taihang.core.periods import STEP_S, Period

KEY = ("M1", "swap")
START_S = 1_767_052_800
"""2025-12-30 in UTC."""


def lake_in(directory: Path, disk: LooseDisk | None = None) -> MonthTables:
    return MonthTables(directory, folder=ParquetFolder(disk or LooseDisk()))


def ints(*values: int) -> NDArray[np.int64]:
    return np.array(values, np.int64)


def events(rows: Sequence[tuple[int, int]], batch: int) -> Columns:
    ordered = sorted(rows)
    return {
        "time_s": ints(*(START_S + STEP_S * step for step, _ in ordered)),
        "final_count": ints(*(count for _, count in ordered)),
        "initial_count": ints(*(0 for _ in ordered)),
        "batch": ints(*(batch for _ in ordered)),
    }


def derived(steps: Sequence[int], wh: int) -> Columns:
    times_s = ints(*(START_S + STEP_S * step for step in steps))
    return {"time_s": times_s, "wh": np.full(len(steps), wh), "quality": np.zeros(len(steps), int)}


def period(first: int, last: int) -> Period:
    return Period.of_s(START_S + STEP_S * first, START_S + STEP_S * last)


def snapshot(directory: Path) -> dict[str, bytes]:
    files = (path for path in directory.rglob("*") if path.is_file())
    return {path.relative_to(directory).as_posix(): path.read_bytes() for path in files}


def test_add__of_the_same_rows_changes_not_a_byte(tmp_path: Path) -> None:
    lake = lake_in(tmp_path)
    slabs: Slabs = {KEY: events([(0, 5), (1, 7), (300, 9)], 0)}
    lake.add("events", slabs)
    before = snapshot(tmp_path)

    lake.add("events", slabs)

    assert snapshot(tmp_path) == before
    assert len(before) == 2, "two months"


def test_add__keeps_every_reading_of_one_time(tmp_path: Path) -> None:
    lake = lake_in(tmp_path)

    lake.add("events", {KEY: events([(4, 5)], 1)})
    lake.add("events", {KEY: events([(4, 6)], 0)})

    (rows,) = lake.read("events").values()
    assert rows["final_count"].tolist() == [6, 5]
    assert rows["batch"].tolist() == [0, 1]


def test_read__gives_months_and_years_in_one_row_of_time(tmp_path: Path) -> None:
    lake = lake_in(tmp_path)
    steps = [0, 96, 191, 192, 193, 3_100, 3_200]

    lake.add("events", {KEY: events([(step, step) for step in reversed(steps)], 0)})

    files = sorted(path.name for path in (tmp_path / "events").iterdir())
    (rows,) = lake.read("events").values()
    assert files == ["2025-12.parquet", "2026-01.parquet", "2026-02.parquet"]
    assert rows["final_count"].tolist() == steps
    (at_new_year,) = lake.read("events", period(191, 193)).values()
    assert at_new_year["final_count"].tolist() == [191, 192]


def test_read__of_one_point_gives_no_other(tmp_path: Path) -> None:
    lake = lake_in(tmp_path)
    names = ["M1", "M10", "it's", "表-1"]
    lake.add("events", {(n, "swap"): events([(0, i)], 0) for i, n in enumerate(names)})

    for number, name in enumerate(names):
        found = lake.read("events", key_part=name)
        assert [*found] == [(name, "swap")]
        assert found[name, "swap"]["final_count"].tolist() == [number]

    assert lake.read("events", key_part="M2") == {}
    assert lake.count("events") == len(names)


def test_read__of_a_period_leaves_out_points_without_a_row_in_it(tmp_path: Path) -> None:
    lake = lake_in(tmp_path)
    lake.add("events", {KEY: events([(0, 5)], 0), ("M2", "swap"): events([(9, 5)], 0)})

    assert [*lake.read("events", period(5, 10))] == [("M2", "swap")]
    assert lake.read("events", period(20, 30)) == {}


@settings(max_examples=40, deadline=None)
@given(
    old=st.sets(st.integers(0, 3_000), max_size=12),
    new=st.sets(st.integers(0, 3_000), max_size=12),
    edges=st.tuples(st.integers(0, 3_000), st.integers(1, 3_000)),
)
def test_replace__replaces_exactly_the_period(
    old: set[int], new: set[int], edges: tuple[int, int]
) -> None:
    first, last = edges[0], edges[0] + edges[1]
    inside = sorted(step for step in new if first <= step < last)
    with TemporaryDirectory() as name:
        lake = lake_in(Path(name))
        if old:
            lake.replace("intervals", period(0, 3_001), {("M1",): derived(sorted(old), 1)})
        rows: Slabs = {("M1",): derived(inside, 2)} if inside else {}

        lake.replace("intervals", period(first, last), rows)

        kept = {step: 1 for step in old if not first <= step < last} | dict.fromkeys(inside, 2)
        found = lake.read("intervals").get(("M1",))
        got = (
            {}
            if found is None
            else {
                int(t - START_S) // STEP_S: int(wh)
                for t, wh in zip(found["time_s"], found["wh"], strict=True)
            }
        )
        assert got == kept


@settings(max_examples=30, deadline=None)
@given(
    old=st.sets(st.integers(0, 400), max_size=12),
    changes=st.lists(st.sets(st.integers(0, 400), min_size=1, max_size=4), max_size=16),
)
def test_amend__puts_rows_over_those_of_equal_time(old: set[int], changes: list[set[int]]) -> None:
    expected = dict.fromkeys(old, 0)
    with TemporaryDirectory() as name:
        lake = lake_in(Path(name))
        if old:
            lake.replace("intervals", period(0, 401), {("M1",): derived(sorted(old), 0)})
        for number, steps in enumerate(changes, 1):
            lake.amend("intervals", {("M1",): derived(sorted(steps), number)})
            expected |= dict.fromkeys(steps, number)

        found = lake.read("intervals").get(("M1",), derived((), 0))
        part = lake.read("intervals", period(50, 200), "M1").get(("M1",), derived((), 0))

        steps_of = {
            side: dict(zip((rows["time_s"] - START_S) // STEP_S, rows["wh"], strict=True))
            for side, rows in (("all", found), ("part", part))
        }
        assert steps_of["all"] == expected
        assert steps_of["part"] == {s: wh for s, wh in expected.items() if 50 <= s < 200}
        assert lake.count("intervals") == len(expected)
        keys = {("M1",)} if any(s < 200 for s in expected) else set[tuple[str]]()
        assert lake.keys("intervals", period(0, 200)) == keys
        assert len(list(Path(name).rglob("amended/*.parquet"))) <= 2 * AMENDMENTS_MOST


def test_amend__writes_beside_the_month_until_many_have_gathered(tmp_path: Path) -> None:
    lake = lake_in(tmp_path)
    lake.replace("intervals", period(0, 9), {("M1",): derived(range(9), 0)})
    file = tmp_path / "intervals" / "2025-12.parquet"
    before = file.read_bytes()

    for number in range(AMENDMENTS_MOST):
        lake.amend("intervals", {("M1",): derived([3], number)})
    assert file.read_bytes() == before
    lake.amend("intervals", {("M1",): derived([4], 77)})

    assert file.read_bytes() != before
    assert list(tmp_path.rglob("amended/*.parquet")) == []
    wh = lake.read("intervals")["M1",]["wh"].tolist()
    assert wh == [0, 0, 0, AMENDMENTS_MOST - 1, 77, 0, 0, 0, 0]


def test_amend__what_a_crash_leaves_of_amendments_says_nothing_else(tmp_path: Path) -> None:
    lake = lake_in(tmp_path)
    lake.replace("intervals", period(0, 9), {("M1",): derived(range(9), 0)})
    lake.amend("intervals", {("M1",): derived([3, 4], 1)})
    lake.amend("intervals", {("M1",): derived([4], 2)})
    (_, last) = sorted(tmp_path.rglob("amended/*.parquet"))
    data = last.read_bytes()
    lake.add("intervals", {("M2",): derived([1], 5)})
    expected = lake.read("intervals")["M1",]["wh"].tolist()

    last.write_bytes(data)

    assert lake.read("intervals")["M1",]["wh"].tolist() == expected


def test_replace__leaves_the_rows_of_other_tables(tmp_path: Path) -> None:
    lake = lake_in(tmp_path)
    lake.replace("intervals", period(0, 9), {("M1",): derived(range(9), 1)})
    lake.replace("lots", period(0, 9), {("M1",): derived(range(9), 1)})

    lake.replace("intervals", period(0, 9), {})

    assert lake.read("intervals") == {}
    assert lake.count("lots") == 9
    assert not list((tmp_path / "intervals").iterdir()), "an empty month has no file"


def test_clear__takes_everything_out(tmp_path: Path) -> None:
    lake = lake_in(tmp_path)
    lake.add("events", {KEY: events([(0, 5)], 0)})
    lake.replace("lots", period(0, 9), {("M1",): derived(range(9), 1)})

    lake.clear()

    assert [table for table in TABLES if lake.count(table)] == []


def test_hashed_slabs__is_the_same_for_any_order_of_arrival() -> None:
    one: Slabs = {KEY: events([(0, 5)], 0)}
    two: Slabs = {KEY: events([(0, 5)], 1)}

    hashes = [
        list(hashed_slabs("events", *case)) for case in ((one, ints(7, 9)), (two, ints(9, 7)))
    ]

    assert hashes[0] == hashes[1] != list(hashed_slabs("events", one, ints(9, 7)))


def test_read__refuses_a_broken_file(tmp_path: Path) -> None:
    lake = lake_in(tmp_path)
    lake.add("events", {KEY: events([(0, 5)], 0)})
    (tmp_path / "events" / "2025-12.parquet").write_bytes(b"PAR1 no more")

    with pytest.raises(DamagedLakeError, match=r"2025-12.*rebuild"):
        lake.read("events")


class NoRoom(LooseDisk):
    """A disk on which nothing can be put in place any more."""

    @override
    def rename(self, source: Path, target: Path) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_add__without_room_leaves_the_old_rows(tmp_path: Path) -> None:
    lake_in(tmp_path).add("events", {KEY: events([(0, 5)], 0)})
    before = snapshot(tmp_path)

    with pytest.raises(LakeWriteError, match="journal has every reading"):
        lake_in(tmp_path, NoRoom()).add("events", {KEY: events([(1, 6)], 1)})

    assert snapshot(tmp_path) == before


@pytest.mark.parametrize(("n_keys", "n_rows"), [(1, 5_000), (300, 1), (2_500, 1), (40, 97)])
def test_replace__keeps_every_row_under_its_key(tmp_path: Path, n_keys: int, n_rows: int) -> None:
    months = lake_in(tmp_path)
    # Neither the order of the texts nor that of the rows may decide which stands with which.
    slabs = {
        ("plant" if i % 3 else "用'户", f"N{i * 7919 % n_keys}"): {
            **derived(range(n_rows), i),
            "total_wh": np.arange(n_rows)[::-1] + i,
            "held": ints(*(j % 2 for j in range(n_rows))),
        }
        for i in range(n_keys)
    }

    months.replace("matching", period(0, n_rows), slabs)
    found = months.read("matching")

    assert {
        key: {name: column.tolist() for name, column in columns.items()}
        for key, columns in slabs.items()
    } == {
        key: {name: column.tolist() for name, column in columns.items()}
        for key, columns in found.items()
    }
    assert {np.dtype(np.int64)} == {c.dtype for columns in found.values() for c in columns.values()}
