"""The addresses of the interface, each with its policy: the operations themselves know who may."""

import json
from functools import wraps
from typing import Final, cast

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path, re_path

from taihang.interfaces.api.call import lang_of
from taihang.interfaces.api.document import document
from taihang.interfaces.api.operation import JSON, File, answer
from taihang.interfaces.api.problem import NoResourceError
from taihang.interfaces.api.resources import ROUTERS
from taihang.interfaces.api.service import as_problem, failed, make_service
from taihang.interfaces.web.policy import API, View, guarded

SERVICE: Final = make_service(ROUTERS)
"""The one service of this process; parks travel with each request."""


def openapi(request: HttpRequest) -> HttpResponse:
    """Return the document; anybody may read it, for it says nothing of any park."""
    if request.GET:
        return failed(request, NoResourceError("a document with words"))
    lang = lang_of(request.headers.get("Accept-Language", ""))
    body = json.dumps(document(SERVICE, lang=lang), ensure_ascii=False, sort_keys=True)
    return answer(request, File(body.encode(), JSON))


def nothing(request: HttpRequest) -> HttpResponse:
    """Say that nothing is at an address."""
    return failed(request, NoResourceError(request.path))


def _checked(pattern: URLPattern) -> URLPattern:
    """Return a pattern of the service with its policy."""
    view = cast("View", pattern.callback)

    @wraps(view)
    def answered(request: HttpRequest, *args: object, **words: object) -> HttpResponseBase:
        return as_problem(view, request, *args, **words)

    return path(f"api/v1/{pattern.pattern}", guarded(answered, may=API), name=str(pattern.name))


_patterns = cast("list[URLPattern]", SERVICE.urls[0])
urlpatterns: Final = [
    path("api/v1/openapi.json", guarded(openapi, may=API), name="openapi"),
    *(_checked(each) for each in _patterns if each.name != "api-root"),
    re_path(r"^api/v1(?:/.*)?$", guarded(nothing, may=API), name="api-nothing"),
]
