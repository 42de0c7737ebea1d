"""The public address of a certificate: anybody may look, nobody learns an interval's energy."""

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from taihang.interfaces.reports.paper import paper_of
from taihang.interfaces.web.desk import RETRY_AFTER_S, BusyError
from taihang.interfaces.web.source import ShownCertificate
from taihang.interfaces.web.views import not_found, told
from taihang.interfaces.web.visit import source_of, visit_of

ID_LIMIT: Final = 200
"""Characters of the longest id that is looked up."""
_BUSY: Final = 503


@require_safe
def certificate_page(request: HttpRequest, certificate_id: str) -> HttpResponse:
    """Show one certificate; an id that names none is like any other page that is not there."""
    visit = visit_of(request)
    visit.look.demand_words(())
    try:
        shown = _found(request, certificate_id)
    except BusyError:
        return _busy(request)
    if shown is None:
        return not_found(request)
    site = f"{request.scheme}://{request.get_host()}"
    paper = paper_of(shown.view, lang=visit.look.lang, site=site)
    context = {"paper": paper, "park_name": paper.park, "has_file": bool(shown.file)}
    return visit.show("taihang/pages/certificate.html", context)


@require_safe
def certificate_file(request: HttpRequest, certificate_id: str) -> HttpResponse:
    """Hand out the machine file of a certificate."""
    try:
        shown = _found(request, certificate_id)
    except BusyError:
        return _busy(request)
    if shown is None or not shown.file or request.GET:
        return not_found(request)
    response = HttpResponse(shown.file, content_type="application/json")
    response["Content-Disposition"] = 'attachment; filename="certificate.json"'
    response["Cache-Control"] = "no-cache"
    return response


def _found(request: HttpRequest, certificate_id: str) -> ShownCertificate | None:
    if len(certificate_id) > ID_LIMIT:
        return None
    return source_of(request).certificate(certificate_id)


def _busy(request: HttpRequest) -> HttpResponse:
    page = told(request, "paper.busy", status=_BUSY)
    page["Retry-After"] = str(RETRY_AFTER_S)
    return page
