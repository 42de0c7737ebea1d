"""Where every gateway stands: its sequence, its last batch, its clock and its key."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from taihang.core.periods import Period
from taihang.core.seal.gateway_key import GatewayKey, present_key
from taihang.services.collect import IMPORT_GATEWAY
from taihang.services.ports import Ports
from taihang.services.quality import GatewayClock, gateway_clocks

_GAPS_SHOWN: Final = 5
_LOOKED_AT_S: Final = 365 * 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayState:
    """One gateway."""

    id: str
    n_meters: int
    """Meters that the park file lets it read."""
    n_batches: int
    last_counter: int
    """Number of its newest batch; 0 where none came."""
    skipped: tuple[tuple[int, int], ...]
    """First stretches of numbers below it that never came: first and last of each."""
    n_skipped: int
    """All numbers below it that never came."""
    last_sent_s: int | None
    """When its newest batch was sent, by its own clock [s]."""
    last_received_s: int | None
    """When that came, by the platform's [s]."""
    clock: GatewayClock | None
    """What its batches prove about its clock; None where the park file gives no limit."""
    key: GatewayKey | None
    """The key that it should sign with; None where every one was revoked."""
    n_keys: int
    """Keys that it has had."""


def gateway_states(*, ports: Ports) -> list[GatewayState]:
    """Look where every gateway stands.

    Args:
        ports: The outside world.

    Returns:
        Those of the park file and those that sent, in order of name; not the door for files.
    """
    clocks = _clocks(ports)
    index = ports.lake.batches()
    keys = ports.registry.gateway_keys()
    names = {*ports.park.gateways, *(name for name in index.gateways if name)} - {IMPORT_GATEWAY}
    return [
        _state(name, clocks.get(name), tuple(keys.get(name, ())), ports) for name in sorted(names)
    ]


def _clocks(ports: Ports) -> dict[str, GatewayClock]:
    """Compare sending with receiving over a year up to the newest batch."""
    index = ports.lake.batches()
    sent_s = index.sent_at_s[index.is_batch]
    if not len(sent_s):
        return {}
    last_s = int(sent_s.max()) + 1
    period = Period.of_s(max(0, last_s - _LOOKED_AT_S), last_s)
    return {clock.gateway: clock for clock in gateway_clocks(period, ports=ports)}


def _state(
    name: str, clock: GatewayClock | None, keys: tuple[GatewayKey, ...], ports: Ports
) -> GatewayState:
    index = ports.lake.batches()
    codes = index.gateways
    leaves = (
        np.flatnonzero(index.is_batch & (index.code == codes.index(name)))
        if name in codes
        else np.empty(0, np.intp)
    )
    counters = np.sort(index.counter[leaves])
    edges = np.concatenate([[0], counters])
    holes = np.flatnonzero(np.diff(edges) > 1)
    stretches = [(int(edges[at]) + 1, int(edges[at + 1]) - 1) for at in holes[:_GAPS_SHOWN]]
    newest = int(leaves[np.argmax(index.counter[leaves])]) if len(leaves) else None
    gateway = ports.park.gateways.get(name)
    return GatewayState(
        id=name,
        n_meters=0 if gateway is None else len(gateway.meters),
        n_batches=len(leaves),
        last_counter=int(counters[-1]) if len(counters) else 0,
        skipped=tuple(stretches),
        n_skipped=int(counters[-1]) - len(np.unique(counters)) if len(counters) else 0,
        last_sent_s=None if newest is None else int(index.sent_at_s[newest]),
        last_received_s=None if newest is None else ports.journal.received_at_s(newest),
        clock=clock,
        key=present_key(keys),
        n_keys=len(keys),
    )
