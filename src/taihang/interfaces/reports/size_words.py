"""Names, colours and numbers that every section of the report of a sizing study shares."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from taihang.core.dispatch.study import TRANSFORMER, Study
from taihang.interfaces.account_words import NOTHING
from taihang.interfaces.catalogue import Lang, has_text, text
from taihang.interfaces.reports.document import Cell, number, prose

CNY_PER_TEN_THOUSAND: Final = 1e4
KWH_PER_GWH: Final = 1e6
BOUGHT: Final = "#a9adb3"
DEMAND: Final = "#75797f"
FED_BACK: Final = "#5c6878"
CHARGED: Final = "#9bd3bf"
DISCHARGED: Final = "#2c9a78"
LOAD: Final = "#17212e"
LOST: Final = "#dde3ea"
_FILLS: Final = {
    "pv": ("#e3b21c", "#efd27a", "#b68913"),
    "wind": ("#5b97e6", "#9dc0f0", "#2b74d8"),
}
_STORE: Final = {
    "battery-power": "#2c9a78",
    "battery-energy": "#1d7258",
    TRANSFORMER: "#8a6fa8",
}
_UNITS: Final = {"battery-energy": "MWh", TRANSFORMER: "MVA"}
_MORE: Final = 3
"""A cell holds some more decimals than it prints."""


def name_of(name: str, study: Study, lang: Lang) -> str:
    """Return how an investment is called."""
    if has_text(f"size_report.asset.{name}"):
        return text(f"size_report.asset.{name}", lang)
    kind = next(one.kind for one in study.plants if one.id == name)
    words = text(f"size_report.kind.{kind}", lang)
    return words if name == kind else f"{words} {name}"


def fills_of(study: Study) -> Mapping[str, str]:
    """Return the colour of every investment, shades where there are several of a kind."""
    found, seen = dict(_STORE), dict.fromkeys(_FILLS, 0)
    for one in study.plants:
        shades = _FILLS[one.kind]
        found[one.id] = shades[seen[one.kind] % len(shades)]
        seen[one.kind] += 1
    return found


def unit_of(name: str) -> str:
    """Return the unit of a size in print."""
    return _UNITS.get(name, "MW")


def amount(value: float | None, digits: int) -> Cell:
    """Return a cell of a number, or the mark of nothing."""
    if value is None:
        return number(None)
    return number(Decimal(repr(round(value, digits + _MORE) + 0.0)), digits)


def money(cny: float | None) -> Cell:
    """Return a cell of money in 10⁴ CNY."""
    return amount(None if cny is None else cny / CNY_PER_TEN_THOUSAND, 1)


def percent(ratio: float | None, digits: int = 1) -> Cell:
    """Return a cell of a share in percent."""
    return amount(None if ratio is None else ratio * 100.0, digits)


def told(value: float | None, digits: int) -> str:
    """Return a number in words, or the mark of nothing."""
    return NOTHING if value is None else f"{value:,.{digits}f}"


def ten_thousands(cny: float | None) -> str:
    """Return money in words of 10⁴ CNY, or the mark of nothing."""
    return told(None if cny is None else cny / CNY_PER_TEN_THOUSAND, 1)


def named(words: str) -> Cell:
    """Return a cell of a name."""
    return prose(words)
