"""Takes the body of a request in, within its limits of size and time."""

import asyncio
from typing import Final

from taihang.core.errors import InputError, LinkError
from taihang.interfaces.asgi import Message, Receive
from taihang.interfaces.ingest.limits import InFlight, Limits

_MAX_LENGTH_DIGITS: Final = 15


class BodyLengthError(InputError):
    """A request does not say how long its body is, or says it wrongly."""

    code = "input.body-length"


class BodyTooLargeError(InputError):
    """A body is larger than the door takes."""

    code = "input.body-too-large"


class BodyLateError(LinkError):
    """A body did not arrive in time."""

    code = "link.body-late"


class SenderGoneError(LinkError):
    """The sender closed the connection in the middle of its body; nobody is there to be told."""

    code = "link.sender-gone"


def declared_length(headers: dict[bytes, bytes], *, limits: Limits) -> int:
    """Return how long the body is to be.

    Args:
        headers: The headers of the request, names in lower case.
        limits: The bounds of the door.

    Returns:
        The length. [byte]

    Raises:
        BodyLengthError: If the header is absent or no number.
        BodyTooLargeError: If it is beyond the limit.
    """
    given = headers.get(b"content-length", b"")
    if not (given.isdigit() and len(given) <= _MAX_LENGTH_DIGITS):
        raise BodyLengthError(
            given=f"content-length {given.decode('latin-1')[:20]!r}",
            expected="the length of the body in bytes",
            remedy="send the body in one piece with its Content-Length, not in chunks",
        )
    if int(given) > limits.max_body_bytes:
        raise BodyTooLargeError(
            given=f"a body of {int(given)} bytes",
            expected=f"at most {limits.max_body_bytes}",
            remedy="seal shorter stretches",
        )
    return int(given)


async def read_body(
    receive: Receive, *, length: int, limits: Limits, in_flight: InFlight
) -> bytearray:
    """Return the body; its bytes count as in flight until the caller gives them back.

    Args:
        receive: The connection.
        length: How long the body is to be. [byte]
        limits: The bounds of the door.
        in_flight: What the door holds already.

    Returns:
        The body.

    Raises:
        BodyLateError: If the sender stops, or takes too long.
        SenderGoneError: If the sender closes the connection.
        BodyLengthError: If the body is not as long as it was to be.
        QueueFullError: If the door holds too much already.
    """
    body = bytearray()
    try:
        async with asyncio.timeout(limits.body_timeout_s):
            more = True
            while more:
                async with asyncio.timeout(limits.silence_timeout_s):
                    message = await receive()
                more = _take(message, body, in_flight)
        _check_length(body, length)
    except TimeoutError as error:
        in_flight.give_back(len(body))
        raise BodyLateError(
            given=f"{len(body)} of {length} bytes",
            expected=f"the body within {limits.body_timeout_s:.0f} s, "
            f"without a pause of {limits.silence_timeout_s:.0f} s",
            remedy="look at the network, then send the batch again",
        ) from error
    except BaseException:
        in_flight.give_back(len(body))
        raise
    return body


def _take(message: Message, body: bytearray, in_flight: InFlight) -> bool:
    if message["type"] != "http.request":
        raise SenderGoneError(
            given="a closed connection", expected="the rest of the body", remedy="send it again"
        )
    part: bytes = message.get("body", b"")
    in_flight.take(len(part))
    body += part
    return bool(message.get("more_body"))


def _check_length(body: bytearray, length: int) -> None:
    if len(body) != length:
        raise BodyLengthError(
            given=f"a body of {len(body)} bytes",
            expected=f"{length}, as its content-length says",
            remedy="send the whole body",
        )
