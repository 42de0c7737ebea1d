"""The sealed batch v1: what a gateway signs, to the byte (docs/formats/sealed-batch.md).

A batch is a signed header and salted blocks of readings. The header carries the root of the tree
over the blocks, so one block can be shown with its path while its neighbours stay hidden: the salt
keeps anybody from guessing a block of small numbers from its hash (T11).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from taihang.core.errors import InputError
from taihang.core.metering.readings import MeterEvent, MeterEventKind, ReadingBlock
from taihang.core.seal.block import (
    NAME,
    SALT_BYTES,
    TIME_END_S,
    BatchFormatError,
    cut,
    length_prefix,
    prefixed,
    read_block,
    salted_block,
)
from taihang.core.seal.canonical import (
    DocumentError,
    Fields,
    JsonValue,
    canonical_bytes,
    is_ascending,
    load_canonical,
)
from taihang.core.series import Quantity
from taihang.core.tlog.merkle import HASH_BYTES, Tree, leaf_hash
from taihang.core.tlog.note import PUBLIC_KEY_BYTES, SIGNATURE_BYTES, Sign, Verify

MAGIC: Final = b"taihang/batch/v1\n"
"""First bytes of the file, and of the message that is signed."""
ALGORITHM: Final = "ed25519-sha256"
MAX_HEADER_BYTES: Final = 1 << 20
MAX_BLOCKS: Final = 10_000
MAX_EVENTS: Final = 10_000

_MAX_ORIGIN: Final = 64
_HEADER_KEYS: Final = frozenset(
    (
        "v", "algorithm", "gateway", "gateway_key", "counter", "sent_at_s", "clock", "origin",
        "events", "blocks", "block_root",
    )
)  # fmt: skip
_EVENT_KEYS: Final = frozenset(("point", "kind", "at_s", "final_count", "initial_count"))


class BlockRootError(InputError):
    """The blocks of a batch are not those that its header commits to."""

    code = "input.batch-block-root"


class BatchSignatureError(InputError):
    """The header of a batch is not signed by the key that it names."""

    code = "input.batch-signature"


class BlockNotFoundError(InputError):
    """A batch has no block of that point and quantity."""

    code = "input.block-not-found"


class ClockState(StrEnum):
    """How well the sender knew the time when it sealed the batch."""

    SYNCHRONISED = "synchronised"
    UNSYNCHRONISED = "unsynchronised"
    IMPORT = "import"
    """The readings come from a file; the times are the file's."""


_CLOCKS: Final = {state.value: state for state in ClockState}
_KINDS: Final = {kind.value: kind for kind in MeterEventKind}


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """What a gateway says about a batch besides the readings."""

    gateway: str
    gateway_key: bytes
    """Ed25519 public key, 32 bytes."""
    counter: int
    """1 for the gateway's first batch, one more for each; a gap or a fork can be seen (T5, T6)."""
    sent_at_s: int
    """When the batch was sealed [s since 1970-01-01T00:00Z]."""
    clock: ClockState
    origin: Mapping[str, str]
    """Where the readings come from, for example ``{"kind": "simulator", "seed": "7"}``."""
    events: tuple[MeterEvent, ...] = ()
    """Swaps and resets, in order of (time, point)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchHeader(Envelope):
    """What the gateway signs: the envelope and the root over its blocks."""

    blocks: int
    """How many blocks the batch has."""
    block_root: bytes
    """Root of the tree over the blocks."""


@dataclass(frozen=True, slots=True)
class SealedBlock:
    """One block as it stands in the batch."""

    salt: bytes
    body: bytes
    block: ReadingBlock
    """What the body says."""


@dataclass(frozen=True, slots=True)
class BlockDisclosure:
    """One block shown alone: the rest of its batch stays hidden behind the path."""

    salt: bytes
    body: bytes
    index: int
    path: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class SealedBatch:
    """An opened batch: its form and block root are right, its signature is not yet checked."""

    header: BatchHeader
    header_bytes: bytes
    signature: bytes
    blocks: tuple[SealedBlock, ...]
    """In order of (point, quantity)."""
    tree: Tree = field(repr=False, compare=False)
    """The tree over the blocks."""

    @property
    def leaf_entry(self) -> bytes:
        """What the log takes in: the header and its signature; the blocks follow from the root."""
        return self.header_bytes + self.signature

    def check_signature(self, verify: Verify) -> None:
        """Check that the key in the header signed it; whether that key may is the caller's matter.

        Args:
            verify: Checks one Ed25519 signature.

        Raises:
            BatchSignatureError: If it did not.
        """
        message = signed_message(self.header_bytes)
        if not verify(self.header.gateway_key, self.signature, message):
            raise BatchSignatureError(
                given=f"batch {self.header.counter} of {self.header.gateway!r}",
                expected=f"a signature by key {self.header.gateway_key.hex()}",
                remedy="refuse the batch and look at the gateway",
            )

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
        for index, sealed in enumerate(self.blocks):
            if sealed.block.point == point and sealed.block.quantity is quantity:
                path = self.tree.inclusion_proof(index, size=self.tree.size)
                return BlockDisclosure(sealed.salt, sealed.body, index, tuple(path))
        raise BlockNotFoundError(
            given=f"{quantity} of point {point!r} in batch {self.header.counter}",
            expected=f"one of the {len(self.blocks)} blocks of the batch",
            remedy="look the point up in another batch",
        )


def seal_batch(
    envelope: Envelope, *, blocks: Sequence[ReadingBlock], salts: Sequence[bytes], sign: Sign
) -> bytes:
    """Seal readings into the bytes of one batch.

    Args:
        envelope: What the gateway says about the batch.
        blocks: The readings, one block a point and quantity, in any order.
        salts: As many secret random salts of 16 bytes, no two alike.
        sign: Signs with the gateway's private key.

    Returns:
        The bytes of the file.

    Raises:
        BatchFormatError: If readings or salts cannot be sealed as they are.
    """
    if len(salts) != len(blocks) or len(set(salts)) != len(salts):
        raise BatchFormatError(
            given=f"{len(set(salts))} different salts for {len(blocks)} blocks",
            expected="one salt of its own for each block",
        )
    pairs = sorted(zip(blocks, salts, strict=True), key=lambda pair: _place(pair[0]))
    salted = [salted_block(block, salt) for block, salt in pairs]
    _check_places([block for block, _ in pairs])
    tree = Tree(leaf_hash(block) for block in salted)
    header = canonical_bytes(_header_document(envelope, tree))
    if len(header) > MAX_HEADER_BYTES:
        raise BatchFormatError(
            given=f"a header of {len(header)} bytes", expected=f"at most {MAX_HEADER_BYTES}"
        )
    open_header(header)  # Whatever cannot be opened is not sealed.
    signature = sign(signed_message(header))
    return b"".join([MAGIC, length_prefix(header), header, signature, *salted])


def signed_message(header_bytes: bytes) -> bytes:
    """Return what the gateway signs: the name of the format, then the header."""
    return MAGIC + header_bytes


def open_batch(data: bytes) -> SealedBatch:
    """Open a batch: decode every byte and rebuild the block root.

    The signature is checked by ``SealedBatch.check_signature``.

    Args:
        data: The bytes of the file.

    Returns:
        The batch, never part of it.

    Raises:
        BatchFormatError: If the bytes are no batch; the message says where.
        BlockRootError: If the blocks are not those the header commits to.
    """
    if not data.startswith(MAGIC):
        raise BatchFormatError(given=f"{data[:20]!r}", expected=f"a file that starts {MAGIC!r}")
    header_bytes, at = prefixed(data, len(MAGIC), limit=MAX_HEADER_BYTES, what="header")
    header = open_header(header_bytes)
    signature = cut(data, at, SIGNATURE_BYTES, what="signature")
    at += SIGNATURE_BYTES
    blocks: list[SealedBlock] = []
    for number in range(header.blocks):
        salt = cut(data, at, SALT_BYTES, what=f"salt of block {number}")
        block, end = read_block(data, at + SALT_BYTES, where=f"block[{number}]")
        blocks.append(SealedBlock(salt, data[at + SALT_BYTES : end], block))
        at = end
    if at != len(data):
        raise BatchFormatError(
            given=f"{len(data) - at} bytes after the last block", expected="none"
        )
    _check_places([sealed.block for sealed in blocks])
    tree = Tree(leaf_hash(sealed.salt + sealed.body) for sealed in blocks)
    if tree.root() != header.block_root:
        raise BlockRootError(
            given=f"blocks with root {tree.root().hex()}",
            expected=f"root {header.block_root.hex()} of the header",
            remedy="refuse the batch: a block was altered after it was sealed",
        )
    return SealedBatch(header, header_bytes, signature, tuple(blocks), tree)


def leaf_entry_of(data: bytes) -> bytes:
    """Return what the log takes in of a batch, without opening its blocks.

    Args:
        data: The bytes of the file.

    Returns:
        The header and its signature, as ``SealedBatch.leaf_entry``.

    Raises:
        BatchFormatError: If the bytes end before the signature does.
    """
    header_bytes, at = prefixed(data, len(MAGIC), limit=MAX_HEADER_BYTES, what="header")
    return header_bytes + cut(data, at, SIGNATURE_BYTES, what="signature")


def open_header(header_bytes: bytes) -> BatchHeader:
    """Read the header of a batch.

    Args:
        header_bytes: The canonical JSON of the header.

    Returns:
        The header.

    Raises:
        DocumentError: If a field is absent, unknown or out of bounds.
    """
    fields = Fields(load_canonical(header_bytes), where="header", keys=_HEADER_KEYS)
    fields.constant("v", expected=1)
    fields.constant("algorithm", expected=ALGORITHM)
    clock = _CLOCKS.get(fields.text("clock"))
    if clock is None:
        raise fields.error("clock", expected=f"one of {[*_CLOCKS]}")
    events = tuple(
        _event(item, where=f"header.events[{number}]")
        for number, item in enumerate(fields.items("events", limit=MAX_EVENTS))
    )
    if not is_ascending((event.at_s, event.point) for event in events):
        raise DocumentError(
            where="header.events", given="another order", expected="ascending (at_s, point)"
        )
    return BatchHeader(
        gateway=fields.text("gateway", pattern=NAME),
        gateway_key=fields.hex_bytes("gateway_key", n_bytes=PUBLIC_KEY_BYTES),
        counter=fields.integer("counter", low=1),
        sent_at_s=fields.integer("sent_at_s", low=0, high=TIME_END_S - 1),
        clock=clock,
        origin=_origin(fields),
        events=events,
        blocks=fields.integer("blocks", low=0, high=MAX_BLOCKS),
        block_root=fields.hex_bytes("block_root", n_bytes=HASH_BYTES),
    )


def _header_document(envelope: Envelope, tree: Tree) -> JsonValue:
    events = sorted(envelope.events, key=lambda event: (event.at_s, event.point))
    return {
        "v": 1,
        "algorithm": ALGORITHM,
        "gateway": envelope.gateway,
        "gateway_key": envelope.gateway_key.hex(),
        "counter": envelope.counter,
        "sent_at_s": envelope.sent_at_s,
        "clock": envelope.clock,
        "origin": {**envelope.origin},
        "events": [
            {
                "point": event.point,
                "kind": event.kind,
                "at_s": event.at_s,
                "final_count": event.final_count,
                "initial_count": event.initial_count,
            }
            for event in events
        ],
        "blocks": tree.size,
        "block_root": tree.root().hex(),
    }


def _event(item: JsonValue, *, where: str) -> MeterEvent:
    fields = Fields(item, where=where, keys=_EVENT_KEYS)
    kind = _KINDS.get(fields.text("kind"))
    if kind is None:
        raise fields.error("kind", expected=f"one of {[*_KINDS]}")
    return MeterEvent(
        point=fields.text("point", pattern=NAME),
        kind=kind,
        at_s=fields.integer("at_s", low=0, high=TIME_END_S - 1),
        final_count=fields.integer("final_count", low=0),
        initial_count=fields.integer("initial_count", low=0),
    )


def _origin(fields: Fields) -> dict[str, str]:
    origin = fields.raw("origin")
    if not isinstance(origin, dict) or len(origin) > _MAX_ORIGIN:
        raise fields.error("origin", expected=f"an object of at most {_MAX_ORIGIN} texts")
    texts = {key: value for key, value in origin.items() if isinstance(value, str)}
    if len(texts) != len(origin):
        raise fields.error("origin", expected="texts only")
    return texts


def _place(block: ReadingBlock) -> tuple[str, str]:
    return block.point, block.quantity.value


def _check_places(blocks: Sequence[ReadingBlock]) -> None:
    if len(blocks) > MAX_BLOCKS or not is_ascending(map(_place, blocks)):
        raise BatchFormatError(
            given=f"{len(blocks)} blocks, doubled or in another order",
            expected=f"at most {MAX_BLOCKS} blocks in ascending order of (point, quantity)",
        )
