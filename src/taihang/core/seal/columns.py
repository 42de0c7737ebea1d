"""Readings of many blocks as columns of bytes (v2), and back; every content has one spelling.

A block is a head of fixed width and a column of differences at the narrowest width that holds
them; times and qualities are written out only where they say more than the head. One block alone
has the same form, so what opens a batch opens a block that was shown.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from taihang.core.metering.readings import ReadingBlock
from taihang.core.seal.block import MAX_READINGS, MISSING_COUNT, TIME_END_S, BatchFormatError
from taihang.core.seal.descriptor import Descriptors
from taihang.core.series import Quality

HEAD: Final = np.dtype(
    [
        ("n", "<u4"),
        ("start_s", "<i8"),
        ("step_s", "<u4"),
        ("first", "<i8"),
        ("width", "u1"),
        ("flags", "u1"),
    ]
)
"""Number of readings, first time, spacing, first count, bytes of a difference, what is more."""
HEAD_BYTES: Final = HEAD.itemsize
TIMES: Final = 1
"""Flag: the times are written out."""
QUALITIES: Final = 2
"""Flag: the qualities are written out; without it every reading is measured."""
MAX_BATCH_READINGS: Final = 4_000_000
"""Readings in one batch."""

_WIDTHS: Final = (1, 2, 4, 8)
_MAX_STEP_S: Final = (1 << 32) - 1
_LAST_QUALITY: Final = int(max(Quality))
_INT64: Final = np.dtype("<i8")
_DTYPES: Final = (np.dtype(np.int64), np.dtype(np.int64), np.dtype(np.uint8))
_IS_WIDTH: Final = np.isin(np.arange(256), _WIDTHS)
_SIGNED: Final = {width: np.dtype(f"<i{width}") for width in _WIDTHS}

Int64s = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class EncodedBlock:
    """The bytes of one block but its descriptor and salt."""

    head: bytes
    width: int
    differences: bytes
    times: bytes
    qualities: bytes

    @property
    def tail(self) -> bytes:
        """Everything in the order in which its leaf is hashed."""
        return self.head + self.differences + self.times + self.qualities


@dataclass(frozen=True, slots=True)
class Layout:
    """What the heads of some blocks say, and where their bytes lie in the data."""

    heads_at: int
    n: Int64s
    """Readings of each block, shape (blocks,)."""
    start_s: Int64s
    step_s: Int64s
    first: Int64s
    width: Int64s
    """Bytes of a difference."""
    widths: tuple[int, ...]
    """The widths that occur, in order."""
    flags: NDArray[np.uint8]
    differences_at: Int64s
    times_at: Int64s
    qualities_at: Int64s
    is_plain: bool
    """Whether no block has anything written out."""

    @property
    def differences_end(self) -> Int64s:
        """Where the differences of each block end."""
        return self.differences_at + self.n * self.width

    def extras(self, data: bytes, number: int) -> bytes:
        """Return the times and qualities of a block that are written out."""
        n, flags, found = int(self.n[number]), int(self.flags[number]), b""
        if flags & TIMES:
            at = int(self.times_at[number])
            found = data[at : at + 8 * n]
        if flags & QUALITIES:
            at = int(self.qualities_at[number])
            found += data[at : at + n]
        return found

    def tail(self, data: bytes, number: int) -> bytes:
        """Return the bytes of one block but its descriptor and salt."""
        head, at = self.heads_at + number * HEAD_BYTES, int(self.differences_at[number])
        end = at + int(self.n[number] * self.width[number])
        return data[head : head + HEAD_BYTES] + data[at:end] + self.extras(data, number)


@dataclass(frozen=True, slots=True)
class Columns:
    """The readings of all blocks, one block after the other."""

    descriptors: Descriptors
    starts: Int64s
    """Where each block begins, shape (blocks,)."""
    code: NDArray[np.int32]
    """Number of the block, shape (n,)."""
    time_s: Int64s
    count: Int64s
    quality: NDArray[np.uint8]

    def block(self, number: int) -> ReadingBlock:
        """Return the readings of one block."""
        last = self.starts[number + 1] if number + 1 < len(self.starts) else len(self.code)
        part = slice(int(self.starts[number]), int(last))
        said = self.descriptors.each[number]
        return ReadingBlock(
            point=said.point,
            quantity=said.quantity,
            unit=said.unit,
            scale=said.scale,
            modulus=said.modulus,
            times_s=self.time_s[part],
            counts=self.count[part],
            quality=self.quality[part],
        )


def encode_block(block: ReadingBlock) -> EncodedBlock:
    """Return the bytes of the readings of a block.

    Args:
        block: Readings of one point.

    Returns:
        The bytes; whether they can be read again is for ``read_columns`` to say.

    Raises:
        BatchFormatError: If the arrays are of another kind or length.
    """
    _check_arrays(block)
    n = len(block.times_s)
    step_s = _step_s(block.times_s)
    missing = block.quality == Quality.MISSING
    if bool((missing != (block.counts == MISSING_COUNT)).any()):
        raise BatchFormatError(
            given=f"a count of {block.point!r} that is {MISSING_COUNT} without being missing",
            expected=f"count {MISSING_COUNT} for missing readings and for no others",
        )
    carried = _carried(block.counts, missing)
    differences = np.zeros(n, np.int64)
    np.subtract(carried[1:], carried[:-1], out=differences[1:])
    width = next(w for w in _WIDTHS if _holds(w, differences))
    has_times = n > 1 and not step_s
    has_qualities = bool(block.quality.any())
    head = np.zeros(1, HEAD)
    head[0] = (
        n,
        block.times_s[0],
        step_s,
        carried[0],
        width,
        TIMES * has_times + QUALITIES * has_qualities,
    )
    return EncodedBlock(
        head=head.tobytes(),
        width=width,
        differences=differences.astype(_SIGNED[width]).tobytes(),
        times=block.times_s.astype(_INT64).tobytes() if has_times else b"",
        qualities=block.quality.tobytes() if has_qualities else b"",
    )


def join_blocks(blocks: list[EncodedBlock]) -> bytes:
    """Put the bytes of blocks together, column by column."""
    return b"".join(
        [
            *(block.head for block in blocks),
            *(b.differences for width in _WIDTHS for b in blocks if b.width == width),
            *(block.times for block in blocks),
            *(block.qualities for block in blocks),
        ]
    )


def lay_out(data: bytes, at: int, *, n_blocks: int) -> Layout:
    """Read the heads of some blocks and find where their bytes lie.

    Args:
        data: Bytes that hold the heads and end with the last column.
        at: Where the heads begin.
        n_blocks: How many blocks.

    Returns:
        What the heads say, and where everything lies.

    Raises:
        BatchFormatError: If a head is wrong or the data is too long or too short.
    """
    heads_at, at = at, at + n_blocks * HEAD_BYTES
    _demand(len(data) >= at, "the heads of all blocks")
    heads = np.frombuffer(data, HEAD, n_blocks, heads_at)
    n, start_s, step_s, first, width = (
        heads[name].astype(np.int64) for name in ("n", "start_s", "step_s", "first", "width")
    )
    flags = heads["flags"].copy()
    is_plain = not flags.any()
    _check_heads(n, start_s, step_s, width=width, flags=flags)
    differences_at = np.empty(n_blocks, np.int64)
    widths = _widths_of(width)
    for each in widths:
        chosen = width == each
        differences_at[chosen], at = _column(at, n[chosen] * each)
    times_at = qualities_at = n
    if not is_plain:
        times_at, at = _column(at, 8 * n * (flags & TIMES))
        qualities_at, at = _column(at, n * (flags >> 1))
    _demand(len(data) == at, f"an end at byte {at}, after the last column")
    return Layout(
        heads_at=heads_at,
        n=n,
        start_s=start_s,
        step_s=step_s,
        first=first,
        width=width,
        widths=widths,
        flags=flags,
        differences_at=differences_at,
        times_at=times_at,
        qualities_at=qualities_at,
        is_plain=is_plain,
    )


def read_columns(data: bytes, *, descriptors: Descriptors, layout: Layout) -> Columns:
    """Decode the readings of all blocks and check that they have no other spelling.

    Args:
        data: Bytes that ``lay_out`` has measured.
        descriptors: What the blocks are about.
        layout: What their heads say, and where their bytes lie.

    Returns:
        The readings.
    """
    n, first = layout.n, layout.first
    starts = _starts(n)
    code = np.repeat(np.arange(len(n), dtype=np.int32), n)
    differences = _differences(data, layout, starts=starts, code=code)
    time_s = _times(data, layout, starts=starts, code=code)
    count = differences.cumsum()
    count += (first - count[starts])[code]
    if layout.is_plain:
        quality = np.zeros(len(code), np.uint8)
        is_right = not len(count) or int(count.min()) != MISSING_COUNT
    else:
        quality = _qualities(data, layout, starts=starts)
        missing = quality == Quality.MISSING
        carried = not differences[missing].any() and not first[missing[starts]].any()
        _demand(carried, "a missing reading that repeats the count before it, the first one 0")
        is_right = not (count[~missing] == MISSING_COUNT).any()
        count[missing] = MISSING_COUNT
    _demand(is_right, "no count of −2^63 that is not missing")
    return Columns(descriptors, starts, code, time_s, count, quality)


def _check_heads(
    n: Int64s, start_s: Int64s, step_s: Int64s, *, width: Int64s, flags: NDArray[np.uint8]
) -> None:
    if not len(n):
        return
    is_right_n = int(n.min()) >= 1 and int(n.max()) <= MAX_READINGS
    _demand(is_right_n, f"1 … {MAX_READINGS} readings a block")
    _demand(int(n.sum()) <= MAX_BATCH_READINGS, f"at most {MAX_BATCH_READINGS} readings a batch")
    _demand(bool(_IS_WIDTH[width].all()), "differences of 1, 2, 4 or 8 bytes")
    _demand(int(flags.max()) <= TIMES + QUALITIES, "flags 0 … 3")
    has_times = (flags & TIMES).astype(np.bool_)
    is_one = n == 1
    _demand(not (has_times & is_one).any(), "times written out for two readings or more")
    _demand(
        bool(((step_s == 0) == (has_times | is_one)).all()),
        "a step exactly where two times or more are not written out",
    )
    in_time = int(start_s.min()) >= 0 and int(start_s.max()) < TIME_END_S
    in_time = in_time and int((start_s + step_s * (n - 1)).max()) < TIME_END_S
    _demand(in_time, "times before the year 10000")


def _differences(data: bytes, layout: Layout, *, starts: Int64s, code: NDArray[np.int32]) -> Int64s:
    """Read the differences of all blocks, in order of block."""
    n, width, widths = layout.n, layout.width, layout.widths
    found = np.empty(len(code), np.int64)
    for each in widths:
        chosen = width == each
        first = int(layout.differences_at[chosen.argmax()])
        if len(widths) == 1:
            found[:] = np.frombuffer(data, _SIGNED[each], len(code), first)
        else:
            found[chosen[code]] = np.frombuffer(data, _SIGNED[each], int(n[chosen].sum()), first)
    _demand(not found[starts].any(), "a first difference of 0")
    if widths not in {(), (1,)}:
        low, high = np.minimum.reduceat(found, starts), np.maximum.reduceat(found, starts)
        bound = np.int64(1) << (4 * width - 1)  # of half the width
        fits = (width > 1) & (low >= -bound) & (high < bound)
        _demand(not fits.any(), "differences at the narrowest width that holds them")
    return found


def _times(data: bytes, layout: Layout, *, starts: Int64s, code: NDArray[np.int32]) -> Int64s:
    n, step_s = layout.n, layout.step_s
    found = step_s[code]
    found *= np.arange(len(code))
    found += (layout.start_s - step_s * starts)[code]
    if not layout.is_plain:
        for number in np.flatnonzero(layout.flags & TIMES):
            times_s = np.frombuffer(data, _INT64, int(n[number]), int(layout.times_at[number]))
            _check_times(times_s, start_s=int(layout.start_s[number]))
            found[starts[number] : starts[number] + n[number]] = times_s
    return found


def _check_times(times_s: Int64s, *, start_s: int) -> None:
    _demand(int(times_s[0]) == start_s, "written-out times from the start of the block on")
    _demand(bool((times_s[1:] > times_s[:-1]).all()), "ascending times")
    _demand(int(times_s[-1]) < TIME_END_S, "times before the year 10000")
    _demand(not _step_s(times_s), "times that are not written out where they are regular")


def _qualities(data: bytes, layout: Layout, *, starts: Int64s) -> NDArray[np.uint8]:
    n = layout.n
    found = np.zeros(int(n.sum()), np.uint8)
    for number in np.flatnonzero(layout.flags & QUALITIES):
        quality = np.frombuffer(data, np.uint8, int(n[number]), int(layout.qualities_at[number]))
        _demand(bool(quality.any()), "qualities that are not written out where all are measured")
        _demand(int(quality.max()) <= _LAST_QUALITY, f"qualities 0 … {_LAST_QUALITY}")
        found[starts[number] : starts[number] + n[number]] = quality
    return found


def _carried(counts: Int64s, missing: NDArray[np.bool_]) -> Int64s:
    """Return the counts with each missing one replaced by the one before it, or by 0."""
    if not missing.any():
        return counts
    at = np.maximum.accumulate(np.where(missing, -1, np.arange(len(counts))))
    return np.where(at < 0, 0, counts[at])


def _widths_of(width: Int64s) -> tuple[int, ...]:
    """Return the widths that occur, in order."""
    return tuple(sorted(set(width.tolist())))


def _holds(width: int, differences: Int64s) -> bool:
    limits = np.iinfo(_SIGNED[width])
    return int(differences.min()) >= limits.min and int(differences.max()) <= limits.max


def _starts(sizes: Int64s) -> Int64s:
    return np.cumsum(sizes) - sizes


def _column(at: int, sizes: Int64s) -> tuple[Int64s, int]:
    return at + _starts(sizes), at + int(sizes.sum())


def _check_arrays(block: ReadingBlock) -> None:
    n = len(block.times_s)
    arrays = (block.times_s, block.counts, block.quality)
    right = all(
        a.shape == (n,) and a.dtype == kind for a, kind in zip(arrays, _DTYPES, strict=True)
    )
    if not right or not 1 <= n <= MAX_READINGS:
        raise BatchFormatError(
            given=f"arrays of {block.point!r}: {[(a.shape, str(a.dtype)) for a in arrays]}",
            expected=f"times, counts (int64), qualities (uint8) of one length 1 … {MAX_READINGS}",
        )


def _step_s(times_s: Int64s) -> int:
    """Return the step of regular, ascending times, else 0."""
    if len(times_s) == 1:
        return 0
    step_s = int(times_s[1]) - int(times_s[0])
    regular = 0 < step_s <= _MAX_STEP_S and bool((times_s[1:] - times_s[:-1] == step_s).all())
    return step_s if regular else 0


def _demand(holds: bool, expected: str) -> None:  # noqa: FBT001  # reads as a sentence
    if not holds:
        raise BatchFormatError(given="columns that break a rule", expected=expected)
