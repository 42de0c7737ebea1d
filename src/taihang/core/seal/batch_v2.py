"""The sealed batch v2: binary header, columns of readings (docs/formats/sealed-batch.md).

The header is signed and carries the root of the tree over the blocks. Salts come from one seed
through SHAKE-256: whoever is shown one of them learns nothing of the others (T11).
"""

import struct
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from hashlib import sha256, shake_256
from types import MappingProxyType
from typing import Final, NamedTuple

from taihang.core.metering.readings import MeterEvent, ReadingBlock
from taihang.core.seal.block import (
    NAME,
    SALT_BYTES,
    TIME_END_S,
    BatchFormatError,
    cut,
    length_prefix,
    prefixed,
)
from taihang.core.seal.canonical import INT64_MAX, Fields, canonical_bytes, load_canonical
from taihang.core.seal.columns import (
    HEAD_BYTES,
    Columns,
    EncodedBlock,
    Layout,
    encode_block,
    join_blocks,
    lay_out,
    read_columns,
)
from taihang.core.seal.descriptor import (
    LEAF,
    MAX_TEXT_BYTES,
    Descriptors,
    DescriptorStore,
    Hash,
    encode_descriptor,
    read_descriptor,
)
from taihang.core.seal.envelope import (
    MAX_BLOCKS,
    BatchHeader,
    BatchSignatureError,
    BlockDisclosure,
    BlockNotFoundError,
    BlockRootError,
    ClockState,
    Envelope,
    SealedBlock,
    check_places,
    events_document,
    place_of,
    read_events,
    read_origin,
)
from taihang.core.seal.wide_tree import wide_path, wide_root
from taihang.core.series import Quantity
from taihang.core.tlog.note import SIGNATURE_BYTES, Sign, Verify

MAGIC: Final = b"taihang/batch/v2\n"
"""First bytes of the file, and of the message that is signed."""
ALGORITHM: Final = 1
"""Ed25519 over SHA-256."""
MAX_HEADER_BYTES: Final = 1 << 20
MAX_BODY_BYTES: Final = 64_000_000
"""The body, when it is no longer compressed."""
MAX_KEY_ORDINAL: Final = 255
SEED_BYTES: Final = SALT_BYTES

_FIXED: Final = struct.Struct("<BBBHIQq32sH")
_LEVEL: Final = 1
_LENGTH_BYTES: Final = 4
_CLOCKS: Final = (ClockState.SYNCHRONISED, ClockState.UNSYNCHRONISED, ClockState.IMPORT)
_KEPT_NOTE_BYTES: Final = 4_096
_NOTE_KEYS: Final = frozenset(("events", "origin"))


class _Fixed(NamedTuple):
    """The fields of a header whose place is fixed."""

    algorithm: int
    ordinal: int
    clock: int
    blocks: int
    body_bytes: int
    counter: int
    sent_at_s: int
    block_root: bytes
    gateway_bytes: int

    def rules(self) -> Iterator[tuple[bool, str]]:
        """Yield every rule with its name and whether it holds."""
        yield self.algorithm == ALGORITHM, f"algorithm {ALGORITHM}"
        yield self.ordinal >= 1, "a key ordinal of 1 or more"
        yield self.clock < len(_CLOCKS), "clock 0, 1 or 2"
        yield self.blocks <= MAX_BLOCKS, f"at most {MAX_BLOCKS} blocks"
        yield self.body_bytes >= SEED_BYTES, "a body with a seed"
        yield self.body_bytes <= MAX_BODY_BYTES, f"a body of at most {MAX_BODY_BYTES} bytes"
        yield 1 <= self.counter <= INT64_MAX, "a counter of 1 or more, below 2^63"
        yield 0 <= self.sent_at_s < TIME_END_S, "a sending time before the year 10000"
        yield self.gateway_bytes <= MAX_TEXT_BYTES, f"a gateway of at most {MAX_TEXT_BYTES} bytes"


@dataclass(frozen=True, slots=True)
class Front:
    """The signed part of a batch, opened; nothing of it is believed before its signature is."""

    header: BatchHeader
    header_bytes: bytes
    signature: bytes
    body_bytes: int
    """Length of the body when it is no longer compressed."""
    body_at: int
    """Where the compressed body begins in the file."""

    @property
    def leaf_entry(self) -> bytes:
        """What the log takes in: the header and its signature; the blocks follow from the root."""
        return self.header_bytes + self.signature

    def check_signature(self, verify: Verify, *, key: bytes | None = None) -> None:
        """Check that a key of the gateway signed the header.

        Args:
            verify: Checks one Ed25519 signature.
            key: The gateway's key of the ordinal that the header names.

        Raises:
            BatchSignatureError: If it did not, or no key is given.
        """
        if key is None or not verify(key, self.signature, MAGIC + self.header_bytes):
            raise BatchSignatureError(self.header, key=key or b"")


@dataclass(frozen=True)
class ColumnBatch:
    """An opened batch: its form and block root are right, its signature is not yet checked."""

    front: Front
    columns: Columns
    leaves: tuple[bytes, ...] = field(repr=False)
    """Hash of each block."""
    body: bytes = field(repr=False)
    layout: Layout = field(repr=False, compare=False)

    @property
    def header(self) -> BatchHeader:
        """What the gateway signed."""
        return self.front.header

    @property
    def header_bytes(self) -> bytes:
        """The bytes of it."""
        return self.front.header_bytes

    @property
    def signature(self) -> bytes:
        """The gateway's signature."""
        return self.front.signature

    @property
    def n_readings(self) -> int:
        """Readings of all blocks."""
        return len(self.columns.code)

    @property
    def leaf_entry(self) -> bytes:
        """What the log takes in: the header and its signature; the blocks follow from the root."""
        return self.front.leaf_entry

    @cached_property
    def blocks(self) -> tuple[SealedBlock, ...]:
        """Every block, in order of (point, quantity)."""
        return tuple(self._sealed(number) for number in range(self.header.blocks))

    def check_signature(self, verify: Verify, *, key: bytes | None = None) -> None:
        """Check that a key of the gateway signed the header; see ``Front.check_signature``."""
        self.front.check_signature(verify, key=key)

    def disclose(self, point: str, *, quantity: Quantity) -> BlockDisclosure:
        """Return one block with the path that proves it.

        Args:
            point: The block's point.
            quantity: The block's quantity.

        Returns:
            The salt, the body, and where in the tree they stand.

        Raises:
            BlockNotFoundError: If the batch has no such block.
        """
        places = self.columns.descriptors.places
        if (point, quantity.value) not in places:
            raise BlockNotFoundError(self.header, point=point, quantity=quantity)
        index = places.index((point, quantity.value))
        sealed = self._sealed(index)
        return BlockDisclosure(sealed.salt, sealed.body, index, wide_path(self.leaves, index=index))

    def _sealed(self, number: int) -> SealedBlock:
        salts = salts_of(self.body[:SEED_BYTES], n_blocks=self.header.blocks)
        raw = self.columns.descriptors.each[number].raw
        body = raw + self.layout.tail(self.body, number)
        salt = salts[SALT_BYTES * number : SALT_BYTES * (number + 1)]
        return SealedBlock(salt, body, self.columns.block(number))


def salts_of(seed: bytes, *, n_blocks: int) -> bytes:
    """Return the salts of all blocks, one after the other, 16 bytes each.

    Args:
        seed: The 16 secret random bytes of the batch.
        n_blocks: How many salts.

    Example:
        >>> salts_of(bytes(16), n_blocks=1).hex()
        'd570b23c455f4f43c4bf34aa6f2b7628'
    """
    return shake_256(seed).digest(SALT_BYTES * n_blocks)


def seal_batch(
    envelope: Envelope, *, blocks: Sequence[ReadingBlock], seed: bytes, sign: Sign
) -> bytes:
    """Seal readings into the bytes of one batch.

    Args:
        envelope: What the gateway says about the batch.
        blocks: The readings, one block a point and quantity, in any order.
        seed: 16 secret random bytes, new for each batch; the salts come from them.
        sign: Signs with the gateway's private key of the envelope's ordinal.

    Returns:
        The bytes of the file.

    Raises:
        BatchFormatError: If readings or seed cannot be sealed as they are.
    """
    if len(seed) != SEED_BYTES:
        raise BatchFormatError(given=f"a seed of {len(seed)} bytes", expected=f"{SEED_BYTES} bytes")
    in_order = sorted(blocks, key=place_of)
    check_places([place_of(block) for block in in_order])
    raw = [encode_descriptor(block) for block in in_order]
    encoded = [encode_block(block) for block in in_order]
    descriptors = b"".join(raw)
    body = b"".join([seed, length_prefix(descriptors), descriptors, join_blocks(encoded)])
    root = wide_root(_leaves_of(raw, encoded, salts_of(seed, n_blocks=len(raw))))
    header = _encode_header(envelope, n_blocks=len(raw), body_bytes=len(body), root=root)
    # Whatever cannot be opened is not sealed.
    _open_body(body, open_header(header)[0], DescriptorStore())
    signature = sign(MAGIC + header)
    compressed = zlib.compress(body, _LEVEL)
    return b"".join([MAGIC, length_prefix(header), header, signature, compressed])


def open_front(data: bytes) -> Front:
    """Open the signed part of a batch; the body is not looked at.

    Args:
        data: The bytes of the file.

    Returns:
        The signed part.

    Raises:
        BatchFormatError: If the bytes are no batch of this version.
    """
    if not data.startswith(MAGIC):
        raise BatchFormatError(given=f"{data[:20]!r}", expected=f"a file that starts {MAGIC!r}")
    header_bytes, at = prefixed(data, len(MAGIC), limit=MAX_HEADER_BYTES, what="header")
    header, body_bytes = open_header(header_bytes)
    signature = cut(data, at, SIGNATURE_BYTES, what="signature")
    return Front(header, header_bytes, signature, body_bytes, at + SIGNATURE_BYTES)


def open_batch(
    data: bytes, *, front: Front | None = None, store: DescriptorStore | None = None
) -> ColumnBatch:
    """Open a batch: decode every byte and rebuild the block root.

    Args:
        data: The bytes of the file.
        front: Its signed part, if it was opened before.
        store: Where descriptors that were parsed before are kept.

    Returns:
        The batch, never part of it.
    """
    front = front or open_front(data)
    body = _inflated(data, front)
    columns, layout, leaves = _open_body(
        body, front.header, DescriptorStore() if store is None else store
    )
    return ColumnBatch(front, columns, leaves, body, layout)


def open_header(header_bytes: bytes) -> tuple[BatchHeader, int]:
    """Read the header of a batch.

    Args:
        header_bytes: The bytes of it.

    Returns:
        The header, and the length of the body when it is no longer compressed.

    Raises:
        BatchFormatError: If a field is not as the format wants it.
    """
    fields = _Fixed(*_FIXED.unpack(cut(header_bytes, 0, _FIXED.size, what="header")))
    for holds, expected in fields.rules():
        if not holds:
            raise BatchFormatError(given="a header that breaks a rule", expected=expected)
    length = fields.gateway_bytes
    name = cut(header_bytes, _FIXED.size, length, what="gateway")
    notes = header_bytes[_FIXED.size + length :]
    events, origin = (_known_notes if len(notes) <= _KEPT_NOTE_BYTES else _read_notes)(notes)
    header = BatchHeader(
        gateway=_gateway(name),
        key_ordinal=fields.ordinal,
        counter=fields.counter,
        sent_at_s=fields.sent_at_s,
        clock=_CLOCKS[fields.clock],
        origin=origin,
        events=events,
        blocks=fields.blocks,
        block_root=fields.block_root,
    )
    return header, fields.body_bytes


def leaf_entry_of(data: bytes) -> bytes:
    """Return what the log takes in of a batch, without opening its body.

    Args:
        data: The bytes of the file.

    Returns:
        The header and its signature, as ``ColumnBatch.leaf_entry``.
    """
    header_bytes, at = prefixed(data, len(MAGIC), limit=MAX_HEADER_BYTES, what="header")
    return header_bytes + cut(data, at, SIGNATURE_BYTES, what="signature")


def open_shown(salt: bytes, body: bytes) -> tuple[ReadingBlock, bytes]:
    """Read one block that was shown alone.

    Args:
        salt: Its salt.
        body: Descriptor, head, differences, times and qualities.

    Returns:
        The readings, and the hash of the block's leaf.
    """
    said, at = read_descriptor(body, 0, where="body")
    layout = lay_out(body, at, n_blocks=1)
    columns = read_columns(body, descriptors=Descriptors.of([said]), layout=layout)
    return columns.block(0), _leaf(said.begun, salt + body[at:])


def _encode_header(envelope: Envelope, *, n_blocks: int, body_bytes: int, root: bytes) -> bytes:
    name = envelope.gateway.encode(errors="surrogatepass")
    notes = canonical_bytes({"events": events_document(envelope), "origin": {**envelope.origin}})
    try:
        fixed = _FIXED.pack(
            ALGORITHM,
            envelope.key_ordinal,
            _CLOCKS.index(envelope.clock),
            n_blocks,
            body_bytes,
            envelope.counter,
            envelope.sent_at_s,
            root,
            len(name),
        )
    except struct.error as error:
        raise BatchFormatError(given=f"{error}", expected="fields in their bounds") from error
    header = fixed + name + notes
    if len(header) > MAX_HEADER_BYTES:
        raise BatchFormatError(
            given=f"a header of {len(header)} bytes", expected=f"at most {MAX_HEADER_BYTES}"
        )
    return header


def _read_notes(notes: bytes) -> tuple[tuple[MeterEvent, ...], Mapping[str, str]]:
    fields = Fields(load_canonical(notes), where="header", keys=_NOTE_KEYS)
    return read_events(fields), MappingProxyType(read_origin(fields))


# A gateway says the same in nearly every batch.
_known_notes = lru_cache(maxsize=1_024)(_read_notes)


def _gateway(name: bytes) -> str:
    try:
        gateway = name.decode()
    except UnicodeDecodeError as error:
        raise BatchFormatError(given=f"gateway: {error.reason}", expected="UTF-8") from error
    if not NAME.fullmatch(gateway):
        raise BatchFormatError(
            given=f"gateway {gateway[:40]!r}", expected=f"a name like {NAME.pattern}"
        )
    return gateway


def _inflated(data: bytes, front: Front) -> bytes:
    """Return the body, never more of it than the header says."""
    inflate = zlib.decompressobj()
    try:
        body = inflate.decompress(memoryview(data)[front.body_at :], front.body_bytes + 1)
    except zlib.error as error:
        raise BatchFormatError(given=f"body: {error}", expected="one zlib stream") from error
    whole = inflate.eof and not inflate.unused_data and not inflate.unconsumed_tail
    if not whole or len(body) != front.body_bytes:
        raise BatchFormatError(
            given=f"a body of {len(body)} bytes, {'whole' if whole else 'not whole'}",
            expected=f"one zlib stream of {front.body_bytes} bytes, and nothing after it",
        )
    return body


def _open_body(
    body: bytes, header: BatchHeader, store: DescriptorStore
) -> tuple[Columns, Layout, tuple[bytes, ...]]:
    section, at = prefixed(body, SEED_BYTES, limit=MAX_BODY_BYTES, what="descriptors")
    descriptors = store.parse(section, n_blocks=header.blocks)
    layout = lay_out(body, at, n_blocks=header.blocks)
    columns = read_columns(body, descriptors=descriptors, layout=layout)
    leaves = check_blocks(body, descriptors, layout, header=header)
    return columns, layout, leaves


def check_blocks(
    body: bytes, descriptors: Descriptors, layout: Layout, *, header: BatchHeader
) -> tuple[bytes, ...]:
    """Hash every block and build the tree that the header commits to.

    Args:
        body: The body.
        descriptors: What the blocks are about.
        layout: Where their bytes lie.
        header: The header.

    Returns:
        The hash of each block.

    Raises:
        BlockRootError: If the tree has another root.
    """
    leaves = _leaves(body, descriptors, layout)
    root = wide_root(leaves)
    if root != header.block_root:
        raise BlockRootError(root, header=header)
    return leaves


def _leaves_of(raw: Sequence[bytes], encoded: Sequence[EncodedBlock], salts: bytes) -> list[bytes]:

    return [
        sha256(LEAF + said + salts[SALT_BYTES * i : SALT_BYTES * (i + 1)] + block.tail).digest()
        for i, (said, block) in enumerate(zip(raw, encoded, strict=True))
    ]


def _leaves(body: bytes, descriptors: Descriptors, layout: Layout) -> tuple[bytes, ...]:
    """Hash every block as it stands in the body.

    Block by block from slices of bytes: a leaf is two or three steps of SHA-256, and arrays that
    put the blocks together first cost more than they save.
    """
    salts = salts_of(body[:SEED_BYTES], n_blocks=len(layout.n))
    found: list[bytes] = []
    salt_at, head_at = 0, layout.heads_at
    for begun, at, end in zip(
        descriptors.begun,
        layout.differences_at.tolist(),
        layout.differences_end.tolist(),
        strict=True,
    ):
        salt_end, head_end = salt_at + SALT_BYTES, head_at + HEAD_BYTES
        going = begun.copy()
        going.update(salts[salt_at:salt_end] + body[head_at:head_end] + body[at:end])
        if not layout.is_plain:
            going.update(layout.extras(body, len(found)))
        found.append(going.digest())
        salt_at, head_at = salt_end, head_end
    return tuple(found)


def _leaf(begun: Hash, tail: bytes) -> bytes:
    """Finish the hash of a leaf: 0x00, descriptor, then salt, head and columns."""
    going = begun.copy()
    going.update(tail)
    return going.digest()
