"""Rows of whole watt-hours: every row comes back, and no other spelling is taken."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from taihang.core.certificates.row_bytes import RowBytesError, RowReader, pack_rows

ROWS = st.lists(
    st.lists(st.integers(0, (1 << 63) - 1), min_size=3, max_size=3), min_size=1, max_size=4
)


@given(ROWS)
def test_rows__come_back(rows: list[list[int]]) -> None:
    wanted = np.array(rows, np.int64)
    reader = RowReader(pack_rows(wanted), at=0, n=3)

    found = reader.rows(len(rows))

    reader.finish()
    assert found.tolist() == rows


@given(ROWS, st.data())
def test_rows__cut_off__are_refused(rows: list[list[int]], data: st.DataObject) -> None:
    packed = pack_rows(np.array(rows, np.int64))
    size = data.draw(st.integers(0, len(packed) - 1))

    with pytest.raises(RowBytesError):
        RowReader(packed[:size], at=0, n=3).rows(len(rows))


@pytest.mark.parametrize(
    "packed",
    [
        pytest.param("03000000", id="no such width"),
        pytest.param("01000000", id="zeros written out"),
        pytest.param("02010002000300", id="wider than need be"),
        pytest.param("08" + "ff" * 24, id="more than a signed number holds"),
    ],
)
def test_rows__of_another_spelling__are_refused(packed: str) -> None:
    with pytest.raises(RowBytesError):
        RowReader(bytes.fromhex(packed), at=0, n=3).rows(1)


def test_rows__more_announced_than_bytes__make_no_memory() -> None:
    with pytest.raises(RowBytesError, match="bytes at most"):
        RowReader(b"\0", at=0, n=3).rows(1 << 60)


def test_finish__with_bytes_left__refuses() -> None:
    reader = RowReader(b"\0\0", at=0, n=3)
    reader.rows(1)

    with pytest.raises(RowBytesError, match="1 bytes"):
        reader.finish()
