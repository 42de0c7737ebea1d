"""Scope 2: the electricity of one user in the views that dual reporting asks for.

::

    location          Σ load × EF_location
    market            Σ claim × EF_claim + (load − Σ claim) × EF_residual            over the period
    interval market   Σ_t [Σ claim_t × EF_claim + (load_t − Σ claim_t) × EF_residual]

Period and interval view differ in one thing only, and it is the whole point: over the period a
surplus at noon may cover the night, in the interval view it may not. Every view keeps the share
that arrived over a direct physical line by name.

Source: GHG Protocol Scope 2 Guidance (2015), dual reporting and quality hierarchy (mark:
from memory); hourly matching as proposed in the revision of 2025 (verified: K28).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from enum import StrEnum
from fractions import Fraction
from typing import Final

import numpy as np
from numpy.typing import NDArray

from taihang.core.carbon.inventory import Line, Method, Scope
from taihang.core.errors import InputError
from taihang.core.facts import Fact
from taihang.core.quantities import EXACT, WH_PER_KWH

FACTOR_UNITS: Final = ("kgCO2/kWh", "tCO2/MWh")
"""The same number in either; the life-cycle unit kgCO2e/kWh is for products and is refused."""


class FactorUnitError(InputError):
    """A factor of another kind was offered for scope 2."""

    code = "input.scope2-factor"


class OverclaimError(InputError):
    """More energy is claimed than was used."""

    code = "input.overclaim"


class EnergyShapeError(InputError):
    """Load and claims lie on different grids, or hold energy below zero."""

    code = "input.scope2-energy"


class Instrument(StrEnum):
    """What proves the origin of energy."""

    DIRECT_LINE = "direct line"
    """Physically delivered over a line of the user's own (专线)."""
    CERTIFICATE = "certificate"
    """Green electricity certificate (绿证)."""
    CONTRACT = "contract"
    """Green-power trade or purchase agreement (绿电交易)."""
    SUPPLIER_MIX = "supplier mix"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Energy of proven origin over the whole period."""

    instrument: Instrument
    label: str
    """Id of the line, the certificate lot or the contract."""
    wh: int
    """Energy claimed [Wh]."""
    factor: Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class IntervalClaim:
    """Energy of proven origin, interval by interval."""

    instrument: Instrument
    label: str
    wh: NDArray[np.int64]
    """Energy claimed, shape (n,). [Wh]"""
    factor: Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope2View:
    """The electricity of one user, counted in one way."""

    method: Method
    load_wh: int
    claims: tuple[Claim, ...]
    lines: tuple[Line, ...]
    """One for each claim, then one for what is left; ready for an inventory."""

    @property
    def untracked_wh(self) -> int:
        """Energy of no proven origin [Wh]."""
        return self.load_wh - sum(claim.wh for claim in self.claims)

    @property
    def kg_co2e(self) -> Decimal:
        """Exact sum of the lines [kgCO2e]."""
        with localcontext(EXACT):
            return sum((line.kg_co2e for line in self.lines), start=Decimal(0))

    def share_ratio(self, instrument: Instrument) -> Fraction | None:
        """Return the share of the load that one kind of instrument covers, exact [1].

        Returns:
            The share, or None when there was no load to have a share of.
        """
        if self.load_wh == 0:
            return None
        claimed_wh = sum(claim.wh for claim in self.claims if claim.instrument is instrument)
        return Fraction(claimed_wh, self.load_wh)


def location_based(load_wh: int, *, factor: Fact) -> Scope2View:
    """Count all electricity at the average factor of the place.

    Args:
        load_wh: Electricity used over the period. [Wh]
        factor: Average factor of the region. [kgCO2/kWh]

    Returns:
        The location-based view; it knows no claims.

    Raises:
        EnergyShapeError: If the load is negative.
        FactorUnitError: If the factor is of another kind.
    """
    _refuse_negative(load_wh, what="load")
    line = _line("all electricity", load_wh, factor, Method.LOCATION)
    return Scope2View(method=Method.LOCATION, load_wh=load_wh, claims=(), lines=(line,))


def market_based(load_wh: int, *, claims: Sequence[Claim], residual: Fact) -> Scope2View:
    """Count electricity by its proven origin, and the rest at the residual factor.

    Args:
        load_wh: Electricity used over the period. [Wh]
        claims: Energy of proven origin, in the order in which it is shown.
        residual: Factor of what nobody has proven. [kgCO2/kWh]

    Returns:
        The market-based view.

    Raises:
        EnergyShapeError: If an energy is negative.
        OverclaimError: If the claims exceed the load.
        FactorUnitError: If a factor is of another kind.
    """
    _refuse_negative(load_wh, what="load")
    for claim in claims:
        _refuse_negative(claim.wh, what=f"claim {claim.label!r}")
    claimed_wh = sum(claim.wh for claim in claims)
    if claimed_wh > load_wh:
        raise OverclaimError(
            given=f"claims of {claimed_wh} Wh",
            expected=f"at most the load of {load_wh} Wh",
            remedy="claim only what was used, and keep or sell the rest",
        )
    return _view(Method.MARKET, load_wh, tuple(claims), residual)


def interval_market_based(
    load_wh: NDArray[np.int64], *, claims: Sequence[IntervalClaim], residual: Fact
) -> Scope2View:
    """Count electricity by its proven origin in the very interval of its use.

    Args:
        load_wh: Electricity used in each interval, shape (n,). [Wh]
        claims: Energy of proven origin in the same intervals, in the order in which it is shown.
        residual: Factor of what nobody has proven. [kgCO2/kWh]

    Returns:
        The interval view; its claims are the sums over the intervals.

    Raises:
        EnergyShapeError: If shapes differ or an energy is negative.
        OverclaimError: If the claims exceed the load in any interval; the message names the first.
        FactorUnitError: If a factor is of another kind.
    """
    matched_wh = np.zeros_like(load_wh)
    for claim in claims:
        if claim.wh.shape != load_wh.shape:
            raise EnergyShapeError(
                given=f"claim {claim.label!r} of shape {claim.wh.shape}",
                expected=f"the shape of the load, {load_wh.shape}",
                remedy="cut both to the same period",
            )
        _refuse_negative(int(claim.wh.min(initial=0)), what=f"claim {claim.label!r}")
        matched_wh = matched_wh + claim.wh
    _refuse_negative(int(load_wh.min(initial=0)), what="load")
    over = np.flatnonzero(matched_wh > load_wh)
    if len(over):
        first = int(over[0])
        raise OverclaimError(
            given=f"claims of {int(matched_wh[first])} Wh in interval {first}",
            expected=f"at most its load of {int(load_wh[first])} Wh",
            remedy="match the interval again; a surplus belongs to no other interval",
        )
    summed = tuple(
        Claim(
            instrument=claim.instrument,
            label=claim.label,
            wh=int(claim.wh.sum()),
            factor=claim.factor,
        )
        for claim in claims
    )
    return _view(Method.INTERVAL_MARKET, int(load_wh.sum()), summed, residual)


def _view(method: Method, load_wh: int, claims: tuple[Claim, ...], residual: Fact) -> Scope2View:
    untracked_wh = load_wh - sum(claim.wh for claim in claims)
    lines = [
        _line(f"{claim.instrument.value} {claim.label}", claim.wh, claim.factor, method)
        for claim in claims
    ]
    lines.append(_line("untracked electricity", untracked_wh, residual, method))
    return Scope2View(method=method, load_wh=load_wh, claims=claims, lines=tuple(lines))


def _line(activity: str, energy_wh: int, factor: Fact, method: Method) -> Line:
    if factor.unit not in FACTOR_UNITS:
        raise FactorUnitError(
            given=f"{factor.key} in {factor.unit}",
            expected=f"a factor in {' or '.join(FACTOR_UNITS)}",
            remedy="take a grid factor; life-cycle factors are for product footprints only",
        )
    with localcontext(EXACT):
        amount_kwh = Decimal(energy_wh) / WH_PER_KWH
        return Line(
            scope=Scope.ENERGY,
            activity=activity,
            amount=amount_kwh,
            unit="kWh",
            factors=(factor,),
            kg_co2e=amount_kwh * factor.value,
            method=method,
        )


def _refuse_negative(energy_wh: int, *, what: str) -> None:
    if energy_wh < 0:
        raise EnergyShapeError(
            given=f"{what} of {energy_wh} Wh",
            expected="0 Wh or more",
            remedy="count energy that flows back as export, not as negative load",
        )
