"""Turns the page Market into what its template prints: finished words, in reading order."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from taihang.interfaces.catalogue import Lang
from taihang.interfaces.web.figure_table import Cell, told_cell
from taihang.interfaces.web.page_query import PageQuery
from taihang.interfaces.web.pages.market.tables import (
    book_table,
    closing_lines,
    items_table,
    lines_table,
    offers_table,
    plants_table,
    reasons_table,
    say,
    users_table,
)
from taihang.interfaces.web.pages.market.view import Closing, MarketView
from taihang.interfaces.web.stretch_choice import step_of
from taihang.interfaces.web.wording import number
from taihang.services.figure_standing import Standing, Told

_FORMS: Final = ("pdf", "xlsx")


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One sum of the month."""

    code: str
    label: str
    cell: Cell
    note: str


def market_context(view: MarketView, *, look: PageQuery) -> dict[str, object]:
    """Return what the template of the page needs.

    Args:
        view: The page.
        look: The reader's language and the address of the page.
    """
    lang, own = look.lang, view.own
    closing = view.closing
    return {
        "view": view,
        "months": tuple(reversed(view.months)),
        "before": step_of(view.months, view.month, -1),
        "after": step_of(view.months, view.month, 1),
        "forms": _FORMS if view.is_whole or own is not None else (),
        "cards": tuple(_cards(closing, own, lang)),
        "closing": () if closing is None else closing_lines(closing, lang),
        "closes": None if closing is None else _closes(closing, lang),
        "plants": plants_table(view, lang) if view.plants else None,
        "users": users_table(view, lang) if view.is_whole and view.payments else None,
        "items": items_table(view, lang) if view.items else None,
        "reasons": reasons_table(view, lang) if view.reasons else None,
        "lines": lines_table(view, lang) if view.lines else None,
        "offers": offers_table(view, lang) if view.offers else None,
        "book": book_table(view, lang) if view.book else None,
    }


def _cards(closing: Closing | None, own: Standing | None, lang: Lang) -> Iterator[Card]:
    if closing is not None:
        sums = {
            "users": closing.users,
            "plants": closing.plants,
            "gateway": closing.gateway,
            "margin": closing.margin,
        }
    elif own is not None:
        codes = {"paid": "value", "to_plants": "plants_cny", "to_operator": "operator_cny"}
        sums = {code: own.told(name) for code, name in codes.items()}
    else:
        sums = dict[str, Told]()
    for code, told in sums.items():
        yield Card(
            code=code,
            label=say(f"card.{code}", lang),
            cell=told_cell(told, digits=2),
            note=say(f"note.{code}", lang),
        )


def _closes(closing: Closing, lang: Lang) -> dict[str, str]:
    left = closing.difference_cny
    if left is None:
        return {"tone": "warn", "words": say("not_stated", lang)}
    if left:
        return {"tone": "bad", "words": say("left", lang, left=number(left, digits=2))}
    return {"tone": "ok", "words": say("closes", lang)}
