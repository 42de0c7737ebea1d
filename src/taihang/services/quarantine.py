"""Two batches under one number: both are set apart, and the evidence is handed out (T5, F60).

The first one is in the journal, where nothing is ever taken out: a log event says that from there
on its readings do not count. The second one is kept whole beside the journal. Settlements that
looked at the journal before the event stay as they were.
"""

from dataclasses import dataclass

from taihang.core.errors import IntegrityError, StateError
from taihang.core.seal.batch import SealedBatch, open_batch
from taihang.core.seal.envelope import FIRST_KEY
from taihang.core.seal.event import open_event
from taihang.core.seal.fork import (
    FORK_EVENT,
    ForkSide,
    build_fork,
    fork_event_body,
    read_fork_event,
    side_of,
)
from taihang.core.seal.gateway_key import GatewayKey, find_key
from taihang.core.tlog.merkle import leaf_hash
from taihang.core.tlog.tlog_proof import TlogProof, encode_tlog_proof
from taihang.services.admission import GatewayKeys, named_key
from taihang.services.keys import log_signer
from taihang.services.log_event import log_event
from taihang.services.ports import Ports
from taihang.services.replay import catch_up


class CounterForkError(IntegrityError):
    """One gateway sent two different batches under one number: its key is in two hands."""

    code = "integrity.counter-fork"


class QuarantinedGatewayError(StateError):
    """A gateway whose key was seen in two hands sends on with that key."""

    code = "state.quarantined-gateway"


@dataclass(frozen=True, slots=True)
class Second:
    """A batch whose number is taken by another one."""

    data: bytes
    batch: SealedBatch
    key: GatewayKey


def set_apart(second: Second, *, first_leaf: int, enrolled: GatewayKeys, ports: Ports) -> None:
    """Set two batches under one number apart, and write the bundle that proves it.

    Args:
        second: The one that came later.
        first_leaf: Where the first stands in the journal.
        enrolled: Every key of every enrolled gateway.
        ports: The outside world.
    """
    record = ports.journal.record(first_leaf)
    first = open_batch(record.data)
    key = named_key(first.header, enrolled=enrolled) or second.key
    sides = side_of(record.data, key=key.key), side_of(second.data, key=second.key.key)
    name = leaf_hash(second.batch.leaf_entry).hex()
    # 1. The second one whole: after this, nothing of it can be lost.
    ports.quarantine.keep(f"{name}.batch", second.data)
    # 2. Say it in the log, once for each pair: from here on the first does not count.
    if not _is_told(sides[1], first_leaf, ports):
        body = fork_event_body(first=sides[0], second=sides[1], leaf_index=first_leaf)
        log_event(FORK_EVENT, body, ports=ports)
        catch_up(ports)
    # 3. The bundle, for the gateway's owner, the witnesses and whoever asks.
    path = ports.journal.tree.inclusion_proof(first_leaf, size=ports.journal.size)
    note = ports.journal.checkpoint_note or ""
    if f"{name}.fork.json" not in ports.quarantine.names():
        bundle = build_fork(
            first=sides[0],
            second=sides[1],
            proof=encode_tlog_proof(TlogProof(first_leaf, tuple(path), note)),
            log_name=ports.log_origin,
            log_key=log_signer(ports=ports).public,
        )
        ports.quarantine.keep(f"{name}.fork.json", bundle)


def fork_error(second: SealedBatch, *, known: bytes) -> CounterForkError:
    """Return what to say of a batch whose number is taken.

    Args:
        second: The batch.
        known: Leaf hash of the batch that is stored.
    """
    leaf = leaf_hash(second.leaf_entry)
    return CounterForkError(
        given=f"batch {second.header.counter} of {second.header.gateway} with leaf {leaf.hex()}",
        expected=f"the leaf {known.hex()} that is stored under this number",
        remedy="stop the gateway and keep both batches: its key is in two hands",
    )


def tainted_keys(ports: Ports, *, enrolled: GatewayKeys) -> dict[str, int]:
    """Return of each gateway with a fork the ordinal of the last key that was seen in two hands.

    Args:
        ports: The outside world.
        enrolled: Every key of every enrolled gateway.

    Returns:
        The ordinal by gateway; a later key of the gateway counts again.
    """
    found: dict[str, int] = {}
    for leaf in ports.lake.batches().withdrawals().tolist():
        gateway, *sides = read_fork_event(open_event(ports.journal.record(leaf).data).body)
        for side in sides:
            key = find_key(enrolled.get(gateway, ()), key=side.key)
            found[gateway] = max(key.ordinal if key else FIRST_KEY, found.get(gateway, 0))
    return found


def demand_untainted(batch: SealedBatch, key: GatewayKey, *, tainted: dict[str, int]) -> None:
    """Refuse a new batch that is signed with a key that was seen in two hands.

    Args:
        batch: The batch.
        key: The key that signed it.
        tainted: Ordinals as from ``tainted_keys``.

    Raises:
        QuarantinedGatewayError: If it is.
    """
    last = tainted.get(batch.header.gateway, 0)
    if key.ordinal <= last:
        raise QuarantinedGatewayError(
            given=f"batch {batch.header.counter} of {batch.header.gateway}, signed by key "
            f"{key.ordinal}, which two hands hold",
            expected=f"a batch signed by a key that was enrolled after key {last}",
            remedy="keep the batches, find the clone, and enrol the gateway with a new key",
        )


def _is_told(second: ForkSide, first_leaf: int, ports: Ports) -> bool:
    """Say whether the log tells of this pair already: a crash may lie before the bundle."""
    events = ports.lake.batches().withdrawals(of=first_leaf).tolist()
    bodies = (open_event(ports.journal.record(leaf).data).body for leaf in events)
    return any(read_fork_event(body)[2].message == second.message for body in bodies)
