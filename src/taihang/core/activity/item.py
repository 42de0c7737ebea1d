"""What activity data may be about: everything that a table of facts knows, products and money.

An item that no table knows could never become tce, CO2 or a ratio, so it is refused at the door.
The unit of a line must be of the kind that the tables of its item are per: tonnes never meet a
factor per 10⁴Nm³.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from taihang.core.activity.record import Flow
from taihang.core.activity.unit import Dimension, dimension_of, units, units_of
from taihang.core.facts import Fact, FactBook

ELECTRICITY: Final = "electricity"
VALUE_ADDED: Final = "value-added"
"""增加值, at the prices that the reason names."""
GROSS_OUTPUT: Final = "gross-output"
"""总产值, at the prices that the reason names."""
BASE_PRICES: Final = "value-added.base-prices"
"""增加值 at the constant prices of the base year of the park's plan."""
PRODUCT: Final = "product."
"""Before the name of a product: ``product.aluminium``."""
MATERIAL: Final = "material."
"""Before the name of what goes into products and is no energy: ``material.lithium-carbonate``."""
GAS: Final = "gas."
"""Before a greenhouse gas that is given off: ``gas.ch4``."""
ANODE_EFFECT: Final = "aluminium-anode-effect"
"""Aluminium made, for a factor that holds all gases of the anode effect."""
ANODE_PFC: Final = "aluminium-pfc"
"""Aluminium made, for factors gas by gas; never beside the one above."""
PROCESS_ITEMS: Final[dict[str, str]] = {
    "aluminium-anode": "电解铝（阳极消耗）",
    ANODE_EFFECT: "电解铝（阳极效应）",
    ANODE_PFC: "电解铝（阳极效应，分气体）",
    "clinker": "水泥熟料",
}
"""Products whose making gives something off, by name; a factor may still have to be found."""
_BACK: Final = (Flow.RECOVERABLE, Flow.RECOVERED)
# Items of indicators (发改环资〔2025〕910号, Annex 3): a ratio needs no factor, no table has them.
_INDICATOR_ITEMS: Final[dict[str, tuple[str, Dimension, tuple[Flow, ...]]]] = {
    VALUE_ADDED: ("增加值", Dimension.MONEY, (Flow.OUTPUT,)),
    BASE_PRICES: ("增加值（不变价）", Dimension.MONEY, (Flow.OUTPUT,)),
    GROSS_OUTPUT: ("总产值", Dimension.MONEY, (Flow.OUTPUT,)),
    "solid-waste": ("工业固体废物", Dimension.MASS, _BACK),
    "waste-heat": ("余热", Dimension.ENERGY, _BACK),
    "waste-cold": ("余冷", Dimension.ENERGY, _BACK),
    "waste-pressure": ("余压", Dimension.ENERGY, _BACK),
    "reused-water": ("重复利用水", Dimension.MASS, (Flow.RECOVERED,)),
}
_CODES: Final = (
    re.compile(r"coal-equivalent\.(?P<item>[a-z0-9.-]+?)(\.(min|max|equal-value))?"),
    re.compile(r"fuel\.(?P<item>[a-z0-9-]+)\.(ef|ncv)"),
    re.compile(r"process\.(?P<item>[a-z0-9-]+)\.ef"),
    re.compile(r"(?P<item>heat)\.ef"),
    re.compile(r"gwp\.(?P<gas>[A-Za-z0-9-]+)"),
)
_PRODUCT_ENERGY: Final = "product-energy."
"""Before the name of a product: the energy that was used to make it."""
_PRODUCT_ITEM: Final = re.compile(r"product\.[a-z0-9]+(-[a-z0-9]+)*")
_MATERIAL_ITEM: Final = re.compile(r"material\.[a-z0-9]+(-[a-z0-9]+)*")
_OF_MATERIAL: Final = (Flow.PURCHASED, Flow.CONSUMED, Flow.SUPPLIED, Flow.CLOSING_STOCK)
_OF_ENERGY: Final = tuple(flow for flow in Flow if flow is not Flow.OUTPUT)
_IN_BRACKETS: Final = re.compile(r"（[^）]*）")


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that a line may be about."""

    name: str
    names_zh: tuple[str, ...]
    """As the tables print it, and without what stands in brackets."""
    units: tuple[str, ...]
    """Units that meet its tables."""
    flows: tuple[Flow, ...]
    """What may happen to it."""


class ItemTable:
    """Every item that the facts of a park know.

    Example:
        >>> ItemTable(FactBook([])).find("value-added").units
        ('CNY', '10⁴CNY')
    """

    def __init__(self, book: FactBook) -> None:
        facts: dict[str, list[Fact]] = {}
        for fact in book.all():
            name = _item_of(fact.code)
            if name is not None:
                facts.setdefault(name, []).append(fact)
        every = [_item(name, of_item) for name, of_item in sorted(facts.items())]
        every += [
            Item(name, (zh,), units_of(kind), flows)
            for name, (zh, kind, flows) in _INDICATOR_ITEMS.items()
        ]
        every += [
            Item(name, (zh,), units_of(Dimension.MASS), (Flow.OUTPUT,))
            for name, zh in PROCESS_ITEMS.items()
        ]
        self._items = {item.name: item for item in every if item.units}
        self._by_zh = _unambiguous(self._items.values())

    def find(self, given: str) -> Item | None:
        """Return the item that a name or a Chinese name means; None if no table knows it.

        Args:
            given: As it stands on the form.
        """
        kinds = (*units_of(Dimension.MASS), *units_of(Dimension.GAS), "piece")
        if _MATERIAL_ITEM.fullmatch(given):
            return Item(given, (), kinds, _OF_MATERIAL)
        if _PRODUCT_ITEM.fullmatch(given.replace(_PRODUCT_ENERGY, PRODUCT, 1)):
            if given.startswith(_PRODUCT_ENERGY):
                return Item(given, (), units_of(Dimension.COAL), (Flow.CONSUMED,))
            return Item(given, (), kinds, (Flow.OUTPUT, Flow.CLOSING_STOCK))
        return self._items.get(self._by_zh.get(given, given))

    def all(self) -> tuple[Item, ...]:
        """Return every item but products and materials, in order of name."""
        return tuple(self._items[name] for name in sorted(self._items))


def _item_of(code: str) -> str | None:
    for pattern in _CODES:
        found = pattern.fullmatch(code)
        if found and "gas" in found.groupdict():
            return GAS + found["gas"].lower()
        if found:
            return found["item"]
    return None


def _item(name: str, facts: list[Fact]) -> Item:
    known = units()
    # The carbon of a fuel is per its heat; what its amount is in says the other facts.
    pers = {fact.unit.partition("/")[2] for fact in facts} & {*known}
    kinds = {dimension_of(per) for per in pers}
    labels = {fact.note.partition("；")[0]: None for fact in facts if fact.note}
    names = dict.fromkeys([*labels, *(_IN_BRACKETS.sub("", label) for label in labels)])
    return Item(
        name,
        tuple(label for label in names if label),
        tuple(unit for unit in known if dimension_of(unit) in kinds),
        (Flow.OUTPUT,) if name.startswith(GAS) else _OF_ENERGY,
    )


def _unambiguous(items: Iterable[Item]) -> Mapping[str, str]:
    """Return the Chinese names that mean one item only; the others must be written whole."""
    meant: dict[str, set[str]] = {}
    for item in items:
        for label in item.names_zh:
            meant.setdefault(label, set()).add(item.name)
    return {label: names.pop() for label, names in meant.items() if len(names) == 1}
