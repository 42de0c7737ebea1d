"""What the verifier's page says of the log that this park signs with; all of it is public."""

from dataclasses import dataclass

from taihang.services.keys import log_keys
from taihang.services.ports import Ports


@dataclass(frozen=True, slots=True)
class OwnLog:
    """Name and keys of a park's log, as its own server tells them."""

    origin: str
    keys: tuple[str, ...]
    """Public keys in hexadecimal, the newest first."""
    witnesses: tuple[tuple[str, str], ...]
    """Name and public key in hexadecimal of those whom park.toml names."""
    quorum: int | None
    """So many of them cosign what is published; None where nothing is."""


def build_own_log(ports: Ports) -> OwnLog:
    """Return the log of a park."""
    keys = ports.registry.log_keys() or log_keys(ports=ports)
    return OwnLog(
        origin=ports.log_origin,
        keys=tuple(key.key.hex() for key in reversed(keys)),
        witnesses=tuple((each.id, each.key.hex()) for each in ports.park.witnesses.values()),
        quorum=None if ports.park.log is None else ports.park.log.quorum,
    )
