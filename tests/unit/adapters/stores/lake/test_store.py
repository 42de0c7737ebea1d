"""The lake against a plain list: any order, any flush, any lay-out, the same answers."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import lake_model
from lake_model import PLACES, SMALL, START_S, WHOLE, Sent
from taihang.adapters.stores.lake import Lake
from taihang.adapters.stores.lake.sealed import Sizes

STEPS_S = (900, 3_600, 86_400)
acts = st.lists(st.sampled_from(["insert", "seal", "flush", "compact", "reopen"]), min_size=1)
quick = settings(max_examples=35, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@contextmanager
def played(batches: list[Sent], script: list[str], sizes: Sizes) -> Generator[Lake]:
    """A lake into which the batches went one by one, with other acts in between."""
    with TemporaryDirectory() as name:
        lake = lake_model.lake_in(Path(name), sizes)
        for leaf, batch in enumerate(batches):
            act = script[leaf % len(script)]
            lake_model.put(lake, [batch], leaf, at_once=act == "seal")
            if act == "flush":
                lake.flush()
            elif act == "compact":
                lake.compact(before_s=WHOLE.end_s)
            elif act == "reopen":
                lake = lake_model.lake_in(Path(name), sizes)
                first = len(lake.batches())
                lake_model.put(lake, batches[first : leaf + 1], first)
        yield lake


@quick
@given(lake_model.deliveries(), acts, st.sampled_from(SMALL), st.data())
def test_read__gives_every_row_and_what_counted_at_any_size_of_the_log(
    batches: list[Sent], script: list[str], sizes: Sizes, data: st.DataObject
) -> None:
    with played(batches, script, sizes) as lake:
        every = lake_model.rows_in(lake)

        assert set(every) == lake_model.every_row(batches)
        assert every == sorted(every, key=lambda row: (row[0], row[1], row[4]))
        assert lake.count("readings") == len(every)
        assert [tuple(row) for row in lake.batches()] == [batch.row for batch in batches]
        for as_of in {data.draw(st.integers(0, len(batches))), len(batches)}:
            known = lake_model.rows_in(lake, as_of)
            assert lake_model.as_cells(known) == lake_model.current(batches, as_of)
            assert len(known) == len({row[:2] for row in known})


@quick
@given(lake_model.deliveries(), acts, st.sampled_from(SMALL), st.data())
def test_rollups__are_what_the_raw_rows_give_at_any_size_of_the_log(
    batches: list[Sent], script: list[str], sizes: Sizes, data: st.DataObject
) -> None:
    with played(batches, script, sizes) as lake:
        for step_s in STEPS_S:
            as_of = data.draw(st.one_of(st.none(), st.integers(0, len(batches))))
            places, rows = lake.rollups(step_s, WHOLE, as_of=as_of)
            size = len(batches) if as_of is None else as_of

            names = [name for name in rows if name not in ("code", "time_s")]
            found = {
                (places[int(rows["code"][i])], int(rows["time_s"][i])): {
                    name: int(rows[name][i]) for name in names
                }
                for i in range(len(rows["code"]))
            }
            assert found == lake_model.rolled(batches, step_s, size)
            assert len(found) == len(rows["code"])


@quick
@given(lake_model.deliveries(), acts, st.sampled_from(SMALL))
def test_last_and_totals__are_what_the_raw_rows_give(
    batches: list[Sent], script: list[str], sizes: Sizes
) -> None:
    usable = {
        cell: value
        for cell, value in lake_model.current(batches, len(batches)).items()
        if value[1] < 3
    }
    with played(batches, script, sizes) as lake:
        places, rows = lake.last()
        found = {
            places[int(code)]: (int(time_s), int(count), int(quality), int(leaf))
            for code, time_s, count, quality, leaf in zip(
                rows["code"],
                rows["last_s"],
                rows["last_count"],
                rows["last_quality"],
                rows["last_batch"],
                strict=True,
            )
        }
        totals = lake.totals(3_600, WHOLE, [PLACES[2]])

    expected = {
        place: max((t, *value) for (p, t), value in usable.items() if p == place)
        for place in {cell[0] for cell in usable}
    }
    assert found == expected
    samples = [(t, value[0]) for (place, t), value in usable.items() if place == PLACES[2]]
    assert int(totals["sum_count"].sum()) == sum(count for _, count in samples)
    assert int(totals["n"].sum()) == len(samples)
    for time_s, total in zip(totals["time_s"].tolist(), totals["sum_count"].tolist(), strict=True):
        assert total == sum(count for t, count in samples if t // 3_600 * 3_600 == time_s)


@quick
@given(lake_model.deliveries(), acts, st.sampled_from(SMALL), st.data())
def test_state_hash__is_the_same_for_any_order_flush_and_lay_out(
    batches: list[Sent], script: list[str], sizes: Sizes, data: st.DataObject
) -> None:
    order = data.draw(st.permutations(batches))
    alone = [batch for batch in batches if batch.gateway]

    with played(order, script, sizes) as lake, played(alone, ["insert"], Sizes()) as plain:
        assert lake.state_hash() == plain.state_hash()


def test_state_hash__differs_for_other_values_times_points_and_batches(tmp_path: Path) -> None:
    cell = (PLACES[0], START_S)
    variants = [
        [Sent("GW1", 1, 9, {cell: (5, 0)})],
        [Sent("GW1", 1, 9, {cell: (6, 0)})],
        [Sent("GW1", 1, 9, {cell: (5, 1)})],
        [Sent("GW1", 1, 9, {(PLACES[0], START_S + 1): (5, 0)})],
        [Sent("GW1", 1, 9, {(PLACES[1], START_S): (5, 0)})],
        [Sent("GW1", 2, 9, {cell: (5, 0)})],
        [Sent("GW1", 1, 9, {cell: (5, 0)}), Sent("GW1", 2, 9)],
        [],
    ]

    hashes: set[str] = set()
    for number, batches in enumerate(variants):
        lake = lake_model.lake_in(tmp_path / str(number))
        lake_model.put(lake, batches, 0)
        hashes.add(lake.state_hash())

    assert len(hashes) == len(variants)


@pytest.mark.parametrize("sizes", SMALL)
def test_compact__makes_months_of_days_and_changes_no_answer(tmp_path: Path, sizes: Sizes) -> None:
    lake = lake_model.lake_in(tmp_path, sizes)
    cells = {(place, START_S + 3_600 * n): (n, 0) for place in PLACES for n in range(60)}
    lake_model.put(
        lake, [Sent("GW1", 1, 1, cells), Sent("GW1", 2, 2, {next(iter(cells)): (7, 0)})], 0
    )
    before = lake.state_hash()

    n_replaced = lake.compact(before_s=START_S + 86_400)

    days = sorted(path.name for path in (tmp_path / "readings").glob("2025-12-31*"))
    later = sorted(path.name for path in (tmp_path / "readings").glob("2026-01-*"))
    assert not days, "December is over"
    assert bool(later) == (sizes.small_month_rows < 100), "January is not"
    assert bool(n_replaced) == bool(later)
    assert lake.state_hash() == before == lake_model.lake_in(tmp_path, sizes).state_hash()
    assert lake.compact(before_s=START_S + 86_400) == 0
