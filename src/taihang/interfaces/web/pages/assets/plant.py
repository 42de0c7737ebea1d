"""Turns one plant's comparison into what its page prints."""

from collections.abc import Mapping
from datetime import date

from taihang.core.performance.output import Total
from taihang.core.quantities import WH_PER_KWH
from taihang.interfaces.asset_words import band_ratio, method_told, reached_ratio
from taihang.interfaces.catalogue import Lang, text
from taihang.interfaces.web.page_query import PageQuery
from taihang.interfaces.web.pages.assets.build import AssetsView
from taihang.interfaces.web.pages.assets.page import (
    KINDS,
    Card,
    card,
    loss_lines,
    query_words,
)
from taihang.interfaces.web.pages.assets.tables import TONES, name_of
from taihang.interfaces.web.stretch_choice import span_words, stretch_choices
from taihang.interfaces.web.wording import number, percent
from taihang.services.asset_performance import PlantResult


def plant_context(view: AssetsView, each: PlantResult, *, look: PageQuery) -> dict[str, object]:
    """Return what the page of one plant needs."""
    lang, of = look.lang, each.performance
    return {
        "view": view,
        "found": view.found,
        "choices": stretch_choices(
            view.stretch, kinds=KINDS, last_settled=view.last_settled, look=look
        ),
        "span": span_words(view.first_settled, view.last_settled, lang),
        "query_words": query_words(look),
        "plant": of.plant,
        "name": name_of(of.plant, lang),
        "cards": _plant_cards(each, lang),
        "losses": loss_lines(each, look),
        "method": method_told(each, lang),
        "learnt": text("assets.learnt", lang, first=of.learnt_from.isoformat(), n=of.n_learnt_days),
        "state": text(f"assets.state.{of.state}", lang),
        "tone": TONES[of.state],
        "price": _price_words(each, lang),
        "days": tuple(_day(day.day, each, place, lang) for place, day in enumerate(of.days)),
        "script": {
            "kind": of.plant.kind.value,
            "days": [
                [day.day.isoformat(), day.low_kwh, day.expected_kwh, day.high_kwh, day.actual_kwh]
                for day in of.days
            ],
            "texts": _script_texts(lang),
        },
    }


def _script_texts(lang: Lang) -> dict[str, str]:
    names = ("chart.missing", "chart.as_table", "chart.as_picture")
    own = ("assets.chart.expected", "assets.chart.actual", "assets.chart.band")
    return {name: text(name, lang) for name in (*names, *own)}


def _plant_cards(each: PlantResult, lang: Lang) -> tuple[Card, ...]:
    of = each.performance
    found = [
        card(
            "plant_generated",
            number(of.generated_kwh / WH_PER_KWH, digits=1),
            "MWh",
            lang,
            estimated=number(of.estimated_kwh, digits=0),
        ),
        card("plant_full_load", number(of.full_load_h, digits=1), "h", lang),
    ]
    # What is not judged has no card: a dash on each would say the same six times.
    if of.total is not None:
        found += _judged_cards(each, of.total, lang)
    elif of.running_ratio is not None:
        found.append(card("plant_running", percent(of.running_ratio, digits=1), "%", lang))
    if of.performance_ratio is not None:
        found.append(card("plant_ratio", percent(of.performance_ratio, digits=1), "%", lang))
    if of.curtailed_kwh is not None:
        found.append(card("plant_curtailed", number(of.curtailed_kwh, digits=0), "kWh", lang))
    return tuple(found)


def _judged_cards(each: PlantResult, total: Total, lang: Lang) -> tuple[Card, ...]:
    lost, cny = each.performance.lost_kwh, each.lost_cny
    expected = number(total.expected_kwh / WH_PER_KWH, digits=1)
    band = percent(band_ratio(each), digits=1)
    lost_band = "" if lost is None else " … ".join(number(kwh, digits=0) for kwh in lost[1:])
    reached = percent(reached_ratio(each), digits=1)
    return (
        card("plant_reached", reached, "%", lang, expected=expected, band=band),
        card(
            "plant_lost",
            number(None if lost is None else lost[0], digits=0),
            "kWh",
            lang,
            band=lost_band,
        ),
        card(
            "plant_lost_money",
            number(None if cny is None else cny[0], digits=2),
            text("assets.unit.cny", lang),
            lang,
            what=_price_words(each, lang),
        ),
        card(
            "plant_available",
            percent(total.availability_ratio, digits=1),
            "%",
            lang,
            unread=number(total.n_unread, digits=0),
        ),
    )


def _price_words(each: PlantResult, lang: Lang) -> str:
    if each.price is None:
        return text("assets.no_price", lang)
    key = "assets.price_at_what_if" if each.price.is_what_if else "assets.price_at"
    return text(key, lang, price=each.price.cny_per_kwh)


def _day(day: date, each: PlantResult, place: int, lang: Lang) -> Mapping[str, str]:
    of = each.performance.days[place]
    off = None
    if of.actual_kwh is not None and of.expected_kwh:
        off = of.actual_kwh / of.expected_kwh - 1.0
    inside = of.actual_kwh is not None and of.low_kwh is not None and of.low_kwh <= of.actual_kwh
    verdict = "unread" if of.actual_kwh is None else "within" if inside else "below"
    return {
        "day": day.isoformat(),
        "expected": number(of.expected_kwh, digits=0),
        "low": number(of.low_kwh, digits=0),
        "high": number(of.high_kwh, digits=0),
        "actual": number(of.actual_kwh, digits=0),
        "off": percent(off, digits=1),
        "outage": number(of.outage_kwh, digits=0),
        "verdict": verdict,
        "told": text(f"assets.day.{verdict}", lang),
    }
