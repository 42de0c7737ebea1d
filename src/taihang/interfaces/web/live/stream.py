"""Streams of events over ASGI: Django decides who may have one, the hub fills it.

Inside Django each open stream would hold a thread for as long as it lasts.
"""

import asyncio
from collections.abc import Iterable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Final, cast

from taihang.core.access.scope import WHOLE_PARK, Scope
from taihang.interfaces.asgi import AsgiApplication, Message, Receive, Send
from taihang.interfaces.web.live.hub import Hub
from taihang.interfaces.web.live.views import ADDRESS, SCOPE_HEADER

LONGEST_S: Final = 60.0
"""A stream ends after so long [s]; the browser comes back and is asked who it is again."""
_OK: Final = 200
_Headers = list[tuple[bytes, bytes]]


@dataclass(slots=True)
class _Answer:
    """What Django answered."""

    start: Message
    bodies: list[Message]

    @property
    def headers(self) -> _Headers:
        """The headers, lower case."""
        return [(name.lower(), value) for name, value in cast("_Headers", self.start["headers"])]


def with_live(application: AsgiApplication, hub: Hub) -> AsgiApplication:
    """Return an application that fills the streams which another one allows.

    Args:
        application: Answers everything else, and says who may have a stream.
        hub: Where the events come from.
    """

    async def both(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != ADDRESS:
            await application(scope, receive, send)
            return
        answer = await _ask(application, scope, receive)
        seen = _scope_of(answer.headers)
        if answer.start["status"] != _OK or seen is None:
            for message in (answer.start, *answer.bodies):
                await send(message)
            return
        kept = [(k, v) for k, v in answer.headers if k not in {b"content-length", SCOPE_HEADER}]
        await send({**answer.start, "headers": kept})
        await _fill(hub, seen, receive, send)

    return both


async def _ask(application: AsgiApplication, scope: Message, receive: Receive) -> _Answer:
    sent: list[Message] = []

    async def keep(message: Message) -> None:
        await asyncio.sleep(0)
        sent.append(message)

    await application(scope, receive, keep)
    return _Answer(sent[0], sent[1:])


def _scope_of(headers: Iterable[tuple[bytes, bytes]]) -> Scope | None:
    told = dict(headers).get(SCOPE_HEADER)
    if told is None:
        return None
    return WHOLE_PARK if told == b"*" else Scope(frozenset(told.decode().split()))


async def _fill(hub: Hub, seen: Scope, receive: Receive, send: Send) -> None:
    """Send events until the browser goes or the stream is old enough."""
    sending = asyncio.ensure_future(_send_all(hub, seen, send))
    leaving = asyncio.ensure_future(_left(receive))
    try:
        await asyncio.wait(
            (sending, leaving), timeout=LONGEST_S, return_when=asyncio.FIRST_COMPLETED
        )
    finally:
        for task in (sending, leaving):
            task.cancel()
        await asyncio.gather(sending, leaving, return_exceptions=True)
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _send_all(hub: Hub, seen: Scope, send: Send) -> None:
    async with aclosing(hub.events(seen)) as events:
        async for event in events:
            await send({"type": "http.response.body", "body": event, "more_body": True})


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
