"""What a user's kWh, kVA and kvarh cost: the terms of a bill, assembled from dated facts.

The prices come from the published texts in ``standards``; what no text fixes is a field of
``BillTerms`` without a default, so that a bill names every choice behind it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final, Protocol
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from taihang.core.errors import InputError
from taihang.core.facts import Fact, FactBook
from taihang.core.market.demand import DemandRules
from taihang.core.market.tou import (
    KINDS,
    HolidayCalendar,
    PeriodKind,
    TariffNotInForceError,
    TouSchedule,
    kind_index,
    ratios,
)
from taihang.core.park.contract import GridTariff
from taihang.core.periods import Period

_ONE: Final = Decimal(1)


class TariffTermError(InputError):
    """A term of a tariff names an item that it cannot apply to."""

    code = "input.tariff-term"


class BillItem(StrEnum):
    """The items of an industrial bill since 2023-06, in the order of the bill."""

    ENERGY = "energy"
    """电能量: agent-purchase price of energy from the grid."""
    GREEN = "green"
    """绿电: energy bought under a green supply contract."""
    GREEN_VALUE = "green_value"
    """绿色电力环境价值: the environmental value of that energy, where the contract prices it."""
    LINE_LOSS = "line_loss"
    """上网环节线损费用."""
    TRANSMISSION = "transmission"
    """电度输配电费."""
    CAPACITY = "capacity"
    """容(需)量电费."""
    SYSTEM_OPERATION = "system_operation"
    """系统运行费用."""
    FUNDS = "funds"
    """政府性基金及附加."""
    POWER_FACTOR = "power_factor"
    """力调电费."""
    SHARE = "share"
    """园区分摊: a part of what the park as a whole has to bear."""
    CORRECTION = "correction"
    """退补."""


MAY_FLOAT: Final = frozenset({BillItem.ENERGY, BillItem.LINE_LOSS, BillItem.TRANSMISSION})
"""The items whose price some province lets float with time of use."""
MAY_APPLY_TO_GREEN: Final = frozenset(
    {BillItem.LINE_LOSS, BillItem.TRANSMISSION, BillItem.SYSTEM_OPERATION, BillItem.FUNDS}
)
"""The fees that energy of a green contract can be charged beside its contract price."""
MAY_BEAR_POWER_FACTOR: Final = frozenset(
    {
        BillItem.ENERGY,
        BillItem.GREEN,
        BillItem.LINE_LOSS,
        BillItem.TRANSMISSION,
        BillItem.CAPACITY,
        BillItem.SYSTEM_OPERATION,
    }
)
"""The items that can form the base of the power-factor adjustment; never the funds."""


class TariffParts(StrEnum):
    """Whether a user pays for energy only, or for energy and capacity apart."""

    ONE_PART = "one-part"
    """单一制."""
    TWO_PART = "two-part"
    """两部制."""


class LineLossRule(StrEnum):
    """How the price of line loss follows from the loss rate r and the agent price p.

    The public texts found give the rate only; which formula a grid company applies is an
    assumption, so the terms name it and the bill repeats it.
    """

    GROSS_UP = "gross-up"
    """p · r / (1 − r): the user bears what must be bought upstream for each kWh delivered."""
    ON_SALES = "on-sales"
    """p · r: the rate is taken on the energy delivered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TransmissionTariff:
    """The T&D prices of one user: one row of a published table, with the rules beside it."""

    voltage_class: str
    parts: TariffParts
    energy: Fact
    """Energy price [CNY/kWh]."""
    capacity: Fact
    """Capacity price; charged to two-part users on the capacity basis [CNY/(kVA·month)]."""
    demand: Fact
    """Demand price; charged to two-part users on the demand basis [CNY/(kW·month)]."""
    line_loss: Fact
    """Line-loss rate [1]."""
    rules: DemandRules
    exemption: Fact | None
    """The fact that frees this user from the capacity or demand charge, or None."""

    @property
    def facts(self) -> tuple[Fact, ...]:
        """Every fact that a bill under this tariff may use."""
        rules = self.rules
        return (
            *(self.energy, self.capacity, self.demand, self.line_loss),
            *(rules.discount_use, rules.discount_ratio, rules.contract_floor),
            *(rules.contract_excess, rules.excess_multiple),
            *((self.exemption,) if self.exemption else ()),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerFactorAdjustment:
    """What a month's power factor does to the bill."""

    power_factor_ratio: Decimal
    """Power factor, rounded to 0.01 [1]."""
    adjustment_ratio: Decimal
    """Share of the base that is added, negative for a credit [1]."""
    fact_keys: tuple[str, ...]


class PowerFactorRule(Protocol):
    """A published table of power-factor adjustments, at one standard."""

    @property
    def standard(self) -> str:
        """The power factor that neither costs nor earns, for example ``0.90``."""
        ...

    def assess(self, active_kwh: Decimal, *, reactive_kvarh: Decimal) -> PowerFactorAdjustment:
        """Return the adjustment for a month.

        Args:
            active_kwh: Active energy of the month, above 0. [kWh]
            reactive_kvarh: Reactive energy of the month. [kvarh]
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class BillTerms:
    """Everything that turns a user's month into money; no field has a default."""

    tariff: GridTariff
    transmission: TransmissionTariff
    schedule: TouSchedule
    holidays: HolidayCalendar | None
    """The holidays that the schedule names; None only if it names none."""
    power_factor: PowerFactorRule
    """The published table at the standard that the tariff names."""
    power_factor_base: frozenset[BillItem]
    """The items whose sum the power-factor adjustment is a share of."""
    contract_demand_kw: Decimal | None
    """Contract demand [kW]; None where the metered demand is charged."""
    stand_in: date | None
    """Day whose T&D prices and funds stand in for those of a month that are not known; None where
    they are known. What is billed so is a what-if."""
    near_site_hours: Fact | None
    """Hours of a month for which a near-site project pays T&D energy at its average load factor;
    None where the tariff names no load factor [h]."""

    def __post_init__(self) -> None:
        """Refuse terms that cannot apply, or that contradict the tariff.

        Raises:
            TariffTermError: If a term names an item, a rule or a standard that it cannot.
        """
        tariff = self.tariff
        _require_items("floating_items", frozenset(tariff.floating_items), MAY_FLOAT)
        _require_items("green_pays", frozenset(tariff.green_pays), MAY_APPLY_TO_GREEN)
        _require_items("power_factor_base", self.power_factor_base, MAY_BEAR_POWER_FACTOR)
        self._require_market()
        if tariff.line_loss_rule not in set(LineLossRule):
            raise TariffTermError(
                given=f"line_loss_rule {tariff.line_loss_rule!r}",
                expected=f"one of {sorted(LineLossRule)}",
                remedy="name the formula that is assumed",
            )
        if tariff.power_factor_standard != self.power_factor.standard:
            raise TariffTermError(
                given=f"a power-factor table of {self.power_factor.standard}",
                expected=f"the standard {tariff.power_factor_standard} of tariff {tariff.id}",
                remedy="take the table at the standard of the tariff",
            )

    def _require_market(self) -> None:
        """Refuse time of use for users of the market, and half of a rule."""
        tariff = self.tariff
        if tariff.market_price_series is not None and (
            tariff.floating_items or tariff.sharp_applies
        ):
            raise TariffTermError(
                given=f"market prices with floating items {list(tariff.floating_items)}",
                expected="no time of use: users of the market have none in Shanxi since 2026",
                remedy="write floating_items = [] and sharp_applies = false",
            )
        if (tariff.market_price_series is None) != (tariff.market_fee_cny_per_kwh is None):
            raise TariffTermError(
                given=f"market_price_series {tariff.market_price_series}, "
                f"market_fee_cny_per_kwh {tariff.market_fee_cny_per_kwh}",
                expected="both or neither; a user without a retailer has a fee of 0",
                remedy="add the other key, or remove the one",
            )
        if (tariff.near_site_load_factor_ratio is None) != (self.near_site_hours is None):
            raise TariffTermError(
                given=f"a load factor of {tariff.near_site_load_factor_ratio} and "
                f"hours {self.near_site_hours}",
                expected="both or neither",
                remedy="take the hours of 发改价格〔2025〕1192号 with the load factor",
            )

    @property
    def line_loss_rule(self) -> LineLossRule:
        """How the price of line loss follows from the loss rate."""
        return LineLossRule(self.tariff.line_loss_rule)

    @property
    def green_pays(self) -> frozenset[BillItem]:
        """The fees that green kWh pay beside the contract price.

        发改能源〔2025〕650号 names T&D, system operation, cross-subsidy and government funds; under
        发改价格〔2025〕1192号 a dedicated line pays T&D by capacity instead of by kWh.
        """
        return frozenset(BillItem(item) for item in self.tariff.green_pays)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitPrice:
    """The flat price of one item for one kWh."""

    item: BillItem
    price_cny_per_kwh: Decimal
    floats: bool
    """Whether it is multiplied by the time-of-use ratio."""
    fact_keys: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """The prices of a stretch of days in which none of them changes."""

    by_item: Mapping[BillItem, UnitPrice]
    ratios: Mapping[PeriodKind, Fact]
    kinds: NDArray[np.uint8]
    """Kind of each interval, as an index into ``KINDS``, shape (n_steps,)."""

    def of(self, item: BillItem, kind: PeriodKind) -> Decimal:
        """Return the price of an item in one kind of hour [CNY/kWh]."""
        unit = self.by_item[item]
        return unit.price_cny_per_kwh * (self.ratios[kind].value if unit.floats else _ONE)


def prices(terms: BillTerms, *, book: FactBook, period: Period, zone: ZoneInfo) -> Prices:
    """Return every price per kWh of a stretch of days, with the facts behind it.

    Args:
        terms: The terms of the user.
        book: The facts; used are ``tou.ratio.*`` and ``funds.total`` of the schedule's region.
        period: Whole local days.
        zone: The zone of the local days.

    Returns:
        Prices of the items that are charged per kWh, and the kind of each interval.

    Raises:
        TariffNotInForceError: If a price is not in force on every day of the period.
        HolidaysUnknownError: If the schedule needs holidays that the terms do not give.
    """
    first = period.start.astimezone(zone).date()
    last = (period.end.astimezone(zone) - timedelta(microseconds=1)).date()
    priced_first, priced_last = (terms.stand_in or first, terms.stand_in or last)
    for fact in terms.transmission.facts:
        _require_steady(fact, priced_first, priced_last)
    kind_ratios = ratios(terms.schedule, book=book, on=first)
    funds = book.in_force("funds.total", on=priced_first, region=terms.schedule.region)
    _require_steady(funds, priced_first, priced_last)
    for fact in kind_ratios.values():
        _require_steady(fact, first, last)
    return Prices(
        by_item={price.item: price for price in _unit_prices(terms, funds)},
        ratios=kind_ratios,
        kinds=kind_index(
            terms.schedule,
            period=period,
            zone=zone,
            holidays=terms.holidays,
            sharp_applies=terms.tariff.sharp_applies,
        ),
    )


def grid_prices_cny_per_kwh(
    terms: BillTerms, *, book: FactBook, period: Period, zone: ZoneInfo
) -> NDArray[np.float64]:
    """Return what one more kWh from the grid costs in each interval, for plans and forecasts.

    It is the sum of all items charged per kWh; the capacity or demand charge and the power-factor
    adjustment are not in it. Floats: never for a bill (§6).

    Args:
        terms: The terms of the user.
        book: The facts.
        period: Whole local days.
        zone: The zone of the local days.

    Returns:
        Price of each settlement interval, shape (n_steps,). [CNY/kWh]

    Raises:
        TariffNotInForceError: If a price is not in force on every day of the period.
        TariffTermError: If the users trade in the market: its prices are not known ahead.
    """
    if terms.tariff.market_price_series is not None:
        raise TariffTermError(
            given=f"tariff {terms.tariff.id} at the prices of {terms.tariff.market_price_series}",
            expected="a tariff at the agent price, which is known ahead",
            remedy="plan with another tariff until market prices are forecast",
        )
    found = prices(terms, book=book, period=period, zone=zone)
    return _sums_cny_per_kwh(found, found.by_item)


def fees_cny_per_kwh(
    terms: BillTerms, *, book: FactBook, period: Period, zone: ZoneInfo
) -> NDArray[np.float64]:
    """Return what comes on top of the energy itself in each interval, for plans in the market.

    It is the sum of all items charged per kWh but the energy, and the fee of the market where the
    tariff has one. Floats: never for a bill (§6).

    Args:
        terms: The terms of the user.
        book: The facts.
        period: Whole local days.
        zone: The zone of the local days.

    Returns:
        Fees of each settlement interval, shape (n_steps,). [CNY/kWh]

    Raises:
        TariffNotInForceError: If a price is not in force on every day of the period.
    """
    found = prices(terms, book=book, period=period, zone=zone)
    items = [item for item in found.by_item if item is not BillItem.ENERGY]
    fee = terms.tariff.market_fee_cny_per_kwh or Decimal(0)
    return _sums_cny_per_kwh(found, items) + float(fee)


def _sums_cny_per_kwh(found: Prices, items: Iterable[BillItem]) -> NDArray[np.float64]:
    by_kind, counted = np.full(len(KINDS), np.nan), list(items)
    for kind in found.ratios:
        total = sum((found.of(item, kind) for item in counted), Decimal(0))
        by_kind[KINDS.index(kind)] = float(total)
    return by_kind[found.kinds]


def line_loss_price_cny_per_kwh(
    agent_price_cny_per_kwh: Decimal, *, rate_ratio: Decimal, rule: LineLossRule
) -> Decimal:
    """Return the price of line loss for each kWh delivered.

    Args:
        agent_price_cny_per_kwh: Agent-purchase price of energy. [CNY/kWh]
        rate_ratio: Line-loss rate. [1]
        rule: Which formula is assumed.

    Returns:
        The price. [CNY/kWh]

    Example:
        >>> line_loss_price_cny_per_kwh(
        ...     Decimal("0.40"), rate_ratio=Decimal("0.2"), rule=LineLossRule.GROSS_UP
        ... )
        Decimal('0.10')
    """
    if rule is LineLossRule.GROSS_UP:
        return agent_price_cny_per_kwh * rate_ratio / (_ONE - rate_ratio)
    return agent_price_cny_per_kwh * rate_ratio


def parameter_key(terms: BillTerms, name: str, value: Decimal) -> str:
    """Return what a bill line stores for a parameter of the park that is not a published fact."""
    return f"tariff/{terms.tariff.id}/{name}={value}"


def _unit_prices(terms: BillTerms, funds: Fact) -> tuple[UnitPrice, ...]:
    """Return the price of each item that is charged per kWh, at flat."""
    tariff, transmission = terms.tariff, terms.transmission
    agent_key = parameter_key(terms, "agent_price_cny_per_kwh", tariff.agent_price_cny_per_kwh)
    loss_price = line_loss_price_cny_per_kwh(
        tariff.agent_price_cny_per_kwh,
        rate_ratio=transmission.line_loss.value,
        rule=terms.line_loss_rule,
    )
    loss_keys = (
        transmission.line_loss.key,
        agent_key,
        f"tariff/{tariff.id}/line_loss_rule={terms.line_loss_rule}",
    )
    system_cny_per_kwh = tariff.system_operation_cny_per_kwh
    system_key = parameter_key(terms, "system_operation_cny_per_kwh", system_cny_per_kwh)
    found: tuple[tuple[BillItem, Decimal, tuple[str, ...]], ...] = (
        (BillItem.ENERGY, tariff.agent_price_cny_per_kwh, (agent_key,)),
        (BillItem.LINE_LOSS, loss_price, loss_keys),
        (BillItem.TRANSMISSION, transmission.energy.value, (transmission.energy.key,)),
        (BillItem.SYSTEM_OPERATION, system_cny_per_kwh, (system_key,)),
        (BillItem.FUNDS, funds.value, (funds.key,)),
    )
    return tuple(
        UnitPrice(
            item=item, price_cny_per_kwh=price, floats=item in tariff.floating_items, fact_keys=keys
        )
        for item, price, keys in found
    )


def _require_steady(fact: Fact, first: date, last: date) -> None:
    """Refuse a price that is not in force, or changes, within the days of a bill."""
    if fact.valid_from <= first and (fact.valid_to is None or last < fact.valid_to):
        return
    until = fact.valid_to.isoformat() if fact.valid_to else "now"
    raise TariffNotInForceError(
        given=f"{fact.code} for {first.isoformat()} … {last.isoformat()}",
        expected=f"days in {fact.valid_from.isoformat()} … {until}, when {fact.document} holds",
        remedy="bill the days before and after the change apart, each with its own facts",
    )


def _require_items(term: str, items: frozenset[str], allowed: frozenset[BillItem]) -> None:
    unknown = sorted(items - allowed)
    if unknown:
        raise TariffTermError(
            given=f"{term} with {unknown}",
            expected=f"items out of {sorted(allowed)}",
            remedy="correct the item names of the tariff",
        )
