"""The lines of a bill that are not per kWh: capacity or demand, and the power factor."""

from decimal import Decimal
from typing import Final

from taihang.core.errors import StateError
from taihang.core.market.bill_line import (
    POWER_FACTOR_TITLE,
    SOME_MISSING,
    BillLine,
    LineState,
    Text,
    capacity_title,
    sum_cny,
)
from taihang.core.market.demand import (
    chargeable_demand_kw,
    contract_demand_kw,
    demand_price_ratio,
)
from taihang.core.market.month_use import Metered, MonthUse, ReactiveReading
from taihang.core.market.tariff import (
    BillItem,
    BillTerms,
    PowerFactorAdjustment,
    TariffParts,
    parameter_key,
)
from taihang.core.park.contract import DemandBasis
from taihang.core.quantities import to_fen

_ZERO: Final = Decimal(0)
_NEAR_SITE: Final = Text(
    "电度输配电费(就近消纳，按接入容量)", "T&D energy (near-site, by connected capacity)"
)
_NO_REACTIVE: Final = Text("无无功电量读数", "there are no reactive readings")
_NO_ACTIVE: Final = Text("当月无有功电量", "there is no active energy in the month")


class DemandUnknownError(StateError):
    """The capacity or the maximum demand that a charge needs is not known yet."""

    code = "state.demand-unknown"


def capacity_lines(
    use: MonthUse, *, terms: BillTerms, grid: Metered, green: Metered
) -> list[BillLine]:
    """Bill the capacity or the demand of a two-part user; a one-part user has no such line.

    Args:
        use: What the user did.
        terms: The terms of the user.
        grid: Its energy from the grid.
        green: Its energy of green contracts; counts towards the use per kVA only where the terms
            charge it T&D by kWh, that is where it comes through the same connection.

    Returns:
        No line or one.

    Raises:
        DemandUnknownError: If the charge needs a value that is not known.
    """
    if terms.transmission.parts is TariffParts.ONE_PART:
        return []
    if terms.transmission.exemption is not None:
        return [_exempt_line(terms)]
    if terms.tariff.demand_basis is DemandBasis.CAPACITY:
        return [_capacity_line(use, terms)]
    through = [grid, *([green] if BillItem.TRANSMISSION in terms.green_pays else [])]
    return [_demand_line(use, terms, through)]


def _exempt_line(terms: BillTerms) -> BillLine:
    exemption = terms.transmission.exemption
    keys = () if exemption is None else (exemption.key,)
    return BillLine(
        code=f"{BillItem.CAPACITY}.exempt",
        item=BillItem.CAPACITY,
        title=capacity_title(terms.tariff.demand_basis),
        quantity=None,
        unit="kVA" if terms.tariff.demand_basis is DemandBasis.CAPACITY else "kW",
        price=None,
        price_unit="",
        amount_cny=to_fen(_ZERO),
        state=LineState.EXEMPT,
        reason=Text("按政策免收容(需)量电费", "a rule frees the user from this charge"),
        fact_keys=keys,
    )


def _capacity_line(use: MonthUse, terms: BillTerms) -> BillLine:
    kva = _known(use.transformer_kva, use, "transformer capacity [kVA]")
    price = terms.transmission.capacity
    return BillLine(
        code=f"{BillItem.CAPACITY}.kva",
        item=BillItem.CAPACITY,
        title=capacity_title(DemandBasis.CAPACITY),
        quantity=kva,
        unit="kVA",
        price=price.value,
        price_unit=price.unit,
        amount_cny=to_fen(kva * price.value),
        state=LineState.BILLED,
        reason=None,
        fact_keys=(price.key,),
    )


def _demand_line(use: MonthUse, terms: BillTerms, through: list[Metered]) -> BillLine:
    """Bill the demand; the energy through the connection decides the price ratio (260 kWh/kVA)."""
    rules, price = terms.transmission.rules, terms.transmission.demand
    kva = _known(use.transformer_kva, use, "transformer capacity [kVA]")
    kw = _known(use.max_demand_kw, use, "maximum demand [kW]")
    keys = [price.key, rules.discount_use.key, rules.discount_ratio.key]
    if terms.contract_demand_kw is not None:
        agreed_kw = contract_demand_kw(terms.contract_demand_kw, transformer_kva=kva, rules=rules)
        kw = chargeable_demand_kw(kw, contract_kw=agreed_kw, rules=rules)
        keys += [rules.contract_floor.key, rules.contract_excess.key, rules.excess_multiple.key]
        keys.append(parameter_key(terms, "contract_demand_kw", terms.contract_demand_kw))
    kwh = sum((metered.energy.kwh for metered in through), _ZERO)
    ratio = demand_price_ratio(kwh, transformer_kva=kva, rules=rules)
    whole = all(bool(metered.whole.all()) for metered in through)
    return BillLine(
        code=f"{BillItem.CAPACITY}.kw",
        item=BillItem.CAPACITY,
        title=capacity_title(DemandBasis.DEMAND),
        quantity=kw,
        unit="kW",
        price=price.value * ratio,
        price_unit=price.unit,
        amount_cny=to_fen(kw * price.value * ratio),
        state=LineState.BILLED if whole else LineState.PARTIAL,
        reason=None if whole else SOME_MISSING,
        fact_keys=tuple(keys),
    )


def near_site_lines(use: MonthUse, *, terms: BillTerms) -> list[BillLine]:
    """Bill the T&D energy of a near-site project: by connected capacity, not by kWh drawn.

    Args:
        use: What the user did.
        terms: The terms.

    Returns:
        One line, whose quantity is the energy that the capacity stands for; none where the tariff
        names no load factor.

    Raises:
        DemandUnknownError: If the connected capacity is not known.

    Source:
        发改价格〔2025〕1192号 [verified: K17; same formula in K18].
    """
    factor, hours = terms.tariff.near_site_load_factor_ratio, terms.near_site_hours
    if factor is None or hours is None:
        return []
    kva = _known(use.transformer_kva, use, "transformer capacity [kVA]")
    price = terms.transmission.energy
    quantity = factor * hours.value * kva
    return [
        BillLine(
            code=f"{BillItem.TRANSMISSION}.grid.near-site",
            item=BillItem.TRANSMISSION,
            title=_NEAR_SITE,
            quantity=quantity,
            unit="kWh",
            price=price.value,
            price_unit=price.unit,
            amount_cny=to_fen(quantity * price.value),
            state=LineState.BILLED,
            reason=None,
            fact_keys=(
                price.key,
                hours.key,
                parameter_key(terms, "near_site_load_factor_ratio", factor),
            ),
        )
    ]


def power_factor_line(use: MonthUse, *, terms: BillTerms, lines: list[BillLine]) -> BillLine:
    """Bill the power-factor adjustment, or say why it is not assessed.

    Args:
        use: What the user did.
        terms: The terms of the user, with the rule and the items of the base.
        lines: The lines so far.

    Returns:
        The line; its quantity is the base, its price the adjustment.
    """
    base = [line for line in lines if line.item in terms.power_factor_base]
    base_cny = sum_cny(base)
    assessed, state, reason = _assess(use, terms, base)
    return BillLine(
        code=BillItem.POWER_FACTOR,
        item=BillItem.POWER_FACTOR,
        title=POWER_FACTOR_TITLE,
        quantity=base_cny,
        unit="CNY",
        price=None if assessed is None else assessed.adjustment_ratio,
        price_unit="1",
        amount_cny=None if assessed is None else to_fen(base_cny * assessed.adjustment_ratio),
        state=state,
        reason=reason,
        fact_keys=() if assessed is None else assessed.fact_keys,
    )


def _assess(
    use: MonthUse, terms: BillTerms, base: list[BillLine]
) -> tuple[PowerFactorAdjustment | None, LineState, Text | None]:
    if not isinstance(use.reactive, ReactiveReading):
        return None, LineState.NOT_ASSESSED, use.reactive or _NO_REACTIVE
    if use.reactive.active_kwh == 0:
        return None, LineState.NOT_ASSESSED, _NO_ACTIVE
    assessed = terms.power_factor.assess(
        use.reactive.active_kwh, reactive_kvarh=use.reactive.reactive_kvarh
    )
    if all(line.state in {LineState.BILLED, LineState.EXEMPT} for line in base):
        return assessed, LineState.BILLED, _power_factor(use.reactive, assessed)
    return assessed, LineState.PARTIAL, SOME_MISSING


def _power_factor(read: ReactiveReading, assessed: PowerFactorAdjustment) -> Text:
    """Say what an adjustment was made from, for the user to compare with its meter."""
    kwh, kvarh = f"{read.active_kwh:,.1f}", f"{read.reactive_kvarh:,.1f}"
    return Text(
        f"功率因数 {assessed.power_factor_ratio}：{kwh} kWh、{kvarh} kvarh",
        f"power factor {assessed.power_factor_ratio}: {kwh} kWh and {kvarh} kvarh",
    )


def _known(value: Decimal | None, use: MonthUse, what: str) -> Decimal:
    if value is None:
        raise DemandUnknownError(
            given=f"{use.user} without its {what}",
            expected=f"the {what} that the charge of a two-part tariff needs",
            remedy="enter it, or settle the metering point that measures it",
        )
    return value
