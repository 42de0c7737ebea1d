"""The sealed batch, whatever its version: what a gateway signs (docs/formats/sealed-batch.md)."""

import re
from contextlib import suppress
from typing import Final, TypeAlias

from taihang.core.errors import TaihangError
from taihang.core.seal import batch_v1, batch_v2
from taihang.core.seal.batch_v1 import MAX_HEADER_BYTES, open_header, seal_batch, signed_message
from taihang.core.seal.block import BatchFormatError, prefixed
from taihang.core.seal.descriptor import DescriptorStore
from taihang.core.seal.envelope import (
    MAX_BLOCKS,
    MAX_EVENTS,
    BatchHeader,
    BatchSignatureError,
    BlockDisclosure,
    BlockNotFoundError,
    BlockRootError,
    ClockState,
    Envelope,
    SealedBlock,
)

__all__ = [
    "MAGIC",
    "MAGICS",
    "MAX_BLOCKS",
    "MAX_EVENTS",
    "MAX_HEADER_BYTES",
    "BatchHeader",
    "BatchSignatureError",
    "BlockDisclosure",
    "BlockNotFoundError",
    "BlockRootError",
    "ClockState",
    "Envelope",
    "SealedBatch",
    "SealedBlock",
    "glimpsed_name",
    "header_of",
    "leaf_entry_of",
    "open_batch",
    "open_header",
    "seal_batch",
    "signed_message",
]

SealedBatch: TypeAlias = batch_v1.SealedBatch | batch_v2.ColumnBatch
"""An opened batch of any version."""
MAGIC: Final = batch_v1.MAGIC
_GATEWAY: Final = re.compile(rb'"gateway":"([^"]{1,128})"')
_COUNTER: Final = re.compile(rb'"counter":(\d{1,18})')
MAGICS: Final = (batch_v1.MAGIC, batch_v2.MAGIC)
"""First line of a batch, by version."""


def open_batch(data: bytes, *, store: DescriptorStore | None = None) -> SealedBatch:
    """Open a batch of any version: decode every byte and rebuild the block root.

    The signature is checked by ``check_signature`` of the batch.

    Args:
        data: The bytes of the file.
        store: Where descriptors that were parsed before are kept.

    Returns:
        The batch, never part of it.

    Raises:
        BatchFormatError: If the bytes are no batch; the message says where.
    """
    if data.startswith(batch_v2.MAGIC):
        return batch_v2.open_batch(data, store=store)
    if data.startswith(batch_v1.MAGIC):
        return batch_v1.open_batch(data)
    raise BatchFormatError(
        given=f"{data[:20]!r}", expected=f"a file that starts with one of {MAGICS}"
    )


def header_of(data: bytes) -> BatchHeader:
    """Return the header of a batch of any version, without opening its blocks.

    Args:
        data: The bytes of the file.

    Returns:
        What it says; that the gateway signed it is not checked.

    Raises:
        BatchFormatError: If the bytes are no batch.
    """
    if data.startswith(batch_v2.MAGIC):
        return batch_v2.open_front(data).header
    if data.startswith(batch_v1.MAGIC):
        header, _ = prefixed(data, len(batch_v1.MAGIC), limit=MAX_HEADER_BYTES, what="header")
        return open_header(header)
    raise BatchFormatError(
        given=f"{data[:20]!r}", expected=f"a file that starts with one of {MAGICS}"
    )


def glimpsed_name(data: bytes) -> str:
    """Return what a damaged batch still says of its number, for a person who looks for it.

    Args:
        data: Bytes in which a batch may begin somewhere; nothing of them is believed.

    Returns:
        ``gateway/counter``, with ``unreadable`` or ``?`` for what cannot be read.

    Example:
        >>> glimpsed_name(b'..."counter":7..."gateway":"GW1"'), glimpsed_name(b"")
        ('GW1/7', 'unreadable/?')
    """
    at = data.find(batch_v2.MAGIC)
    if at >= 0:
        with suppress(TaihangError):
            header = batch_v2.open_front(data[at:]).header
            return f"{header.gateway}/{header.counter}"
    gateway, counter = _GATEWAY.search(data), _COUNTER.search(data)
    name = gateway[1].decode(errors="replace") if gateway else "unreadable"
    return f"{name}/{counter[1].decode() if counter else '?'}"


def leaf_entry_of(data: bytes) -> bytes:
    """Return what the log takes in of a batch of any version, without opening its blocks.

    Args:
        data: The bytes of the file.

    Returns:
        The header and its signature.
    """
    if data.startswith(batch_v2.MAGIC):
        return batch_v2.leaf_entry_of(data)
    return batch_v1.leaf_entry_of(data)
