"""The proof file v1: one number, and everything a stranger needs to work it out again offline.

The format and the steps of verification are in docs/formats/proof.md. The verifier at the root of
the project is written from that document and shares no code with this module.
"""

from base64 import b64encode
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from taihang.core.errors import InputError, IntegrityError
from taihang.core.metering.readings import ReadingBlock
from taihang.core.seal.batch import (
    MAX_BLOCKS,
    MAX_HEADER_BYTES,
    BatchHeader,
    BlockDisclosure,
    SealedBatch,
    open_header,
    signed_message,
)
from taihang.core.seal.block import SALT_BYTES, open_body
from taihang.core.seal.canonical import (
    INT64_MAX,
    Fields,
    JsonValue,
    base64_item,
    canonical_bytes,
    is_ascending,
    load_canonical,
)
from taihang.core.seal.statement import EnergyStatement, Term, parse_statement
from taihang.core.series import Quantity
from taihang.core.tlog.checkpoint import Checkpoint, open_checkpoint, parse_checkpoint
from taihang.core.tlog.merkle import leaf_hash, verify_inclusion
from taihang.core.tlog.note import PUBLIC_KEY_BYTES, SIGNATURE_BYTES, Sign, Verify, parse_note

PROOF_FORMAT: Final = "taihang-proof/v1"
SEAL_PREFIX: Final = b"taihang/proof/v1\n"
MAX_PROOF_BYTES: Final = 1 << 28
MAX_BATCHES: Final = 1_000_000

_MAX_PATH: Final = 64
_MAX_NOTE: Final = 1 << 16
_PROVABLE: Final = frozenset((Quantity.REGISTER, Quantity.ENERGY))
_KEYS: Final = frozenset(("format", "statement", "evidence", "log", "checkpoint", "seal"))
_BATCH_KEYS: Final = frozenset(("header", "signature", "leaf_index", "inclusion", "blocks"))
_BLOCK_KEYS: Final = frozenset(("salt", "body", "index", "path"))


class EvidenceError(InputError):
    """Evidence does not belong to the statement, or is named twice."""

    code = "input.evidence"

    def __init__(self, *, given: str, expected: str) -> None:
        super().__init__(
            given=given,
            expected=expected,
            remedy="show each batch once, with the blocks of the statement's terms and no others",
        )


class ProofSignatureError(IntegrityError):
    """A signature in a proof file does not fit what it signs."""

    code = "integrity.proof-signature"

    def __init__(self, *, where: str) -> None:
        super().__init__(
            given=where,
            expected="a signature that verifies",
            remedy="do not use the file; ask the park for it again",
        )
        self.where = where
        """Path of the signature in the file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogIdentity:
    """Who a log is: the origin of its checkpoints and the key that signs them."""

    name: str
    key: bytes
    """Ed25519 public key, 32 bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchEvidence:
    """One batch as evidence: its signed header, its place in the log, and the blocks shown."""

    header_bytes: bytes
    signature: bytes
    leaf_index: int
    inclusion: tuple[bytes, ...]
    """Path from the leaf to the root of the checkpoint."""
    blocks: tuple[BlockDisclosure, ...]
    """At least one of every point of the statement that has a meter event in the header."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """An opened proof file: form, signatures and paths hold, the sum is not worked out again."""

    statement: EnergyStatement
    evidence: tuple[BatchEvidence, ...]
    log: LogIdentity
    checkpoint: Checkpoint
    checkpoint_note: str


def evidence_of(
    batch: SealedBatch,
    *,
    points: Iterable[str],
    leaf_index: int,
    inclusion: Sequence[bytes],
) -> BatchEvidence:
    """Return a batch as evidence that shows the energy blocks of some points and no others.

    Args:
        batch: The batch.
        points: The points of the statement; those that the batch does not have are left out. Where
            the batch has a meter event of one of them, its readings are shown beside it.
        leaf_index: Where the batch stands in the log.
        inclusion: Its path to the root of the checkpoint.

    Returns:
        The evidence.
    """
    wanted = frozenset(points)
    shown = [
        batch.disclose(sealed.block.point, quantity=sealed.block.quantity)
        for sealed in batch.blocks
        if sealed.block.point in wanted and sealed.block.quantity in _PROVABLE
    ]
    return BatchEvidence(
        header_bytes=batch.header_bytes,
        signature=batch.signature,
        leaf_index=leaf_index,
        inclusion=tuple(inclusion),
        blocks=tuple(shown),
    )


def build_proof(
    *,
    statement: dict[str, JsonValue],
    evidence: Sequence[BatchEvidence],
    checkpoint_note: str,
    log: LogIdentity,
    sign: Sign,
) -> bytes:
    """Put a statement and its evidence into one sealed file.

    Everything but the sum itself is checked first, so that no file leaves which the verifier would
    refuse for its form or its paths.

    Args:
        statement: The statement's document.
        evidence: The batches behind it, in any order.
        checkpoint_note: The log's signed checkpoint that all inclusion paths lead to.
        log: The log's name and public key.
        sign: Signs with the log's private key.

    Returns:
        The bytes of the proof file.
    """
    in_order = [
        replace(batch, blocks=tuple(sorted(batch.blocks, key=lambda shown: shown.index)))
        for batch in sorted(evidence, key=lambda batch: batch.leaf_index)
    ]
    checkpoint = parse_checkpoint(parse_note(checkpoint_note).text)
    _check_evidence(in_order, statement=parse_statement(statement), checkpoint=checkpoint)
    document: dict[str, JsonValue] = {
        "format": PROOF_FORMAT,
        "statement": statement,
        "evidence": [_batch_document(batch) for batch in in_order],
        "log": {"name": log.name, "key": log.key.hex()},
        "checkpoint": checkpoint_note,
    }
    document["seal"] = _base64(sign(SEAL_PREFIX + canonical_bytes(document)))
    return canonical_bytes(document)


def open_proof(data: bytes, *, verify: Verify) -> Proof:
    """Open a proof file and check its form, its signatures and its paths.

    Working out the sum again is left to the stand-alone verifier, which shares no code with the
    platform.

    Args:
        data: The bytes of the file.
        verify: Checks one Ed25519 signature.

    Returns:
        The proof.

    Raises:
        EvidenceError: If the file is too large to be a proof.
        ProofSignatureError: If a batch or the file is not signed as it says.
    """
    if len(data) > MAX_PROOF_BYTES:
        raise EvidenceError(given=f"{len(data)} bytes", expected=f"at most {MAX_PROOF_BYTES}")
    fields = Fields(load_canonical(data), where="proof", keys=_KEYS)
    fields.constant("format", expected=PROOF_FORMAT)
    note = fields.text("checkpoint", limit=_MAX_NOTE)
    log = _log(fields.raw("log"))
    checkpoint = open_checkpoint(note, origin=log.name, public_key=log.key, verify=verify)
    statement = parse_statement(fields.raw("statement"))
    evidence = tuple(
        _batch(item, where=f"evidence[{number}]")
        for number, item in enumerate(fields.items("evidence", limit=MAX_BATCHES))
    )
    headers = _check_evidence(evidence, statement=statement, checkpoint=checkpoint)
    for number, (batch, header) in enumerate(zip(evidence, headers, strict=True)):
        if not verify(header.gateway_key, batch.signature, signed_message(batch.header_bytes)):
            raise ProofSignatureError(where=f"evidence[{number}].signature")
    if not verify(log.key, fields.base64_bytes("seal", n_bytes=SIGNATURE_BYTES), _unsealed(data)):
        raise ProofSignatureError(where="seal")
    return Proof(
        statement=statement,
        evidence=evidence,
        log=log,
        checkpoint=checkpoint,
        checkpoint_note=note,
    )


def _check_evidence(
    evidence: Sequence[BatchEvidence], *, statement: EnergyStatement, checkpoint: Checkpoint
) -> list[BatchHeader]:
    """Check order, relevance and every path; return the headers."""
    headers = [open_header(batch.header_bytes) for batch in evidence]
    _check_order(evidence, headers)
    terms = {term.point: term for term in statement.terms}
    quantities: dict[str, Quantity] = {}
    for batch, header in zip(evidence, headers, strict=True):
        verify_inclusion(
            leaf_hash(batch.header_bytes + batch.signature),
            index=batch.leaf_index,
            size=checkpoint.size,
            path=batch.inclusion,
            root=checkpoint.root,
        )
        foreign = {event.point for event in header.events} & terms.keys()
        for shown in batch.blocks:
            verify_inclusion(
                leaf_hash(shown.salt + shown.body),
                index=shown.index,
                size=header.blocks,
                path=shown.path,
                root=header.block_root,
            )
            block = open_body(shown.body)
            _check_relevant(block, terms=terms, quantities=quantities)
            foreign.discard(block.point)
        if foreign:
            # An event replaces a difference of registers: only who reads a meter may tell of it.
            raise EvidenceError(
                given=f"leaf {batch.leaf_index}: an event of {min(foreign)!r} without its readings",
                expected="a block of the point beside every meter event of it",
            )
    return headers


def _check_relevant(
    block: ReadingBlock, *, terms: dict[str, Term], quantities: dict[str, Quantity]
) -> None:
    """Refuse a block that has no part in the sum, or that is read in another way than its term."""
    term = terms.get(block.point)
    read = (block.scale, block.modulus)
    if term is None or block.quantity not in _PROVABLE or read != (str(term.scale), term.modulus):
        raise EvidenceError(
            given=f"{block.quantity} of {block.point!r}, scale {block.scale} {block.unit}, "
            f"modulus {block.modulus}",
            expected=f"a register or energy that fits its term: {term}",
        )
    if quantities.setdefault(block.point, block.quantity) is not block.quantity:
        raise EvidenceError(
            given=f"both register and energy of {block.point!r}",
            expected="one quantity a point",
        )


def _check_order(evidence: Sequence[BatchEvidence], headers: Sequence[BatchHeader]) -> None:
    if not is_ascending((batch.leaf_index,) for batch in evidence):
        raise EvidenceError(given="a leaf index twice or out of order", expected="ascending order")
    for batch in evidence:
        if not is_ascending((shown.index,) for shown in batch.blocks):
            raise EvidenceError(
                given=f"a block of leaf {batch.leaf_index} twice or out of order",
                expected="ascending order",
            )
    seen = Counter((header.gateway, header.counter) for header in headers)
    for (gateway, counter), times in seen.items():
        if times > 1:
            raise EvidenceError(
                given=f"{times} batches {counter} of gateway {gateway!r}",
                expected="one: a counter used twice means a cloned gateway",
            )


def _batch_document(batch: BatchEvidence) -> JsonValue:
    return {
        "header": batch.header_bytes.decode(),
        "signature": _base64(batch.signature),
        "leaf_index": batch.leaf_index,
        "inclusion": [_base64(hash_) for hash_ in batch.inclusion],
        "blocks": [
            {
                "salt": _base64(shown.salt),
                "body": _base64(shown.body),
                "index": shown.index,
                "path": [_base64(hash_) for hash_ in shown.path],
            }
            for shown in batch.blocks
        ],
    }


def _batch(item: JsonValue, *, where: str) -> BatchEvidence:
    fields = Fields(item, where=where, keys=_BATCH_KEYS)
    return BatchEvidence(
        header_bytes=fields.text("header", limit=MAX_HEADER_BYTES).encode(),
        signature=fields.base64_bytes("signature", n_bytes=SIGNATURE_BYTES),
        leaf_index=fields.integer("leaf_index", low=0, high=INT64_MAX),
        inclusion=_path(fields, "inclusion"),
        blocks=tuple(
            _shown(block, where=f"{where}.blocks[{number}]")
            for number, block in enumerate(fields.items("blocks", limit=MAX_BLOCKS))
        ),
    )


def _shown(item: JsonValue, *, where: str) -> BlockDisclosure:
    fields = Fields(item, where=where, keys=_BLOCK_KEYS)
    return BlockDisclosure(
        salt=fields.base64_bytes("salt", n_bytes=SALT_BYTES),
        body=fields.base64_bytes("body"),
        index=fields.integer("index", low=0, high=MAX_BLOCKS),
        path=_path(fields, "path"),
    )


def _path(fields: Fields, key: str) -> tuple[bytes, ...]:
    return tuple(
        base64_item(item, where=f"{fields.where}.{key}[{number}]")
        for number, item in enumerate(fields.items(key, limit=_MAX_PATH))
    )


def _log(value: JsonValue) -> LogIdentity:
    fields = Fields(value, where="log", keys=frozenset(("name", "key")))
    key = fields.hex_bytes("key", n_bytes=PUBLIC_KEY_BYTES)
    return LogIdentity(name=fields.text("name"), key=key)


def _unsealed(data: bytes) -> bytes:
    """Return what the seal signs: the file without its seal."""
    document = load_canonical(data)
    if isinstance(document, dict):
        del document["seal"]
    return SEAL_PREFIX + canonical_bytes(document)


def _base64(data: bytes) -> str:
    return b64encode(data).decode()
