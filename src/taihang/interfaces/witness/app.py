"""The ASGI application of a witness: one question that changes something, two that read.

``POST /add-checkpoint`` is the protocol of C2SP *tlog-witness*. ``GET /evidence`` shows every fork
that was refused, ``GET /status`` the key and the largest checkpoint of each log, so that anybody
can compare what the park shows with what a witness has seen.
"""

import asyncio
from base64 import b64encode
from dataclasses import dataclass
from typing import Final

from taihang.core.errors import InputError, LinkError, TaihangError
from taihang.core.seal.canonical import JsonValue, canonical_bytes
from taihang.core.tlog.note import NoteSignatureError
from taihang.core.tlog.witnessing import (
    REQUEST_BYTES,
    SIZE_MEDIA_TYPE,
    ForkedLogError,
    OtherSizeError,
)
from taihang.interfaces.asgi import AsgiApplication, Message, Receive, Send
from taihang.services.witness import UnknownLogError, Witness, add_checkpoint

BODY_TIMEOUT_S: Final = 10.0
"""A request has to be complete by then."""
_TEXT: Final = "text/plain; charset=utf-8"
_JSON: Final = "application/json"


class RequestTooLargeError(InputError):
    """A request to a witness is larger than any of the protocol."""

    code = "input.request-too-large"


class RequestLateError(LinkError):
    """A request to a witness did not arrive in time, or broke off."""

    code = "link.request-late"


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    media_type: str
    body: bytes


def create_witness_application(
    witness: Witness, *, body_timeout_s: float = BODY_TIMEOUT_S
) -> AsgiApplication:
    """Return the service of one witness.

    Args:
        witness: Who answers.
        body_timeout_s: A request has to be complete by then [s].

    Returns:
        An ASGI application for HTTP.
    """
    service = _Service(witness, body_timeout_s)

    async def application(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            # Nothing is kept across the server's start and stop.
            raise NotImplementedError(scope["type"])
        await _send(await service.answer(scope, receive), send)

    return application


class _Service:
    """Answers the questions that a witness takes."""

    def __init__(self, witness: Witness, body_timeout_s: float) -> None:
        self._witness = witness
        self._body_timeout_s = body_timeout_s
        self._places: Final = {
            "/add-checkpoint": ("POST", self._add),
            "/evidence": ("GET", self._evidence),
            "/status": ("GET", self._status),
        }

    async def answer(self, scope: Message, receive: Receive) -> _Answer:
        method, answer = self._places.get(scope["path"], ("", None))
        if answer is None:
            return _Answer(404, _TEXT, b"not found\n")
        if scope["method"] != method:
            return _Answer(405, _TEXT, f"{method} only\n".encode())
        return await answer(receive)

    async def _add(self, receive: Receive) -> _Answer:
        try:
            body = await _body(receive, self._body_timeout_s)
            # Forced writes take their time; other requests are read meanwhile.
            line = await asyncio.to_thread(add_checkpoint, body, witness=self._witness)
        except TaihangError as error:
            return _refusal(error)
        return _Answer(200, _TEXT, line.encode())

    async def _evidence(self, receive: Receive) -> _Answer:
        del receive
        return await asyncio.to_thread(_evidence, self._witness)

    async def _status(self, receive: Receive) -> _Answer:
        del receive
        return await asyncio.to_thread(_status, self._witness)


async def _body(receive: Receive, timeout_s: float) -> bytes:
    body = bytearray()
    try:
        async with asyncio.timeout(timeout_s):
            more = True
            while more:
                message = await receive()
                body += message.get("body", b"")
                _check_size(body)
                more = bool(message.get("more_body")) and message["type"] == "http.request"
    except TimeoutError as error:
        raise RequestLateError(
            given=f"{len(body)} bytes",
            expected=f"the whole request within {timeout_s:g} s",
            remedy="send it again",
        ) from error
    return bytes(body)


def _check_size(body: bytearray) -> None:
    if len(body) > REQUEST_BYTES:
        raise RequestTooLargeError(
            given=f"more than {REQUEST_BYTES} bytes",
            expected=f"at most {REQUEST_BYTES}",
            remedy="send one checkpoint with its proof",
        )


def _refusal(error: TaihangError) -> _Answer:
    """Answer as the protocol prescribes; the body is for people, but for the size."""
    if isinstance(error, OtherSizeError):
        return _Answer(409, SIZE_MEDIA_TYPE, f"{error.held_size}\n".encode())
    statuses: tuple[tuple[type[TaihangError], int], ...] = (
        (UnknownLogError, 404),
        (NoteSignatureError, 403),
        (ForkedLogError, 422),
        (RequestTooLargeError, 413),
        (RequestLateError, 408),
        (InputError, 400),
    )
    status = next((number for kind, number in statuses if isinstance(error, kind)), 503)
    return _Answer(status, _TEXT, f"{error}\n".encode())


def _evidence(witness: Witness) -> _Answer:
    found: list[JsonValue] = [
        {
            "at_s": item.at_s,
            "origin": item.origin,
            "held": item.held,
            "refused": item.refused,
            "path": [b64encode(hash_).decode() for hash_ in item.path],
            "proven": item.is_proven,
        }
        for item in witness.state.kept()
    ]
    return _Answer(200, _JSON, canonical_bytes(found) + b"\n")


def _status(witness: Witness) -> _Answer:
    logs: dict[str, JsonValue] = {origin: witness.state.held(origin) for origin in witness.logs}
    found: JsonValue = {
        "name": witness.key.name,
        "key": witness.key.public_key.hex(),
        "logs": logs,
    }
    return _Answer(200, _JSON, canonical_bytes(found) + b"\n")


async def _send(answer: _Answer, send: Send) -> None:
    headers = [
        (b"content-type", answer.media_type.encode()),
        (b"content-length", str(len(answer.body)).encode()),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
    ]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})
