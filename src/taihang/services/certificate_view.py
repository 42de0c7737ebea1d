"""What anybody may see of a certificate: totals, states, names; never an energy of an interval."""

from dataclasses import dataclass

from taihang.core.seal.canonical import JsonValue


@dataclass(frozen=True, slots=True, kw_only=True)
class PlantShown:
    """A plant that gave energy to a certificate."""

    id: str
    name_zh: str
    name_en: str
    kind: str
    """Technology, for example ``pv``."""
    wh: int
    """What it gave to the issue in sum. [Wh]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartShown:
    """Positions of a certificate that stand in one state."""

    state: str
    wh: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StepShown:
    """One act of its history."""

    number: int
    """The how-manieth of the ledger, from 1."""
    kind: str
    at_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LogShown:
    """The checkpoint that the machine file leads to."""

    origin: str
    key: str
    """Public key of the log [hex]."""
    size: int
    root: str
    """[hex]."""
    witnesses: tuple[str, ...]
    """Who cosigned it, of those that the park asks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateView:
    """A certificate for people: the page, the paper and the public address show nothing else."""

    id: str
    park_id: str
    park_name_zh: str
    park_name_en: str
    province: str
    zone: str
    month: str
    first_s: int
    """Start of the first lot of the issue. [s since 1970-01-01T00:00Z]"""
    stop_s: int
    route: str
    """Kind of the route, for example ``pool``."""
    kind: str
    """``tradable``, ``non-tradable`` or ``no-gec``."""
    rule: str
    """Of the matching."""
    wh: int
    plants: tuple[PlantShown, ...]
    parts: tuple[PartShown, ...]
    """One of a certificate that is whole; several where it was cut since."""
    holder: str
    """Empty where it was cut since."""
    holder_names: tuple[str, str]
    """In Chinese and in English; empty of a party that the park file has no more."""
    purpose: str
    """Why it was claimed; empty of one that is not claimed, as the next two."""
    beneficiary: str
    beneficiary_names: tuple[str, str]
    claim_period: str
    expires_s: int
    steps: tuple[StepShown, ...]
    log: LogShown
    file_sha256: str
    """Of the machine file [hex]."""

    @property
    def state(self) -> str:
        """Its state; empty where its parts stand in several."""
        states = {part.state for part in self.parts}
        return next(iter(states)) if len(states) == 1 else ""

    def document(self) -> dict[str, JsonValue]:
        """Return it for machines."""
        return {
            "beneficiary": self.beneficiary,
            "claim_period": self.claim_period,
            "expires_s": self.expires_s,
            "file_sha256": self.file_sha256,
            "first_s": self.first_s,
            "holder": self.holder,
            "id": self.id,
            "kind": self.kind,
            "log": {
                "key": self.log.key,
                "origin": self.log.origin,
                "root": self.log.root,
                "size": self.log.size,
                "witnesses": [*self.log.witnesses],
            },
            "month": self.month,
            "park": self.park_id,
            "parts": [{"state": part.state, "wh": part.wh} for part in self.parts],
            "plants": [
                {"id": plant.id, "kind": plant.kind, "wh": plant.wh} for plant in self.plants
            ],
            "purpose": self.purpose,
            "route": self.route,
            "rule": self.rule,
            "state": self.state,
            "steps": [
                {"at_s": step.at_s, "kind": step.kind, "number": step.number} for step in self.steps
            ],
            "stop_s": self.stop_s,
            "wh": self.wh,
        }
