"""The limit book of a park: how much of what may be used, and what was closed to make room."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum


class LimitMeasure(StrEnum):
    """What a limited quantity is, so that nobody has to state it twice."""

    ENERGY = "energy"
    """Comprehensive energy of a project by its evaluation sheet [tce/a]."""
    CARBON = "carbon"
    """CO2 of a project by its evaluation sheet [tCO2/a]."""
    STATED = "stated"
    """Anything else: pollutants, water, land; the project states it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """One quantity: how much may be used and how much is promised already."""

    id: str
    name_zh: str
    name_en: str
    measure: LimitMeasure
    unit: str
    limit: Decimal
    """L: most that the park may use, in the unit."""
    committed: Decimal
    """C: used by what stood when the book was opened, closed units included, in the unit."""
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedUnit:
    """A unit that was closed; what it used can be given to one project, once."""

    id: str
    name_zh: str
    name_en: str
    closed_on: date
    frees: Mapping[str, Decimal]
    """By id of the limit, in its unit."""
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AdmissionRules:
    """What the park asks of a project beside the limits; none has a default (§12)."""

    negative_sectors: tuple[str, ...]
    """Codes of GB/T 4754; one that begins with any of them is always refused."""
    worst_efficiency_level: int
    """Level of the energy-quota standard that a project must reach: this one or a better."""
    replacement_ratio: Decimal
    """So much must be closed for each unit that is replaced, 1 or more [1]."""
    source: str
