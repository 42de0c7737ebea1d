"""Who watches the park's log: the witnesses that it publishes with, and how many it needs."""

from dataclasses import dataclass
from enum import StrEnum


class WitnessRole(StrEnum):
    """Whose side a witness is on; three roles with different interests do not collude easily."""

    ENTERPRISE = "enterprise"
    """An enterprise of the park: it pays by what the log says."""
    GRID = "grid"
    """The grid company."""
    REGULATOR = "regulator"
    """The authority that the park reports to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParkWitness:
    """One witness; its id is the name of its key."""

    id: str
    role: WitnessRole
    key: bytes
    """Ed25519 public key, 32 bytes, as the witness itself prints it."""
    url: str
    """Where it is asked: ``/add-checkpoint`` is put behind it, and nothing else is ever asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogPolicy:
    """When a checkpoint of the log is published."""

    quorum: int
    """How many of the witnesses must have cosigned it."""
