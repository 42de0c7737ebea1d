"""What a tonne of a project's product would carry from its electricity, in the views that count.

By place, by contract hour by hour, and for CBAM goods as the regulation counts it: over a direct
link, under a power purchase agreement, or by the default factor.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Final

from taihang.core.facts import Fact, FactBook, FactOutOfForceError
from taihang.core.park.candidate import CandidateProduct
from taihang.core.park.carbon import CbamChoices, CbamGood
from taihang.core.periods import year
from taihang.core.quantities import WH_PER_KWH, WH_PER_MWH
from taihang.services.account import grid_factor
from taihang.services.ports import Ports
from taihang.standards import cbam, mee_grid_factors

KWH_PER_MWH: Final = WH_PER_MWH // WH_PER_KWH
DIRECT_LINK: Final = "direct-link"
PPA: Final = "ppa"
DEFAULT: Final = "default"
CASES: Final = (DIRECT_LINK, PPA, DEFAULT)


@dataclass(frozen=True, slots=True, kw_only=True)
class CarbonFactors:
    """The factors of an offer [kgCO2/kWh]; None where one is not in force or not stated."""

    location: Fact | None
    residual: Fact | None
    fossil: Fact | None
    """Fossil electricity only: the same notion as the default of CBAM, for orientation."""
    cbam: CbamChoices | None
    book: FactBook
    on: date
    """Day on which the rules of CBAM are asked for: today."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductEffect:
    """The electricity of a tonne of one product."""

    product: CandidateProduct
    location_t_per_t: Fraction | None
    market_t_per_t: Fraction | None
    """By contract, hour by hour [tCO2/t]."""
    counted: Fact | None
    """Whether indirect emissions count for the good: 1 or 0; None where it is no CBAM good."""
    mark_up: Fact | None
    embedded_t_per_t: Mapping[str, Fraction]
    """By case, at the default factor that the park states; empty where it states none."""
    orientation_t_per_t: Mapping[str, Fraction]
    """By case, at the fossil-only factor; proves nothing."""


def factors_of(label: str, *, ports: Ports) -> CarbonFactors:
    """Return the factors of a past year, and the rules of today."""
    accounting, whole = ports.park.accounting, year(label, ports.park.zone)

    def factor(code: str, region: str) -> Fact | None:
        try:
            return grid_factor(ports, code=code, region=region, period=whole)
        except FactOutOfForceError:
            return None

    return CarbonFactors(
        location=factor(mee_grid_factors.AVERAGE, accounting.location_region),
        residual=factor(accounting.residual_factor, mee_grid_factors.NATION),
        fossil=factor(mee_grid_factors.FOSSIL_ONLY, mee_grid_factors.NATION),
        cbam=ports.park.carbon.cbam,
        book=ports.facts,
        on=ports.clock.now().astimezone(ports.park.zone).date(),
    )


def avoided_t(green_wh: int, factors: CarbonFactors) -> Fraction | None:
    """Return what green energy would have emitted at the residual factor [tCO2].

    Returns:
        Exact; None where no residual factor is in force.
    """
    if factors.residual is None:
        return None
    return Fraction(green_wh, WH_PER_MWH) * Fraction(factors.residual.value)


def product_effects(
    products: Iterable[CandidateProduct],
    *,
    line_ratio: Fraction,
    green_ratio: Fraction,
    factors: CarbonFactors,
) -> tuple[ProductEffect, ...]:
    """Return what the electricity of a tonne of each product carries.

    Args:
        products: The products.
        line_ratio: Part of the electricity that comes over a dedicated line, green. [1]
        green_ratio: Part of it that is green in its hour, over any route. [1]
        factors: The factors.
    """
    shares = {DIRECT_LINK: line_ratio, PPA: green_ratio, DEFAULT: Fraction(0)}
    return tuple(_effect(each, shares, factors) for each in products)


def _effect(
    product: CandidateProduct, shares: Mapping[str, Fraction], factors: CarbonFactors
) -> ProductEffect:
    mwh_per_t = Fraction(product.kwh_per_t) / KWH_PER_MWH
    counted = mark_up = None
    in_use: Decimal | None = None
    fossil: Decimal | None = None
    if product.cbam_good is not None:
        counted, mark_up = _rules(product.cbam_good, factors)
        in_use = _default_kg_per_kwh(factors, mark_up)
        fossil = None if factors.fossil is None else factors.fossil.value
    return ProductEffect(
        product=product,
        location_t_per_t=_times(mwh_per_t, factors.location, Fraction(0)),
        market_t_per_t=_times(mwh_per_t, factors.residual, shares[PPA]),
        counted=counted,
        mark_up=mark_up,
        embedded_t_per_t=_by_case(mwh_per_t, in_use, shares),
        orientation_t_per_t=_by_case(mwh_per_t, fossil, shares),
    )


def _by_case(
    mwh_per_t: Fraction, t_per_mwh: Decimal | None, shares: Mapping[str, Fraction]
) -> dict[str, Fraction]:
    """Return what is left of the electricity at a factor, by case; none without a factor."""
    if t_per_mwh is None:
        return {}
    return {case: mwh_per_t * Fraction(t_per_mwh) * (1 - share) for case, share in shares.items()}


def _times(mwh_per_t: Fraction, factor: Fact | None, green: Fraction) -> Fraction | None:
    return None if factor is None else mwh_per_t * Fraction(factor.value) * (1 - green)


def _rules(good: CbamGood, factors: CarbonFactors) -> tuple[Fact | None, Fact | None]:
    try:
        return (
            cbam.indirect_counts(good, book=factors.book, on=factors.on),
            cbam.mark_up(good, book=factors.book, on=factors.on),
        )
    except FactOutOfForceError:
        return None, None


def _default_kg_per_kwh(factors: CarbonFactors, mark_up: Fact | None) -> Decimal | None:
    """Return the default factor that the park states, with its mark-up where that is chosen."""
    choices = factors.cbam
    if choices is None or choices.electricity_default_kg_per_kwh is None:
        return None
    if choices.electricity_marked_up and mark_up is None:
        return None
    ratio = mark_up.value if choices.electricity_marked_up and mark_up is not None else None
    return cbam.default_electricity(
        choices.electricity_default_kg_per_kwh,
        ratio=ratio,
        parameter="cbam.electricity_default_kg_per_kwh",
    )
