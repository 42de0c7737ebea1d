"""Carbon for people, and its tables as files."""

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from taihang.core.errors import InputError
from taihang.interfaces.web.csv_answer import csv_answer
from taihang.interfaces.web.pages.carbon.build import build_carbon, build_quotas
from taihang.interfaces.web.pages.carbon.page import carbon_context, quota_context
from taihang.interfaces.web.pages.carbon.tables import (
    month_table,
    product_lines,
    table_rows,
    year_table,
)
from taihang.interfaces.web.pages.carbon.view import CarbonView
from taihang.interfaces.web.stretch import StretchKind, parse_stretch
from taihang.interfaces.web.views import not_found
from taihang.interfaces.web.visit import Visit, visit_of

_MONTH: Final = "month"


class NoCarbonMonthError(InputError):
    """An address asks for the carbon of something that is no month, or no year."""

    code = "input.carbon-period"


@require_safe
def carbon_page(request: HttpRequest) -> HttpResponse:
    """Show what was emitted, by which rule, and what is not known."""
    visit = visit_of(request)
    view = _asked(visit, (_MONTH,))
    return visit.show("taihang/pages/carbon.html", carbon_context(view, look=visit.look))


@require_safe
def quotas_page(request: HttpRequest) -> HttpResponse:
    """Show how the quotas of a year stand; drawn up now where nothing is issued."""
    visit = visit_of(request)
    year = visit.look.demand_words(("year",)).get("year", "")
    _demand(year, StretchKind.YEAR)
    quotas = visit.ask(build_quotas, year)
    return visit.show(
        "taihang/pages/carbon_quotas.html", quota_context(quotas, lang=visit.look.lang)
    )


@require_safe
def month_file(request: HttpRequest) -> HttpResponse:
    """Hand out the enterprises in a month."""
    visit = visit_of(request)
    view = _asked(visit, (_MONTH,))
    return csv_answer(f"carbon-{view.month}", *table_rows(month_table(view, visit.look.lang)))


@require_safe
def year_file(request: HttpRequest) -> HttpResponse:
    """Hand out the inventories of the year of a month."""
    visit = visit_of(request)
    view = _asked(visit, (_MONTH,))
    return csv_answer(f"inventories-{view.year}", *table_rows(year_table(view, visit.look.lang)))


@require_safe
def product_file(request: HttpRequest, kind: str) -> HttpResponse:
    """Hand out the lines of a footprint or of a sheet for CBAM."""
    visit = visit_of(request)
    view = _asked(visit, (_MONTH, "product"))
    product = visit.look.words.get("product", "")
    accounts = (*view.products, *view.goods)
    found = [one for one in accounts if (one.kind, one.subject) == (kind, product)]
    if not found:
        return not_found(request)
    heads, rows = product_lines(found[0], visit.look.lang)
    return csv_answer(f"{kind}-{product}-{view.month}", heads, rows)


def _asked(visit: Visit, known: tuple[str, ...]) -> CarbonView:
    month = visit.look.demand_words(known).get(_MONTH, "")
    if month:
        _demand(month, StretchKind.MONTH)
    return visit.ask(build_carbon, month)


def _demand(word: str, kind: StretchKind) -> None:
    if parse_stretch(word).kind is not kind:
        example = "2026-09" if kind is StretchKind.MONTH else "2026"
        raise NoCarbonMonthError(
            given=repr(word), expected=f"a {kind.value}, as {example}", remedy="correct the address"
        )
