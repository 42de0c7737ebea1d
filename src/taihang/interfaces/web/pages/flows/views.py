"""The flows, for people and as files."""

from typing import Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_safe

from taihang.core.park.park import PARK_SUBJECT
from taihang.interfaces.catalogue import text
from taihang.interfaces.web.csv_answer import csv_answer
from taihang.interfaces.web.page_query import PageQuery
from taihang.interfaces.web.pages.flows.build import (
    ELECTRICITY,
    EnergyView,
    Place,
    PowerView,
    build_energy,
    build_power,
)
from taihang.interfaces.web.pages.flows.ends import rows_of
from taihang.interfaces.web.pages.flows.page import energy_context, power_context
from taihang.interfaces.web.stretch import parse_stretch
from taihang.interfaces.web.visit import Visit, visit_of
from taihang.services.flow_table import FlowTable

_ENERGY_WORDS: Final = ("period", "medium", "of", "from", "to")
_POWER_WORDS: Final = ("at", "of")


@require_safe
def energy_page(request: HttpRequest) -> HttpResponse:
    """Show where the energy of a stretch came from and went."""
    visit = visit_of(request)
    words = visit.look.demand_words(_ENERGY_WORDS)
    if "from" in words or "to" in words:
        # The form names two days; the address of a stretch is one word.
        word = parse_stretch(f"{words.get('from', '')}..{words.get('to', '')}").word
        kept = {name: words[name] for name in ("medium", "of") if name in words}
        look = PageQuery(
            lang=visit.look.lang,
            theme=visit.look.theme,
            wall=False,
            path=visit.look.path,
            words=kept,
        )
        return HttpResponseRedirect(look.with_words(period=word))
    view = _energy(visit)
    return visit.show("taihang/pages/flows.html", energy_context(view, look=visit.look))


@require_safe
def power_page(request: HttpRequest) -> HttpResponse:
    """Show where the power of a quarter comes from and goes."""
    visit = visit_of(request)
    return visit.show("taihang/pages/flows.html", power_context(_power(visit), look=visit.look))


@require_safe
def energy_file(request: HttpRequest) -> HttpResponse:
    """Hand out the flows of a stretch."""
    visit = visit_of(request)
    view = _energy(visit)
    word = "none" if view.stretch is None else view.stretch.word
    return _file(f"flows-{word}", view.table, view.place, visit)


@require_safe
def power_file(request: HttpRequest) -> HttpResponse:
    """Hand out the flows of a quarter."""
    visit = visit_of(request)
    view = _power(visit)
    name = "power" if view.now is None else f"power-{view.now.at_s}"
    return _file(name, None if view.now is None else view.now.table, view.place, visit)


def _energy(visit: Visit) -> EnergyView:
    words = visit.look.demand_words(_ENERGY_WORDS)
    word = words.get("period", "")
    return visit.ask(
        build_energy,
        parse_stretch(word).word if word else "",
        words.get("medium", ELECTRICITY),
        words.get("of", PARK_SUBJECT),
    )


def _power(visit: Visit) -> PowerView:
    words = visit.look.demand_words(_POWER_WORDS)
    return visit.ask(build_power, words.get("at", ""), words.get("of", PARK_SUBJECT))


def _file(name: str, table: FlowTable | None, place: Place, visit: Visit) -> HttpResponse:
    lang = visit.look.lang
    heads = [text(f"flows.csv.{head}", lang) for head in ("way", "id", "name", "amount", "unit")]
    if table is None:
        return csv_answer(name, heads, [])
    words = rows_of(table, place, visit.look)
    ends = (*table.sources, *table.sinks)
    rows = [
        (row.way, end.id, row.name, end.amount, table.unit)
        for row, end in zip(words, ends, strict=True)
    ]
    return csv_answer(name, heads, rows)
