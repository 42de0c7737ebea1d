"""Holds the bodies of requests to what their addresses take, before any of it is kept.

Django puts a body of any length into a file before it looks at the address. Here it is counted as
it comes: what is longer than its address takes is not handed on, and the gate says so.
"""

from typing import Final, cast

from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest
from django.urls import Resolver404, resolve

from taihang.config.django_settings import MAX_FORM_BYTES
from taihang.core.errors import InputError
from taihang.interfaces.asgi import AsgiApplication, Message, Receive, Send
from taihang.interfaces.web.policy import most_bytes_of

_BEYOND: Final = "taihang.body-beyond"
"""Under this key of the ASGI scope stands what the address takes, if the body is longer. [byte]"""
_LENGTH: Final = b"content-length"
_DIGITS_MOST: Final = 15


class LongBodyError(InputError):
    """A form or file that is sent to a page is longer than its address takes."""

    code = "input.long-body"

    def __init__(self, most_bytes: int) -> None:
        super().__init__(
            given=f"more than {most_bytes} bytes",
            expected=f"at most {most_bytes}",
            remedy="send less at once; divide a file by months or meters",
        )


def with_bounded_bodies(application: AsgiApplication) -> AsgiApplication:
    """Return an application that hands on no body which is longer than its address takes.

    Args:
        application: Answers, also what is too long: it sees a body that is empty.
    """

    async def bounded(scope: Message, receive: Receive, send: Send) -> None:
        await application(scope, _Body(scope, receive).receive, send)

    return bounded


def demand_body(request: HttpRequest) -> None:
    """Refuse a request whose body was not handed on.

    Raises:
        LongBodyError: If it is longer than its address takes.
    """
    most_bytes = cast("ASGIRequest", request).scope.get(_BEYOND)
    if most_bytes is not None:
        raise LongBodyError(cast("int", most_bytes))


class _Body:
    """The body of one request, counted as it comes."""

    def __init__(self, scope: Message, receive: Receive) -> None:
        self._scope = scope
        self._receive = receive
        self._n_bytes = 0
        self._is_whole = False
        self._is_beyond = False

    async def receive(self) -> Message:
        """Return the next message of the connection."""
        if self._is_beyond:
            return await self._end_of_connection()
        if self._is_whole:
            return await self._receive()
        if self._is_too_long(_declared(self._scope)):
            return self._cut_off()
        message = await self._receive()
        self._n_bytes += len(message.get("body", b""))
        if self._is_too_long(self._n_bytes):
            return self._cut_off()
        self._is_whole = not message.get("more_body", False)
        return message

    def _is_too_long(self, n_bytes: int) -> bool:
        return n_bytes > MAX_FORM_BYTES and n_bytes > _most_bytes(self._scope)

    def _cut_off(self) -> Message:
        """End the body here; whoever asks for its length hears that it is too long."""
        most_bytes = _most_bytes(self._scope)
        others = [each for each in self._scope["headers"] if each[0] != _LENGTH]
        self._scope["headers"] = [*others, (_LENGTH, str(most_bytes + 1).encode())]
        self._scope[_BEYOND] = most_bytes
        self._is_beyond = True
        return {"type": "http.request", "body": b"", "more_body": False}

    async def _end_of_connection(self) -> Message:
        """Let the rest of the body pass, a piece at a time, and keep none of it."""
        message = await self._receive()
        while message["type"] == "http.request":
            message = await self._receive()
        return message


def _declared(scope: Message) -> int:
    """Return how long a body is said to be; 0 where that is not said [byte]."""
    given = dict(scope["headers"]).get(_LENGTH, b"")
    if not given.isdigit():
        return 0
    return int(given[:_DIGITS_MOST])


def _most_bytes(scope: Message) -> int:
    """Return how long a body an address takes [byte]."""
    try:
        return most_bytes_of(resolve(scope["path"]).func)
    except Resolver404:
        return MAX_FORM_BYTES
