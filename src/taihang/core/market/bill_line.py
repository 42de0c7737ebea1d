"""One line of a bill: what, how much, at which price, from which facts, in Chinese and English."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

from taihang.core.market.tariff import BillItem
from taihang.core.market.tou import PeriodKind
from taihang.core.park.contract import DemandBasis


class LineState(StrEnum):
    """Whether the amount of a line can be relied on."""

    BILLED = "billed"
    """Every reading behind it is there."""
    PARTIAL = "partial"
    """Some intervals behind it have no usable reading; only the others are billed."""
    EXEMPT = "exempt"
    """A rule frees the user from it: the amount is 0 by right, not by lack of data."""
    NOT_ASSESSED = "not-assessed"
    """It cannot be computed; the amount is None and the reason stands beside it."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text in both languages, Chinese first."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BillLine:
    """One line of a bill; ``amount_cny`` is rounded to fen, half to even, once."""

    code: str
    """Item, origin and kind of hour, for example ``energy.grid.peak``; unique in a bill."""
    item: BillItem
    title: Text
    quantity: Decimal | None
    unit: str
    """Unit of the quantity."""
    price: Decimal | None
    price_unit: str
    amount_cny: Decimal | None
    """None where the line is not assessed: never read as zero."""
    state: LineState
    reason: Text | None
    """Why the state is not ``billed``; of a power factor that is, what it was made from."""
    fact_keys: tuple[str, ...]
    """The facts and parameters that the price came from."""


GRID: Final = "grid"
GREEN: Final = "green"

_ITEM_TITLES: Final[Mapping[BillItem, Text]] = {
    BillItem.ENERGY: Text("电能量电费", "Energy"),
    BillItem.LINE_LOSS: Text("上网环节线损费用", "Line loss"),
    BillItem.TRANSMISSION: Text("电度输配电费", "Transmission and distribution, energy"),
    BillItem.SYSTEM_OPERATION: Text("系统运行费用", "System operation"),
    BillItem.FUNDS: Text("政府性基金及附加", "Government funds and surcharges"),
}
_KIND_TITLES: Final[Mapping[PeriodKind, Text]] = {
    PeriodKind.SHARP: Text("尖峰", "sharp"),
    PeriodKind.PEAK: Text("高峰", "peak"),
    PeriodKind.FLAT: Text("平段", "flat"),
    PeriodKind.VALLEY: Text("低谷", "valley"),
    PeriodKind.DEEP_VALLEY: Text("深谷", "deep valley"),
}
_CAPACITY_TITLES: Final[Mapping[DemandBasis, Text]] = {
    DemandBasis.CAPACITY: Text("容量电费", "Capacity charge"),
    DemandBasis.DEMAND: Text("需量电费", "Demand charge"),
}
SOME_MISSING: Final = Text(
    "部分时段无可用读数,仅对其余时段计费",
    "some intervals have no usable reading; only the others are billed",
)
"""Why a line is partial."""
ALL_MISSING: Final = Text("该类时段均无可用读数", "no interval of this kind has a usable reading")
"""Why a line per kWh is not assessed."""
POWER_FACTOR_TITLE: Final = Text("力调电费", "Power-factor adjustment")


def energy_title(item: BillItem, *, origin: str, kind: PeriodKind | None) -> Text:
    """Return the title of a line that is charged per kWh.

    Args:
        item: What is charged.
        origin: ``grid`` or ``green``.
        kind: The kind of hour, or None where the price does not float.

    Example:
        >>> energy_title(BillItem.ENERGY, origin=GRID, kind=PeriodKind.PEAK).zh
        '电能量电费(高峰)'
    """
    title = _ITEM_TITLES[item]
    marks = ([Text("绿电", "green energy")] if origin == GREEN else []) + (
        [_KIND_TITLES[kind]] if kind else []
    )
    if not marks:
        return title
    return Text(
        f"{title.zh}({'、'.join(mark.zh for mark in marks)})",
        f"{title.en} ({', '.join(mark.en for mark in marks)})",
    )


def capacity_title(basis: DemandBasis) -> Text:
    """Return the title of the capacity or demand line."""
    return _CAPACITY_TITLES[basis]


def green_title(supply: str) -> Text:
    """Return the title of the energy of one green supply contract."""
    return Text(f"绿电电能量电费({supply})", f"Green energy ({supply})")


def green_value_title(supply: str) -> Text:
    """Return the title of the environmental value of the energy of one green supply contract."""
    return Text(f"绿色电力环境价值({supply})", f"Green energy, environmental value ({supply})")


def sum_cny(lines: Iterable[BillLine]) -> Decimal:
    """Sum the amounts of the lines that are assessed, exact [CNY]."""
    return sum((line.amount_cny for line in lines if line.amount_cny is not None), Decimal(0))
