"""How product accounts name things: lines, plants, sources, in the reader's language."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from taihang.core.park.park import Park
from taihang.core.quantities import G_PER_T, WH_PER_MWH
from taihang.interfaces.account_words import item_name
from taihang.interfaces.catalogue import Lang, text

Body = Mapping[str, Any]
_POWER: Final = ("electricity", "indirect")


def name_of(asset: Body, lang: Lang) -> str:
    """Return the name of something that a statement holds in both languages, with its id."""
    return f"{asset['id']} {asset[lang]}"


def code_told(line: Body, lang: Lang, park: Park) -> str:
    """Return what a line is of.

    Args:
        line: A line of a product account.
        lang: Language of the reader.
        park: The park.
    """
    code, stage = str(line["code"]), str(line["stage"])
    if code in park.plants and stage in _POWER:
        return plant_told(code, lang, park)
    if code in park.carbon.precursors:
        precursor = park.carbon.precursors[code]
        return precursor.name_zh if lang == "zh" else precursor.name_en
    if stage in _POWER:
        return text(f"product.code.{code}", lang)
    kind, _, item = code.partition(".")
    return f"{text(f'cli.carbon.kinds.{kind}', lang)} {item_name(item, lang)}"


def plant_told(plant: str, lang: Lang, park: Park) -> str:
    """Return the name of a plant, with its id."""
    asset = park.plants.get(plant)
    if asset is None:
        return plant
    return f"{plant} {asset.name_zh if lang == 'zh' else asset.name_en}"


def lacking_told(electricity: Body, lang: Lang) -> str:
    """Return what a claim lacked, as words; empty where it holds."""
    comma = "、" if lang == "zh" else ", "
    return comma.join(text(f"product.lacking.{each}", lang) for each in electricity["lacking"])


def counted_told(body: Body, lang: Lang) -> str:
    """Return which parts of embedded emissions count."""
    return " + ".join(text(f"product.column.{part}", lang) for part in body["counted"])


def tonnes_of(grams: int) -> Decimal:
    """Return grams as tonnes, exact."""
    return Decimal(grams) / G_PER_T


def mwh_of(wh: int) -> Decimal:
    """Return watt-hours as megawatt-hours, exact."""
    return Decimal(wh) / WH_PER_MWH
