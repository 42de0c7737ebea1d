"""Which HTTP status a refusal has, and its body: ``application/problem+json`` (RFC 9457).

The title is in the language of the reader; the code never changes and says what ``docs/errors.md``
explains; given, expected and remedy are the program's own words.
"""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from django.http import HttpResponse

from taihang.core.errors import (
    InputError,
    IntegrityError,
    LinkError,
    StateError,
    TaihangError,
)
from taihang.interfaces.catalogue import Lang, has_text, text
from taihang.interfaces.web.status import http_status

CONTENT_TYPE: Final = "application/problem+json"
STATUS: Final[Mapping[str, int]] = {
    "input.json-text": 400,
    "input.sign-in": 401,
    "input.no-right": 403,
    "input.forged": 403,
    "input.part-of-park": 403,
    "input.no-resource": 404,
    "input.no-such-point": 404,
    "input.unknown-meter": 404,
    "input.no-such-figure": 404,
    "input.figure-key": 404,
    "state.unknown-alarm": 404,
    "state.owing": 403,
    "state.unknown-statement": 404,
    "state.unknown-issue": 404,
    "state.no-certificate": 404,
    "input.api-method": 405,
    "input.api-body": 413,
    "input.api-media-type": 415,
    "state.too-often": 429,
    "state.too-many-at-once": 429,
    "state.busy-pool": 503,
    "state.busy-park": 503,
    "state.park-in-use": 503,
}
"""The status of every code that does not follow its branch."""
_RETRY_S: Final = 5
_RETRY: Final = frozenset((429, 503))
_SHOWN: Final = 500


class NoResourceError(InputError):
    """Nothing is there that whoever asks may see."""

    code = "input.no-resource"

    def __init__(self, asked: str) -> None:
        super().__init__(
            given=asked, expected="something that is there", remedy="list what there is, and retry"
        )


class SignInError(InputError):
    """It is not known who asks."""

    code = "input.sign-in"

    def __init__(self) -> None:
        super().__init__(
            given="a request of a stranger",
            expected="a session, or an API key in the header Authorization",
            remedy="sign in, or send: Authorization: Bearer KEY",
        )


class ForgedRequestError(InputError):
    """A request that changes something comes with a session and without its secret."""

    code = "input.forged"

    def __init__(self) -> None:
        super().__init__(
            given="a change with a session and no secret of a form",
            expected="the header X-CSRFToken, or an API key",
            remedy="send the token of the page, or use an API key",
        )


class FaultError(IntegrityError):
    """The program has a fault; what was asked is not answered."""

    code = "integrity.api-fault"

    def __init__(self) -> None:
        super().__init__(
            given="a request that the program failed at",
            expected="an answer",
            remedy="send the log of the service to its makers",
        )


def status_of(error: TaihangError) -> int:
    """Return the HTTP status of a refusal.

    Example:
        >>> status_of(NoResourceError("a meter")), status_of(InputError(given="", expected="",
        ...                                                             remedy=""))
        (404, 422)
    """
    return STATUS.get(error.code, http_status(error))


def problem(error: TaihangError, *, lang: Lang) -> HttpResponse:
    """Return the answer of a refusal.

    Args:
        error: Why it is refused.
        lang: Language of the title.
    """
    status = status_of(error)
    document = {
        "type": f"urn:taihang:error:{error.code}",
        "title": title_of(error, lang=lang),
        "status": status,
        "code": error.code,
        "given": _told(error.given),
        "expected": _told(error.expected),
        "remedy": _told(error.remedy),
    }
    body = json.dumps(document, ensure_ascii=False).encode() + b"\n"
    response = HttpResponse(body, status=status, content_type=CONTENT_TYPE)
    response["Cache-Control"] = "no-store"
    response["Content-Language"] = lang
    if status == HTTPStatus.UNAUTHORIZED:
        response["WWW-Authenticate"] = "Bearer"
    if status in _RETRY:
        response["Retry-After"] = str(getattr(error, "wait_s", _RETRY_S))
    return response


def title_of(error: TaihangError, *, lang: Lang) -> str:
    """Return what a refusal is, in the language of the reader: by its code, else by its branch."""
    key = f"api.code.{error.code}"
    if has_text(key):
        return text(f"api.code.{error.code}", lang)
    return text(f"api.branch.{_branch(error)}", lang)


def _branch(error: TaihangError) -> str:
    kinds = (InputError, StateError, IntegrityError, LinkError)
    return next((kind.code for kind in kinds if isinstance(error, kind)), IntegrityError.code)


def _told(words: str) -> str:
    """Return words without what could steer a terminal, and not without end."""
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in words)[
        :_SHOWN
    ]
