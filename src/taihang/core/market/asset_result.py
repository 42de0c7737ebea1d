"""Result of an asset over some months: self-use, market, green value, other incomes, costs.

An amount that nobody gave is None and stays None in every sum that needs it: an asset without
costs has an income and no result, and never a result of costs of zero.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

_ZERO: Final = Decimal(0)


class Part(StrEnum):
    """One line of a result, in the order of the statement."""

    SELF_USE = "self-use"
    """自发自用: what users in the park paid for the energy."""
    SPOT = "market-spot"
    """上网: what was fed in, at spot or at the fixed price of export."""
    CONTRACTS = "market-contracts"
    """中长期与日前: the differences to curve and day-ahead position."""
    PREMIUM = "green-premium"
    """绿色电力环境价值: what users in the park paid for it."""
    CERTIFICATES = "certificates"
    """绿证: certificates sold and paid."""
    ANCILLARY = "ancillary"
    """辅助服务."""
    DEMAND_RESPONSE = "demand-response"
    """需求响应."""
    OTHER = "other"
    OPERATION = "operation"
    """运维成本."""
    DEPRECIATION = "depreciation"
    """折旧."""


COSTS: Final = (Part.OPERATION, Part.DEPRECIATION)
"""Parts that are taken off."""
AmountsCny = Mapping[Part, Decimal | None]
"""By part; None where nobody gave it, a cost above 0 [CNY]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetResult:
    """What an asset, or all assets of a company, earned and cost."""

    amounts_cny: AmountsCny

    @property
    def income_cny(self) -> Decimal | None:
        """Every income that is given; None where none is [CNY]."""
        given = [
            cny for part, cny in self.amounts_cny.items() if part not in COSTS and cny is not None
        ]
        return sum(given, _ZERO) if given else None

    @property
    def cost_cny(self) -> Decimal | None:
        """Both costs; None where one of them is not given [CNY]."""
        return _whole(self.amounts_cny.get(part) for part in COSTS)

    @property
    def result_cny(self) -> Decimal | None:
        """Income less costs; None where either is not known [CNY]."""
        if self.income_cny is None or self.cost_cny is None:
            return None
        return self.income_cny - self.cost_cny


def added(results: Iterable[AssetResult]) -> AssetResult:
    """Return the sum of results: of months, or of the assets of a company.

    Args:
        results: What is added.

    Returns:
        Part by part: an income sums what is given, a cost is known where every one of it is.

    Example:
        >>> one = AssetResult(amounts_cny={Part.SPOT: Decimal(3), Part.OPERATION: Decimal(1)})
        >>> other = AssetResult(amounts_cny={Part.SPOT: None, Part.OPERATION: None})
        >>> found = added([one, other]).amounts_cny
        >>> found[Part.SPOT], found[Part.OPERATION]
        (Decimal('3'), None)
    """
    listed = list(results)
    found: dict[Part, Decimal | None] = {}
    for part in Part:
        given = [cny for each in listed if (cny := each.amounts_cny.get(part)) is not None]
        is_known = bool(given) and (part not in COSTS or len(given) == len(listed))
        found[part] = sum(given, _ZERO) if is_known else None
    return AssetResult(amounts_cny=found)


def _whole(parts_cny: Iterable[Decimal | None]) -> Decimal | None:
    listed = list(parts_cny)
    known = [cny for cny in listed if cny is not None]
    return sum(known, _ZERO) if listed and len(known) == len(listed) else None
