"""What every address of the service may answer that is no page of the park."""

from dataclasses import replace
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from taihang.interfaces.catalogue import text
from taihang.interfaces.web.visit import source_of, visit_of

_FORGED: Final = 403
_NOT_FOUND: Final = 404
_TOO_OFTEN: Final = 429
_FAULT: Final = 500
_NOT_READY: Final = 503


@require_safe
def healthz(_request: HttpRequest) -> HttpResponse:
    """Say that the process answers."""
    return _plain("alive\n")


@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Say whether the park can take durable writes."""
    if source_of(request).ready():
        return _plain("ready\n")
    return _plain("not ready\n", status=_NOT_READY)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Show that there is no such page."""
    del exception  # Django hands it over; its text may repeat the address, so it is not shown
    return told(request, "failure.no_page", status=_NOT_FOUND)


def too_often(request: HttpRequest) -> HttpResponse:
    """Say that this was asked too often in a minute."""
    return told(request, "failure.too_often", status=_TOO_OFTEN)


def fault(request: HttpRequest) -> HttpResponse:
    """Show that the program has a fault, without its details."""
    return told(request, "failure.fault", status=_FAULT)


def forged(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Refuse a form that did not come from our own page, or from one too old."""
    del reason  # written for developers, in English only
    return told(request, "failure.forged", status=_FORGED)


def told(request: HttpRequest, key: str, *, status: int) -> HttpResponse:
    """Show one sentence of the catalogue under a status."""
    visit = visit_of(request)
    # The page says nothing of the address, so that what is not there looks the same everywhere.
    plain = replace(visit, look=replace(visit.look, path="/", words={}))
    message = text(key, visit.look.lang)
    return plain.show("taihang/failure.html", {"message": message}, status=status)


def _plain(body: str, *, status: int = 200) -> HttpResponse:
    response = HttpResponse(body, status=status, content_type="text/plain")
    response["Cache-Control"] = "no-cache"
    return response
