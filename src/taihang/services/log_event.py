"""Platform job: put an act of the park into its log, so that nobody can deny it later."""

from collections.abc import Mapping
from hashlib import sha256

from taihang.core.seal.canonical import JsonValue, canonical_bytes
from taihang.core.seal.event import LogEvent, seal_event
from taihang.services.ports import Ports


def log_event(kind: str, body: Mapping[str, JsonValue], *, ports: Ports) -> int:
    """Append one event to the journal.

    Args:
        kind: What was done, for example ``day-seal``.
        body: What it says; the kind defines the fields.
        ports: The outside world, opened for writing.

    Returns:
        The index of its leaf; when this returns, the event is on the disk.
    """
    # 1. Say what was done, and when.
    at_s = int(ports.clock.now().timestamp())
    said = sha256(canonical_bytes({**body})).hexdigest()
    # 2. A salt of its own: another act, another time or another place gives another salt.
    label = f"event/{ports.journal.size}/{at_s}/{kind}/{said}"
    (salt,) = ports.keys.salts(label, 1)
    # 3. Store and force.
    record = seal_event(LogEvent(kind, at_s, salt, body))
    (index,) = ports.journal.append([record], received_at_s=at_s)
    return index
