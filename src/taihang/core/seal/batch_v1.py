"""The sealed batch v1, read for ever: JSON header and blocks (docs/formats/sealed-batch.md).

A batch is a signed header and salted blocks of readings. The header carries the root of the tree
over the blocks, so one block can be shown with its path while its neighbours stay hidden: the salt
keeps anybody from guessing a block of small numbers from its hash (T11).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from taihang.core.metering.readings import ReadingBlock
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
from taihang.core.seal.canonical import Fields, JsonValue, canonical_bytes, load_canonical
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
    check_salts,
    events_document,
    place_of,
    read_events,
    read_origin,
)
from taihang.core.series import Quantity
from taihang.core.tlog.merkle import HASH_BYTES, Tree, leaf_hash
from taihang.core.tlog.note import PUBLIC_KEY_BYTES, SIGNATURE_BYTES, Sign, Verify

MAGIC: Final = b"taihang/batch/v1\n"
"""First bytes of the file, and of the message that is signed."""
ALGORITHM: Final = "ed25519-sha256"
MAX_HEADER_BYTES: Final = 1 << 20
_HEADER_KEYS: Final = frozenset(
    (
        "v", "algorithm", "gateway", "gateway_key", "counter", "sent_at_s", "clock", "origin",
        "events", "blocks", "block_root",
    )
)  # fmt: skip
_CLOCKS: Final = {state.value: state for state in ClockState}


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
    def n_readings(self) -> int:
        """Readings of all blocks."""
        return sum(len(sealed.block.times_s) for sealed in self.blocks)

    @property
    def leaf_entry(self) -> bytes:
        """What the log takes in: the header and its signature; the blocks follow from the root."""
        return self.header_bytes + self.signature

    def check_signature(self, verify: Verify, *, key: bytes | None = None) -> None:
        """Check that the key in the header signed it; whether that key may is the caller's matter.

        Args:
            verify: Checks one Ed25519 signature.
            key: The key that is expected; if left out, the one that the header names.

        Raises:
            BatchSignatureError: If it did not, or the header names another key.
        """
        named = self.header.gateway_key
        message = signed_message(self.header_bytes)
        if key not in {None, named} or not verify(named, self.signature, message):
            raise BatchSignatureError(self.header, key=key or named)

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
        raise BlockNotFoundError(self.header, point=point, quantity=quantity)


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
    check_salts(salts, n_blocks=len(blocks))
    pairs = sorted(zip(blocks, salts, strict=True), key=lambda pair: place_of(pair[0]))
    salted = [salted_block(block, salt) for block, salt in pairs]
    check_places([place_of(block) for block, _ in pairs])
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
    check_places([place_of(sealed.block) for sealed in blocks])
    tree = Tree(leaf_hash(sealed.salt + sealed.body) for sealed in blocks)
    if tree.root() != header.block_root:
        raise BlockRootError(tree.root(), header=header)
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
    return BatchHeader(
        gateway=fields.text("gateway", pattern=NAME),
        gateway_key=fields.hex_bytes("gateway_key", n_bytes=PUBLIC_KEY_BYTES),
        counter=fields.integer("counter", low=1),
        sent_at_s=fields.integer("sent_at_s", low=0, high=TIME_END_S - 1),
        clock=clock,
        origin=read_origin(fields),
        events=read_events(fields),
        blocks=fields.integer("blocks", low=0, high=MAX_BLOCKS),
        block_root=fields.hex_bytes("block_root", n_bytes=HASH_BYTES),
    )


def _header_document(envelope: Envelope, tree: Tree) -> JsonValue:
    return {
        "v": 1,
        "algorithm": ALGORITHM,
        "gateway": envelope.gateway,
        "gateway_key": envelope.gateway_key.hex(),
        "counter": envelope.counter,
        "sent_at_s": envelope.sent_at_s,
        "clock": envelope.clock,
        "origin": {**envelope.origin},
        "events": events_document(envelope),
        "blocks": tree.size,
        "block_root": tree.root().hex(),
    }
