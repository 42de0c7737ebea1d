"""What each address answers. Views only read; the figures come from the application's source."""

import logging
from typing import Final, cast

from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from taihang.core.errors import TaihangError
from taihang.interfaces.catalogue import text
from taihang.interfaces.web.assets import find_asset
from taihang.interfaces.web.page import page_context
from taihang.interfaces.web.page_query import PLAIN, PageQuery, QueryError, parse_query
from taihang.interfaces.web.status import http_status
from taihang.interfaces.web.view import OverviewSource, canonical, to_json

SOURCE_KEY: Final = "taihang.source"
"""Under this key of the ASGI scope each application hands its source to its views."""
_NOT_FOUND: Final = 404
_FAULT: Final = 500
_NOT_READY: Final = 503
_LOG: Final = logging.getLogger(__name__)


@require_safe
def overview_page(request: HttpRequest) -> HttpResponse:
    """Show the overview, the next step of an empty park, or what failed."""
    query = PLAIN
    try:
        query = parse_query({name: ",".join(given) for name, given in request.GET.lists()})
        overview = source_of(request).overview()
        context = {**frame_of(query), **page_context(overview, query=query)}
    except TaihangError as error:
        return failed(request, error, query=query)
    template = "taihang/empty.html" if overview.as_of_s is None else "taihang/overview.html"
    return fresh(render(request, template, context))


@require_safe
def overview_json(request: HttpRequest) -> HttpResponse:
    """Return the same figures for machines."""
    try:
        if request.GET:
            raise QueryError(
                given=", ".join(request.GET), expected="no setting", remedy="correct the address"
            )
        body, status = to_json(source_of(request).overview()), 200
    except TaihangError as error:
        _log_failure(error)
        body, status = to_json_failure(error), http_status(error)
    return fresh(HttpResponse(body, status=status, content_type="application/json"))


@require_safe
def healthz(_request: HttpRequest) -> HttpResponse:
    """Say that the process answers."""
    return fresh(HttpResponse("alive\n", content_type="text/plain"))


@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Say whether the park can take durable writes."""
    ready = source_of(request).ready()
    return fresh(
        HttpResponse(
            "ready\n" if ready else "not ready\n",
            status=200 if ready else _NOT_READY,
            content_type="text/plain",
        )
    )


@require_safe
def static_file(request: HttpRequest, name: str) -> HttpResponse:
    """Serve a built file."""
    found = find_asset(name)
    if found is None:
        return not_found(request)
    response = HttpResponse(found.content, content_type=found.content_type)
    response["Cache-Control"] = found.cache_control
    return response


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Show that there is no such page."""
    del exception  # Django hands it over; its text may repeat the address, so it is not shown
    message = text("failure.no_page", PLAIN.lang)
    return message_page(request, message=message, status=_NOT_FOUND)


def fault(request: HttpRequest) -> HttpResponse:
    """Show that the program has a fault, without its details."""
    return message_page(request, message=text("failure.fault", PLAIN.lang), status=_FAULT)


def to_json_failure(error: TaihangError) -> str:
    """Return a failure for machines, with its stable code.

    Example:
        >>> to_json_failure(QueryError(given="a", expected="b", remedy="c"))
        '{"code":"input.query","expected":"b","given":"a","remedy":"c"}'
    """
    return canonical(
        {
            "code": error.code,
            "given": error.given,
            "expected": error.expected,
            "remedy": error.remedy,
        }
    )


def source_of(request: HttpRequest) -> OverviewSource:
    """Return the source that the application put into the scope of a request."""
    return cast("OverviewSource", cast("ASGIRequest", request).scope[SOURCE_KEY])


def frame_of(query: PageQuery) -> dict[str, object]:
    """Return what the frame of every page needs."""
    return {"lang": query.lang, "query": query, "links": query.switched()}


def failed(request: HttpRequest, error: TaihangError, *, query: PageQuery) -> HttpResponse:
    """Show what failed and what to do."""
    _log_failure(error)
    context = {**frame_of(query), "error": error}
    page = render(request, "taihang/failure.html", context, status=http_status(error))
    return fresh(page)


def message_page(request: HttpRequest, *, message: str, status: int) -> HttpResponse:
    """Show one sentence under a status."""
    context = {**frame_of(PLAIN), "message": message}
    return fresh(render(request, "taihang/failure.html", context, status=status))


def _log_failure(error: TaihangError) -> None:
    if http_status(error) >= _FAULT:
        _LOG.error("overview: %s", error)


def fresh(response: HttpResponse) -> HttpResponse:
    """Let nobody keep an answer without asking again."""
    response["Cache-Control"] = "no-cache"
    return response
