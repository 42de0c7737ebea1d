"""By which published text an enterprise accounts: a part of GB/T 32151, else one of 24 guides.

The 24 guides of NDRC (2013–2015) are the fallback for sectors without a part of GB/T 32151 of their
own. A part takes the place of its guide from its first day on; of parts whose first day was not
found none does so by itself: the park names it. The formulas are those of ``gbt_32151`` for all of
them; what a text decides is which sources must be looked at, and it stands on the inventory.

Source: the handbook's list of parts and guides (parts verified: K5; guides from memory); which
divisions of GB/T 4754 a guide is for: from memory.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final


class SectorMethod(StrEnum):
    """Name of a text in park.toml and on inventories."""

    POWER_2015 = "gbt-32151.1-2015"
    ALUMINIUM_2026 = "gbt-32151.4-2026"
    STEEL_2026 = "gbt-32151.5-2026"
    FLAT_GLASS_2023 = "gbt-32151.7-2023"
    CEMENT_2023 = "gbt-32151.8-2023"
    COKING_2023 = "gbt-32151.13-2023"
    CARBON_MATERIALS_2024 = "gbt-32151.34-2024"
    INDUSTRIAL_SILICON_2024 = "gbt-32151.41-2024"
    POWER = "guide.power"
    GRID = "guide.grid"
    STEEL = "guide.steel"
    CHEMICAL = "guide.chemical"
    ALUMINIUM = "guide.aluminium"
    MAGNESIUM = "guide.magnesium"
    FLAT_GLASS = "guide.flat-glass"
    CEMENT = "guide.cement"
    CERAMICS = "guide.ceramics"
    AVIATION = "guide.civil-aviation"
    OIL_GAS = "guide.oil-gas"
    PETROCHEMICAL = "guide.petrochemical"
    COKING = "guide.coking"
    COAL = "guide.coal"
    PAPER = "guide.paper"
    OTHER_NONFERROUS = "guide.other-nonferrous"
    ELECTRONICS = "guide.electronics"
    MACHINERY = "guide.machinery"
    MINING = "guide.mining"
    FOOD = "guide.food-tobacco-beverage"
    PUBLIC_BUILDINGS = "guide.public-buildings"
    LAND_TRANSPORT = "guide.land-transport"
    FLUOROCHEMICAL = "guide.fluorochemical"
    OTHER_INDUSTRY = "guide.other-industry"


@dataclass(frozen=True, slots=True, kw_only=True)
class SectorText:
    """One text that an inventory may be drawn up by."""

    method: SectorMethod
    zh: str
    en: str
    divisions: tuple[str, ...]
    """Divisions of GB/T 4754 that it may be for, ``C31``; a letter alone is a whole section."""
    first_day: date | None
    """Of a part: when it comes into force; None where that was not found."""
    replaces: SectorMethod | None = None
    """The guide whose place it takes."""

    @property
    def is_part(self) -> bool:
        """Whether it is a part of GB/T 32151; else it is one of the 24 guides."""
        return self.method.startswith("gbt-32151.")

    def is_in_force(self, on: date) -> bool:
        """Say whether it is known to be in force on a day; the guides have no end."""
        return not self.is_part or (self.first_day is not None and self.first_day <= on)


@dataclass(frozen=True, slots=True)
class Chosen:
    """What is known of the text of an enterprise."""

    text: SectorText | None
    """None where the sector alone leaves several texts, or none."""
    candidates: tuple[SectorText, ...]
    """Every text that the sector may fall under, the parts first."""


def method_of(sector: str, *, on: date, declared: str | None) -> Chosen:
    """Choose the text by which an enterprise accounts.

    Args:
        sector: Its division of GB/T 4754, for example ``C31``.
        on: The last local day of the year.
        declared: What the park file names; None: by the sector, where that leaves one text.

    Returns:
        The text and what it was chosen from. A declared text is taken as it is, in force or not.

    Example:
        >>> method_of("C31", on=date(2025, 12, 31), declared=None).text.method.value
        'guide.steel'
        >>> method_of("C31", on=date(2026, 12, 31), declared=None).text.method.value
        'gbt-32151.5-2026'
        >>> len(method_of("C32", on=date(2026, 12, 31), declared=None).candidates)
        4
    """
    candidates = _candidates(sector, on)
    if declared is not None:
        return Chosen(TEXTS[SectorMethod(declared)], candidates)
    return Chosen(candidates[0] if len(candidates) == 1 else None, candidates)


def _candidates(sector: str, on: date) -> tuple[SectorText, ...]:
    own = [text for text in TEXTS.values() if _is_for(text, sector)]
    replaced = {text.replaces for text in own if text.is_in_force(on)}
    # A part that is known to come later is no candidate yet; one of an unknown day may be one.
    found = tuple(
        text
        for text in own
        if text.method not in replaced and (text.is_in_force(on) or text.first_day is None)
    )
    if found and not _leaves_room(sector):
        return found
    fallback = _FALLBACKS.get(sector[:1])
    return found if fallback is None else (*found, TEXTS[fallback])


def _is_for(text: SectorText, sector: str) -> bool:
    return any(sector.startswith(division) for division in text.divisions)


def _leaves_room(sector: str) -> bool:
    """Say whether a division holds enterprises that none of its texts is for."""
    return sector[:3] in _PARTLY_COVERED


def _text(
    method: SectorMethod,
    words: tuple[str, str],
    *divisions: str,
    first_day: date | None = None,
    replaces: SectorMethod | None = None,
) -> SectorText:
    zh, en = words
    return SectorText(
        method=method,
        zh=zh,
        en=en,
        divisions=divisions,
        first_day=first_day,
        replaces=replaces,
    )


_M: Final = SectorMethod
_FALLBACKS: Final = {
    "B": _M.OTHER_INDUSTRY,
    "C": _M.OTHER_INDUSTRY,
    "D": _M.OTHER_INDUSTRY,
    **dict.fromkeys("FHIJKLMOPQRS", _M.PUBLIC_BUILDINGS),
}
"""By section: the guide of whatever industry has no other, and that of buildings for services."""
_PARTLY_COVERED: Final = frozenset(("C30", "D44"))
_ALL: Final = (
    _text(_M.POWER_2015, ("发电企业", "power generation"), "D44", replaces=_M.POWER),
    _text(
        _M.ALUMINIUM_2026,
        ("铝冶炼企业", "aluminium smelting"),
        "C32",
        first_day=date(2026, 8, 1),
        replaces=_M.ALUMINIUM,
    ),
    _text(
        _M.STEEL_2026,
        ("钢铁生产企业", "steel"),
        "C31",
        first_day=date(2026, 10, 1),
        replaces=_M.STEEL,
    ),
    _text(_M.FLAT_GLASS_2023, ("平板玻璃生产企业", "flat glass"), "C30", replaces=_M.FLAT_GLASS),
    _text(_M.CEMENT_2023, ("水泥生产企业", "cement"), "C30", replaces=_M.CEMENT),
    _text(_M.COKING_2023, ("独立焦化企业", "independent coking"), "C25", replaces=_M.COKING),
    _text(
        _M.CARBON_MATERIALS_2024,
        ("炭素材料生产企业", "carbon materials"),
        "C30",
        first_day=date(2025, 3, 1),
    ),
    _text(
        _M.INDUSTRIAL_SILICON_2024,
        ("工业硅生产企业", "industrial silicon"),
        "C32",
        first_day=date(2025, 4, 1),
    ),
    _text(_M.POWER, ("发电企业", "power generation"), "D44"),
    _text(_M.GRID, ("电网企业", "power grids"), "D44"),
    _text(_M.STEEL, ("钢铁生产企业", "steel"), "C31"),
    _text(_M.CHEMICAL, ("化工生产企业", "chemicals"), "C26"),
    _text(_M.ALUMINIUM, ("电解铝生产企业", "aluminium smelting"), "C32"),
    _text(_M.MAGNESIUM, ("镁冶炼企业", "magnesium smelting"), "C32"),
    _text(_M.FLAT_GLASS, ("平板玻璃生产企业", "flat glass"), "C30"),
    _text(_M.CEMENT, ("水泥生产企业", "cement"), "C30"),
    _text(_M.CERAMICS, ("陶瓷生产企业", "ceramics"), "C30"),
    _text(_M.AVIATION, ("民用航空企业", "civil aviation"), "G56"),
    _text(_M.OIL_GAS, ("石油和天然气生产企业", "oil and natural gas"), "B07"),
    _text(_M.PETROCHEMICAL, ("石油化工企业", "petrochemicals"), "C25"),
    _text(_M.COKING, ("独立焦化企业", "independent coking"), "C25"),
    _text(_M.COAL, ("煤炭生产企业", "coal"), "B06"),
    _text(_M.PAPER, ("造纸和纸制品生产企业", "paper"), "C22"),
    _text(_M.OTHER_NONFERROUS, ("其他有色金属冶炼和压延加工业企业", "other non-ferrous"), "C32"),
    _text(_M.ELECTRONICS, ("电子设备制造企业", "electronic equipment"), "C39"),
    _text(
        _M.MACHINERY,
        ("机械设备制造企业", "machinery"),
        "C33",
        "C34",
        "C35",
        "C36",
        "C37",
        "C38",
        "C40",
    ),
    _text(_M.MINING, ("矿山企业", "mining"), "B08", "B09", "B10"),
    _text(
        _M.FOOD,
        ("食品、烟草及酒、饮料和精制茶企业", "food, tobacco, beverages and tea"),
        "C13",
        "C14",
        "C15",
        "C16",
    ),
    _text(_M.PUBLIC_BUILDINGS, ("公共建筑运营单位", "public buildings")),
    _text(_M.LAND_TRANSPORT, ("陆上交通运输企业", "land transport"), "G53", "G54"),
    _text(_M.FLUOROCHEMICAL, ("氟化工企业", "fluorochemicals"), "C26"),
    _text(_M.OTHER_INDUSTRY, ("工业其他行业企业", "other industrial sectors")),
)
TEXTS: Final = {text.method: text for text in _ALL}
"""Every text by its name, the parts of GB/T 32151 first."""
