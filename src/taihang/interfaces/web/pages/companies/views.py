"""The page of companies, for people and as CSV."""

import csv
from io import StringIO
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from taihang.interfaces.web.pages.companies.build import build_companies
from taihang.interfaces.web.pages.companies.page import companies_context, companies_csv
from taihang.interfaces.web.visit import Visit, visit_of
from taihang.services.report_period import Cadence, ReportPeriodError, report_period

_BOM: Final = "\ufeff"


@require_safe
def companies_page(request: HttpRequest) -> HttpResponse:
    """Show every enterprise that the viewer sees, in a month."""
    visit = visit_of(request)
    view = visit.ask(build_companies, month_word(visit, ("month",)))
    return visit.show("taihang/pages/companies.html", companies_context(view, visit=visit))


@require_safe
def companies_file(request: HttpRequest) -> HttpResponse:
    """Hand the same table out as CSV."""
    visit = visit_of(request)
    view = visit.ask(build_companies, month_word(visit, ("month",)))
    out = StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(companies_csv(view, visit.look.lang))
    response = HttpResponse(
        (_BOM + out.getvalue()).encode(), content_type="text/csv; charset=utf-8"
    )
    name = f"companies.{view.month or 'empty'}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-cache"
    return response


def month_word(visit: Visit, known: tuple[str, ...]) -> str:
    """Return the month that an address names; empty where it names none.

    Args:
        visit: The visit.
        known: The words that the page knows.

    Raises:
        ReportPeriodError: If it is no month.
        QueryError: If the address carries another word.
    """
    name = visit.look.demand_words(known).get("month", "")
    if name and report_period(name).cadence is not Cadence.MONTH:
        raise ReportPeriodError(
            given=repr(name), expected="a month", remedy="write for example month=2026-09"
        )
    return name
