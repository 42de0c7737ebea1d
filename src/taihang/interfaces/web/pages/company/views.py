"""The page of one enterprise."""

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from taihang.interfaces.web.pages.companies.views import month_word
from taihang.interfaces.web.pages.company.build import build_company, build_curves
from taihang.interfaces.web.pages.company.page import company_context
from taihang.interfaces.web.views import not_found
from taihang.interfaces.web.visit import visit_of
from taihang.services.report_period import Cadence, ReportPeriodError, report_period

_ID_MOST = 64


@require_safe
def company_page(request: HttpRequest, company_id: str) -> HttpResponse:
    """Show one enterprise in a month; one that the viewer does not see is like none at all."""
    visit = visit_of(request)
    name = month_word(visit, ("month", "day"))
    day = visit.look.words.get("day", "")
    if day:
        _demand_day(day)
    view = visit.ask(build_company, company_id, name) if len(company_id) <= _ID_MOST else None
    if view is None:
        return not_found(request)
    curves = visit.ask(build_curves, company_id, day)
    context = company_context(view, curves, visit=visit)
    return visit.show("taihang/pages/company.html", context)


def _demand_day(word: str) -> date:
    found = report_period(word)
    if found.cadence is not Cadence.DAY:
        raise ReportPeriodError(
            given=repr(word), expected="a day", remedy="write for example day=2026-09-30"
        )
    return found.first
