"""Which tariff option would have been cheapest over twelve months, enterprise by enterprise.

Each month is billed again under every option that a user of that capacity may choose, with the same
energy, the same green supply and the prices of that month; what is refused is told with its reason.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Final

from taihang.core.market.bill import Bill, bill
from taihang.core.market.bill_line import Text
from taihang.core.market.month_use import MonthUse
from taihang.core.market.tariff import BillTerms, TariffParts
from taihang.core.market.tariff_options import (
    OptionCost,
    OptionsCompared,
    TariffOption,
    best_contract_kw,
)
from taihang.core.park.contract import DemandBasis
from taihang.core.periods import month
from taihang.core.seal.canonical import JsonValue
from taihang.services.account import ACCOUNT_FORMAT, Draft
from taihang.services.bill_document import WHAT_IF, assumption_of, text_document
from taihang.services.billed_use import (
    BilledUser,
    billed_users,
    matched_month,
    month_use,
    terms_of,
)
from taihang.services.ports import Ports
from taihang.standards.ndrc_2026_1077 import TariffPartsError

TARIFF_OPTIONS: Final = "tariff-options"
_KINDS: Final = (TARIFF_OPTIONS, TARIFF_OPTIONS + WHAT_IF)
_RULE: Final = "tariff-options/v1"
N_MONTHS: Final = 12
_PARTS: Final[Mapping[TariffOption, tuple[TariffParts, DemandBasis]]] = {
    TariffOption.CAPACITY: (TariffParts.TWO_PART, DemandBasis.CAPACITY),
    TariffOption.CONTRACT_DEMAND: (TariffParts.TWO_PART, DemandBasis.DEMAND),
    TariffOption.METERED_DEMAND: (TariffParts.TWO_PART, DemandBasis.DEMAND),
    TariffOption.ONE_PART: (TariffParts.ONE_PART, DemandBasis.CAPACITY),
}
_BY_SIZE: Final = Text(
    "按变压器容量不可选(两部制 315 kVA 起，单一制 100 kVA 及以下，其间可选)",
    "not open to this capacity (two parts from 315 kVA, one part up to 100 kVA, either between)",
)


def options_drafts(
    name: str, *, ports: Ports, subjects: frozenset[str] | None = None
) -> list[Draft]:
    """Draw up the comparison of the twelve months that end with a month.

    Args:
        name: The last local month.
        ports: The outside world.
        subjects: Only these enterprises; None for all.

    Returns:
        One draft for each billed enterprise.

    Raises:
        FactOutOfForceError: If a price of a month is not known and none stands in.
        UnsettledMonthError: If not all of the months were settled with this park file.
    """
    # 1. What every enterprise did in every month, and under which terms it is billed.
    years = {user.id: _Year(user) for user in _users(ports, subjects)}
    for each in months_until(name):
        period = month(each, ports.park.zone)
        terms = {user: terms_of(year.user, period, ports) for user, year in years.items()}
        matched = matched_month(each, ports)
        for user, year in years.items():
            use = month_use(year.user, each, matched, ports)
            year.months.append(_Month(each, use, terms[user]))
    # 2. The same months under every option.
    return [_draft(name, year, ports) for year in years.values()]


def months_stated(names: Iterable[str], *, ports: Ports) -> list[str]:
    """Return the months whose comparison looks at any of some months and is stated already."""
    stated = ports.registry.periods_of(_KINDS)
    return [name for name in months_resting_on(names) if name in stated]


def options_stated(name: str, *, ports: Ports) -> frozenset[str]:
    """Return the enterprises whose comparison of a month is stated already."""
    return frozenset(each.subject for each in ports.registry.latest_statements(name, _KINDS))


def months_until(name: str) -> list[str]:
    """Return the names of the twelve months that end with one.

    Example:
        >>> months_until("2026-03")[0]
        '2025-04'
    """
    last = _number(name)
    return [_name(number) for number in range(last - N_MONTHS + 1, last + 1)]


def months_resting_on(names: Iterable[str]) -> list[str]:
    """Return the months whose comparison looks at any of some months, in order.

    Example:
        >>> months_resting_on(["2026-03"])[-1]
        '2027-02'
    """
    firsts = {_number(name) for name in names}
    return [_name(n) for n in sorted({n + k for n in firsts for k in range(N_MONTHS)})]


def _number(name: str) -> int:
    return int(name[:4]) * 12 + int(name[5:]) - 1


def _name(number: int) -> str:
    return f"{number // 12:04}-{number % 12 + 1:02}"


@dataclass(frozen=True, slots=True)
class _Month:
    """What an enterprise did in one month."""

    name: str
    use: MonthUse
    terms: BillTerms
    """Those that it is billed under."""


@dataclass(frozen=True, slots=True)
class _Year:
    """Twelve months of one enterprise."""

    user: BilledUser
    months: list[_Month] = field(default_factory=list[_Month])

    @property
    def current(self) -> TariffOption:
        """The option that it is billed under."""
        tariff = self.user.tariff
        if tariff.parts == TariffParts.ONE_PART:
            return TariffOption.ONE_PART
        if tariff.demand_basis is DemandBasis.CAPACITY:
            return TariffOption.CAPACITY
        has_contract = self.user.at.contract_demand_kw is not None
        return TariffOption.CONTRACT_DEMAND if has_contract else TariffOption.METERED_DEMAND


def _users(ports: Ports, subjects: frozenset[str] | None) -> Iterator[BilledUser]:
    for user in billed_users(ports.park):
        if user.id in ports.park.enterprises and (subjects is None or user.id in subjects):
            yield user


def _draft(name: str, year: _Year, ports: Ports) -> Draft:
    costs = tuple(_costs(year, ports))
    billed = _bills(year.user, year, ports)
    current_cny = sum((each.total_cny for each in billed), Decimal(0))
    found = OptionsCompared(costs=costs, current=year.current, current_cny=current_cny)
    stood_in = [each.terms for each in year.months if each.terms.stand_in is not None]
    body: dict[str, JsonValue] = {
        "format": ACCOUNT_FORMAT,
        "rule": _RULE,
        "tariff": year.user.tariff.id,
        "months": [each.name for each in year.months],
        "options": [_option_document(cost) for cost in costs],
        "current": found.current.value,
        "current_cny": str(found.current_cny),
        "cheapest": found.cheapest.option.value,
        **(assumption_of(stood_in[0]) if stood_in else {}),
        "value": str(found.saving_cny),
        "unit": "CNY",
        "code_version": ports.version,
    }
    kind = TARIFF_OPTIONS + (WHAT_IF if stood_in else "")
    return Draft(kind, year.user.id, name, body)


def _option_document(cost: OptionCost) -> JsonValue:
    total_cny = cost.total_cny
    return {
        "option": cost.option.value,
        "total_cny": None if total_cny is None else str(total_cny),
        "months_cny": [str(each) for each in cost.months_cny],
        "contract_kw": None if cost.contract_kw is None else str(cost.contract_kw),
        "refused": None if cost.refusal is None else text_document(cost.refusal),
    }


def _costs(year: _Year, ports: Ports) -> Iterator[OptionCost]:
    for option in TariffOption:
        contract_kw = None
        try:
            bills = _bills(_under(option, year.user), year, ports)
            if option is TariffOption.CONTRACT_DEMAND:
                contract_kw = _contract_kw(year, bills)
                bills = _bills(_under(option, year.user, contract_kw), year, ports)
        except TariffPartsError:
            yield OptionCost(option=option, months_cny=(), contract_kw=None, refusal=_BY_SIZE)
            continue
        totals = tuple(each.total_cny for each in bills)
        yield OptionCost(option=option, months_cny=totals, contract_kw=contract_kw, refusal=None)


def _under(
    option: TariffOption, user: BilledUser, contract_kw: Decimal | None = None
) -> BilledUser:
    """Return the same user under another option; without a contract its demand is as metered."""
    parts, basis = _PARTS[option]
    tariff = replace(user.tariff, parts=parts.value, demand_basis=basis)
    return replace(user, tariff=tariff, at=replace(user.at, contract_demand_kw=contract_kw))


def _bills(user: BilledUser, year: _Year, ports: Ports) -> list[Bill]:
    return [
        bill(
            each.use,
            terms=terms_of(user, month(each.name, ports.park.zone), ports),
            book=ports.facts,
            month_name=each.name,
            zone=ports.park.zone,
        )
        for each in year.months
    ]


def _contract_kw(year: _Year, metered: Sequence[Bill]) -> Decimal:
    lines = [line for each in metered for line in each.lines if line.code == "capacity.kw"]
    return best_contract_kw(
        [line.quantity or Decimal(0) for line in lines],
        price_cny_per_kw=[line.price or Decimal(0) for line in lines],
        transformer_kva=Decimal(str(year.user.at.transformer_kva)),
        rules=year.months[0].terms.transmission.rules,
    )
