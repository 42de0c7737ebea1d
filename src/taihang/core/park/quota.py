"""Quotas and budgets of a calendar year, when the park wants to be warned, quotas of products."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final

from taihang.core.facts import Fact

PRODUCT_QUOTA: Final = "energy-quota.level-2."
"""Before the name of a product: the fact of most that level 2 of its standard allows."""


class QuotaMeasure(StrEnum):
    """What a quota counts; the basis is part of the name, for the figures of two bases differ."""

    ENERGY_EQUIVALENT = "energy-equivalent"
    """Comprehensive energy, electricity at equivalent value 当量值 [tce]."""
    ENERGY_EQUAL = "energy-equal"
    """Comprehensive energy, electricity at equal value 等价值 [tce]."""
    ELECTRICITY = "electricity"
    """Electricity used, by the meters [MWh]."""
    CARBON_LOCATION = "carbon-location"
    """Greenhouse gases of an enterprise, electricity by its place [tCO2e]."""
    CARBON_MARKET = "carbon-market"
    """The same, electricity by contract [tCO2e]."""
    CARBON_PHYSICAL = "carbon-physical"
    """The same, electricity by wire [tCO2e]."""
    CARBON_PARK = "carbon-park"
    """CO2 of the park by annex 4 of 发改环资〔2025〕910号 [tCO2]."""


UNITS: Final[Mapping[QuotaMeasure, str]] = {
    QuotaMeasure.ENERGY_EQUIVALENT: "tce",
    QuotaMeasure.ENERGY_EQUAL: "tce",
    QuotaMeasure.ELECTRICITY: "MWh",
    QuotaMeasure.CARBON_LOCATION: "tCO2e",
    QuotaMeasure.CARBON_MARKET: "tCO2e",
    QuotaMeasure.CARBON_PHYSICAL: "tCO2e",
    QuotaMeasure.CARBON_PARK: "tCO2",
}
"""The unit in which a quota of each measure is written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """What one subject may use in each calendar year that the quota holds for."""

    id: str
    subject: str
    """An enterprise, a station, or ``park``."""
    measure: QuotaMeasure
    amount: Decimal
    """A calendar year, in ``unit``; above 0."""
    unit: str
    valid_from: date
    """First local day on which the document holds."""
    valid_to: date
    """Last local day on which it holds."""
    document: str
    """Who set it, in which document."""

    def holds_for(self, year: int) -> bool:
        """Say whether it is the quota of a year: whether it holds on the last day of it.

        Example:
            >>> Quota(id="Q", subject="E01", measure=QuotaMeasure.ELECTRICITY,
            ...       amount=Decimal(1), unit="MWh", valid_from=date(2026, 5, 1),
            ...       valid_to=date(2027, 6, 30), document="test").holds_for(2026)
            True
        """
        return self.valid_from <= date(year, 12, 31) <= self.valid_to


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaRules:
    """When the park wants to be warned; no text says it, and none has a default (§12)."""

    watch_chance_ratio: Decimal
    """Chance of a breach from which a quota is watched [1]."""
    warning_chance_ratio: Decimal
    """Chance of a breach from which it is a warning [1]."""
    interval_ratio: Decimal
    """Share of outcomes that the interval beside a forecast holds [1]."""
    source: str


class Evidence(StrEnum):
    """How sure the park is of a figure; the word goes into the fact."""

    VERIFIED = "verified"
    """Read in the text itself."""
    UNCERTAIN = "uncertain"
    """Heard of, assumed, or read elsewhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductQuota:
    """Level 2 of the energy-quota standard of a product 单位产品能耗限额, as the park read it."""

    id: str
    product: str
    """Name of the product in activity data, without ``product.``."""
    level_2: Decimal
    """Most that level 2 allows, in ``unit``; above 0."""
    unit: str
    """For example ``kgce/t``."""
    valid_from: date
    """First local day on which the text is in force."""
    document: str
    """Number and year of the standard."""
    clause: str
    evidence: Evidence


def product_facts(quotas: Iterable[ProductQuota], *, region: str) -> tuple[Fact, ...]:
    """Return the product quotas of a park as facts, each in force until the next of its product.

    Args:
        quotas: Of a product no two begin on one day.
        region: Of the park.
    """
    found: list[Fact] = []
    ordered = sorted(quotas, key=lambda one: (one.product, one.valid_from))
    for one in ordered:
        later = (
            other.valid_from
            for other in ordered
            if other.product == one.product and other.valid_from > one.valid_from
        )
        found.append(
            Fact(
                code=f"{PRODUCT_QUOTA}{one.product}",
                value=one.level_2,
                unit=one.unit,
                region=region,
                valid_from=one.valid_from,
                valid_to=min(later, default=None),
                data_year=None,
                document=one.document,
                clause=one.clause,
                source=f"park.toml [product_quotas.{one.id}]",
                status=one.evidence.value,
                set="park",
            )
        )
    return tuple(found)


def quotas_of(quotas: Mapping[str, Quota], *, year: int) -> dict[tuple[str, QuotaMeasure], Quota]:
    """Return the quotas of a year; of two that hold, the one that came later is the revision.

    Args:
        quotas: All of a park.
        year: The calendar year.

    Returns:
        By subject and measure, in the order of the file.
    """
    found: dict[tuple[str, QuotaMeasure], Quota] = {}
    for quota in quotas.values():
        key = (quota.subject, quota.measure)
        if quota.holds_for(year) and (key not in found or quota.valid_from > found[key].valid_from):
            found[key] = quota
    return found
