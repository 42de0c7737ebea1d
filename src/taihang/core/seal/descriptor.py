"""What the blocks of a batch are about (v2): point, quantity, unit, scale, dial, to the byte.

The descriptors of a gateway's batches are nearly always the same bytes, so whoever opens many
batches keeps those parsed before.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol, Self

from taihang.core.metering.readings import ReadingBlock
from taihang.core.seal.block import NAME, BatchFormatError, cut, scale_form
from taihang.core.seal.canonical import INT64_MAX
from taihang.core.seal.envelope import check_places
from taihang.core.series import Quantity

QUANTITIES: Final = (Quantity.ENERGY, Quantity.REACTIVE, Quantity.REGISTER, Quantity.SAMPLE)
"""By their number in a descriptor; in the order of their names."""
MAX_TEXT_BYTES: Final = 512
"""A name of 128 characters in UTF-8."""
LEAF: Final = b"\x00"
"""What every leaf's message begins with."""

_CODES: Final = {quantity: code for code, quantity in enumerate(QUANTITIES)}
_KEPT_BYTES: Final = 16_000_000


class Hash(Protocol):
    """A hash that goes on; of the standard library."""

    def copy(self) -> Self:
        """Return the same hash at the same place."""
        ...

    def update(self, data: bytes, /) -> None:
        """Take more in."""
        ...

    def digest(self) -> bytes:
        """Return the hash of everything taken in."""
        ...


@dataclass(frozen=True, slots=True)
class Descriptor:
    """What one block is about."""

    raw: bytes = field(repr=False)
    """The bytes of it."""
    point: str
    quantity: Quantity
    unit: str
    scale: str
    modulus: int

    @property
    def place(self) -> tuple[str, str]:
        """Point and quantity: what blocks stand in order of."""
        return self.point, self.quantity.value

    @property
    def begun(self) -> Hash:
        """The hash of the block's leaf, begun with what never changes."""
        return hashlib.sha256(LEAF + self.raw)


@dataclass(frozen=True, slots=True)
class Descriptors:
    """The descriptors of one batch."""

    each: tuple[Descriptor, ...]
    places: tuple[tuple[str, str], ...]
    """Point and quantity of each."""
    begun: tuple[Hash, ...] = field(repr=False)
    """Of each the begun hash of its leaf; it is copied, never gone on with."""

    @classmethod
    def of(cls, each: Sequence[Descriptor]) -> Self:
        """Return descriptors that stand in order.

        Raises:
            BatchFormatError: If they do not.
        """
        places = tuple(one.place for one in each)
        check_places(places)
        return cls(tuple(each), places, tuple(one.begun for one in each))


class DescriptorStore:
    """Descriptors that were parsed before, by their bytes; bounded, then begun anew."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, bytes], Descriptors] = {}
        self._n_bytes = 0

    def __len__(self) -> int:
        return len(self._known)

    def parse(self, section: bytes, *, n_blocks: int) -> Descriptors:
        """Return the descriptors of a section, parsed now or before.

        Args:
            section: The bytes of all descriptors of a batch.
            n_blocks: How many there must be.

        Returns:
            The descriptors.
        """
        key = n_blocks, section
        found = self._known.get(key)
        if found is None:
            found = parse_descriptors(section, n_blocks=n_blocks)
            if self._n_bytes + len(section) > _KEPT_BYTES:
                self._known.clear()
                self._n_bytes = 0
            self._known[key] = found
            self._n_bytes += len(section)
        return found


def encode_descriptor(block: ReadingBlock) -> bytes:
    """Return the descriptor of a block.

    Args:
        block: Readings of one point.

    Returns:
        The bytes; ``parse_descriptors`` gives the same again.
    """
    return b"".join(
        [
            _counted(block.point, size=2),
            bytes([_CODES[block.quantity]]),
            _counted(block.unit, size=2),
            _counted(block.scale, size=1),
            block.modulus.to_bytes(8, "little", signed=True),
        ]
    )


def parse_descriptors(section: bytes, *, n_blocks: int) -> Descriptors:
    """Read all descriptors of a batch.

    Args:
        section: Their bytes, and no others.
        n_blocks: How many there must be.

    Returns:
        The descriptors, in ascending order of (point, quantity).

    Raises:
        BatchFormatError: If the bytes are anything else.
    """
    each: list[Descriptor] = []
    at = 0
    for number in range(n_blocks):
        one, at = read_descriptor(section, at, where=f"descriptor[{number}]")
        each.append(one)
    if at != len(section):
        raise BatchFormatError(
            given=f"{len(section) - at} bytes after the last descriptor", expected="none"
        )
    return Descriptors.of(each)


def read_descriptor(data: bytes, at: int, *, where: str) -> tuple[Descriptor, int]:
    """Read one descriptor that starts somewhere in the data.

    Args:
        data: Bytes that hold it.
        at: Where it starts.
        where: Name of it, for messages.

    Returns:
        The descriptor, and where it ends.

    Raises:
        BatchFormatError: If a field is not as the format wants it.
    """
    start = at
    point, at = _text(data, at, size=2, what=f"{where} point")
    code, at = cut(data, at, 1, what=f"{where} quantity")[0], at + 1
    if code >= len(QUANTITIES):
        raise BatchFormatError(
            given=f"{where}: quantity {code}", expected=f"0 … {len(QUANTITIES) - 1}"
        )
    unit, at = _text(data, at, size=2, what=f"{where} unit")
    scale, at = _text(data, at, size=1, what=f"{where} scale")
    modulus = int.from_bytes(cut(data, at, 8, what=f"{where} modulus"), "little")
    at += 8
    _check_text(point, pattern=NAME, what=f"{where} point")
    _check_text(unit, pattern=NAME, what=f"{where} unit")
    form = scale_form(QUANTITIES[code], unit=unit)
    if form is None:
        raise BatchFormatError(
            given=f"{where}: unit {unit[:40]!r}", expected=f"the unit of {QUANTITIES[code]}"
        )
    _check_text(scale, pattern=form, what=f"{where} scale")
    if modulus > INT64_MAX:
        raise BatchFormatError(given=f"{where}: modulus {modulus}", expected=f"0 … {INT64_MAX}")
    return Descriptor(data[start:at], point, QUANTITIES[code], unit, scale, modulus), at


def _check_text(text: str, *, pattern: re.Pattern[str], what: str) -> None:
    if not pattern.fullmatch(text):
        raise BatchFormatError(
            given=f"{what} {text[:40]!r}", expected=f"a text like {pattern.pattern}"
        )


def _counted(text: str, *, size: int) -> bytes:
    try:
        encoded = text.encode()
    except UnicodeEncodeError as error:
        raise BatchFormatError(given=f"{text[:40]!r}", expected="text of UTF-8") from error
    if len(encoded) > min(MAX_TEXT_BYTES, (1 << 8 * size) - 1):
        raise BatchFormatError(
            given=f"a text of {len(encoded)} bytes", expected=f"at most {MAX_TEXT_BYTES}"
        )
    return len(encoded).to_bytes(size, "little") + encoded


def _text(data: bytes, at: int, *, size: int, what: str) -> tuple[str, int]:
    length = int.from_bytes(cut(data, at, size, what=f"length of {what}"), "little")
    if length > MAX_TEXT_BYTES:
        raise BatchFormatError(
            given=f"{what} of {length} bytes", expected=f"at most {MAX_TEXT_BYTES}"
        )
    at += size
    try:
        return cut(data, at, length, what=what).decode(), at + length
    except UnicodeDecodeError as error:
        raise BatchFormatError(given=f"{what}: {error.reason}", expected="UTF-8") from error
