"""The proof file v2: a claim, the statements under it, and the evidence, in one sealed file.

The format is in docs/formats/proof.md. Blocks of batches of version 2 are written out as readings,
so that a person can read them; whoever verifies encodes them again. The verifier at the root of the
project is written from that document and shares no code with this module.
"""

from base64 import b64decode, b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from taihang.core.errors import InputError
from taihang.core.metering.readings import ReadingBlock
from taihang.core.seal import batch_v2
from taihang.core.seal.batch import SealedBatch
from taihang.core.seal.canonical import JsonValue, canonical_bytes, load_canonical
from taihang.core.seal.envelope import events_document
from taihang.core.seal.event import MAGIC, is_event
from taihang.core.seal.meter_hour import written_readings
from taihang.core.seal.proof import LogIdentity, ProofSignatureError
from taihang.core.series import Quantity
from taihang.core.tlog.checkpoint import open_checkpoint
from taihang.core.tlog.merkle import HASH_BYTES, leaf_hash, verify_inclusion
from taihang.core.tlog.note import Sign, Verify

BUNDLE_FORMAT: Final = "taihang-proof/v2"
BUNDLE_PREFIX: Final = b"taihang/proof/v2\n"
_PROVABLE: Final = frozenset((Quantity.REGISTER, Quantity.ENERGY))
_CLOCKS: Final = ("synchronised", "unsynchronised", "import")


class BundleError(InputError):
    """A proof file does not hold together, or something cannot be put into one."""

    code = "input.bundle"

    def __init__(self, *, given: str, expected: str) -> None:
        super().__init__(
            given=given, expected=expected, remedy="run `taihang audit`, then prove it again"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownKey:
    """A key of a gateway, as a proof file lists it."""

    name: str
    ordinal: int
    key: bytes

    def document(self) -> JsonValue:
        """Return it as the file carries it."""
        return {"name": self.name, "ordinal": self.ordinal, "key": self.key.hex()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """What goes into a proof file beside the log's own words."""

    claim: dict[str, JsonValue]
    """``kind``, and what the kind needs."""
    checkpoint_note: str
    """The log's signed checkpoint that all inclusion paths lead to."""
    statements: Sequence[dict[str, JsonValue]] = ()
    keys: Sequence[ShownKey] = ()
    """Every key that signed one of the batches."""
    evidence: Sequence[dict[str, JsonValue]] = ()
    """Batches, see ``batch_evidence``, in any order."""
    events: Sequence[dict[str, JsonValue]] = ()
    """Log events, see ``event_evidence``."""


def batch_evidence(
    batch: SealedBatch, *, points: Iterable[str], leaf_index: int, inclusion: Sequence[bytes]
) -> dict[str, JsonValue]:
    """Return a batch as evidence that shows the energy blocks of some points and no others.

    Args:
        batch: The batch, of any version.
        points: The points of the statements.
        leaf_index: Where the batch stands in the log.
        inclusion: Its path to the root of the checkpoint.

    Returns:
        The batch as a proof file carries it.
    """
    wanted = frozenset(points)
    shown = [
        sealed.block
        for sealed in batch.blocks
        if sealed.block.point in wanted and sealed.block.quantity in _PROVABLE
    ]
    is_v2 = isinstance(batch, batch_v2.ColumnBatch)
    return {
        "header": _header_v2(batch) if is_v2 else batch.header_bytes.decode(),
        "signature": _base64(batch.signature),
        "leaf_index": leaf_index,
        "inclusion": _base64(b"".join(inclusion))
        if is_v2
        else [_base64(each) for each in inclusion],
        "blocks": [
            _block_v2(batch, block) if is_v2 else _block_v1(batch, block) for block in shown
        ],
    }


def event_evidence(
    record: bytes, *, leaf_index: int, inclusion: Sequence[bytes]
) -> dict[str, JsonValue]:
    """Return a log event as evidence.

    Args:
        record: The record of the event.
        leaf_index: Where it stands in the log.
        inclusion: Its path to the root of the checkpoint.

    Raises:
        BundleError: If the record is no event.
    """
    if not is_event(record):
        raise BundleError(given=f"leaf {leaf_index}, which is no event", expected="a log event")
    return {
        "event": load_canonical(record[len(MAGIC) :]),
        "leaf_index": leaf_index,
        "inclusion": _base64(b"".join(inclusion)),
    }


def build_bundle(bundle: Bundle, *, log: LogIdentity, sign: Sign) -> bytes:
    """Put a claim and its evidence into one sealed file.

    Args:
        bundle: What the file shows.
        log: The log's name and public key.
        sign: Signs with the log's private key.

    Returns:
        The bytes of the proof file.
    """
    in_order = sorted(bundle.evidence, key=lambda batch: str(batch["leaf_index"]).zfill(20))
    keys = sorted(bundle.keys, key=lambda key: (key.name, key.ordinal))
    document: dict[str, JsonValue] = {
        "format": BUNDLE_FORMAT,
        "claim": bundle.claim,
        "statements": [*bundle.statements],
        "gateways": [key.document() for key in keys],
        "evidence": [*in_order],
        "events": [*bundle.events],
        "log": {"name": log.name, "key": log.key.hex()},
        "checkpoint": bundle.checkpoint_note,
    }
    document["seal"] = _base64(sign(BUNDLE_PREFIX + canonical_bytes(document)))
    return canonical_bytes(document)


def check_bundle(data: bytes, *, log: LogIdentity, verify: Verify) -> None:
    """Check what the platform itself hands out or is handed: seal, checkpoint, events, leaf.

    It is the whole proof of a meter-hour. The arithmetic of other kinds, and their batches, are
    left to the stand-alone verifier.

    Args:
        data: The bytes of the file.
        log: The log that the reader knows.
        verify: Checks one Ed25519 signature.

    Raises:
        BundleError: If a part is absent or not where it should be.
        ProofSignatureError: If the file is not signed as it says.
        InclusionError: If a path does not lead to its root.
    """
    document = _object(load_canonical(data), "file")
    seal = b64decode(_text(document, "seal"))
    note = _text(document, "checkpoint")
    rest = {key: value for key, value in document.items() if key != "seal"}
    if not verify(log.key, seal, BUNDLE_PREFIX + canonical_bytes(rest)):
        raise ProofSignatureError(where="seal")
    tree = open_checkpoint(note, origin=log.name, public_key=log.key, verify=verify)
    events = [_object(item, "events") for item in _list(document, "events")]
    for event in events:
        verify_inclusion(
            leaf_hash(MAGIC + canonical_bytes(event["event"])),
            index=_whole(event, "leaf_index"),
            size=tree.size,
            path=_path(event, "inclusion"),
            root=tree.root,
        )
    claim = _object(document["claim"], "claim")
    leaf = claim.get("hour", claim.get("lot"))
    if leaf is None:
        return
    body = _object(_object(events[0]["event"], "event")["body"], "body")
    verify_inclusion(
        leaf_hash(b64decode(_text(claim, "salt")) + canonical_bytes(leaf)),
        index=_whole(claim, "index"),
        size=_whole(body, "n"),
        path=_path(claim, "path"),
        root=bytes.fromhex(_text(body, "root")),
    )


def _header_v2(batch: batch_v2.ColumnBatch) -> JsonValue:
    header = batch.header
    return {
        "gateway": header.gateway,
        "key": header.key_ordinal,
        "clock": _CLOCKS.index(header.clock.value),
        "blocks": header.blocks,
        "body_bytes": batch.front.body_bytes,
        "counter": header.counter,
        "sent_at_s": header.sent_at_s,
        "block_root": header.block_root.hex(),
        "notes": {"events": events_document(header), "origin": {**header.origin}},
    }


def _block_v1(batch: SealedBatch, block: ReadingBlock) -> JsonValue:
    shown = batch.disclose(block.point, quantity=block.quantity)
    return {
        "salt": _base64(shown.salt),
        "body": _base64(shown.body),
        "index": shown.index,
        "path": [_base64(each) for each in shown.path],
    }


def _block_v2(batch: SealedBatch, block: ReadingBlock) -> JsonValue:
    shown = batch.disclose(block.point, quantity=block.quantity)
    columns = {
        "time_s": block.times_s,
        "count": block.counts,
        "quality": block.quality.astype(np.int64),
    }
    return {
        "salt": _base64(shown.salt),
        "index": shown.index,
        "path": _base64(b"".join(shown.path)),
        "point": block.point,
        "quantity": block.quantity.value,
        "unit": block.unit,
        "scale": block.scale,
        "modulus": block.modulus,
        **written_readings(columns, start_s=0),
    }


def _object(value: JsonValue, where: str) -> dict[str, JsonValue]:
    if not isinstance(value, dict):
        raise BundleError(given=f"{where}: {value!r:.60}", expected="an object")
    return value


def _list(holder: dict[str, JsonValue], key: str) -> list[JsonValue]:
    value = holder.get(key)
    if not isinstance(value, list):
        raise BundleError(given=f"{key}: {value!r:.60}", expected="a list")
    return value


def _text(holder: dict[str, JsonValue], key: str) -> str:
    value = holder.get(key)
    if not isinstance(value, str):
        raise BundleError(given=f"{key}: {value!r:.60}", expected="a text")
    return value


def _whole(holder: dict[str, JsonValue], key: str) -> int:
    value = holder.get(key)
    if not isinstance(value, int):
        raise BundleError(given=f"{key}: {value!r:.60}", expected="a whole number")
    return value


def _path(holder: dict[str, JsonValue], key: str) -> list[bytes]:
    joined = b64decode(_text(holder, key))
    return [joined[at : at + HASH_BYTES] for at in range(0, len(joined), HASH_BYTES)]


def _base64(data: bytes) -> str:
    return b64encode(data).decode()
