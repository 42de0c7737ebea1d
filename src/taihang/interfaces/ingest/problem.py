"""Which HTTP status a refusal has, and its body: ``application/problem+json`` (RFC 9457)."""

import json
from typing import Final

from taihang.core.errors import (
    InputError,
    IntegrityError,
    LinkError,
    StateError,
    TaihangError,
)

CONTENT_TYPE: Final = "application/problem+json"
STATUS: Final = {
    # the bytes are no batch, no JSON
    "input.batch-format": 400,
    "input.json-text": 400,
    "input.canonical-json": 400,
    "input.body-length": 411,
    "input.body-too-large": 413,
    "input.record-too-large": 413,
    "input.media-type": 415,
    "input.content-encoding": 415,
    # who sends it
    "input.token": 401,
    "input.wrong-sender": 403,
    "input.unknown-gateway": 403,
    "input.expired-gateway-key": 403,
    "input.batch-signature": 403,
    "input.no-page": 404,
    "state.unknown-batch": 404,
    "input.method": 405,
    "link.body-late": 408,
    "link.sender-gone": 408,
    "input.counter-used": 409,
    "integrity.counter-fork": 409,
    "input.too-fast": 429,
    # what is wrong on this side: the sender keeps its batch
    "state.queue-full": 503,
    "state.busy-park": 503,
    "state.suspect-journal": 503,
    "state.suspect-door": 503,
    "state.closing": 503,
    "link.storage-full": 507,
}
"""The status of every code that does not follow its branch."""
_OF_BRANCH: Final = ((InputError, 422), (StateError, 409), (IntegrityError, 500), (LinkError, 503))
_TITLES: Final = {
    400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found",
    405: "Method Not Allowed", 408: "Request Timeout", 409: "Conflict", 411: "Length Required",
    413: "Content Too Large", 415: "Unsupported Media Type", 422: "Unprocessable Content",
    429: "Too Many Requests", 500: "Internal Server Error", 503: "Service Unavailable",
    507: "Insufficient Storage",
}  # fmt: skip
_RETRY_S: Final = {"state.busy-park": 5, "state.queue-full": 1, "link.storage-full": 60}
_RETRY_STATUS: Final = (503, 507)
_RETRY_DEFAULT_S: Final = 30
_SHOWN: Final = 500


class InternalError(IntegrityError):
    """The door met what it does not know; nothing is acknowledged that was not stored."""

    code = "integrity.door"

    @classmethod
    def met(cls, what: str) -> "InternalError":
        """Return the error that tells a sender of a fault of the door.

        Args:
            what: What the door could not judge.
        """
        return cls(
            given=f"a {what} that the door cannot judge",
            expected="one that it can answer",
            remedy="keep the batch, and send the log of the door to its makers",
        )


def status_of(error: TaihangError) -> int:
    """Return the HTTP status of a refusal.

    Example:
        >>> status_of(InputError(given="a", expected="b", remedy="c"))
        422
    """
    branch = next((status for kind, status in _OF_BRANCH if isinstance(error, kind)), 500)
    return STATUS.get(error.code, branch)


def retry_after_s(error: TaihangError) -> int | None:
    """Return in how many seconds the same request may help; None if it never will."""
    wait_s = getattr(error, "wait_s", None)
    if isinstance(wait_s, int):
        return wait_s
    if status_of(error) not in _RETRY_STATUS:
        return None
    return _RETRY_S.get(error.code, _RETRY_DEFAULT_S)


def problem_body(error: TaihangError, *, field: str) -> bytes:
    """Return the body of a refusal.

    Args:
        error: Why it is refused.
        field: The part of the request it is about, where the error knows no closer place.

    Returns:
        JSON with ``code``, ``given``, ``expected``, ``remedy`` and ``field``.
    """
    status = status_of(error)
    document = {
        "type": f"urn:taihang:error:{error.code}",
        "title": _TITLES[status],
        "status": status,
        "code": error.code,
        "given": _told(error.given),
        "expected": _told(error.expected),
        "remedy": _told(error.remedy),
        "field": _told(str(getattr(error, "where", field))),
    }
    return json.dumps(document, ensure_ascii=True).encode() + b"\n"


def _told(words: str) -> str:
    """Return words without what could steer a terminal, and not without end."""
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in words)[
        :_SHOWN
    ]
