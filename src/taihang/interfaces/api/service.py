"""The service of the interface: every family of operations, and what becomes of failures."""

import logging
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Final, cast

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from ninja import NinjaAPI, Router
from ninja.errors import HttpError, ValidationError
from ninja.parser import Parser
from typing_extensions import override

from taihang import __version__
from taihang.core.errors import InputError, TaihangError
from taihang.core.seal.canonical import JsonValue
from taihang.core.seal.strict_json import load_strict
from taihang.interfaces.api.bounds import BODY_BYTES
from taihang.interfaces.api.call import lang_of
from taihang.interfaces.api.operation import JSON
from taihang.interfaces.api.problem import FaultError, problem, status_of
from taihang.interfaces.web.policy import View

_LOG: Final = logging.getLogger(__name__)
_SHOWN: Final = 3


class RequestError(InputError):
    """A word of an address, or a field of a body, is not as the document says."""

    code = "input.request"


class BodyTooLargeError(InputError):
    """A body is larger than an operation takes."""

    code = "input.api-body"

    def __init__(self) -> None:
        super().__init__(
            given="a larger body",
            expected=f"at most {BODY_BYTES} bytes",
            remedy="send less at once",
        )


class JsonTypeError(InputError):
    """A body is of a kind that an operation does not take."""

    code = "input.api-media-type"


class StrictParser(Parser):
    """Reads bodies by ``core/seal/strict_json.py``: nothing that two readers read differently."""

    @override
    def parse_body(self, request: HttpRequest) -> dict[str, JsonValue]:
        """Return the body.

        Raises:
            JsonTypeError: If it is not said to be JSON.
        """
        if (request.content_type or "").lower() != JSON:
            raise JsonTypeError(
                given=f"a body of {request.content_type or 'no type'}"[:80],
                expected=JSON,
                remedy="send the header Content-Type: application/json",
            )
        return cast("dict[str, JsonValue]", load_strict(request.body))


def make_service(routers: Mapping[str, Router]) -> NinjaAPI:
    """Return the service.

    Args:
        routers: Families of operations by their name.
    """
    service = NinjaAPI(
        title="Taihang",
        version=__version__,
        urls_namespace="taihang-api-v1",
        docs_url=None,
        openapi_url=None,
        parser=StrictParser(),
    )
    for router in routers.values():
        service.add_router("", router)
    for kind in (TaihangError, ValidationError, HttpError, RequestDataTooBig, Exception):
        service.add_exception_handler(kind, cast("Callable[..., HttpResponse]", failed))
    return service


def failed(request: HttpRequest, error: Exception) -> HttpResponse:
    """Return the problem that a failure is; one that nobody foresaw is written down."""
    told = _told(error)
    if status_of(told) >= HTTPStatus.INTERNAL_SERVER_ERROR:
        _LOG.error("%s %s: %s", request.method, request.path, error, exc_info=error)
    return problem(told, lang=lang_of(request.headers.get("Accept-Language", "")))


def _told(error: BaseException) -> TaihangError:
    """Return a failure as one of ours."""
    match error:
        case TaihangError():
            return error
        case ValidationError():
            return _invalid(error)
        case RequestDataTooBig():
            return BodyTooLargeError()
        case HttpError() if isinstance(error.__cause__, TaihangError | RequestDataTooBig):
            return _told(error.__cause__)
        case _:
            return FaultError()


def _invalid(error: ValidationError) -> RequestError:
    """Return what is wrong with a request, the first places of it."""
    found = cast("list[dict[str, object]]", error.errors)
    places = [
        (".".join(map(str, cast("tuple[object, ...]", each["loc"]))), str(each["msg"]))
        for each in found[:_SHOWN]
    ]
    return RequestError(
        given="; ".join(place for place, _ in places) or "a request",
        expected="; ".join(message for _, message in places) or "one as documented",
        remedy="correct it as the document at /api/v1/openapi.json says",
    )


def as_problem(
    view: View, request: HttpRequest, *args: object, **words: object
) -> HttpResponseBase:
    """Answer, and let no answer be anything but what the document names."""
    response = view(request, *args, **words)
    if response.status_code != HTTPStatus.METHOD_NOT_ALLOWED:
        return response
    refused = failed(request, MethodNotAllowedError(str(request.method)))
    refused["Allow"] = response["Allow"]
    return refused


class MethodNotAllowedError(InputError):
    """The address does not take this method."""

    code = "input.api-method"

    def __init__(self, method: str) -> None:
        super().__init__(
            given=method,
            expected="a method of the header Allow",
            remedy="look at the document at /api/v1/openapi.json",
        )
