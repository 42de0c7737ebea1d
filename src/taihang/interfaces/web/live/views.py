"""Who may have a stream of events, and of whose figures."""

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from taihang.interfaces.web.visit import visit_of

ADDRESS: Final = "/live"
SCOPE_HEADER: Final = b"taihang-scope"
"""Tells the stream whose figures it carries; never sent to anybody."""


@require_GET
def live_pass(request: HttpRequest) -> HttpResponse:
    """Allow a stream: its head, without an event yet."""
    visit = visit_of(request)
    visit.look.demand_words(())
    enterprises = visit.scope.enterprises
    response = HttpResponse(content_type="text/event-stream")
    response[SCOPE_HEADER.decode()] = "*" if enterprises is None else " ".join(sorted(enterprises))
    response["Cache-Control"] = "no-store"
    # A proxy that collects a stream before it passes it on would hold all events back.
    response["X-Accel-Buffering"] = "no"
    return response
