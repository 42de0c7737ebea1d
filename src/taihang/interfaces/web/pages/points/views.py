"""Measured points: the list, one through a year, and its quarters as a file."""

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from taihang.interfaces.catalogue import text
from taihang.interfaces.web.csv_answer import csv_answer
from taihang.interfaces.web.pages.points.build import YearView, build_points, build_year
from taihang.interfaces.web.pages.points.page import points_context, year_context, year_rows
from taihang.interfaces.web.stretch import parse_stretch
from taihang.interfaces.web.views import not_found
from taihang.interfaces.web.visit import Visit, visit_of

_WORDS: Final = ("year",)


@require_safe
def points_page(request: HttpRequest) -> HttpResponse:
    """List the points that one may see."""
    visit = visit_of(request)
    visit.look.demand_words(())
    rows = visit.ask(build_points)
    return visit.show("taihang/pages/points.html", points_context(rows, look=visit.look))


@require_safe
def year_page(request: HttpRequest, point: str) -> HttpResponse:
    """Show a point through a year; one that the viewer does not see is not there."""
    visit = visit_of(request)
    view = _asked(visit, point)
    if view is None:
        return not_found(request)
    return visit.show("taihang/pages/point_year.html", year_context(view, look=visit.look))


@require_safe
def year_file(request: HttpRequest, point: str) -> HttpResponse:
    """Hand out every quarter of a point's year."""
    visit = visit_of(request)
    view = _asked(visit, point)
    if view is None:
        return not_found(request)
    lang = visit.look.lang
    heads = [
        text("points.csv.start", lang),
        f"{point} {view.found.unit}",
        text("points.csv.doubtful", lang),
    ]
    return csv_answer(f"point-{view.year}", heads, year_rows(view))


def _asked(visit: Visit, point: str) -> YearView | None:
    word = visit.look.demand_words(_WORDS).get("year", "")
    year = parse_stretch(word).word if word else ""
    return visit.ask(build_year, point, year)
