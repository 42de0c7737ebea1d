"""Turns the ledger of certificates into what its template prints."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Final

from taihang.core.certificates.certificate import State
from taihang.core.quantities import WH_PER_MWH
from taihang.interfaces.catalogue import Lang, text
from taihang.interfaces.web.csv_answer import Value
from taihang.interfaces.web.figure_table import Cell, FigureTable, Head, told_cell, words_cell
from taihang.interfaces.web.page_query import PageQuery
from taihang.interfaces.web.pages.green.ledger import (
    ALL,
    CertificateRow,
    LedgerView,
    MarketView,
)
from taihang.interfaces.web.pages.green.place import Place, tabs
from taihang.interfaces.web.stretch_choice import Choice
from taihang.interfaces.web.wording import local_instant, number
from taihang.services.figure_standing import Told

_DIGITS: Final = 3
_TONES: Final = {
    State.HELD.value: "ok",
    State.CLAIMED.value: "none",
    State.EXPIRED.value: "bad",
    State.WITHDRAWN.value: "bad",
}


def ledger_context(view: LedgerView, *, look: PageQuery) -> dict[str, object]:
    """Return what the page of certificates needs.

    Args:
        view: The ledger.
        look: The reader's language and the address of the page.
    """
    lang, place = look.lang, view.place
    first = (view.wanted.page - 1) * len(view.shown) + 1
    return {
        "view": view,
        "tabs": tabs("certificates", look=look, is_whole=view.place.is_whole),
        "months": tuple(reversed(view.months)),
        "states": tuple(_states(view, lang)),
        "balance": _balance_lines(view, lang),
        "released": _released(view, lang),
        "guards": tuple(_guards(view, lang)),
        "holders": tuple((id_, f"{id_} {place.name(id_, lang)}") for id_ in view.holders),
        "choices": tuple((each.value, _state(each.value, lang)) for each in State),
        "table": certificate_table(view.shown, place, lang),
        "n_rows": len(view.rows),
        "first": first,
        "pages": tuple(_pages(view, look)),
        "csv": replace(look, path="/green/certificates.csv").with_words(),
        "book": _book(view.market, lang),
        "waiting": _waiting(view.market, place, lang),
        "is_one_month": view.month not in {"", ALL},
    }


def _state(state: str, lang: Lang) -> str:
    return text(f"cli.ledger.state_of.{state}", lang)


def _mwh(wh: int) -> Cell:
    return told_cell(Told(value=Decimal(wh)), digits=_DIGITS, over=WH_PER_MWH)


def _states(view: LedgerView, lang: Lang) -> Iterator[dict[str, str]]:
    for state, wh in view.by_state_wh.items():
        yield {"code": state, "label": _state(state, lang), "mwh": _mwh(wh).words, "wh": f"{wh:,}"}


def _balance_lines(view: LedgerView, lang: Lang) -> list[dict[str, object]]:
    """Return the balance of the month to the watt-hour: generated, each state, what is apart."""
    balance = view.balance
    if balance is None:
        return []
    lines = [_line_of(text("green.state.generated", lang), balance.generated_wh, is_sum=True)]
    lines += [_line_of(_state(state, lang), wh) for state, wh in balance.by_state_wh.items()]
    apart = text("green.apart", lang)
    return [*lines, _line_of(apart, balance.difference_wh, is_sum=True)]


def _line_of(label: str, wh: int, *, is_sum: bool = False) -> dict[str, object]:
    return {"label": label, "wh": f"{wh:,}", "is_sum": is_sum}


def _released(view: LedgerView, lang: Lang) -> str:
    if view.balance is None or not view.balance.released_wh:
        return ""
    parts = [f"{_state(state, lang)} {wh:,} Wh" for state, wh in view.balance.released_wh.items()]
    return text("green.released", lang, parts=", ".join(parts))


def _guards(view: LedgerView, lang: Lang) -> Iterator[dict[str, object]]:
    for each in view.guards:
        n = number(each.n_looked_at, digits=0)
        yield {
            "label": text(f"green.guard.{each.code}", lang),
            "said": text(f"green.guard_note.{each.code}", lang, n=n),
            "tone": "bad" if each.findings else "ok",
            "state": text("green.guard_found" if each.findings else "green.guard_well", lang),
            "findings": each.findings,
        }


# -- the list ------------------------------------------------------------------------------------


def certificate_table(
    rows: tuple[CertificateRow, ...], place: Place, lang: Lang
) -> FigureTable | None:
    """Return certificates as a table; None where there is none.

    Args:
        rows: The certificates.
        place: What things are called.
        lang: The reader's language.
    """
    if not rows:
        return None
    codes = ("id", "month", "way", "recipient", "holder", "kind", "state", "mwh", "until")
    priorities = (1, 2, 2, 3, 1, 3, 1, 1, 2)
    heads = tuple(
        Head(text(f"green.column.{code}", lang), is_number=code == "mwh", priority=priority)
        for code, priority in zip(codes, priorities, strict=True)
    )
    files = (
        Head("PDF"),
        Head("HTML", priority=2),
        Head(text("green.column.files", lang), priority=2),
    )
    return FigureTable(
        id="list", heads=(*heads, *files), rows=tuple(_line(row, place, lang) for row in rows)
    )


def _line(row: CertificateRow, place: Place, lang: Lang) -> tuple[Cell, ...]:
    return (
        Cell(words=row.id, sort=row.id, address=f"/c/{row.id}"),
        words_cell(row.month),
        words_cell(text(f"paper.route_name.{row.route}", lang)),
        words_cell(place.name(row.recipient, lang), title=row.recipient),
        words_cell(place.name(row.holder, lang), title=row.holder),
        words_cell(text(f"cli.ledger.kinds.{row.kind}", lang)),
        words_cell(_state(row.state, lang), tone=_TONES.get(row.state, "warn")),
        _mwh(row.wh),
        words_cell(local_instant(row.expires_s, zone=place.zone)[:10]),
        Cell(words="PDF", sort=row.id, address=f"/green/certificates/{row.id}.pdf"),
        Cell(words="HTML", sort=row.id, address=f"/green/certificates/{row.id}.html"),
        Cell(words="JSON", sort=row.id, address=f"/c/{row.id}/file"),
    )


def certificate_rows(view: LedgerView, lang: Lang) -> tuple[list[str], list[list[Value]]]:
    """Return all certificates that are asked for, for a file, in watt-hours.

    Args:
        view: The ledger.
        lang: The reader's language.
    """
    codes = ("id", "month", "way", "recipient", "holder", "kind", "state", "wh", "until")
    heads = [text(f"green.column.{code}", lang) for code in codes]
    rows: list[list[Value]] = [
        [
            row.id,
            row.month,
            text(f"paper.route_name.{row.route}", lang),
            row.recipient,
            row.holder,
            text(f"cli.ledger.kinds.{row.kind}", lang),
            _state(row.state, lang),
            row.wh,
            local_instant(row.expires_s, zone=view.place.zone)[:10],
        ]
        for row in view.rows
    ]
    return heads, rows


def _pages(view: LedgerView, look: PageQuery) -> Iterator[Choice]:
    """Yield the pages of the list: the first, the last, and those near this one."""
    here, last = view.wanted.page, view.n_pages
    if last == 1 and here == 1:
        return
    for number_ in sorted({1, last, *range(max(1, here - 2), min(last, here + 2) + 1)}):
        yield Choice(
            label=str(number_), href=look.with_words(page=str(number_)), is_here=number_ == here
        )


# -- the market ----------------------------------------------------------------------------------


def _book(market: MarketView | None, lang: Lang) -> FigureTable | None:
    if market is None or not market.book:
        return None
    heads = (
        Head(text("green.market.price", lang), is_number=True),
        Head("MWh", is_number=True),
        Head(text("green.market.n", lang), is_number=True),
    )
    rows = tuple(
        (
            words_cell(str(each.price_cny_per_mwh)),
            _mwh(each.energy_wh),
            words_cell(str(each.n_listings)),
        )
        for each in market.book
    )
    return FigureTable(id="book", heads=heads, rows=rows)


def _waiting(market: MarketView | None, place: Place, lang: Lang) -> FigureTable | None:
    if market is None or not market.waiting:
        return None
    codes = ("deal", "step", "seller", "buyer", "mwh", "amount", "due")
    heads = tuple(
        Head(text(f"green.market.{code}", lang), is_number=code in {"mwh", "amount"})
        for code in codes
    )
    rows = tuple(
        (
            words_cell(each.deal),
            words_cell(text(f"green.market.step_{each.step}", lang)),
            words_cell(place.name(each.seller, lang), title=each.seller),
            words_cell(place.name(each.buyer, lang), title=each.buyer),
            _mwh(each.energy_wh),
            words_cell(number(each.amount_cny, digits=2), sort=str(each.amount_cny)),
            words_cell(local_instant(each.due_s, zone=place.zone)),
        )
        for each in market.waiting
    )
    return FigureTable(id="waiting", heads=heads, rows=rows)
