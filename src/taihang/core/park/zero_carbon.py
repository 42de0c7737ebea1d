"""What 发改环资〔2025〕910号 leaves open and a park decides before it can be judged by it."""

from dataclasses import dataclass
from enum import StrEnum


class CoalBasis(StrEnum):
    """On which basis electricity counts in the standard coal of the indicators."""

    EQUIVALENT = "equivalent"
    """当量值."""
    EQUAL = "equal"
    """等价值."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ZeroCarbonChoices:
    """The choices; none has a default (§12)."""

    coal_basis: CoalBasis
    feedstock_in_energy: bool
    """Whether energy used as raw material 原料用能 counts in the energy of the park."""
    clean_energy: tuple[str, ...]
    """Items of the energy account that count as clean energy, for example ``electricity.green``."""
    source: str
    """Who decided it, or which reading of the annex it is."""
