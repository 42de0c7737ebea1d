"""The pages of reports: the list, one report, its files, and the public page of a code."""

from collections.abc import Callable
from hashlib import sha256
from time import monotonic
from typing import Final, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from taihang import pages_wiring, wiring
from taihang.core.access.scope import WHOLE_PARK
from taihang.interfaces.web.desk import RETRY_AFTER_S, BusyError, Desk
from taihang.interfaces.web.pages.reports import writes
from taihang.interfaces.web.pages.reports.build import (
    build_difference,
    build_public,
    build_report,
    build_reports,
    build_to_settle,
    find_copy,
)
from taihang.interfaces.web.pages.reports.page import (
    public_context,
    report_context,
    reports_context,
    settle_context,
)
from taihang.interfaces.web.pages.reports.view import PublicReport
from taihang.interfaces.web.views import not_found, told
from taihang.interfaces.web.visit import Visit, visit_of
from taihang.services.report_code import MistypedCodeError, read_code
from taihang.services.report_issue import AlteredFiguresError
from taihang.services.report_period import Cadence
from taihang.services.trail import DoneBeforeError

_HOUR_S: Final = 3_600
_MOST_PAGES: Final = 9_999
_ID_MOST: Final = 200
_BUSY: Final = 503
_SEE_OTHER: Final = 303
_TYPES: Final = {
    "csv": "text/csv; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "json": "application/json",
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_FOUND: Final = "settled"
"""Where a session keeps what settling found, until the next page has said it."""
_DESK: Final = Desk[PublicReport | None](now_s=monotonic)
"""Strangers ask by code: each code is looked up once, and only so many a minute."""


@require_safe
def reports_page(request: HttpRequest) -> HttpResponse:
    """Show what was issued, what is due and waits, and what is scheduled."""
    visit = visit_of(request)
    words = visit.look.demand_words(("cadence", "page", "done"))
    cadence = words.get("cadence", "")
    if cadence not in {"", *(each.value for each in Cadence)}:
        return not_found(request)
    hour_s = int(pages_wiring.now_s()) // _HOUR_S * _HOUR_S
    view = visit.ask(build_reports, cadence, _page_of(words.get("page", "1")), hour_s)
    context = reports_context(view, visit=visit, cadence=cadence, done=words.get("done", ""))
    if context["may_issue"]:
        found = cast("dict[str, object] | None", request.session.pop(_FOUND, None))
        context["settle"] = settle_context(visit.ask(build_to_settle), found, visit=visit)
    return visit.show("taihang/pages/reports.html", context)


@require_safe
def report_page(request: HttpRequest, report_id: str) -> HttpResponse:
    """Show one report: its copies, who signed, what came after it."""
    visit = visit_of(request)
    words = visit.look.demand_words(("compare", "done"))
    view = visit.ask(build_report, report_id) if len(report_id) <= _ID_MOST else None
    if view is None:
        return not_found(request)
    differs = visit.ask(build_difference, view.row.id) if "compare" in words else None
    context = report_context(view, visit=visit, differs=differs, done=words.get("done", ""))
    return visit.show("taihang/pages/report.html", context)


@require_safe
def report_file(request: HttpRequest, name: str) -> HttpResponse:
    """Hand out a copy of a report, compared with the hash that the log holds."""
    visit = visit_of(request)
    visit.look.demand_words(())
    found = visit.ask(find_copy, name) if len(name) <= _ID_MOST else None
    if found is None:
        return not_found(request)
    copy, file_name = found
    data = (wiring.issued_folder(visit.source.root) / copy.name).read_bytes()
    if sha256(data).hexdigest() != copy.sha256:
        raise AlteredFiguresError(
            given=f"{copy.name}, whose bytes are others than were set",
            expected=f"a file of the hash {copy.sha256[:16]}…",
            remedy="call whoever keeps the park: the file has to come back from a backup",
        )
    response = HttpResponse(data, content_type=_TYPES[copy.form])
    # An HTML report is opened as a file: it may not speak as a page of the park.
    response["Content-Disposition"] = f'attachment; filename="{file_name}"'
    response["Cache-Control"] = "private, no-cache"
    return response


@require_POST
def settle_period(request: HttpRequest) -> HttpResponse:
    """Settle some days, and show what it found above what is issued of them."""
    try:
        request.session[_FOUND] = writes.settle(request, visit_of(request))
    except DoneBeforeError:
        return redirect("/reports/")
    response = redirect("/reports/?done=settled")
    response.status_code = _SEE_OTHER
    return response


@require_POST
def issue_report(request: HttpRequest) -> HttpResponse:
    """Issue a report and show it."""
    return _done(request, writes.issue, "issued", lambda id_: f"/reports/{id_}/")


@require_POST
def sign_report(request: HttpRequest) -> HttpResponse:
    """Sign a step and show the report."""
    return _done(request, writes.sign, "signed", lambda id_: f"/reports/{id_}/")


@require_POST
def put_schedule(request: HttpRequest) -> HttpResponse:
    """Set or stop a schedule and show the list."""
    return _done(request, writes.schedule, "scheduled", lambda _: "/reports/")


@require_safe
def code_page(request: HttpRequest, code: str) -> HttpResponse:
    """Show to anybody which report a code is of, and let a file be compared."""
    visit = visit_of(request)
    visit.look.demand_words(())
    try:
        known = read_code(code)
    except MistypedCodeError as error:
        context = public_context(None, visit=visit, typed=code[:40], why=error)
        return visit.show("taihang/pages/report_code.html", context, status=404)
    if known != code:
        return redirect(f"/r/{known}", permanent=False)
    try:
        shown = _looked_up(visit, known)
    except BusyError:
        page = told(request, "paper.busy", status=_BUSY)
        page["Retry-After"] = str(RETRY_AFTER_S)
        return page
    status = 404 if shown is None else 200
    context = public_context(shown, visit=visit, typed=known, why=None)
    return visit.show("taihang/pages/report_code.html", context, status=status)


@require_safe
def code_form(request: HttpRequest) -> HttpResponse:
    """Let anybody type a code."""
    visit = visit_of(request)
    words = visit.look.demand_words(("code",))
    typed = words.get("code", "").strip()
    if not typed:
        context = public_context(None, visit=visit, typed="", why=None)
        return visit.show("taihang/pages/report_code.html", context)
    try:
        return redirect(f"/r/{read_code(typed)}")
    except MistypedCodeError as error:
        context = public_context(None, visit=visit, typed=typed[:40], why=error)
        return visit.show("taihang/pages/report_code.html", context, status=404)


def _looked_up(visit: Visit, code: str) -> PublicReport | None:
    ground = (visit.source.root, wiring.register_mark(visit.source.root))
    return _DESK.answer(
        code,
        ground=ground,
        work_out=lambda asked: visit.source.ask(build_public, asked, scope=WHOLE_PARK),
    )


def _done(
    request: HttpRequest,
    act: Callable[[HttpRequest, Visit], str],
    what: str,
    address: Callable[[str], str],
) -> HttpResponse:
    """Do what a form says, once, and lead to where it can be seen."""
    visit = visit_of(request)
    try:
        id_ = act(request, visit)
    except DoneBeforeError as error:
        # The same form once more is the same act: whoever sent it twice sees what it did.
        subject = error.record.entry.subject
        id_ = subject if subject.startswith("report.") else ""
        return redirect(f"/reports/{id_}/" if id_ and what != "scheduled" else "/reports/")
    response = redirect(f"{address(id_)}?done={what}")
    response.status_code = _SEE_OTHER
    return response


def _page_of(word: str) -> int:
    is_number = word.isascii() and word.isdigit() and len(word) <= len(str(_MOST_PAGES))
    return max(1, int(word)) if is_number else 1
