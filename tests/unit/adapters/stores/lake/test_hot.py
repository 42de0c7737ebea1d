"""The hot tier: rows in order of arrival, all of them, until they are taken out."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lake_model import LooseDisk
from taihang.adapters.stores.lake.hot import COLUMNS, HotTier
from taihang.adapters.stores.lake.parquet import ParquetFolder


def rows(*table: tuple[int, int, int, int, int]) -> dict[str, np.ndarray]:
    return dict(zip(COLUMNS, np.array(table, np.int64).reshape(-1, 5).T, strict=True))


def test_rows__are_all_that_was_added_in_order() -> None:
    hot = HotTier(ParquetFolder(LooseDisk()).database)
    table = [(5, 900, -7, 0, 0), (1, 900, 1 << 62, 4, 1), (5, 0, 3, 3, 1)]

    hot.add(rows(table[0]))
    hot.add(rows(*table[1:]))
    hot.add(rows())

    assert len(hot) == 3
    assert list(zip(*(hot.rows()[name].tolist() for name in COLUMNS), strict=True)) == table
    assert hot.rows("code = 5 AND time_s < 900")["count"].tolist() == [3]
    assert hot.newest_s() == [900]


def test_clear__leaves_nothing() -> None:
    hot = HotTier(ParquetFolder(LooseDisk()).database)
    hot.add(rows((1, 2, 3, 0, 0)))

    hot.clear()

    assert (len(hot), hot.newest_s()) == (0, [])
    assert hot.rows()["code"].tolist() == []


def test_hot_tiers__of_two_lakes_do_not_mix() -> None:
    one, two = (HotTier(ParquetFolder(LooseDisk()).database) for _ in range(2))

    one.add(rows((1, 2, 3, 0, 0)))

    assert (len(one), two.rows()["code"].tolist()) == (1, [])


_ROW = st.tuples(*[st.integers(0, 100)] * 3, st.integers(0, 4), st.integers(0, 9))


@given(
    st.lists(
        st.one_of(st.lists(_ROW, max_size=3), st.sampled_from(["ask", "all", "clear"])), max_size=12
    )
)
def test_hot__whenever_somebody_asks_says_all_that_was_added_in_order(
    steps: list[list[tuple[int, int, int, int, int]] | str],
) -> None:
    hot = HotTier(ParquetFolder(LooseDisk()).database)
    expected: list[tuple[int, ...]] = []
    for step in steps:
        if step == "clear":
            hot.clear()
            expected = []
        elif isinstance(step, list):
            hot.add(rows(*step))
            expected += step
        else:
            found = hot.rows() if step == "ask" else hot.all()
            assert list(zip(*(found[name].tolist() for name in COLUMNS), strict=True)) == expected
        assert len(hot) == len(expected)
    assert hot.newest_s() == ([max(row[1] for row in expected)] if expected else [])
