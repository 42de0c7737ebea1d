"""The capacity and demand part of a two-part tariff: what is charged for, and at what ratio.

Each rule is one pure function over the dated thresholds of ``DemandRules``.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from taihang.core.errors import InputError
from taihang.core.facts import Fact
from taihang.core.quantities import Energy
from taihang.core.series import EnergySeries

_INTERVALS_PER_HOUR: Final = 4
_ONE: Final = Decimal(1)


class DemandError(InputError):
    """A demand or a capacity that cannot be charged: negative, or no capacity at all."""

    code = "input.demand"


@dataclass(frozen=True, slots=True, kw_only=True)
class DemandRules:
    """The dated thresholds of the two-part rules."""

    discount_use: Fact
    """Use from which the demand price falls [kWh/kVA a month]."""
    discount_ratio: Fact
    """What the demand price is multiplied by then [1]."""
    contract_floor: Fact
    """Least contract demand over transformer capacity [1]."""
    contract_excess: Fact
    """Metered over contract demand from which the excess is charged again [1]."""
    excess_multiple: Fact
    """How often the excess is charged [1]."""


def max_demand_kw(grid: EnergySeries) -> Decimal | None:
    """Return the highest mean power over a settlement interval.

    Args:
        grid: Energy through the metering point, on the 15 min grid. [Wh]

    Returns:
        The maximum over the usable intervals, exact, or None if there is none; with intervals
        missing it is a lower bound. [kW]

    Example:
        >>> import numpy as np
        >>> quality = np.array([0, 3, 0], np.uint8)
        >>> max_demand_kw(EnergySeries(0, np.array([250_000, 0, 275_500]), quality))
        Decimal('1102.0')

    Source:
        Demand window 15 min [from memory].
    """
    usable_wh = grid.wh[grid.present]
    if not len(usable_wh):
        return None
    return Energy(int(usable_wh.max())).kwh * _INTERVALS_PER_HOUR


def contract_demand_kw(
    contract_kw: Decimal, *, transformer_kva: Decimal, rules: DemandRules
) -> Decimal:
    """Return the contract demand that counts: never below a share of the capacity.

    Args:
        contract_kw: What the user and the grid company agreed on. [kW]
        transformer_kva: Transformers and high-voltage motors. [kVA]
        rules: The thresholds in force.

    Returns:
        The contract demand, raised to 40 % of the capacity where it lies below. [kW]

    Raises:
        DemandError: If one of the two is not a charge basis.

    Source:
        Contract demand below 40 % of capacity is charged at 40 % [verified: K48].
    """
    _require_positive(transformer_kva, "transformer capacity", "kVA")
    _require_not_negative(contract_kw, "contract demand")
    return max(contract_kw, rules.contract_floor.value * transformer_kva)


def chargeable_demand_kw(
    metered_kw: Decimal, *, contract_kw: Decimal, rules: DemandRules
) -> Decimal:
    """Return the demand that a contract-demand user pays for.

    Up to 105 % of the contract the contract itself is charged; above, the metered demand and once
    more what exceeds 105 %. The step at 105 % is the rule's own.

    Args:
        metered_kw: Maximum demand of the month. [kW]
        contract_kw: Contract demand that counts, see ``contract_demand_kw``. [kW]
        rules: The thresholds in force.

    Returns:
        The demand to charge. [kW]

    Raises:
        DemandError: If a demand is negative.

    Source:
        Excess above 105 % at double price [from memory]; that the rest is charged as metered once
        the contract is exceeded is our reading of it.
    """
    _require_not_negative(metered_kw, "metered demand")
    _require_not_negative(contract_kw, "contract demand")
    limit_kw = rules.contract_excess.value * contract_kw
    if metered_kw <= limit_kw:
        return contract_kw
    return limit_kw + rules.excess_multiple.value * (metered_kw - limit_kw)


def demand_price_ratio(
    energy_kwh: Decimal, *, transformer_kva: Decimal, rules: DemandRules
) -> Decimal:
    """Return what the demand price is multiplied by for a well-used connection.

    Args:
        energy_kwh: Use of the month. [kWh]
        transformer_kva: Transformers and high-voltage motors. [kVA]
        rules: The thresholds in force.

    Returns:
        0.9 from 260 kWh per kVA and month, else 1. [1]

    Raises:
        DemandError: If the capacity is not positive.

    Source:
        Monthly use of at least 260 kWh per kVA: demand price × 0.9, kept in the fourth cycle
        [verified: K22].
    """
    _require_positive(transformer_kva, "transformer capacity", "kVA")
    if energy_kwh >= rules.discount_use.value * transformer_kva:
        return rules.discount_ratio.value
    return _ONE


def _require_positive(value: Decimal, name: str, unit: str) -> None:
    if value <= 0:
        raise DemandError(
            given=f"a {name} of {value} {unit}",
            expected=f"more than 0 {unit}",
            remedy="enter the installed capacity of the user",
        )


def _require_not_negative(value_kw: Decimal, name: str) -> None:
    if value_kw < 0:
        raise DemandError(
            given=f"a {name} of {value_kw} kW",
            expected="0 kW or more",
            remedy="check the sign and the direction of the meter",
        )
