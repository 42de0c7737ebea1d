"""The laws of the lake: the same rows in any order, each once, and a period replaced exactly."""

import errno
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from typing_extensions import override

from taihang.adapters.stores.lake import (
    TABLES,
    DamagedLakeError,
    Lake,
    LakeWriteError,
)
from taihang.adapters.stores.lake.months import Columns, Slabs
from taihang.adapters.system import PosixDisk
from taihang.core.metering.readings import ReadingRows
from taihang.core.periods import STEP_S, Period

KEY = ("M1", "register")
START = datetime(2025, 12, 30, tzinfo=UTC)
START_S = int(START.timestamp())
Row = tuple[int, int]
"""Number of the step and count."""


def lake_in(directory: Path) -> Lake:
    return Lake(directory, disk=PosixDisk())


def ints(*values: int) -> NDArray[np.int64]:
    return np.array(values, np.int64)


def readings(rows: Sequence[Row], batch: int) -> Columns:
    ordered = sorted(rows)
    return {
        "time_s": ints(*(START_S + STEP_S * step for step, _ in ordered)),
        "count": ints(*(count for _, count in ordered)),
        "quality": ints(*(0 for _ in ordered)),
        "batch": ints(*(batch for _ in ordered)),
    }


def rows_of(slabs: Slabs) -> ReadingRows:
    """The rows of slabs as ingest hands them over."""
    points = [(key[0], key[1]) for key in slabs]
    lengths = [len(columns["time_s"]) for columns in slabs.values()]
    joined = {
        name: np.concatenate([ints(), *(columns[name] for columns in slabs.values())])
        for name in ("time_s", "count", "quality", "batch")
    }
    return ReadingRows(
        points=tuple(points),
        code=np.repeat(np.arange(len(points), dtype=np.int32), lengths),
        time_s=joined["time_s"],
        count=joined["count"],
        quality=joined["quality"].astype(np.uint8),
        batch=joined["batch"],
    )


def derived(steps: Sequence[int], wh: int) -> Columns:
    times_s = ints(*(START_S + STEP_S * step for step in steps))
    return {"time_s": times_s, "wh": np.full(len(steps), wh), "quality": np.zeros(len(steps), int)}


def period(first: int, last: int) -> Period:
    return Period.of_s(START_S + STEP_S * first, START_S + STEP_S * last)


def plain(rows: dict[tuple[str, ...], dict[str, NDArray[np.int64]]]) -> dict[str, object]:
    return {
        "/".join(key): {name: column.tolist() for name, column in columns.items()}
        for key, columns in rows.items()
    }


def snapshot(directory: Path) -> dict[str, bytes]:
    files = (path for path in directory.rglob("*") if path.is_file())
    return {path.relative_to(directory).as_posix(): path.read_bytes() for path in files}


# -- readings ------------------------------------------------------------------------------------

batch_rows = st.lists(
    st.tuples(st.integers(0, 400), st.integers(0, 3)),
    min_size=1,
    max_size=5,
    unique_by=lambda row: row[0],
)
batches_in_two_orders = st.lists(batch_rows, min_size=1, max_size=4).flatmap(
    lambda batches: st.tuples(
        st.just(batches), st.permutations(range(len(batches))), st.integers(1, 3)
    )
)


def hash_of(batches: Sequence[Sequence[Row]], order: Sequence[int], flush_every: int) -> str:
    """State hash after batches arrived in an order and were written some at a time."""
    with TemporaryDirectory() as name:
        lake = lake_in(Path(name))
        sent = [("GW1", number + 1, 1_000 + number % 2) for number in range(len(batches))]
        for first in range(0, len(order), flush_every):
            parts: list[Columns] = [
                readings(batches[number], first + offset)
                for offset, number in enumerate(order[first : first + flush_every])
            ]
            joined = {name: np.concatenate([p[name] for p in parts]) for name in parts[0]}
            at = np.argsort(joined["time_s"], kind="stable")
            lake.insert(
                rows_of({KEY: {name: column[at] for name, column in joined.items()}}),
                [sent[number] for number in order[first : first + flush_every]],
            )
            lake.flush()
        return lake.state_hash()


@settings(max_examples=60, deadline=None)
@given(batches_in_two_orders)
def test_state_hash__is_the_same_for_any_order_of_arrival(
    case: tuple[list[list[Row]], list[int], int],
) -> None:
    batches, order, flush_every = case

    assert hash_of(batches, order, flush_every) == hash_of(batches, range(len(batches)), 1)


def test_state_hash__differs_for_other_values_times_points_and_batches(tmp_path: Path) -> None:
    variants: list[tuple[Slabs, list[tuple[str, int, int]]]] = [
        ({KEY: readings([(0, 5)], 0)}, [("GW1", 1, 9)]),
        ({KEY: readings([(0, 6)], 0)}, [("GW1", 1, 9)]),
        ({KEY: readings([(1, 5)], 0)}, [("GW1", 1, 9)]),
        ({("M2", "register"): readings([(0, 5)], 0)}, [("GW1", 1, 9)]),
        ({KEY: readings([(0, 5)], 0)}, [("GW1", 2, 9)]),
        ({}, []),
    ]

    hashes: set[str] = set()
    for number, (slabs, batches) in enumerate(variants):
        lake = lake_in(tmp_path / str(number))
        lake.insert(rows_of(slabs), batches)
        hashes.add(lake.state_hash())

    assert len(hashes) == len(variants)


def test_add__of_the_same_rows_changes_not_a_byte(tmp_path: Path) -> None:
    lake = lake_in(tmp_path)
    slabs: Slabs = {KEY: readings([(0, 5), (1, 7), (300, 9)], 0)}
    lake.add("readings", slabs)
    before = snapshot(tmp_path)

    lake.add("readings", slabs)

    assert snapshot(tmp_path) == before
    assert len(before) == 2, "two months"


def test_add__keeps_every_reading_of_one_time(tmp_path: Path) -> None:
    lake = lake_in(tmp_path)

    lake.add("readings", {KEY: readings([(4, 5)], 1)})
    lake.add("readings", {KEY: readings([(4, 6)], 0)})

    (rows,) = lake.read("readings").values()
    assert rows["count"].tolist() == [6, 5]
    assert rows["batch"].tolist() == [0, 1]


def test_read__gives_months_and_years_in_one_row_of_time(tmp_path: Path) -> None:
    lake = lake_in(tmp_path)
    steps = [0, 96, 191, 192, 193, 3_100, 3_200]

    lake.add("readings", {KEY: readings([(step, step) for step in reversed(steps)], 0)})

    files = sorted(path.name for path in (tmp_path / "readings").iterdir())
    (rows,) = lake.read("readings").values()
    assert files == ["2025-12.parquet", "2026-01.parquet", "2026-02.parquet"]
    assert rows["count"].tolist() == steps
    (at_new_year,) = lake.read("readings", period(191, 193)).values()
    assert at_new_year["count"].tolist() == [191, 192]


def test_read__of_one_point_gives_no_other(tmp_path: Path) -> None:
    lake = lake_in(tmp_path)
    names = ["M1", "M10", "it's", "表-1"]
    lake.add("readings", {(n, "register"): readings([(0, i)], 0) for i, n in enumerate(names)})

    for number, name in enumerate(names):
        found = lake.read("readings", key_part=name)
        assert [*found] == [(name, "register")]
        assert found[name, "register"]["count"].tolist() == [number]

    assert lake.read("readings", key_part="M2") == {}
    assert lake.count("readings") == len(names)


def test_read__of_a_period_leaves_out_points_without_a_row_in_it(tmp_path: Path) -> None:
    lake = lake_in(tmp_path)
    lake.add("readings", {KEY: readings([(0, 5)], 0), ("M2", "register"): readings([(9, 5)], 0)})

    assert [*lake.read("readings", period(5, 10))] == [("M2", "register")]
    assert lake.read("readings", period(20, 30)) == {}


def test_read__of_an_empty_lake_is_empty(tmp_path: Path) -> None:
    lake = lake_in(tmp_path / "absent")

    assert (list(lake.batches()), lake.read("readings"), lake.count("lots")) == ([], {}, 0)


# -- derived rows --------------------------------------------------------------------------------


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
    lake.add("readings", {KEY: readings([(0, 5)], 0)})
    lake.replace("lots", period(0, 9), {("M1",): derived(range(9), 1)})
    lake.insert(rows_of({}), [("GW1", 1, 9)])
    lake.flush()
    empty = lake_in(tmp_path / "empty").state_hash()

    lake.clear()

    assert list(lake.batches()) == []
    assert [table for table in TABLES if lake.count(table)] == []
    assert lake.state_hash() == empty


def test_take_over__puts_the_other_lake_in_its_place_whole(tmp_path: Path) -> None:
    old, fresh = lake_in(tmp_path / "lake"), lake_in(tmp_path / "lake.1")
    old.add("readings", {KEY: readings([(0, 5)], 0), ("M9", "register"): readings([(1, 1)], 0)})
    fresh.add("readings", {KEY: readings([(0, 6)], 0)})
    fresh.insert(rows_of({}), [("GW1", 1, 9)])
    fresh.flush()
    expected = fresh.state_hash()

    old.take_over(fresh)

    assert old.state_hash() == expected
    assert [path.name for path in tmp_path.iterdir()] == ["lake"]


def test_take_over__where_there_was_no_lake(tmp_path: Path) -> None:
    absent, fresh = lake_in(tmp_path / "lake"), lake_in(tmp_path / "lake.1")
    fresh.insert(rows_of({}), [("GW1", 1, 9)])
    fresh.flush()

    absent.take_over(fresh)

    assert list(absent.batches()) == [("GW1", 1, 9)]


def test_discard__leaves_nothing(tmp_path: Path) -> None:
    lake = lake_in(tmp_path / "lake.1")
    lake.add("readings", {KEY: readings([(0, 5)], 0)})

    lake.discard()
    lake.discard()

    assert list(tmp_path.iterdir()) == []


# -- faults --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["", "{}", '{"batches":[[1]],"format":1}', '{"batches":[],"format":2}', "[1]"]
)
def test_batches__refuses_a_broken_manifest(tmp_path: Path, text: str) -> None:
    lake = lake_in(tmp_path)
    (tmp_path / "manifest.json").write_text(text)

    with pytest.raises(DamagedLakeError, match="rebuild"):
        lake.batches()


def test_read__refuses_a_broken_file(tmp_path: Path) -> None:
    lake = lake_in(tmp_path)
    lake.add("readings", {KEY: readings([(0, 5)], 0)})
    (tmp_path / "readings" / "2025-12.parquet").write_bytes(b"PAR1 no more")

    with pytest.raises(DamagedLakeError, match="rebuild"):
        lake.read("readings")


class NoRoom(PosixDisk):
    """A disk on which nothing can be put in place any more."""

    @override
    def rename(self, source: Path, target: Path) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_add__without_room_leaves_the_old_rows(tmp_path: Path) -> None:
    lake = lake_in(tmp_path)
    lake.insert(rows_of({KEY: readings([(0, 5)], 0)}), [("GW1", 1, 9)])
    lake.flush()
    before = snapshot(tmp_path)
    full = Lake(tmp_path, disk=NoRoom())

    full.insert(rows_of({KEY: readings([(1, 6)], 1)}), [("GW1", 2, 9)])
    with pytest.raises(LakeWriteError, match="journal has every reading"):
        full.flush()

    assert {n: b for n, b in snapshot(tmp_path).items() if not n.endswith(".part")} == before
    assert [rows["count"].tolist() for rows in full.read("readings").values()] == [[5, 6]]
    assert [rows["count"].tolist() for rows in lake.read("readings").values()] == [[5]]
