"""Which way of paying for transmission would have been cheapest: 容量 / 需量 / 一部制.

The same months are billed again under each option that a user of that size may choose; a contract
demand is chosen to be the best whole number of kilowatts for these months, with hindsight.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from enum import StrEnum
from typing import Final

from taihang.core.errors import InputError
from taihang.core.market.bill_line import Text
from taihang.core.market.demand import DemandRules, chargeable_demand_kw, contract_demand_kw

_ZERO: Final = Decimal(0)


class TariffOptionsError(InputError):
    """Months and prices to compare do not belong together."""

    code = "input.tariff-options"


class TariffOption(StrEnum):
    """The ways of paying, in the order in which they are shown."""

    CAPACITY = "capacity"
    """两部制,按变压器容量."""
    CONTRACT_DEMAND = "contract-demand"
    """两部制,按合同最大需量."""
    METERED_DEMAND = "metered-demand"
    """两部制,按实际最大需量."""
    ONE_PART = "one-part"
    """单一制."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionCost:
    """What some months would have cost under one option."""

    option: TariffOption
    months_cny: tuple[Decimal, ...]
    """The total of each month's bill; empty where the option is refused [CNY]."""
    contract_kw: Decimal | None
    """The contract demand that was assumed [kW]."""
    refusal: Text | None
    """Why the user may not choose it; None where it may."""

    @property
    def total_cny(self) -> Decimal | None:
        """The sum of the months; None where the option is refused [CNY]."""
        return None if self.refusal is not None else sum(self.months_cny, _ZERO)


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionsCompared:
    """The options side by side."""

    costs: tuple[OptionCost, ...]
    current: TariffOption
    current_cny: Decimal
    """What the months cost under the present terms, a contract demand as it is [CNY]."""

    @property
    def cheapest(self) -> OptionCost:
        """The cheapest option that may be chosen; of equals the present one, else the first."""
        allowed = [(cost, cost.total_cny) for cost in self.costs]
        ranked = [
            (total_cny, cost.option is not self.current, number, cost)
            for number, (cost, total_cny) in enumerate(allowed)
            if total_cny is not None
        ]
        return min(ranked)[-1]

    @property
    def saving_cny(self) -> Decimal:
        """What the cheapest option would have saved against the present terms [CNY]."""
        return self.current_cny - (self.cheapest.total_cny or _ZERO)


def best_contract_kw(
    metered_kw: Sequence[Decimal],
    *,
    price_cny_per_kw: Sequence[Decimal],
    transformer_kva: Decimal,
    rules: DemandRules,
) -> Decimal:
    """Return the contract demand that would have cost least over some months.

    A month's charge rises with the contract, and drops at the one point where the metered demand
    comes within 105 % of it. So the least cost lies at the floor of 40 % or at such a point.

    Args:
        metered_kw: Maximum demand of each month. [kW]
        price_cny_per_kw: Demand price of each month, discount of well-used connections included.
        transformer_kva: Transformers and high-voltage motors. [kVA]
        rules: The thresholds in force.

    Returns:
        A whole number of kilowatts, the smallest of those that cost the same. [kW]

    Raises:
        TariffOptionsError: If months and prices are not as many, or none.
    """
    if not metered_kw or len(metered_kw) != len(price_cny_per_kw):
        raise TariffOptionsError(
            given=f"{len(metered_kw)} demands and {len(price_cny_per_kw)} prices",
            expected="one of each for every month, at least one month",
            remedy="bill each month first",
        )
    floor_kw = contract_demand_kw(_ZERO, transformer_kva=transformer_kva, rules=rules)
    points_kw = (kw / rules.contract_excess.value for kw in metered_kw)
    candidates = {
        max(each, floor_kw).to_integral_value(ROUND_CEILING) for each in (floor_kw, *points_kw)
    }

    def cost_cny(contract_kw: Decimal) -> Decimal:
        pairs = zip(metered_kw, price_cny_per_kw, strict=True)
        return sum(
            (
                chargeable_demand_kw(kw, contract_kw=contract_kw, rules=rules) * price
                for kw, price in pairs
            ),
            _ZERO,
        )

    return min((cost_cny(each), each) for each in candidates)[1]
