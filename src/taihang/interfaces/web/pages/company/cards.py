"""The figures at the head of the page of one enterprise."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from taihang.core.figure.key import key_of
from taihang.core.quantities import WH_PER_KWH, WH_PER_MWH
from taihang.interfaces.catalogue import Lang, text
from taihang.interfaces.web.pages.companies.page import ALERT_TONES
from taihang.interfaces.web.pages.company.view import CompanyView
from taihang.interfaces.web.wording import local_instant, number

_PERCENT: Final = 100
_W_PER_KW: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One figure at the head of the page."""

    code: str
    value: str
    unit: str
    note: str = ""
    tone: str = ""
    figure: str = ""
    fill_percent: str = ""
    """Length of its bar; empty where it has none."""
    bar_tone: str = ""


def cards_of(view: CompanyView, lang: Lang) -> list[Card]:
    """Return the figures of a month; none where it is not settled.

    Args:
        view: The enterprise in a month.
        lang: Language of the reader.
    """
    now = view.now
    if now is None:
        return []
    known = now.peak_w is not None
    cards = [
        _latest_card(view),
        _card(
            "energy",
            None if not known else Decimal(now.load_wh) / WH_PER_MWH,
            "MWh",
            digits=1,
            note=_change_words(view, lang),
            figure=_statement(view, "energy"),
        ),
        _bill_card(view, lang),
        _peak_card(view, lang),
        _card(
            "green",
            None if now.green_ratio is None else now.green_ratio * _PERCENT,
            "%",
            digits=1,
            note=text("company.green_note", lang, mwh=mwh(now.green_wh, 1)),
        ),
        _card(
            "carbon",
            now.location_tco2,
            "tCO₂",
            digits=1,
            note=text("company.market_note", lang, t=number(now.market_tco2, digits=1)),
            figure=_statement(view, "scope2-location"),
        ),
        _card(
            "coal",
            now.coal_tce,
            "tce",
            digits=1,
            note=text("company.equal_note", lang, t=number(now.coal_equal_tce, digits=1)),
            figure=_statement(view, "standard-coal"),
        ),
        _data_card(view, lang),
    ]
    if view.budget is not None:
        cards.insert(3, _budget_card(view, lang))
    return cards


def _card(
    code: str, value: Decimal | None, unit: str, *, digits: int, note: str = "", figure: str = ""
) -> Card:
    return Card(
        code=code,
        value=number(value, digits=digits),
        unit=unit,
        note=note,
        figure=figure if value is not None else "",
    )


def _latest_card(view: CompanyView) -> Card:
    at = "" if view.as_of_s is None else local_instant(view.as_of_s, zone=view.zone)
    value = None if view.latest_w is None else Decimal(view.latest_w) / _W_PER_KW
    return _card("latest", value, "kW", digits=0, note=at)


def _bill_card(view: CompanyView, lang: Lang) -> Card:
    bill, now = view.bill, view.now
    value = None if bill is None else bill.value_cny
    note = text("company.no_bill", lang)
    if bill is not None and value is not None and now is not None and now.load_wh:
        mean = value * WH_PER_KWH / now.load_wh
        note = text("company.mean_price", lang, price=number(mean, digits=4))
    figure = "" if bill is None else key_of("statement", bill.id, "value")
    unit = text("company.cny", lang)
    return _card("bill", value, unit, digits=0, note=note, figure=figure)


def _peak_card(view: CompanyView, lang: Lang) -> Card:
    now = view.now
    peak_w = None if now is None else now.peak_w
    if now is None or peak_w is None:
        return _card("peak", None, "kW", digits=0)
    ratio = Decimal(peak_w) / _W_PER_KW / Decimal(str(view.transformer_kva))
    at = "" if now.peak_at_s is None else local_instant(now.peak_at_s, zone=view.zone)[5:]
    note = text("company.peak_note", lang, at=at, share=number(ratio * _PERCENT, digits=0))
    card = _card("peak", Decimal(peak_w) / _W_PER_KW, "kW", digits=0, note=note)
    return _with_bar(card, ratio, tone="missed" if ratio > 1 else "")


def _budget_card(view: CompanyView, lang: Lang) -> Card:
    budget = view.budget
    used = None if budget is None else budget.used_ratio
    alert = "unknown" if budget is None else budget.alert
    note = text(f"companies.alert.{alert}", lang)
    value = None if used is None else used * _PERCENT
    card = _card("budget", value, "%", digits=1, note=note)
    is_bad = ALERT_TONES[alert] == "bad"
    return card if used is None else _with_bar(card, used, tone="missed" if is_bad else "")


def _with_bar(card: Card, ratio: Decimal, *, tone: str) -> Card:
    fill = min(Decimal(1), max(Decimal(0), ratio)) * _PERCENT
    return Card(
        code=card.code,
        value=card.value,
        unit=card.unit,
        note=card.note,
        figure=card.figure,
        fill_percent=f"{fill:.1f}%",
        bar_tone=tone,
    )


def _data_card(view: CompanyView, lang: Lang) -> Card:
    now = view.now
    ratio = None if now is None else now.coverage_ratio
    value = None if ratio is None else ratio * _PERCENT
    note = text("companies.measured", lang)
    tone = ""
    if now is not None and (now.n_missing or now.n_estimated):
        tone = "bad" if now.n_missing else "warn"
        note = text("company.data_note", lang, missing=now.n_missing, estimated=now.n_estimated)
    card = _card("data", value, "%", digits=1, note=note)
    return Card(code=card.code, value=card.value, unit="%", note=note, tone=tone)


def _change_words(view: CompanyView, lang: Lang) -> str:
    if view.change is None:
        return text("company.no_change", lang)
    sign = "+" if view.change > 0 else ""
    return text("company.change", lang, change=f"{sign}{number(view.change * _PERCENT, digits=1)}")


def _statement(view: CompanyView, kind: str) -> str:
    id_ = view.statements.get(kind, "")
    return key_of("statement", id_, "value") if id_ else ""


def mwh(energy_wh: int, digits: int) -> str:
    """Return an energy in MWh, in words."""
    return number(Decimal(energy_wh) / WH_PER_MWH, digits=digits)
