"""The assets, for people and as files."""

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from taihang.interfaces.asset_words import method_told, reached_ratio
from taihang.interfaces.catalogue import Lang, text
from taihang.interfaces.web.csv_answer import Value, csv_answer
from taihang.interfaces.web.pages.assets.build import AssetsView, build_assets
from taihang.interfaces.web.pages.assets.page import assets_context
from taihang.interfaces.web.pages.assets.plant import plant_context
from taihang.interfaces.web.stretch import parse_stretch
from taihang.interfaces.web.views import not_found
from taihang.interfaces.web.visit import Visit, visit_of
from taihang.services.asset_performance import PlantResult

_WORDS: Final = ("period",)
_DIGITS: Final = 3
_PLANT_HEADS: Final = (
    *("id", "name", "kind", "capacity_kw", "state", "method", "generated_kwh", "full_load_h"),
    *("expected_kwh", "expected_low_kwh", "expected_high_kwh", "actual_over_expected"),
    *("lost_kwh", "lost_low_kwh", "lost_high_kwh", "lost_cny", "availability", "read"),
)
_DAY_HEADS: Final = (*("day", "expected_kwh", "low_kwh", "high_kwh", "actual_kwh", "outage_kwh"),)


@require_safe
def assets_page(request: HttpRequest) -> HttpResponse:
    """Show every asset beside what it should have done."""
    visit = visit_of(request)
    view = _asked(visit)
    return visit.show("taihang/pages/assets.html", assets_context(view, look=visit.look))


@require_safe
def plant_page(request: HttpRequest, plant: str) -> HttpResponse:
    """Show one plant day by day; an id that names none is like any page that is not there."""
    visit = visit_of(request)
    view = _asked(visit)
    each = view.plant(plant)
    if each is None:
        return not_found(request)
    return visit.show("taihang/pages/assets_plant.html", plant_context(view, each, look=visit.look))


@require_safe
def plants_file(request: HttpRequest) -> HttpResponse:
    """Hand out the table of plants."""
    visit = visit_of(request)
    view = _asked(visit)
    plants = () if view.found is None else view.found.plants
    lang = visit.look.lang
    heads = [text(f"assets.csv.{head}", lang) for head in _PLANT_HEADS]
    return csv_answer(_name("plants", view), heads, [_plant(each, lang) for each in plants])


@require_safe
def days_file(request: HttpRequest, plant: str) -> HttpResponse:
    """Hand out the days of one plant."""
    visit = visit_of(request)
    view = _asked(visit)
    each = view.plant(plant)
    if each is None:
        return not_found(request)
    heads = [text(f"assets.csv.{head}", visit.look.lang) for head in _DAY_HEADS]
    rows = [
        (d.day.isoformat(), d.expected_kwh, d.low_kwh, d.high_kwh, d.actual_kwh, d.outage_kwh)
        for d in each.performance.days
    ]
    return csv_answer(_name("days", view), heads, rows)


def _asked(visit: Visit) -> AssetsView:
    word = visit.look.demand_words(_WORDS).get("period", "")
    # A word that names no stretch is refused before a worker is troubled with it.
    return visit.ask(build_assets, parse_stretch(word).word if word else "")


def _name(of: str, view: AssetsView) -> str:
    return f"{of}-{'none' if view.stretch is None else view.stretch.word}"


def _plant(each: PlantResult, lang: Lang) -> list[Value]:
    of, total, lost = each.performance, each.performance.total, each.performance.lost_kwh
    cny = each.lost_cny
    return [
        of.plant.id,
        of.plant.name_zh if lang == "zh" else of.plant.name_en,
        of.plant.kind.value,
        of.plant.capacity_kw,
        text(f"assets.state.{of.state}", lang),
        method_told(each, lang),
        round(of.generated_kwh, _DIGITS),
        round(of.full_load_h, _DIGITS),
        _rounded(None if total is None else total.expected_kwh),
        _rounded(None if total is None else total.low_kwh),
        _rounded(None if total is None else total.high_kwh),
        _rounded(reached_ratio(each), 6),
        *(_rounded(None if lost is None else kwh) for kwh in lost or (None, None, None)),
        None if cny is None else float(cny[0]),
        _rounded(None if total is None else total.availability_ratio, 6),
        _rounded(of.n_read / of.n_intervals if of.n_intervals else None, 6),
    ]


def _rounded(value: float | None, digits: int = _DIGITS) -> float | None:
    return None if value is None else round(value, digits)
