"""A figure for people, in a page or in a panel over one; its parts as CSV; its proof as a file."""

import csv
import io

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from taihang.interfaces.inert import csv_words
from taihang.interfaces.web.pages.figure.build import build_figure, build_proof
from taihang.interfaces.web.pages.figure.page import VALUE, file_name, page_context, parts_table
from taihang.interfaces.web.visit import Visit, visit_of


@require_safe
def figure_page(request: HttpRequest, key: str) -> HttpResponse:
    """Show the story of a figure."""
    return _shown(visit_of(request), key, "taihang/pages/figure.html")


@require_safe
def figure_panel(request: HttpRequest, key: str) -> HttpResponse:
    """Return the same story as a part of a page."""
    return _shown(visit_of(request), key, "taihang/figure_panel.html")


def _shown(visit: Visit, key: str, template: str) -> HttpResponse:
    visit.look.demand_words(())
    page = visit.ask(build_figure, key)
    return visit.show(template, page_context(page, lang=visit.look.lang))


@require_safe
def figure_parts(request: HttpRequest, key: str) -> HttpResponse:
    """Return what a figure is made of as CSV."""
    visit = visit_of(request)
    visit.look.demand_words(())
    page = visit.ask(build_figure, key)
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\r\n")
    for row in parts_table(page, lang=visit.look.lang):
        # The value is a number; everything else is words that somebody may have chosen.
        writer.writerow([cell if at == VALUE else csv_words(cell) for at, cell in enumerate(row)])
    # The mark lets a spreadsheet see that the file is UTF-8.
    return _file(table.getvalue().encode("utf-8-sig"), "text/csv; charset=utf-8", "parts.csv")


@require_safe
def figure_proof(request: HttpRequest, claim: str) -> HttpResponse:
    """Hand out the proof file of a figure, made now."""
    visit = visit_of(request)
    visit.look.demand_words(())
    return _file(visit.ask(build_proof, claim), "application/json", file_name(claim))


def _file(data: bytes, kind: str, name: str) -> HttpResponse:
    response = HttpResponse(data, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-cache"
    return response
