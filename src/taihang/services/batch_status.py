"""Platform job: say how far a batch has come: received, under a checkpoint, published."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from taihang.core.errors import StateError
from taihang.core.seal.batch import MAGICS, header_of
from taihang.core.tlog.checkpoint import checkpoint_of
from taihang.core.tlog.cosignature import cosignatures_of
from taihang.core.tlog.note import parse_note
from taihang.core.tlog.tlog_proof import TlogProof, encode_tlog_proof
from taihang.services.ask_witnesses import keys_of
from taihang.services.ingest import Receipt
from taihang.services.ports import Ports


class UnknownBatchError(StateError):
    """No batch of this gateway has this number."""

    code = "state.unknown-batch"


@dataclass(frozen=True, slots=True)
class BatchStatus:
    """What has become of one batch."""

    receipt: Receipt
    included_size: int
    """Entries under the checkpoint that the receipt's path leads to."""
    published_size: int | None
    """Entries under the first published checkpoint that covers the batch; None if none does."""
    published_at_s: int | None = None
    """When that was published [s]."""
    cosigned_by: tuple[str, ...] = ()
    """The witnesses of park.toml that have cosigned it."""
    published_proof: str | None = None
    """Index, path and the cosigned checkpoint as text: evidence that needs nobody's word."""
    is_witnessed: bool = False
    """Whether the park has witnesses at all; without any, nothing is ever published."""

    @property
    def is_published(self) -> bool:
        """Whether the batch lies under a published checkpoint."""
        return self.published_size is not None and self.receipt.leaf_index < self.published_size


def batch_status(gateway: str, counter: int, *, ports: Ports) -> BatchStatus:
    """Say how far a batch has come.

    Args:
        gateway: Who sent it.
        counter: Its number.
        ports: The outside world.

    Returns:
        Its receipt, made anew under the present checkpoint, and how far it has come.

    Raises:
        UnknownBatchError: If there is no such batch.
    """
    leaf_index = _leaf_index(gateway, counter, ports)
    if leaf_index is None:
        raise UnknownBatchError(
            given=f"batch {counter} of {gateway}",
            expected="a batch that was received",
            remedy="send it; it is not stored",
        )
    journal = ports.journal
    path = journal.tree.inclusion_proof(leaf_index, size=journal.size)
    receipt = Receipt(
        gateway=gateway,
        counter=counter,
        leaf_index=leaf_index,
        leaf_hash=journal.tree.leaf(leaf_index),
        received_at_s=journal.received_at_s(leaf_index),
        known_before=True,
        proof=encode_tlog_proof(TlogProof(leaf_index, tuple(path), journal.checkpoint_note or "")),
    )
    return _published(BatchStatus(receipt, journal.size, None), ports)


def _leaf_index(gateway: str, counter: int, ports: Ports) -> int | None:
    """Find a batch in the index of the lake, or among the records that came after it.

    While the door is open in another process, the newest batches are in that process's memory and
    in the journal, and in no file of the lake yet.
    """
    index = ports.lake.batches()
    if (found := index.find(gateway, counter)) is not None:
        return found
    for number, record in enumerate(ports.journal.records(len(index)), start=len(index)):
        # An event of the log is no batch.
        if not record.data.startswith(MAGICS):
            continue
        header = header_of(record.data)
        if (header.gateway, header.counter) == (gateway, counter):
            return number
    return None


def _published(status: BatchStatus, ports: Ports) -> BatchStatus:
    """Add what is published of a batch."""
    status = replace(status, is_witnessed=ports.park.log is not None)
    leaf_index = status.receipt.leaf_index
    found = ports.published.first_above(leaf_index)
    if found is None:
        return status
    note, at_s = found
    size = checkpoint_of(note).size
    path = ports.journal.tree.inclusion_proof(leaf_index, size=size)
    cosigned = cosignatures_of(
        parse_note(note), witnesses=keys_of(ports.park.witnesses), verify=ports.verify
    )
    return replace(
        status,
        published_size=size,
        published_at_s=at_s,
        cosigned_by=tuple(item.name for item in cosigned),
        published_proof=encode_tlog_proof(TlogProof(leaf_index, tuple(path), note)),
    )


def stored_origin(leaf_index: int, *, ports: Ports) -> Mapping[str, str]:
    """Return what a stored batch says of its origin."""
    return header_of(ports.journal.record(leaf_index).data).origin
