"""One salted block of a sealed batch: readings of one point as bytes, and back.

The layout is in docs/formats/sealed-batch.md. Encoding and decoding are inverse to the byte: every
block of readings has one body, and every body that opens is the one its readings would give.
"""

import re
from typing import Final

import numpy as np
from numpy.typing import NDArray

from taihang.core.errors import InputError
from taihang.core.metering.readings import ReadingBlock
from taihang.core.seal.canonical import (
    INT64_MAX,
    INT64_MIN,
    Fields,
    JsonValue,
    canonical_bytes,
    load_canonical,
)
from taihang.core.series import Quality, Quantity

SALT_BYTES: Final = 16
MAX_READINGS: Final = 1_000_000
"""Readings in one block."""
TIME_END_S: Final = 253_402_300_800
"""Every time lies before the year 10000 [s since 1970-01-01T00:00Z]."""
MISSING_COUNT: Final = INT64_MIN
"""The count beside ``Quality.MISSING``, and beside nothing else."""
NAME: Final = re.compile(r"[^\x00-\x1f\x7f]{1,128}")
"""What a point, a unit or a gateway may be called."""

_MAX_HEADER_BYTES: Final = 1 << 14
_LENGTH_BYTES: Final = 4
_INT64: Final = np.dtype("<i8")
_DTYPES: Final = (np.dtype(np.int64), np.dtype(np.int64), np.dtype(np.uint8))
_DECIMAL: Final = re.compile(r"(?!0$)(?:0|[1-9]\d{0,17})(?:\.\d{0,17}[1-9])?", re.ASCII)
_WHOLE: Final = re.compile(r"[1-9]\d{0,17}", re.ASCII)
_QUANTITIES: Final = {quantity.value: quantity for quantity in Quantity}
_LAST_QUALITY: Final = max(Quality)
_UNITS_OF: Final = {
    Quantity.REGISTER: ("Wh", "L", "g", "kJ", "varh"),
    Quantity.ENERGY: ("Wh",),
    Quantity.REACTIVE: ("varh",),
}
"""Energy is electricity; other registers count whole litres, grams, kilojoules or var-hours."""
_KEYS: Final = frozenset(
    ("point", "quantity", "unit", "scale", "modulus", "n", "start_s", "step_s")
)


class BatchFormatError(InputError):
    """Bytes are not a sealed batch, or readings cannot be sealed as they are."""

    code = "input.batch-format"

    def __init__(self, *, given: str, expected: str) -> None:
        super().__init__(
            given=given, expected=expected, remedy="refuse the batch; let the gateway seal it again"
        )


def salted_block(block: ReadingBlock, salt: bytes) -> bytes:
    """Return salt and body of a block: what its leaf hash covers.

    Args:
        block: The readings.
        salt: 16 secret random bytes.

    Returns:
        The salt, then the body.

    Raises:
        BatchFormatError: If the readings cannot be sealed as they are.
    """
    if len(salt) != SALT_BYTES:
        raise BatchFormatError(given=f"a salt of {len(salt)} bytes", expected=f"{SALT_BYTES} bytes")
    _check_arrays(block)
    step_s = _step_s(block.times_s)
    document: JsonValue = {
        "point": block.point,
        "quantity": block.quantity,
        "unit": block.unit,
        "scale": block.scale,
        "modulus": block.modulus,
        "n": len(block.times_s),
        "start_s": int(block.times_s[0]),
        "step_s": step_s,
    }
    header = canonical_bytes(document)
    times = b"" if step_s else block.times_s.astype(_INT64).tobytes()
    arrays_bytes = block.counts.astype(_INT64).tobytes() + block.quality.tobytes()
    body = length_prefix(header) + header + times + arrays_bytes
    open_body(body)
    return salt + body


def open_body(body: bytes) -> ReadingBlock:
    """Read the body of one block that was shown alone.

    Args:
        body: The body, without its salt.

    Returns:
        The readings.

    Raises:
        BatchFormatError: If the bytes are not exactly one body.
    """
    block, end = read_block(body, 0, where="body")
    if end != len(body):
        raise BatchFormatError(given=f"{len(body) - end} bytes after the readings", expected="none")
    return block


def read_block(data: bytes, at: int, *, where: str) -> tuple[ReadingBlock, int]:
    """Read a body that starts somewhere in the data.

    Args:
        data: Bytes that hold the body.
        at: Where it starts.
        where: Name of the block, for messages.

    Returns:
        The readings, and where the body ends.

    Raises:
        BatchFormatError: If the bytes are no body.
    """
    header, at = prefixed(data, at, limit=_MAX_HEADER_BYTES, what=f"{where} header")
    fields = Fields(load_canonical(header), where=where, keys=_KEYS)
    n = fields.integer("n", low=1, high=MAX_READINGS)
    start_s = fields.integer("start_s", low=0, high=TIME_END_S - 1)
    step_s = fields.integer("step_s", low=0, high=TIME_END_S)
    width = 1 + 8 if step_s else 1 + 8 + 8
    end = at + n * width
    if end > len(data):
        raise BatchFormatError(
            given=f"{where}: {len(data) - at} bytes for {n} readings", expected=f"{n * width} bytes"
        )
    if step_s:
        times_s = np.arange(start_s, start_s + n * step_s, step_s, dtype=np.int64)
    else:
        times_s = np.frombuffer(data, _INT64, n, at).astype(np.int64)
        at += 8 * n
    counts = np.frombuffer(data, _INT64, n, at).astype(np.int64)
    quality = np.frombuffer(data, np.uint8, n, at + 8 * n).copy()
    _check_times(times_s, start_s=start_s, step_s=step_s, where=where)
    _check_values(counts, quality, where=where)
    return _block(fields, times_s, counts, quality), end


def scale_form(quantity: Quantity, *, unit: str) -> re.Pattern[str] | None:
    """Return what a scale looks like, or None where the quantity cannot have that unit."""
    if unit not in _UNITS_OF.get(quantity, (unit,)):
        return None
    return _WHOLE if quantity is Quantity.REGISTER or unit == "Wh" else _DECIMAL


def length_prefix(part: bytes) -> bytes:
    """Return the length of a part as it stands before it."""
    return len(part).to_bytes(_LENGTH_BYTES, "little")


def prefixed(data: bytes, at: int, *, limit: int, what: str) -> tuple[bytes, int]:
    """Read a part that stands behind its length (u32, little-endian).

    Args:
        data: Bytes that hold it.
        at: Where the length stands.
        limit: The longest part allowed. [byte]
        what: Name of the part, for messages.

    Returns:
        The part, and where it ends.

    Raises:
        BatchFormatError: If it is longer, or the data ends before it.
    """
    prefix = cut(data, at, _LENGTH_BYTES, what=f"length of {what}")
    length = int.from_bytes(prefix, "little")
    if length > limit:
        raise BatchFormatError(given=f"{what} of {length} bytes", expected=f"at most {limit}")
    at += _LENGTH_BYTES
    return cut(data, at, length, what=what), at + length


def cut(data: bytes, at: int, length: int, *, what: str) -> bytes:
    """Return so many bytes from a place on.

    Raises:
        BatchFormatError: If the data ends before them.
    """
    part = data[at : at + length]
    if len(part) != length:
        raise BatchFormatError(
            given=f"a file that ends in its {what}, at byte {len(data)}", expected="a whole file"
        )
    return part


def _block(
    fields: Fields,
    times_s: NDArray[np.int64],
    counts: NDArray[np.int64],
    quality: NDArray[np.uint8],
) -> ReadingBlock:
    quantity = _QUANTITIES.get(fields.text("quantity"))
    if quantity is None:
        raise fields.error("quantity", expected=f"one of {[*_QUANTITIES]}")
    unit = fields.text("unit", pattern=NAME)
    scale = scale_form(quantity, unit=unit)
    if scale is None:
        raise fields.error("unit", expected=f"{' or '.join(_UNITS_OF[quantity])} for {quantity}")
    return ReadingBlock(
        point=fields.text("point", pattern=NAME),
        quantity=quantity,
        unit=unit,
        scale=fields.text("scale", pattern=scale),
        modulus=fields.integer("modulus", low=0, high=INT64_MAX),
        times_s=times_s,
        counts=counts,
        quality=quality,
    )


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


def _check_times(times_s: NDArray[np.int64], *, start_s: int, step_s: int, where: str) -> None:
    if int(times_s[0]) != start_s or not 0 <= int(times_s[-1]) < TIME_END_S:
        raise BatchFormatError(
            given=f"{where}: times {int(times_s[0])} … {int(times_s[-1])}",
            expected=f"times from start_s {start_s} on, before the year 10000",
        )
    if _step_s(times_s) != step_s:
        raise BatchFormatError(
            given=f"{where}: step_s {step_s} where the times have {_step_s(times_s)}",
            expected="a step exactly where two times or more are regular",
        )
    if not step_s and bool((times_s[1:] <= times_s[:-1]).any()):
        raise BatchFormatError(
            given=f"{where}: a time that is not after the one before", expected="ascending times"
        )


def _check_values(counts: NDArray[np.int64], quality: NDArray[np.uint8], *, where: str) -> None:
    if int(quality.max()) > _LAST_QUALITY:
        raise BatchFormatError(
            given=f"{where}: quality {int(quality.max())}", expected=f"0 … {_LAST_QUALITY:d}"
        )
    # A missing reading must not look like a number, and a number must not look missing (§7).
    wrong = (quality == Quality.MISSING) != (counts == MISSING_COUNT)
    if bool(wrong.any()):
        first = int(wrong.argmax())
        raise BatchFormatError(
            given=f"{where}: count {int(counts[first])} with quality {int(quality[first])}",
            expected=f"count {MISSING_COUNT} for missing readings and for no others",
        )


def _step_s(times_s: NDArray[np.int64]) -> int:
    """Return the step of regular, ascending times, else 0."""
    if len(times_s) == 1:
        return 0
    step_s = int(times_s[1]) - int(times_s[0])
    regular = step_s > 0 and bool((times_s[1:] - times_s[:-1] == step_s).all())
    return step_s if regular else 0
