"""Two batches under one number: the evidence that a gateway's key is in two hands (T5).

The bundle is one JSON file that needs nothing else: two messages that one key signed, each of
which says the same gateway and counter, and the way of the first into the log. Any Ed25519 tool
can check the signatures (docs/formats/fork.md).
"""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from taihang.core.errors import InputError
from taihang.core.seal import batch_v1, batch_v2
from taihang.core.seal.canonical import (
    Fields,
    JsonValue,
    base64_item,
    canonical_bytes,
    load_canonical,
)
from taihang.core.seal.envelope import BatchHeader
from taihang.core.tlog.checkpoint import open_checkpoint
from taihang.core.tlog.merkle import leaf_hash, verify_inclusion
from taihang.core.tlog.note import PUBLIC_KEY_BYTES, SIGNATURE_BYTES, Verify
from taihang.core.tlog.tlog_proof import parse_tlog_proof

FORK_EVENT: Final = "counter-fork"
"""Kind of the log event."""
FORK_FORMAT: Final = "taihang-fork/v1"
MAX_FORK_BYTES: Final = 8 << 20

_KEYS: Final = frozenset(("format", "gateway", "counter", "first", "second", "proof", "log"))
_EVENT_KEYS: Final = frozenset(("counter", "first", "gateway", "leaf", "second"))
_SIDE_KEYS: Final = frozenset(("key", "message", "signature"))
_MAX_TEXT: Final = 1 << 16


class ForkEvidenceError(InputError):
    """A bundle does not show that two batches bear one number."""

    code = "input.fork-evidence"

    def __init__(self, *, given: str, expected: str) -> None:
        super().__init__(given=given, expected=expected, remedy="ask the park for the bundle again")


@dataclass(frozen=True, slots=True)
class ForkSide:
    """One of the two batches: what was signed, and by which key."""

    key: bytes
    message: bytes
    """Magic and header: what the gateway signed."""
    signature: bytes

    @property
    def leaf_entry(self) -> bytes:
        """What the log takes in of the batch."""
        return self.message[len(batch_v2.MAGIC) :] + self.signature

    @property
    def header(self) -> BatchHeader:
        """What the message says."""
        if self.message.startswith(batch_v2.MAGIC):
            return batch_v2.open_header(self.message[len(batch_v2.MAGIC) :])[0]
        if self.message.startswith(batch_v1.MAGIC):
            return batch_v1.open_header(self.message[len(batch_v1.MAGIC) :])
        raise ForkEvidenceError(
            given=f"a message that starts {self.message[:20]!r}", expected="a signed batch header"
        )

    def document(self) -> JsonValue:
        """Return it as events and bundles carry it."""
        return {
            "key": self.key.hex(),
            "message": b64encode(self.message).decode(),
            "signature": b64encode(self.signature).decode(),
        }


@dataclass(frozen=True, slots=True)
class Fork:
    """An opened bundle; both signatures and the place of the first in the log hold."""

    gateway: str
    counter: int
    first: ForkSide
    second: ForkSide
    leaf_index: int
    """Where the first stands in the log."""
    log_name: str
    log_key: bytes


def side_of(data: bytes, *, key: bytes) -> ForkSide:
    """Return what a batch shows in evidence: its signed part.

    Args:
        data: The bytes of the batch.
        key: The key of its gateway that signed it.
    """
    if data.startswith(batch_v2.MAGIC):
        front = batch_v2.open_front(data)
        return ForkSide(key, batch_v2.MAGIC + front.header_bytes, front.signature)
    entry = batch_v1.leaf_entry_of(data)
    header, signature = entry[:-SIGNATURE_BYTES], entry[-SIGNATURE_BYTES:]
    return ForkSide(key, batch_v1.MAGIC + header, signature)


def fork_event_body(*, first: ForkSide, second: ForkSide, leaf_index: int) -> dict[str, JsonValue]:
    """Return the body of the log event that tells of a fork.

    Args:
        first: The batch that is stored.
        second: The one that came later.
        leaf_index: Where the first stands in the log.
    """
    header = first.header
    return {
        "counter": header.counter,
        "first": first.document(),
        "gateway": header.gateway,
        "leaf": leaf_index,
        "second": second.document(),
    }


def read_fork_event(body: Mapping[str, JsonValue]) -> tuple[str, ForkSide, ForkSide]:
    """Read the body of a log event that tells of a fork.

    Args:
        body: As from ``fork_event_body``.

    Returns:
        The gateway, and both sides; the first one is the one that the log holds.
    """
    fields = Fields({**body}, where="body", keys=_EVENT_KEYS)
    fields.integer("counter", low=1)
    fields.integer("leaf", low=0)
    first, second = (_side(fields.raw(name), where=f"body.{name}") for name in ("first", "second"))
    return fields.text("gateway"), first, second


def build_fork(
    *, first: ForkSide, second: ForkSide, proof: str, log_name: str, log_key: bytes
) -> bytes:
    """Put the evidence of a fork into one file.

    Args:
        first: The batch that is stored.
        second: The one that came later.
        proof: The inclusion of the first, as text with a checkpoint.
        log_name: Name of the park's log.
        log_key: Its public key.

    Returns:
        The bytes of the file.
    """
    header = first.header
    return canonical_bytes(
        {
            "format": FORK_FORMAT,
            "gateway": header.gateway,
            "counter": header.counter,
            "first": first.document(),
            "second": second.document(),
            "proof": proof,
            "log": {"name": log_name, "key": log_key.hex()},
        }
    )


def open_fork(data: bytes, *, verify: Verify) -> Fork:
    """Open a bundle and check that it shows what it claims.

    Args:
        data: The bytes of the file.
        verify: Checks one Ed25519 signature.

    Returns:
        The evidence. Whether the keys are those of the gateway and of the log is the reader's
        matter.

    Raises:
        ForkEvidenceError: If it does not show two batches under one number.
    """
    if len(data) > MAX_FORK_BYTES:
        raise ForkEvidenceError(given=f"{len(data)} bytes", expected=f"at most {MAX_FORK_BYTES}")
    fields = Fields(load_canonical(data), where="fork", keys=_KEYS)
    fields.constant("format", expected=FORK_FORMAT)
    sides = [_side(fields.raw(name), where=f"fork.{name}") for name in ("first", "second")]
    number = fields.text("gateway"), fields.integer("counter", low=1)
    for side in sides:
        header = side.header
        if (header.gateway, header.counter) != number:
            raise ForkEvidenceError(
                given=f"batch {header.counter} of {header.gateway!r}",
                expected=f"batch {number[1]} of {number[0]!r}",
            )
        if not verify(side.key, side.signature, side.message):
            raise ForkEvidenceError(
                given="a signature that does not hold", expected=f"one by key {side.key.hex()}"
            )
    if sides[0].message == sides[1].message:
        raise ForkEvidenceError(given="one batch twice", expected="two different headers")
    log = Fields(fields.raw("log"), where="fork.log", keys=frozenset(("name", "key")))
    log_key = log.hex_bytes("key", n_bytes=PUBLIC_KEY_BYTES)
    said = parse_tlog_proof(fields.text("proof", limit=_MAX_TEXT))
    checkpoint = open_checkpoint(
        said.checkpoint_note, origin=log.text("name"), public_key=log_key, verify=verify
    )
    verify_inclusion(
        leaf_hash(sides[0].leaf_entry),
        index=said.index,
        size=checkpoint.size,
        path=said.path,
        root=checkpoint.root,
    )
    return Fork(*number, sides[0], sides[1], said.index, log.text("name"), log_key)


def _side(value: JsonValue, *, where: str) -> ForkSide:
    fields = Fields(value, where=where, keys=_SIDE_KEYS)
    return ForkSide(
        key=fields.hex_bytes("key", n_bytes=PUBLIC_KEY_BYTES),
        message=base64_item(fields.raw("message"), where=f"{where}.message"),
        signature=fields.base64_bytes("signature", n_bytes=SIGNATURE_BYTES),
    )
