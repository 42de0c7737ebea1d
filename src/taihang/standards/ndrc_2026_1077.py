"""T&D tariff of Shanxi, fourth regulatory cycle, from 2026-08-01: 发改价格〔2026〕1077号.

Prices and the two-part rules lie in ``tables/shanxi_td_tariff.toml``. Earlier cycles are not in
the table: a bill for an earlier month is refused in words, never guessed.
"""

from datetime import date
from enum import StrEnum
from typing import Final

from taihang.core.errors import InputError
from taihang.core.facts import Fact, FactBook, FactOutOfForceError
from taihang.core.market.demand import DemandRules
from taihang.core.market.tariff import TariffParts, TransmissionTariff
from taihang.core.market.tou import TariffNotInForceError

FAMILY: Final = "ndrc-2026-1077"
DOCUMENT: Final = "发改价格〔2026〕1077号"
_LOW_BELOW_KV: Final = 1
_MEDIUM_UP_TO_KV: Final = 20
_SUB_TRANSMISSION_KV: Final = 35
_HIGH_FROM_KV: Final = 110


class VoltageClassError(InputError):
    """A supply voltage that the published table has no row for."""

    code = "input.voltage-class"


class TariffPartsError(InputError):
    """A user of that size may not be billed in one part or in two."""

    code = "input.tariff-parts"


class VoltageClass(StrEnum):
    """The rows of the table."""

    BELOW_1_KV = "below-1kv"
    """不满1千伏."""
    KV_1_TO_20 = "1-20kv"
    """1–10(20)千伏."""
    KV_35 = "35kv"
    """35千伏."""
    FROM_110_KV = "from-110kv"
    """110千伏及以上."""


def voltage_class(voltage_kv: float) -> VoltageClass:
    """Return the row of the table for a supply voltage.

    Args:
        voltage_kv: Nominal voltage of the supply. [kV]

    Raises:
        VoltageClassError: If the table has no row for it, for example 66 kV.

    Example:
        >>> voltage_class(220.0).value
        'from-110kv'
    """
    if 0 < voltage_kv < _LOW_BELOW_KV:
        return VoltageClass.BELOW_1_KV
    if _LOW_BELOW_KV <= voltage_kv <= _MEDIUM_UP_TO_KV:
        return VoltageClass.KV_1_TO_20
    if voltage_kv == _SUB_TRANSMISSION_KV:
        return VoltageClass.KV_35
    if voltage_kv >= _HIGH_FROM_KV:
        return VoltageClass.FROM_110_KV
    raise VoltageClassError(
        given=f"{voltage_kv} kV",
        expected="below 1 kV, 1 to 20 kV, 35 kV, or 110 kV and above",
        remedy="enter the nominal voltage of the supply contract",
    )


def parts_allowed(transformer_kva: float, *, book: FactBook, on: date) -> frozenset[TariffParts]:
    """Return in how many parts a user of that size may be billed.

    Args:
        transformer_kva: Transformers and high-voltage motors. [kVA]
        book: The facts.
        on: The local day.

    Returns:
        One part up to 100 kVA, two parts from 315 kVA, either in between.

    Raises:
        TariffNotInForceError: If the rules are not in force on that day.

    Source:
        Eligibility by capacity [from memory].
    """
    if transformer_kva <= _fact(book, "td.eligibility.one-part-up-to", on).value:
        return frozenset({TariffParts.ONE_PART})
    if transformer_kva >= _fact(book, "td.eligibility.two-part-from", on).value:
        return frozenset({TariffParts.TWO_PART})
    return frozenset(TariffParts)


def require_parts(
    parts: TariffParts, *, transformer_kva: float, book: FactBook, on: date
) -> TariffParts:
    """Return the parts if a user of that size may be billed so.

    Args:
        parts: What the tariff says.
        transformer_kva: Transformers and high-voltage motors. [kVA]
        book: The facts.
        on: The local day.

    Raises:
        TariffPartsError: If the capacity rules it out.
        TariffNotInForceError: If the rules are not in force on that day.
    """
    allowed = parts_allowed(transformer_kva, book=book, on=on)
    if parts not in allowed:
        raise TariffPartsError(
            given=f"a {parts} tariff for {transformer_kva} kVA",
            expected=f"one of {sorted(allowed)}",
            remedy="correct the tariff or the transformer capacity of the user",
        )
    return parts


def transmission_tariff(
    book: FactBook, *, voltage_kv: float, parts: TariffParts, charging_station: bool, on: date
) -> TransmissionTariff:
    """Return the row of the table for one user.

    Args:
        book: The facts.
        voltage_kv: Nominal voltage of the supply. [kV]
        parts: Billed in one part or in two.
        charging_station: Whether it is a centralised charging or swap station, which is free of
            the capacity and demand charge before 2030; what follows is not published, so
            such a tariff is refused from then on.
        on: The local day, usually the first of the month billed.

    Returns:
        The prices, with the two-part rules.

    Raises:
        TariffNotInForceError: If the tariff is not in force on that day.
        VoltageClassError: If the table has no row for the voltage.

    Source:
        Annex of 发改价格〔2026〕1077号 as read in two public repositories [verified: K18b, K19];
        the rules of two-part tariffs carry their own marks beside each fact.
    """
    row = voltage_class(voltage_kv)
    exempt = charging_station and parts is TariffParts.TWO_PART
    return TransmissionTariff(
        voltage_class=row,
        parts=parts,
        energy=_fact(book, f"td.energy.{parts}.{row}", on),
        capacity=_fact(book, f"td.capacity.{row}", on),
        demand=_fact(book, f"td.demand.{row}", on),
        line_loss=_fact(book, "td.line-loss", on),
        rules=DemandRules(
            discount_use=_fact(book, "td.demand-rule.discount-use", on),
            discount_ratio=_fact(book, "td.demand-rule.discount-ratio", on),
            contract_floor=_fact(book, "td.demand-rule.contract-floor", on),
            contract_excess=_fact(book, "td.demand-rule.contract-excess", on),
            excess_multiple=_fact(book, "td.demand-rule.excess-multiple", on),
        ),
        exemption=_fact(book, "td.charging-station.capacity-share", on) if exempt else None,
    )


def _fact(book: FactBook, code: str, on: date) -> Fact:
    try:
        return book.in_force(code, on=on, family=FAMILY)
    except FactOutOfForceError as error:
        raise TariffNotInForceError(
            given=f"the T&D tariff of Shanxi ({code}) on {on.isoformat()}",
            expected=f"a day on which {DOCUMENT} is in force: {error.expected}",
            remedy="the tables hold no other cycle; add that cycle's tariff as dated facts "
            "of its own document before billing the month",
        ) from error
