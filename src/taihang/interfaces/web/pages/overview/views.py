"""The overview, for people and for machines."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from taihang.core.errors import TaihangError
from taihang.interfaces.web.canonical import failure_json
from taihang.interfaces.web.pages.overview.build import build_overview
from taihang.interfaces.web.pages.overview.content import content_of
from taihang.interfaces.web.pages.overview.view import to_json
from taihang.interfaces.web.status import http_status
from taihang.interfaces.web.visit import visit_of


@require_safe
def overview_page(request: HttpRequest) -> HttpResponse:
    """Show the overview, or the next step of an empty park."""
    visit = visit_of(request)
    visit.look.demand_words(())
    overview = visit.ask(build_overview)
    if overview.as_of_s is None:
        return visit.show("taihang/pages/overview_empty.html", {})
    content = content_of(overview, visit.look.lang)
    return visit.show("taihang/pages/overview.html", content.context())


@require_safe
def overview_json(request: HttpRequest) -> HttpResponse:
    """Return the same figures for machines."""
    visit = visit_of(request)
    try:
        visit.look.demand_words(())
        body, status = to_json(visit.ask(build_overview)), 200
    except TaihangError as error:
        body, status = failure_json(error), http_status(error)
    response = HttpResponse(body, status=status, content_type="application/json")
    response["Cache-Control"] = "no-cache"
    return response
