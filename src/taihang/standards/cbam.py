"""CBAM: emissions embedded in goods, (EU) 2023/956 Annex IV and method act (EU) 2025/2547.

::

    SEE_g (simple good)   = AttrEm_g / AL_g                                     [tCO2e/t]
    SEE_g (complex good)  = (AttrEm_g + Σ_i M_i × SEE_i) / AL_g                 [tCO2e/t]
    AttrEm_g              = direct (+ indirect, where it counts for the good)   [tCO2e]
    AttrEm_indirect       = electricity × EF_electricity                        [tCO2e]
    default value in use  = default value × (1 + mark-up of the year)

An actual electricity factor is allowed over a direct technical link between source and installation
or under a power purchase agreement, never on certificates alone. The platform asks for the proof of
either, interval by interval; a claim whose proof is not whole falls back to the default, and says
what lacked. Default values themselves are not held: whoever uses one states it.

Source: (EU) 2023/956 Annex IV (verified: K43e); (EU) 2025/2547 and mark-ups (verified: K43); goods
without indirect emissions, zero for raw materials: from memory. The acts were not opened.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Final

from taihang.core.errors import InputError
from taihang.core.facts import Fact, FactBook
from taihang.core.park.carbon import CbamGood, ElectricitySource, PrecursorValue
from taihang.core.quantities import EXACT, WH_PER_KWH

RULE: Final = "eu-2025-2547/v1"
DIRECT: Final = "direct"
INDIRECT: Final = "indirect"
_MARK_UP: Final = "cbam.mark-up"
_COUNTED: Final = "cbam.indirect-counted"


class CbamDataError(InputError):
    """A value that the embedded emissions of a good need is not stated, or cannot be true."""

    code = "input.cbam-data"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What stands behind the electricity of an installation over a period."""

    lines: tuple[str, ...]
    """Dedicated lines that end at the installation."""
    contracts: tuple[str, ...]
    """Supply contracts with a producer that name the installation."""
    link_documents: tuple[str, ...]
    """SHA-256 of files about the physical link that are held."""
    contract_documents: tuple[str, ...]
    """SHA-256 of files about the contracts that are held."""
    gaps: tuple[str, ...]
    """What lacks of the matching by interval: months, or intervals without a reading."""


@dataclass(frozen=True, slots=True)
class JudgedSource:
    """Where the electricity factor comes from, as claimed and as proven."""

    claimed: ElectricitySource
    used: ElectricitySource
    lacking: tuple[str, ...]
    """What the claim lacked, as codes: ``no-line``, ``no-contract``, ``no-documents``,
    ``no-intervals``; empty where it holds."""


def judge_source(claimed: ElectricitySource, evidence: Evidence) -> JudgedSource:
    """Judge a claim on the electricity factor by its evidence.

    Args:
        claimed: What the operator claims.
        evidence: What stands behind it.

    Returns:
        The claim if all of its evidence is there, else the default with what lacked.

    Source:
        (EU) 2025/2547: actual factor over a direct technical link or a PPA; evidence as the study
        of its task 2 names it: connection, documents, metered data, contracts (verified: K43).

    Example:
        >>> nothing = Evidence(lines=(), contracts=(), link_documents=(), contract_documents=(),
        ...     gaps=())
        >>> judge_source(ElectricitySource.DIRECT_LINE, nothing).lacking
        ('no-line', 'no-documents')
    """
    if claimed is ElectricitySource.DEFAULT:
        return JudgedSource(claimed, claimed, ())
    is_line = claimed is ElectricitySource.DIRECT_LINE
    found = {
        "no-line": bool(evidence.lines) or not is_line,
        "no-contract": bool(evidence.contracts) or is_line,
        "no-documents": bool(evidence.link_documents if is_line else evidence.contract_documents),
        "no-intervals": not evidence.gaps,
    }
    lacking = tuple(code for code, is_there in found.items() if not is_there)
    return JudgedSource(claimed, ElectricitySource.DEFAULT if lacking else claimed, lacking)


def indirect_counts(good: CbamGood, *, book: FactBook, on: date) -> Fact:
    """Return the fact that says whether indirect emissions count for a good: 1 or 0."""
    return book.in_force(f"{_COUNTED}.{good.value}", on=on)


def mark_up(good: CbamGood, *, book: FactBook, on: date) -> Fact:
    """Return the mark-up on default values that is in force for a good [1].

    Args:
        good: The category of the good.
        book: The facts.
        on: A day of the year of import.

    Raises:
        FactOutOfForceError: Before the definitive period, or if a good has several of its own.

    Example:
        >>> from taihang.adapters.facts import load_facts
        >>> str(mark_up(CbamGood.ALUMINIUM, book=load_facts(), on=date(2027, 6, 1)).value)
        '0.20'
    """
    own = f"{_MARK_UP}.{good.value}"
    return book.in_force(own if book.candidates(own, on=on) else _MARK_UP, on=on)


def marked_up(default: Decimal, ratio: Decimal) -> Decimal:
    """Add a mark-up to a default value, exactly.

    Example:
        >>> marked_up(Decimal("2.00"), Decimal("0.10"))
        Decimal('2.2000')
    """
    with localcontext(EXACT):
        return default * (1 + ratio)


def embedded_value(
    stated: Decimal | None, *, kind: PrecursorValue, ratio: Decimal, parameter: str
) -> Decimal:
    """Return what one tonne of a precursor carries.

    Args:
        stated: Its actual emissions, or the default value before mark-up; None if nobody stated it.
            [tCO2e/t]
        kind: Which of them it is; a raw material, which is no CBAM good, carries nothing.
        ratio: The mark-up on default values. [1]
        parameter: Name under which the value is to be stated, for the refusal.

    Returns:
        The value in use, exact [tCO2e/t].

    Raises:
        CbamDataError: If it is needed and not stated, or below zero.

    Source:
        (EU) 2025/2547; zero for raw materials: from memory.
    """
    if kind is PrecursorValue.RAW_MATERIAL:
        return Decimal(0)
    if stated is None or stated < 0:
        raise CbamDataError(
            given=f"{parameter} = {'nothing' if stated is None else stated}",
            expected=f"the {kind.value} value, in tCO2e/t",
            remedy="state it with its source; no value is assumed",
        )
    return stated if kind is PrecursorValue.ACTUAL else marked_up(stated, ratio)


def default_electricity(
    stated: Decimal | None, *, ratio: Decimal | None, parameter: str
) -> Decimal:
    """Return the default factor of electricity in use.

    Args:
        stated: The Commission's default value. [kgCO2/kWh]
        ratio: The mark-up, where it is to be added; None where it is not. [1]
        parameter: Name under which the value is to be stated, for the refusal.

    Returns:
        The factor, exact [kgCO2/kWh].

    Raises:
        CbamDataError: If nobody stated it.
    """
    if stated is None:
        raise CbamDataError(
            given=f"{parameter} = nothing",
            expected="the default factor of electricity, in kgCO2/kWh",
            remedy="state it with its source; no value is assumed",
        )
    return stated if ratio is None else marked_up(stated, ratio)


def electricity_kg(wh: int, kg_per_kwh: Decimal) -> Decimal:
    """Return the indirect emission of electricity, exact [kgCO2]."""
    with localcontext(EXACT):
        return Decimal(wh) / WH_PER_KWH * kg_per_kwh


def specific_embedded(
    attributed_t: Decimal | Fraction,
    *,
    precursors: Iterable[tuple[Decimal, Decimal]],
    activity_level_t: Decimal,
) -> Fraction:
    """Return the specific embedded emissions of a good.

    Args:
        attributed_t: Emissions attributed to the production process. [tCO2e]
        precursors: Of each, mass consumed [t] and its specific embedded emissions [tCO2e/t]; none
            for a simple good.
        activity_level_t: What was made. [t]

    Returns:
        Exact [tCO2e/t].

    Raises:
        CbamDataError: If nothing was made.

    Source:
        (EU) 2023/956 Annex IV, points 2 and 3.

    Example:
        >>> specific_embedded(Decimal(100), precursors=[(Decimal(50), Decimal(2))],
        ...     activity_level_t=Decimal(40))
        Fraction(5, 1)
    """
    if not activity_level_t.is_finite() or activity_level_t <= 0:
        raise CbamDataError(
            given=f"an activity level of {activity_level_t} t",
            expected="above 0",
            remedy="hand in the output of the period",
        )
    brought = sum((Fraction(mass) * Fraction(see) for mass, see in precursors), start=Fraction(0))
    return (Fraction(attributed_t) + brought) / Fraction(activity_level_t)
