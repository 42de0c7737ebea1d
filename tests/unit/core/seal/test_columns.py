"""Columns of readings: any readings come back as they were, and have one spelling."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from evidence_kit import START_S, block
from taihang.core.metering.readings import ReadingBlock
from taihang.core.seal.block import MISSING_COUNT, TIME_END_S, BatchFormatError
from taihang.core.seal.columns import (
    HEAD,
    HEAD_BYTES,
    QUALITIES,
    TIMES,
    Columns,
    encode_block,
    join_blocks,
    lay_out,
    read_columns,
)
from taihang.core.seal.descriptor import Descriptors, encode_descriptor, parse_descriptors
from taihang.core.series import Quality

INT64 = st.integers(-(1 << 63) + 1, (1 << 63) - 1)
COUNTS = st.one_of(st.integers(-300, 300), st.integers(-70_000, 70_000), INT64, st.none())


@st.composite
def any_blocks(draw: st.DrawFn, *, most: int = 12) -> list[ReadingBlock]:
    """Blocks of every kind, in order of their points."""
    found: list[ReadingBlock] = []
    for number in range(draw(st.integers(0, most))):
        counts = draw(st.lists(COUNTS, min_size=1, max_size=20))
        n = len(counts)
        marks = st.sampled_from([Quality.MEASURED, Quality.MEASURED, Quality.MANUAL, Quality(4)])
        made = block(
            f"P{number:02d}",
            counts,
            quality={i: draw(marks) for i, count in enumerate(counts) if count is not None},
        )
        if draw(st.booleans()):
            steps = draw(st.lists(st.integers(1, 1 << 34), min_size=n, max_size=n))
            made = replace(made, times_s=np.cumsum(np.array(steps, np.int64)))
        found.append(made)
    return found


def descriptors_of(blocks: list[ReadingBlock]) -> Descriptors:
    section = b"".join(encode_descriptor(block) for block in blocks)
    return parse_descriptors(section, n_blocks=len(blocks))


def encoded(blocks: list[ReadingBlock]) -> bytes:
    return join_blocks([encode_block(block) for block in blocks])


def decoded(data: bytes, blocks: list[ReadingBlock]) -> Columns:
    layout = lay_out(data, 0, n_blocks=len(blocks))
    return read_columns(data, descriptors=descriptors_of(blocks), layout=layout)


def same(one: ReadingBlock, other: ReadingBlock) -> bool:
    return (
        one.times_s.tolist() == other.times_s.tolist()
        and one.counts.tolist() == other.counts.tolist()
        and one.quality.tolist() == other.quality.tolist()
    )


@given(blocks=any_blocks())
def test_read_columns__gives_any_readings_as_they_were(blocks: list[ReadingBlock]) -> None:
    data = encoded(blocks)

    columns = decoded(data, blocks)

    assert len(columns.starts) == len(blocks)
    for number, block_ in enumerate(blocks):
        assert same(columns.block(number), block_)
    assert columns.code.tolist() == [i for i, b in enumerate(blocks) for _ in b.times_s]


@given(blocks=any_blocks(most=4), data=st.data())
def test_read_columns__a_changed_byte_is_refused_or_says_something_else(
    blocks: list[ReadingBlock], data: st.DataObject
) -> None:
    whole = encoded(blocks)
    if not whole:
        return
    changed = bytearray(whole)
    changed[data.draw(st.integers(0, len(whole) - 1))] ^= data.draw(st.integers(1, 255))

    try:
        columns = decoded(bytes(changed), blocks)
    except BatchFormatError:
        return

    # What can be read says something else, and is the one spelling of what it says.
    others = [columns.block(number) for number in range(len(blocks))]
    assert not all(same(one, other) for one, other in zip(others, blocks, strict=True))
    assert encoded(others) == bytes(changed)


@given(blocks=any_blocks(most=4), cut=st.integers(1, 40))
def test_lay_out__refuses_what_is_too_long_or_too_short(
    blocks: list[ReadingBlock], cut: int
) -> None:
    whole = encoded(blocks)

    for data in (whole + bytes(cut), whole[:-cut]):
        if len(data) != len(whole):
            with pytest.raises(BatchFormatError):
                decoded(data, blocks)


@pytest.mark.parametrize(
    ("counts", "width"),
    [
        ([5], 1),
        ([0, 127, -1], 1),
        ([0, 128], 2),
        ([0, -128], 1),
        ([0, -129], 2),
        ([0, 32_768], 4),
        ([0, 1 << 31], 8),
        ([-(1 << 63) + 1, (1 << 63) - 1], 1),
    ],
)
def test_encode_block__takes_the_narrowest_width(counts: list[int], width: int) -> None:
    found = encode_block(block("M", counts))

    assert (found.width, len(found.differences)) == (width, width * len(counts))


def test_encode_block__says_times_and_qualities_only_where_they_are_more() -> None:
    regular = block("M", [1, 2, 3])
    irregular = replace(regular, times_s=START_S + np.array([0, 1, 3], np.int64))

    flags = [head_of(b)["flags"] for b in (regular, irregular, block("M", [1, None]))]

    assert flags == [0, TIMES, QUALITIES]


def head_of(of: ReadingBlock) -> NDArray[np.void]:
    return np.frombuffer(encode_block(of).head, HEAD)[0]


def test_encode_block__writes_a_step_out_that_no_head_holds() -> None:
    far = replace(block("M", [1, 2]), times_s=np.array([0, 1 << 32], np.int64))

    assert head_of(far)["flags"] == TIMES
    assert same(decoded(encoded([far]), [far]).block(0), far)


@pytest.mark.parametrize(
    "wrong",
    [
        replace(block("M", [1]), counts=np.array([MISSING_COUNT])),
        replace(block("M", [None]), counts=np.array([7])),
        replace(block("M", [1, 2]), quality=np.zeros(1, np.uint8)),
        replace(block("M", [1]), counts=np.array([1.0])),
        replace(block("M", [1]), times_s=np.array([], np.int64)),
    ],
    ids=["looks missing", "missing with a count", "lengths", "a float", "empty"],
)
def test_encode_block__refuses_arrays_that_no_batch_holds(wrong: ReadingBlock) -> None:
    with pytest.raises(BatchFormatError):
        encode_block(wrong)


def patched(of: ReadingBlock, field: str, value: int) -> bytes:
    """The bytes of a block with one field of its head changed."""
    whole = bytearray(encoded([of]))
    head = np.frombuffer(bytes(whole[:HEAD_BYTES]), HEAD).copy()
    head[field] = value
    whole[:HEAD_BYTES] = head.tobytes()
    return bytes(whole)


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("n", 0, "readings a block"),
        ("n", 1_000_001, "readings a block"),
        ("width", 3, "1, 2, 4 or 8"),
        ("flags", 4, "flags 0"),
        ("step_s", 0, "a step exactly"),
        ("start_s", -1, "year 10000"),
        ("start_s", TIME_END_S - 1, "year 10000"),
        ("start_s", -(1 << 63), "year 10000"),
    ],
)
def test_lay_out__names_the_rule_that_a_head_breaks(field: str, value: int, expected: str) -> None:
    one = block("M", [1, 2, 3])

    with pytest.raises(BatchFormatError, match=expected):
        decoded(patched(one, field, value), [one])


def wide(of: ReadingBlock, width: int) -> bytes:
    """The same readings at a greater width than they need."""
    head = np.frombuffer(encode_block(of).head, HEAD).copy()
    head["width"] = width
    differences = np.diff(of.counts, prepend=of.counts[:1])
    return head.tobytes() + differences.astype(f"<i{width}").tobytes()


@pytest.mark.parametrize("width", [2, 4, 8])
def test_read_columns__refuses_a_width_that_is_not_the_narrowest(width: int) -> None:
    one = block("M", [1, 2, 3])

    with pytest.raises(BatchFormatError, match="narrowest"):
        decoded(wide(one, width), [one])


def test_read_columns__refuses_written_out_what_need_not_be() -> None:
    one = block("M", [1, 2, 3])
    times, qualities = one.times_s.tobytes(), bytes(3)
    irregular = replace(one, times_s=START_S + np.array([0, 5, 5], np.int64))
    cases = {
        "regular": patched(replace(one), "flags", TIMES) + times,
        "all are measured": patched(one, "flags", QUALITIES) + qualities,
        "0 … 4": patched(one, "flags", QUALITIES) + b"\x00\x05\x00",
        "ascending": encoded([irregular]),
    }
    for expected, data in cases.items():
        fixed = bytearray(data)
        if expected == "regular":
            fixed[12:16] = bytes(4)  # The step is then 0.
        with pytest.raises(BatchFormatError, match=expected):
            decoded(bytes(fixed), [one])


def test_read_columns__refuses_a_missing_reading_that_counts() -> None:
    one = block("M", [5, None, 7])
    data = bytearray(encoded([one]))

    data[HEAD_BYTES + 1] = 1  # The difference of the missing reading.
    with pytest.raises(BatchFormatError, match="repeats the count"):
        decoded(bytes(data), [one])

    first = block("M", [None, 7])
    with pytest.raises(BatchFormatError, match="repeats the count"):
        decoded(patched(first, "first", 3), [first])


def test_read_columns__refuses_a_measured_reading_that_looks_missing() -> None:
    one = block("M", [5])

    with pytest.raises(BatchFormatError, match="not missing"):
        decoded(patched(one, "first", MISSING_COUNT), [one])


def test_lay_out__refuses_more_readings_than_a_batch_may_have() -> None:
    many = np.zeros(5, HEAD)
    many["n"], many["width"], many["step_s"] = 1_000_000, 1, 1

    with pytest.raises(BatchFormatError, match="4000000 readings a batch"):
        lay_out(many.tobytes(), 0, n_blocks=5)
