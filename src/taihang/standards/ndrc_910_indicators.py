"""The six indicators of a national zero-carbon park: 发改环资〔2025〕910号, annex 3 (trial).

The first is the core indicator, with a veto; the other five guide. Thresholds lie in
``tables/ndrc_910_indicators.toml``. What the annex leaves open (the basis of the standard coal,
feedstock, what clean energy is) is decided by the park and never here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Context, Decimal, localcontext
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from taihang.core.activity.amount import Amount, Known, Unknown, first_unknown
from taihang.core.errors import InputError
from taihang.core.facts import Fact, FactBook
from taihang.core.quantities import EXACT

FAMILY: Final = "ndrc-2025-910"
RULE: Final = "ndrc-910-indicators/v1"
_PLACES: Final = Decimal("0.000001")
"""Digits of a printed quotient; a verdict is reached without dividing."""
_WIDE: Final = Context(prec=60)


class IndicatorInputError(InputError):
    """An amount that no indicator can take."""

    code = "input.zero-carbon-amount"


class Indicator(StrEnum):
    """The six indicators, by their number in the annex."""

    CARBON_PER_ENERGY = "I1"
    """单位能耗碳排放: the core indicator."""
    CLEAN_ENERGY = "I2"
    """清洁能源消费占比."""
    PRODUCT_ENERGY = "I3"
    """园区企业产出产品单位能耗."""
    SOLID_WASTE = "I4"
    """工业固废综合利用率."""
    WASTE_HEAT = "I5"
    """余热余冷余压综合利用率."""
    WATER_REUSE = "I6"
    """工业用水重复利用率."""


class Verdict(StrEnum):
    """What an indicator comes to."""

    MET = "met"
    NOT_MET = "not-met"
    NOT_ASSESSED = "not-assessed"


class SizeClass(StrEnum):
    """How much energy the park uses in a year; the core threshold depends on it."""

    SMALL = "small"
    """Under 0.2 Mtce: the annex defines no core threshold."""
    MEDIUM = "medium"
    """0.2 Mtce or more and under 1.0 Mtce."""
    LARGE = "large"
    """1.0 Mtce or more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductEnergy:
    """Energy for one unit of one product of one enterprise, and what level 2 allows."""

    subject: str
    product: str
    used: Amount
    """Product unit energy, for example in kgce/t."""
    level_2: Fact | None
    """Most that level 2 of the energy-quota standard allows, in the same unit; None: not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParkYear:
    """What the indicators of one calendar year are made of."""

    carbon: Amount
    """CO2 by annex 4 [tCO2]."""
    energy: Amount
    """Comprehensive energy on the park's basis [tce]."""
    clean_energy: Amount
    """Clean energy consumed, by the park's definition, on the same basis [tce]."""
    products: tuple[ProductEnergy, ...] | Unknown
    waste_used: Amount
    waste_generated: Amount
    heat_recovered: Amount
    heat_recoverable: Amount
    water_reused: Amount
    water_fresh: Amount


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One indicator of one year."""

    indicator: Indicator
    verdict: Verdict
    value: Decimal | None
    """Rounded for people; the verdict is reached on exact amounts. None where not assessed."""
    unit: str
    threshold: Fact | None
    """None where the annex defines none."""
    why_not: Unknown | None
    """Why it is not assessed."""
    inputs: Mapping[str, Known]
    """Every amount that was known, by name, also where another one lacked."""

    @property
    def is_core(self) -> bool:
        """Whether missing it is a veto."""
        return self.indicator is Indicator.CARBON_PER_ENERGY


@dataclass(frozen=True, slots=True, kw_only=True)
class ZeroCarbonYear:
    """All six indicators of a park and year."""

    size: SizeClass | None
    """None while the energy of the year is not known."""
    size_limits: tuple[Fact, ...]
    judged: tuple[Judged, ...]
    gap_t: Decimal | None
    """Carbon above the core threshold [tCO2]: what must go; below 0 it is room that is left."""

    @property
    def facts(self) -> tuple[Fact, ...]:
        """Every threshold that was applied, once each."""
        used = [*self.size_limits, *(one.threshold for one in self.judged if one.threshold)]
        return tuple({fact.key: fact for fact in used}.values())

    def count(self, verdict: Verdict) -> int:
        """Return how many of the six came to a verdict."""
        return sum(one.verdict is verdict for one in self.judged)


def judge(year: ParkYear, *, book: FactBook, on: date) -> ZeroCarbonYear:
    """Judge a park's year by the six indicators.

    Args:
        year: The amounts; what is not known says why.
        book: The facts.
        on: A local day; usually the last of the year.

    Returns:
        The six in the order of the annex, and the gap to the core threshold.

    Raises:
        IndicatorInputError: If an amount is negative or not finite, or two units differ.
        FactOutOfForceError: If the annex is not in force on that day.

    Example:
        >>> round(gap_to_core_t(Decimal(110_000), energy_tce=Decimal(500_000),
        ...     most_t_per_tce=Decimal("0.2")))
        10000

    Source:
        发改环资〔2025〕910号, annex 3 [verified: K10, K13; formulas of I3, I5 and I6 from memory].
    """
    limits = tuple(
        book.in_force(f"zero-carbon.size.{size.value}", on=on, family=FAMILY)
        for size in (SizeClass.MEDIUM, SizeClass.LARGE)
    )
    size = _size(year.energy, limits)

    def threshold(name: str) -> Fact:
        return book.in_force(f"zero-carbon.{name}", on=on, family=FAMILY)

    core = None
    if size is SizeClass.MEDIUM or size is SizeClass.LARGE:
        core = threshold(f"carbon-per-energy-max.{size.value}")
    return ZeroCarbonYear(
        size=size,
        size_limits=limits,
        judged=(
            _core(year, core, size),
            _share(Indicator.CLEAN_ENERGY, year, threshold("clean-energy-min")),
            _products(year.products, threshold("product-level-max")),
            _share(Indicator.SOLID_WASTE, year, threshold("solid-waste-min")),
            _share(Indicator.WASTE_HEAT, year, threshold("waste-heat-min")),
            _water(year, threshold("water-reuse-min")),
        ),
        gap_t=_gap(year, core),
    )


def gap_to_core_t(carbon_t: Decimal, *, energy_tce: Decimal, most_t_per_tce: Decimal) -> Decimal:
    """Return the carbon that must go until the core threshold is met.

    Args:
        carbon_t: CO2 of the year [tCO2].
        energy_tce: Energy of the year [tce].
        most_t_per_tce: The threshold [tCO2/tce].

    Returns:
        E − threshold × energy, exact [tCO2]; below 0 it is room that is left.
    """
    with localcontext(EXACT):
        return carbon_t - most_t_per_tce * energy_tce


def _size(energy: Amount, limits: tuple[Fact, ...]) -> SizeClass | None:
    if isinstance(energy, Unknown):
        return None
    medium, large = limits
    if energy.amount >= large.value:
        return SizeClass.LARGE
    return SizeClass.MEDIUM if energy.amount >= medium.value else SizeClass.SMALL


def _core(year: ParkYear, most: Fact | None, size: SizeClass | None) -> Judged:
    inputs = _inputs({"carbon": year.carbon, "energy": year.energy})
    why_not = first_unknown(year.carbon, year.energy) or _zero(year.energy)
    value = verdict = None
    if isinstance(year.carbon, Known) and isinstance(year.energy, Known) and why_not is None:
        value = _quotient(year.carbon.amount, year.energy.amount)
        if most is not None:
            over_t = gap_to_core_t(
                year.carbon.amount, energy_tce=year.energy.amount, most_t_per_tce=most.value
            )
            verdict = Verdict.MET if over_t <= 0 else Verdict.NOT_MET
        elif size is SizeClass.SMALL:
            why_not = Unknown("below-size")
    return Judged(
        indicator=Indicator.CARBON_PER_ENERGY,
        verdict=verdict or Verdict.NOT_ASSESSED,
        value=value,
        unit="tCO2/tce",
        threshold=most,
        why_not=why_not,
        inputs=inputs,
    )


def _gap(year: ParkYear, most: Fact | None) -> Decimal | None:
    if most is None or isinstance(year.carbon, Unknown) or isinstance(year.energy, Unknown):
        return None
    return gap_to_core_t(
        year.carbon.amount, energy_tce=year.energy.amount, most_t_per_tce=most.value
    )


_SHARES: Final[Mapping[Indicator, Callable[[ParkYear], Mapping[str, Amount]]]] = MappingProxyType(
    {
        Indicator.CLEAN_ENERGY: lambda y: {"clean_energy": y.clean_energy, "energy": y.energy},
        Indicator.SOLID_WASTE: lambda y: {
            "waste_used": y.waste_used,
            "waste_generated": y.waste_generated,
        },
        Indicator.WASTE_HEAT: lambda y: {
            "heat_recovered": y.heat_recovered,
            "heat_recoverable": y.heat_recoverable,
        },
    }
)
"""The part and the whole of each share, in this order."""


def _share(indicator: Indicator, year: ParkYear, least: Fact) -> Judged:
    amounts = _SHARES[indicator](year)
    part, whole = amounts.values()
    return _judged_share(indicator, (part, whole), least, _inputs(amounts))


def _water(year: ParkYear, least: Fact) -> Judged:
    """Reused over all that was used, fresh and reused."""
    inputs = _inputs({"water_reused": year.water_reused, "water_fresh": year.water_fresh})
    reused, fresh = year.water_reused, year.water_fresh
    whole: Amount = fresh
    if isinstance(reused, Known) and isinstance(fresh, Known):
        _demand_one_unit(reused, fresh)
        with localcontext(EXACT):
            whole = Known(reused.amount + fresh.amount, fresh.unit)
    return _judged_share(Indicator.WATER_REUSE, (reused, whole), least, inputs)


def _judged_share(
    indicator: Indicator, share: tuple[Amount, Amount], least: Fact, inputs: Mapping[str, Known]
) -> Judged:
    part, whole = share
    why_not = first_unknown(part, whole) or _zero(whole)
    value, verdict = None, Verdict.NOT_ASSESSED
    if isinstance(part, Known) and isinstance(whole, Known) and why_not is None:
        _demand_one_unit(part, whole)
        value = _quotient(part.amount, whole.amount)
        with localcontext(EXACT):
            is_met = part.amount >= least.value * whole.amount
        verdict = Verdict.MET if is_met else Verdict.NOT_MET
    return Judged(
        indicator=indicator,
        verdict=verdict,
        value=value,
        unit="1",
        threshold=least,
        why_not=why_not,
        inputs=inputs,
    )


def _products(products: tuple[ProductEnergy, ...] | Unknown, level: Fact) -> Judged:
    """Judge every product: one above level 2 fails all, one that is not known leaves it open."""
    why_not = products if isinstance(products, Unknown) else _open_product(products)
    known = () if isinstance(products, Unknown) else products
    inputs = _inputs({f"{one.subject}.{one.product}": one.used for one in known})
    judged = [one for one in known if isinstance(one.used, Known) and one.level_2 is not None]
    good = sum(_is_level_2(one) for one in judged)
    value, verdict = None, Verdict.NOT_ASSESSED
    if judged and good < len(judged):
        verdict, why_not = Verdict.NOT_MET, None
    elif judged and why_not is None:
        verdict = Verdict.MET
    if verdict is not Verdict.NOT_ASSESSED:
        value = _quotient(Decimal(good), Decimal(len(judged)))
    return Judged(
        indicator=Indicator.PRODUCT_ENERGY,
        verdict=verdict,
        value=value,
        unit="1",
        threshold=level,
        why_not=why_not,
        inputs=inputs,
    )


def _open_product(products: tuple[ProductEnergy, ...]) -> Unknown | None:
    if not products:
        return Unknown("no-products")
    for one in products:
        if isinstance(one.used, Unknown):
            return one.used
        if one.level_2 is None:
            return Unknown("no-quota", one.product)
    return None


def _is_level_2(one: ProductEnergy) -> bool:
    if isinstance(one.used, Unknown) or one.level_2 is None:
        return False
    if one.used.unit != one.level_2.unit:
        raise IndicatorInputError(
            given=f"{one.product} of {one.subject} in {one.used.unit}",
            expected=f"the unit of its quota, {one.level_2.unit}",
            remedy="convert the amount before it is judged",
        )
    return one.used.amount <= one.level_2.value


def _zero(whole: Amount) -> Unknown | None:
    """A share of nothing is no share."""
    is_zero = isinstance(whole, Known) and whole.amount == 0
    return Unknown("nothing-to-divide-by") if is_zero else None


def _inputs(amounts: Mapping[str, Amount]) -> dict[str, Known]:
    known = {name: one for name, one in amounts.items() if isinstance(one, Known)}
    for name, one in known.items():
        if not one.amount.is_finite() or one.amount < 0:
            raise IndicatorInputError(
                given=f"{name} = {one.amount} {one.unit}",
                expected="an amount of 0 or more",
                remedy="correct the line it comes from; leave out what is not known",
            )
    return known


def _demand_one_unit(one: Known, other: Known) -> None:
    if one.unit != other.unit:
        raise IndicatorInputError(
            given=f"{one.unit} and {other.unit}",
            expected="part and whole in one unit",
            remedy="hand both in in the same unit",
        )


def _quotient(part_count: Decimal, whole_count: Decimal) -> Decimal:
    with localcontext(_WIDE):
        return (part_count / whole_count).quantize(_PLACES, ROUND_HALF_EVEN)
