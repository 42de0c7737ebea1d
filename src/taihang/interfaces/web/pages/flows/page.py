"""Turns flows into what the template prints: the way to here, the ways from here, and words."""

from dataclasses import replace
from typing import Final

from taihang.core.park.park import PARK_SUBJECT
from taihang.core.periods import STEP_S
from taihang.interfaces.account_words import item_name
from taihang.interfaces.catalogue import Lang, raw_texts, text
from taihang.interfaces.web.page_query import PageQuery
from taihang.interfaces.web.pages.flows.build import ELECTRICITY, EnergyView, Place, PowerView
from taihang.interfaces.web.pages.flows.cards import energy_cards, power_cards
from taihang.interfaces.web.pages.flows.ends import (
    name_of,
    picture_of,
    rows_of,
    scale_of,
    without,
)
from taihang.interfaces.web.pages.flows.keys import KeyOf, key_in, no_key
from taihang.interfaces.web.stretch import StretchKind
from taihang.interfaces.web.stretch_choice import Choice, span_words, stretch_choices
from taihang.interfaces.web.wording import local_instant
from taihang.services.flow_table import FlowTable
from taihang.services.medium_flows import ALL

_KINDS: Final = (StretchKind.DAY, StretchKind.WEEK, StretchKind.MONTH, StretchKind.YEAR)


def energy_context(view: EnergyView, *, look: PageQuery) -> dict[str, object]:
    """Return what the page of energy over a stretch needs."""
    return {
        **_common(view.place, view.table, look, what=_what(view, look.lang), key=key_in(view)),
        "mode": "energy",
        "view": view,
        "choices": stretch_choices(
            view.stretch, kinds=_KINDS, last_settled=view.place.last_settled, look=look
        ),
        "span": span_words(view.place.first_settled, view.place.last_settled, look.lang),
        "media": _media(view, look),
        "cards": energy_cards(view, look.lang),
        "csv": f"/flows/flows.csv{_query(look)}",
        "is_electric": view.medium == ELECTRICITY,
        "first": "" if view.stretch is None else view.stretch.first.isoformat(),
        "last": "" if view.stretch is None else view.stretch.last.isoformat(),
    }


def power_context(view: PowerView, *, look: PageQuery) -> dict[str, object]:
    """Return what the page of power in a quarter needs."""
    now = view.now
    at = "" if now is None else local_instant(now.at_s, zone=view.place.zone)
    table = None if now is None else now.table
    return {
        **_common(view.place, table, look, what=at),
        "mode": "power",
        "view": view,
        "at": at,
        "at_value": at.replace(" ", "T"),
        "before": _moment(now.at_s - STEP_S, view, look) if now is not None else "",
        "after": _moment(now.at_s + STEP_S, view, look)
        if now is not None and not view.is_newest
        else "",
        "newest": without(look, "at"),
        "missing": ", ".join(now.missing) if now is not None else "",
        "cards": power_cards(view, look.lang),
        "csv": f"/flows/power.csv{_query(look)}",
    }


def _common(
    place: Place, table: FlowTable | None, look: PageQuery, *, what: str, key: KeyOf = no_key
) -> dict[str, object]:
    found: dict[str, object] = {
        "place": place,
        "path": _path(place, look),
        "of_name": name_of(place.of, place, look.lang),
        "tabs": _tabs(look),
        "what": what,
        "table": table,
        "points": "/points/",
    }
    if table is None:
        return found
    return {
        **found,
        "unit": scale_of(table).unit,
        "rows": rows_of(table, place, look, key=key),
        "script": {
            "flows": picture_of(table, place, look),
            "texts": raw_texts(prefixes=("chart.missing", "flows.sentence"), lang=look.lang),
        },
    }


def _what(view: EnergyView, lang: Lang) -> str:
    return f"{medium_name(view.medium, lang)} · {'' if view.stretch is None else view.stretch.word}"


def medium_name(medium: str, lang: Lang) -> str:
    """Return how a medium is called."""
    return text("flows.all_media", lang) if medium == ALL else item_name(medium, lang)


def _path(place: Place, look: PageQuery) -> tuple[Choice, ...]:
    above = [
        Choice(label=name_of(each, place, look.lang), href=_to(each, look)) for each in place.above
    ]
    here = Choice(label=name_of(place.of, place, look.lang), href="", is_here=True)
    return (*above, here)


def _to(of: str, look: PageQuery) -> str:
    return without(look, "of") if of == PARK_SUBJECT else look.with_words(of=of)


def _query(look: PageQuery) -> str:
    return replace(look, path="", wall=False).with_words()


def _tabs(look: PageQuery) -> tuple[Choice, ...]:
    of = look.words.get("of", "")
    words = {"of": of} if of else {}
    energy = replace(look, path="/flows/", words=words)
    power = replace(look, path="/flows/now/", words=words)
    return (
        Choice(
            label=text("flows.tab.energy", look.lang),
            href=energy.with_words(),
            is_here=look.path == "/flows/",
        ),
        Choice(
            label=text("flows.tab.power", look.lang),
            href=power.with_words(),
            is_here=look.path == "/flows/now/",
        ),
    )


def _media(view: EnergyView, look: PageQuery) -> tuple[Choice, ...]:
    """Return the media that one can go to; all of them once accounts were drawn up."""
    other = () if view.other is None else view.other.media
    named = (ELECTRICITY, ALL, *other)
    shown = named if view.medium in named else (*named, view.medium)
    return tuple(
        Choice(
            label=medium_name(each, look.lang),
            href=without(look, "medium") if each == ELECTRICITY else _other(each, view.place, look),
            is_here=each == view.medium,
        )
        for each in shown
    )


def _other(medium: str, place: Place, look: PageQuery) -> str:
    """Return the address of another medium; a feeder has none, so it leads to the park."""
    words = {name: word for name, word in look.words.items() if name != "of"}
    there = replace(look, words=words) if place.is_feeder else look
    return there.with_words(medium=medium)


def _moment(at_s: int, view: PowerView, look: PageQuery) -> str:
    return look.with_words(at=local_instant(at_s, zone=view.place.zone).replace(" ", "T"))
