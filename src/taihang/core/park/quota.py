"""Quotas and budgets of a calendar year, and when the park wants to be warned."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final


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
