"""Which coefficient a park takes where GB/T 2589 prints a range."""

from dataclasses import dataclass
from enum import StrEnum


class RangeChoice(StrEnum):
    """The value of a range that an account takes."""

    MIN = "min"
    """The lower end."""
    MAX = "max"
    """The upper end."""
    MEASURED = "measured"
    """From the park's own fact ``ncv.<energy>.measured``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EnergyValue:
    """The choice for one energy; there is no default (§12)."""

    choice: RangeChoice
    source: str
    """Who decided it, or which measurement it is."""
