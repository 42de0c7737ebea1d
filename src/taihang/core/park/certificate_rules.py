"""Whether a park issues certificates, who holds them first, and who else may hold any."""

from dataclasses import dataclass
from enum import StrEnum


class SelfUse(StrEnum):
    """What becomes of certificates of energy that was used in the park."""

    CLAIM = "claim"
    """They are claimed for who used the energy, as soon as they are issued."""
    HOLD = "hold"
    """Who used the energy holds them, and claims them itself."""


class FedInHolder(StrEnum):
    """Who holds the certificates of energy that was fed into the grid first."""

    OWNER = "owner"
    """The party that owns the plant, as ``[parties]`` says."""
    PLANT = "plant"
    """The plant itself, as an account of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateRules:
    """What ``[certificates]`` says; without it a park issues no certificates (§12)."""

    since: str
    """First local month that is issued, ``YYYY-MM``."""
    self_use: SelfUse
    fed_in: FedInHolder


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """Somebody who may hold certificates and is no enterprise of the park."""

    id: str
    name_zh: str
    name_en: str
    owns: tuple[str, ...] = ()
    """Plants that it owns."""
