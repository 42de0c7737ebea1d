"""Readings as columns: blocks in, slabs out, nothing lost on the way."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from taihang.core.metering.readings import ReadingBlock, ReadingRows
from taihang.core.series import Quantity

blocks = st.lists(
    st.tuples(
        st.sampled_from(["M1", "M2", "M10"]),
        st.sampled_from([Quantity.REGISTER, Quantity.ENERGY]),
        st.lists(st.integers(0, 50), min_size=1, max_size=5, unique=True).map(sorted),
    ),
    max_size=4,
    unique_by=lambda block: block[:2],
)


def block_of(point: str, quantity: Quantity, times_s: list[int]) -> ReadingBlock:
    return ReadingBlock(
        point=point,
        quantity=quantity,
        unit="Wh",
        scale="1",
        modulus=0,
        times_s=np.array(times_s, np.int64),
        counts=np.array(times_s, np.int64) * 7,
        quality=np.array(times_s, np.uint8) % 5,
    )


@given(st.lists(blocks, min_size=1, max_size=4))
def test_slabs__of_joined_batches_hold_every_reading_in_order(
    batches: list[list[tuple[str, Quantity, list[int]]]],
) -> None:
    parts = [
        ReadingRows.of_blocks([block_of(*block) for block in batch], batch=leaf)
        for leaf, batch in enumerate(batches)
    ]

    joined = ReadingRows.joined(parts)

    expected = sorted(
        (point, quantity.value, time_s, leaf)
        for leaf, batch in enumerate(batches)
        for point, quantity, times_s in batch
        for time_s in times_s
    )
    found = [
        (*place, time_s, leaf)
        for place, rows in sorted(joined.slabs().items())
        for time_s, leaf in zip(rows["time_s"].tolist(), rows["batch"].tolist(), strict=True)
    ]
    assert found == expected
    assert len(joined) == len(expected)
    for rows in joined.slabs().values():
        assert rows["count"].tolist() == [7 * t for t in rows["time_s"].tolist()]
        assert rows["quality"].tolist() == [t % 5 for t in rows["time_s"].tolist()]


def test_joined__of_nothing_is_empty() -> None:
    assert len(ReadingRows.joined([])) == 0
    assert ReadingRows.joined([]).slabs() == {}
