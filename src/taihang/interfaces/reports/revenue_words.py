"""Cells and sentences that every page of a settlement has in common."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, Final

from taihang.core.park.park import Park
from taihang.core.quantities import WH_PER_MWH
from taihang.interfaces.catalogue import Lang, has_text, text
from taihang.interfaces.reports.document import Cell, Column, Section, number
from taihang.interfaces.reports.stated import unit_in

Body = Mapping[str, Any]
MWH_DIGITS: Final = 3
_WORDS: Final = frozenset(
    (
        *("plant", "payer", "contract", "where", "grid", "price", "item", "part"),
        *("month", "asset", "position", "indicator"),
    )
)
_UNITS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("generated", "used", "fed_in", "energy", "priced"), "MWh"),
    **dict.fromkeys(("share",), "%"),
    **dict.fromkeys(("days",), ""),
}


def columns(names: Iterable[str], lang: Lang) -> tuple[Column, ...]:
    """Return the heads of a table; a number that is no energy and no share is money.

    Args:
        names: Keys under ``revenue.column``.
        lang: Language of the reader.
    """
    return tuple(
        Column(
            title=text(f"revenue.column.{name}", lang),
            unit="" if name in _WORDS else _UNITS.get(name, unit_in("CNY", lang)),
            is_number=name not in _WORDS,
        )
        for name in names
    )


def cny(value: object, statement: str = "") -> Cell:
    """Return an amount to the fen, or the mark of nothing."""
    return number(None if value is None else Decimal(str(value)), 2, statement=statement)


def mwh(wh: int | None, statement: str = "") -> Cell:
    """Return an energy in MWh, or the mark of nothing."""
    return number(None if wh is None else Decimal(wh) / WH_PER_MWH, MWH_DIGITS, statement=statement)


def percent(part: int, whole: int) -> Cell:
    """Return a share in percent; nothing where there is no whole."""
    return number(Decimal(part) * 100 / whole if whole else None, 1)


def name_in(subject: str, park: Park, lang: Lang) -> str:
    """Return the id of an asset with its name; the id alone where the park has none of it."""
    asset = park.assets.get(subject)
    if asset is None:
        return subject
    return f"{subject} {asset.name_zh if lang == 'zh' else asset.name_en}"


def notes(of: Body, lang: Lang, *more: str) -> Section:
    """Return what a reader must know beside the numbers: rules, what-if, what lacks.

    Args:
        of: The statement.
        lang: Language of the reader.
        more: Sentences of this page.
    """
    sentences = list(more)
    if of.get("rules"):
        sentences.append(text("revenue.note.rules", lang, rules=", ".join(of["rules"])))
    if of.get("assumption"):
        sentences.append(str(of["assumption"][lang]))
    sentences.extend(
        f"{_named(str(gap['what']), lang)}: {gap[lang]}" for gap in of.get("not_assessed", ())
    )
    return Section(title=text("revenue.section.rules", lang), sentences=tuple(sentences))


def _named(what: str, lang: Lang) -> str:
    """Return what lacks, each of its words by its name where it has one."""
    return " ".join(_word(word, lang) for word in what.split(" "))


def _word(word: str, lang: Lang) -> str:
    for place in ("item", "part"):
        if has_text(f"revenue.{place}.{word}"):
            return text(f"revenue.{place}.{word}", lang)
    return word
