"""The market for people, its tables as files, and the settlement of a month as a paper."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from taihang.core.errors import InputError
from taihang.core.park.park import PARK_SUBJECT
from taihang.interfaces.reports.document import Document
from taihang.interfaces.reports.pdf import pdf_of
from taihang.interfaces.reports.xlsx import xlsx_of
from taihang.interfaces.web.csv_answer import csv_answer
from taihang.interfaces.web.figure_table import FigureTable, plain_rows
from taihang.interfaces.web.file_answer import file_answer
from taihang.interfaces.web.pages.market.build import build_market, build_settlement
from taihang.interfaces.web.pages.market.page import market_context
from taihang.interfaces.web.pages.market.tables import lines_table, plants_table, users_table
from taihang.interfaces.web.pages.market.view import MarketView
from taihang.interfaces.web.stretch import StretchKind, parse_stretch
from taihang.interfaces.web.views import not_found
from taihang.interfaces.web.visit import Visit, visit_of

_MONTH: Final = "month"
_SHEETS: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FORMS: Final[Mapping[str, tuple[str, Callable[[Document], bytes]]]] = MappingProxyType(
    {"pdf": ("application/pdf", pdf_of), "xlsx": (_SHEETS, xlsx_of)}
)
"""By the ending of the address: type of the file, and who sets it."""


class NoMarketMonthError(InputError):
    """An address asks for the settlement of something that is no month."""

    code = "input.market-month"


@require_safe
def market_page(request: HttpRequest) -> HttpResponse:
    """Show what is offered, and who earned and paid what in a month."""
    visit = visit_of(request)
    view = _asked(visit)
    return visit.show("taihang/pages/market.html", market_context(view, look=visit.look))


@require_safe
def plants_file(request: HttpRequest) -> HttpResponse:
    """Hand out what each plant earned; to one user what it paid to each."""
    visit = visit_of(request)
    view = _asked(visit)
    if view.is_whole:
        return _file("market-plants", view, plants_table(view, visit.look.lang))
    return _file("market-payments", view, lines_table(view, visit.look.lang))


@require_safe
def users_file(request: HttpRequest) -> HttpResponse:
    """Hand out what each user paid, and to whom."""
    visit = visit_of(request)
    view = _asked(visit)
    return _file("market-users", view, users_table(view, visit.look.lang))


@require_safe
def settlement_file(request: HttpRequest, form: str) -> HttpResponse:
    """Hand out the settlement of a month as a paper."""
    visit = visit_of(request)
    view = _asked(visit)
    subject = PARK_SUBJECT if view.is_whole else "" if view.own is None else view.own.subject
    if form not in _FORMS or not view.month or not subject:
        return not_found(request)
    kind, set_as = _FORMS[form]
    document = visit.ask(build_settlement, view.month, subject, visit.look.lang)
    return file_answer(f"settlement-{view.month}.{form}", set_as(document), kind=kind)


def _file(name: str, view: MarketView, table: FigureTable) -> HttpResponse:
    heads = [head.label for head in table.heads]
    return csv_answer(f"{name}-{view.month or 'none'}", heads, plain_rows(table))


def _asked(visit: Visit) -> MarketView:
    month = visit.look.demand_words((_MONTH,)).get(_MONTH, "")
    if month and parse_stretch(month).kind is not StretchKind.MONTH:
        raise NoMarketMonthError(
            given=repr(month), expected="a month, as 2026-09", remedy="correct the address"
        )
    return visit.ask(build_market, month)
