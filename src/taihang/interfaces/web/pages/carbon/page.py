"""Turns the page Carbon into what its template prints: finished words, in reading order."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from taihang.core.figure.number import Document
from taihang.interfaces.catalogue import Lang, has_text, text
from taihang.interfaces.figure_words import FigureWords
from taihang.interfaces.web.figure_table import (
    Cell,
    told_cell,
    words_cell,
)
from taihang.interfaces.web.page_query import PageQuery
from taihang.interfaces.web.pages.carbon.tables import (
    factor_table,
    goods_table,
    month_table,
    product_table,
    quota_table,
    say,
    state_of,
    year_table,
)
from taihang.interfaces.web.pages.carbon.view import (
    WAYS,
    CarbonView,
    GapRow,
    Quotas,
)
from taihang.interfaces.web.stretch_choice import step_of
from taihang.interfaces.web.wording import DASH
from taihang.services.figure_standing import NOT_TOLD, Standing, Told

GAPS_SHOWN: Final = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One key figure, with a bar that compares it with those beside it."""

    code: str
    label: str
    cell: Cell
    unit: str
    note: str
    fill_percent: str = ""
    """Empty for no bar."""


def carbon_context(view: CarbonView, *, look: PageQuery) -> dict[str, object]:
    """Return what the template of the page needs.

    Args:
        view: The page.
        look: The reader's language and the address of the page.
    """
    lang = look.lang
    words = FigureWords(lang, view.zone, view.names)
    issued = view.inventories.is_issued
    return {
        "view": view,
        "months": tuple(reversed(view.months)),
        "before": step_of(view.months, view.month, -1),
        "after": step_of(view.months, view.month, 1),
        "cards": tuple(_cards(view, lang)),
        "month_table": month_table(view, lang) if view.rows else None,
        "year_table": year_table(view, lang) if view.year_rows else None,
        "year_state": say("issued" if issued else "draft", lang),
        "year_tone": "ok" if issued else "warn",
        "why": view.inventories.why,
        "park": None if view.park is None else tuple(_park_lines(view.park, lang)),
        "park_state": state_of(view.park, lang),
        "quotas": None if view.quotas is None else quota_table(view.quotas, lang),
        "products": product_table(view, words) if view.products else None,
        "goods": goods_table(view, words) if view.goods else None,
        "factors": factor_table(view.factors, words),
        "rules": tuple(
            {
                "kind": words.kind(each.kind),
                "name": each.rule.name,
                "basis": each.rule.basis,
                "page": each.rule.document,
            }
            for each in view.rules
        ),
        "choices": tuple(_choices(view.choices, lang)),
        "gaps": tuple(gap_lines(view.gaps[:GAPS_SHOWN], words)),
        "n_gaps": len(view.gaps),
        "n_more": max(0, len(view.gaps) - GAPS_SHOWN),
    }


# -- the head ------------------------------------------------------------------------------------


def _cards(view: CarbonView, lang: Lang) -> Iterator[Card]:
    yield _scope1(view, lang)
    largest = max((told.value for told in view.scope2_t.values() if told.value), default=None)
    for way in WAYS:
        told = view.scope2_t.get(way, NOT_TOLD)
        n_stated = view.n_stated.get(way, 0)
        note = say("of_users", lang, n=str(n_stated), all=str(view.n_users))
        yield Card(
            code=way,
            label=say(f"card.{way}", lang),
            cell=told_cell(told, digits=1),
            unit="tCO₂",
            note=say(f"note.{way}", lang) + (f" · {note}" if n_stated < view.n_users else ""),
            fill_percent="" if not largest or told.value is None else _fill(told.value, largest),
        )
    yield from _coal_cards(view, lang)


def _scope1(view: CarbonView, lang: Lang) -> Card:
    told = [row.account.told("scope1_t").value for row in view.year_rows]
    known = [each for each in told if each is not None]
    return Card(
        code="scope1",
        label=say("card.scope1", lang),
        cell=told_cell(Told(value=sum(known, Decimal(0)) if known else None), digits=1),
        unit="tCO₂e",
        note=say("note.scope1", lang, year=view.year, n=str(len(known))),
    )


def _coal_cards(view: CarbonView, lang: Lang) -> Iterator[Card]:
    for code in ("equivalent_tce", "equal_tce"):
        told = NOT_TOLD if view.energy is None else view.energy.told(code)
        yield Card(
            code=code,
            label=say(f"card.{code}", lang),
            cell=told_cell(told, digits=1),
            unit="tce",
            note=say(f"note.{code}", lang),
        )


def _fill(value: Decimal, largest: Decimal) -> str:
    return f"{max(Decimal(0), value) / largest:.1%}"


# -- the tables ----------------------------------------------------------------------------------


def _park_lines(park: Standing, lang: Lang) -> Iterator[dict[str, object]]:
    assessed = told_cell(park.told("assessed_t"), digits=1)
    yield {"label": say("park.assessed", lang), "cell": assessed, "is_sum": True}
    kinds = park.at("by_kind_t")
    for kind in kinds if isinstance(kinds, Mapping) else ():
        cell = told_cell(park.told("by_kind_t", kind), digits=1)
        yield {"label": text(f"cli.carbon.kinds.{kind}", lang), "cell": cell, "is_sum": False}
    received = told_cell(park.told("received_mwh"), digits=1)
    yield {"label": say("park.received", lang), "cell": received, "is_sum": False}
    for code in ("electricity_factor", "electricity_region", "deduct_green", "source"):
        told = _choice(park.at("choices", code), lang)
        yield {"label": say(f"park.{code}", lang), "cell": words_cell(told), "is_sum": False}


def _choice(found: Document, lang: Lang) -> str:
    if isinstance(found, bool):
        return say("yes" if found else "no", lang)
    return DASH if found is None else str(found)


# -- quotas --------------------------------------------------------------------------------------


def quota_context(quotas: Quotas, *, lang: Lang) -> dict[str, object]:
    """Return what the template of the quotas needs.

    Args:
        quotas: The quotas.
        lang: The reader's language.
    """
    words = FigureWords(lang, "UTC", quotas.names)
    return {
        "quotas": quota_table(quotas, lang) if quotas.lines else None,
        "year": quotas.year,
        "state": say("issued" if quotas.is_issued else "draft", lang),
        "tone": "ok" if quotas.is_issued else "warn",
        "gaps": tuple(gap_lines(quotas.gaps, words)),
    }


# -- what everything rests on --------------------------------------------------------------------


def _choices(choices: Mapping[str, str], lang: Lang) -> Iterator[dict[str, str]]:
    for code, chosen in choices.items():
        key = f"carbon_page.choice_of.{chosen}"
        told = text(key, lang) if has_text(key) else chosen
        yield {"label": say(f"choice.{code}", lang), "words": told}


def gap_lines(gaps: Sequence[GapRow], words: FigureWords) -> Iterator[dict[str, str]]:
    """Yield what is not known, in words.

    Args:
        gaps: What is not known.
        words: The reader's language and the park's names.
    """
    for gap in gaps:
        yield {
            "kind": words.kind(gap.kind),
            "subject": words.node(gap.subject),
            "words": words.note(gap.words),
        }
