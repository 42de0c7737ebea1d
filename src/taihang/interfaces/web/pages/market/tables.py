"""The tables of the page Market."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from taihang.core.figure.story import Named
from taihang.core.park.contract import GreenSupply, PriceBy
from taihang.core.quantities import WH_PER_MWH
from taihang.interfaces.catalogue import Lang, has_text, text
from taihang.interfaces.web.figure_table import (
    Cell,
    FigureTable,
    Head,
    told_cell,
    void_cell,
    words_cell,
)
from taihang.interfaces.web.pages.market.view import Closing, MarketView
from taihang.interfaces.web.wording import number
from taihang.services.figure_standing import Standing

_CNY_DIGITS: Final = 2
_MWH_DIGITS: Final = 3
_PRICE_DIGITS: Final = 4
_ALL_SHOWN: Final = 3
"""So many buyers are named; of more, how many they are."""


def say(code: str, lang: Lang, **values: str) -> str:
    """Return a text of the page."""
    return text(f"market_page.{code}", lang, **values)


def plants_table(view: MarketView, lang: Lang) -> FigureTable:
    """Return what each plant earned.

    Args:
        view: The page.
        lang: The reader's language.
    """
    heads = _heads(
        (("plant", False, 1), ("generated", True, 1), ("fed_in", True, 2)),
        (("energy", True, 2), ("value", True, 2), ("export", True, 2), ("earned", True, 1)),
        lang=lang,
    )
    return FigureTable(
        id="plants", heads=heads, rows=tuple(_plant(one, view, lang) for one in view.plants)
    )


def users_table(view: MarketView, lang: Lang) -> FigureTable:
    """Return what each user paid, and to whom.

    Args:
        view: The page.
        lang: The reader's language.
    """
    heads = _heads(
        (("user", False, 1), ("to_plants", True, 1), ("to_operator", True, 2), ("paid", True, 1)),
        lang=lang,
    )
    rows = tuple(
        (
            _party(one.subject, view.names, lang),
            told_cell(one.told("plants_cny"), digits=_CNY_DIGITS),
            told_cell(one.told("operator_cny"), digits=_CNY_DIGITS),
            told_cell(one.told("value"), digits=_CNY_DIGITS),
        )
        for one in view.payments
    )
    return FigureTable(id="users", heads=heads, rows=rows)


def items_table(view: MarketView, lang: Lang) -> FigureTable:
    """Return what was collected and paid on, by item of the bills.

    Args:
        view: The page.
        lang: The reader's language.
    """
    heads = _heads(
        (("item", False, 1), ("collected", True, 1), ("paid_on", True, 2), ("kept", True, 1)),
        lang=lang,
    )
    rows = tuple(
        (
            words_cell(_named(f"revenue.item.{row.item}", row.item, lang)),
            told_cell(row.collected, digits=_CNY_DIGITS),
            told_cell(row.paid, digits=_CNY_DIGITS),
            told_cell(row.kept, digits=_CNY_DIGITS),
        )
        for row in view.items
    )
    return FigureTable(id="items", heads=heads, rows=rows)


def reasons_table(view: MarketView, lang: Lang) -> FigureTable:
    """Return why something stays with the operator.

    Args:
        view: The page.
        lang: The reader's language.
    """
    heads = _heads((("reason", False, 1), ("mwh", True, 2), ("amount", True, 1)), lang=lang)
    rows = tuple(
        (
            words_cell(row.title.zh if lang == "zh" else row.title.en),
            told_cell(row.wh, digits=_MWH_DIGITS, over=WH_PER_MWH)
            if row.wh.value is not None
            else void_cell(),
            told_cell(row.amount, digits=_CNY_DIGITS),
        )
        for row in view.reasons
    )
    return FigureTable(id="reasons", heads=heads, rows=rows)


def lines_table(view: MarketView, lang: Lang) -> FigureTable:
    """Return what one user took under each contract.

    Args:
        view: The page.
        lang: The reader's language.
    """
    heads = _heads(
        (("plant", False, 1), ("contract", False, 2), ("mwh", True, 1), ("price", True, 2)),
        (("energy", True, 1), ("value", True, 2)),
        lang=lang,
    )
    rows = tuple(
        (
            _party(row.payee, view.names, lang),
            words_cell(row.contract),
            told_cell(row.delivered_wh, digits=_MWH_DIGITS, over=WH_PER_MWH),
            told_cell(row.price, digits=_PRICE_DIGITS),
            told_cell(row.energy, digits=_CNY_DIGITS),
            told_cell(row.value, digits=_CNY_DIGITS)
            if row.value.value is not None
            else void_cell(),
        )
        for row in view.lines
    )
    return FigureTable(id="lines", heads=heads, rows=rows)


def offers_table(view: MarketView, lang: Lang) -> FigureTable:
    """Return the contracts under which plants sell.

    Args:
        view: The page.
        lang: The reader's language.
    """
    heads = _heads(
        (("contract", False, 1), ("plant", False, 1), ("buyers", False, 2)),
        (("price_by", False, 2), ("price", True, 1), ("premium", True, 2)),
        lang=lang,
    )
    rows = tuple(_offer(one, view.names, lang) for one in view.offers)
    return FigureTable(id="offers", heads=heads, rows=rows)


def book_table(view: MarketView, lang: Lang) -> FigureTable:
    """Return the certificates for sale, by price.

    Args:
        view: The page.
        lang: The reader's language.
    """
    heads = _heads(
        (("certificate_price", True, 1), ("mwh", True, 1), ("listings", True, 2)), lang=lang
    )
    rows = tuple(
        (
            _plain(level.price_cny_per_mwh, _CNY_DIGITS),
            _plain(Decimal(level.energy_wh) / WH_PER_MWH, _MWH_DIGITS),
            _plain(Decimal(level.n_listings), 0),
        )
        for level in view.book or ()
    )
    return FigureTable(id="book", heads=heads, rows=rows)


def closing_lines(closing: Closing, lang: Lang) -> tuple[dict[str, object], ...]:
    """Return how the money closes, line by line.

    Args:
        closing: The sums.
        lang: The reader's language.
    """
    told = {
        "users": closing.users,
        "export": closing.export,
        "plants": closing.plants,
        "gateway": closing.gateway,
        "margin": closing.margin,
    }
    return tuple(
        {"label": text(f"revenue.sum.{code}", lang), "cell": told_cell(each, digits=_CNY_DIGITS)}
        for code, each in told.items()
    )


def _plant(one: Standing, view: MarketView, lang: Lang) -> tuple[Cell, ...]:
    mwh = [
        told_cell(one.told("energy", code), digits=_MWH_DIGITS, over=WH_PER_MWH)
        for code in ("generated_wh", "fed_in_wh")
    ]
    money = [
        told_cell(one.told(code), digits=_CNY_DIGITS)
        for code in ("energy_cny", "environmental_cny", "export_cny", "value")
    ]
    return (_party(one.subject, view.names, lang), *mwh, *money)


def _offer(one: GreenSupply, names: Mapping[str, Named], lang: Lang) -> tuple[Cell, ...]:
    price, premium = one.price_cny_per_kwh, one.green_premium_cny_per_kwh
    # Another form than a fixed price has no number that says it; the settings show all of it.
    shown = void_cell() if one.price_by is not PriceBy.FIXED else _plain(price, _PRICE_DIGITS)
    return (
        words_cell(one.id),
        _party(one.plant, names, lang),
        words_cell(_buyers(one.buyers, lang)),
        words_cell(say(f"price_by.{one.price_by.value}", lang)),
        shown,
        void_cell() if premium is None else _plain(premium, _PRICE_DIGITS),
    )


def _buyers(buyers: tuple[str, ...], lang: Lang) -> str:
    if len(buyers) > _ALL_SHOWN:
        return say("n_buyers", lang, n=str(len(buyers)))
    return "、".join(buyers) if lang == "zh" else ", ".join(buyers)


def _plain(value: Decimal | None, digits: int) -> Cell:
    return Cell(words=number(value, digits=digits), sort="" if value is None else str(value))


def _party(id_: str, names: Mapping[str, Named], lang: Lang) -> Cell:
    named = names.get(id_)
    if named is None:
        return words_cell(id_)
    return words_cell(f"{id_} {named.zh if lang == 'zh' else named.en}", sort=id_)


def _named(key: str, code: str, lang: Lang) -> str:
    return text(key, lang) if has_text(key) else code


def _heads(*parts: tuple[tuple[str, bool, int], ...], lang: Lang) -> tuple[Head, ...]:
    return tuple(
        Head(say(f"column.{code}", lang), is_number=is_number, priority=rank)
        for part in parts
        for code, is_number, rank in part
    )
