"""Asks an ASGI application one question, without a network."""

import asyncio
from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any
from urllib.parse import unquote, urlsplit

from taihang.interfaces.web.app import AsgiApplication


@dataclass(frozen=True)
class Answer:
    """Status, headers (lower case) and body."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    cookies: tuple[str, ...] = ()
    """What the browser is told to keep, one header a cookie."""

    @property
    def text(self) -> str:
        return self.body.decode()


def ask(
    application: AsgiApplication,
    address: str,
    *,
    host: str = "127.0.0.1",
    method: str = "GET",
    headers: Mapping[str, str] = MappingProxyType({}),
    body: bytes = b"",
) -> Answer:
    """Send one request and collect its answer."""
    sent = [(b"host", host.encode()), *((k.encode(), v.encode()) for k, v in headers.items())]
    return asyncio.run(_ask(application, address, method=method, headers=sent, body=body))


async def _ask(
    application: AsgiApplication,
    address: str,
    *,
    method: str,
    headers: Sequence[tuple[bytes, bytes]],
    body: bytes,
) -> Answer:
    parts = urlsplit(address)
    scope: dict[str, Any] = {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "path": unquote(parts.path),
        "raw_path": parts.path.encode(),
        "query_string": parts.query.encode(),
        "root_path": "",
        "scheme": "http",
        "headers": [*headers, (b"content-length", str(len(body)).encode())],
        "client": ("127.0.0.1", 50_000),
        "server": ("127.0.0.1", 80),
    }
    sent: list[MutableMapping[str, Any]] = []
    finished = asyncio.Event()
    asked = False

    async def receive() -> dict[str, Any]:
        nonlocal asked
        if asked:
            await finished.wait()
            return {"type": "http.disconnect"}
        asked = True
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: MutableMapping[str, Any]) -> None:
        await asyncio.sleep(0)
        sent.append(message)

    await application(scope, receive, send)
    finished.set()
    received = {name.decode().lower(): value.decode() for name, value in sent[0]["headers"]}
    answer = b"".join(message.get("body", b"") for message in sent[1:])
    cookies = [value for name, value in sent[0]["headers"] if name.lower() == b"set-cookie"]
    kept = tuple(value.decode() for value in cookies)
    return Answer(status=int(sent[0]["status"]), headers=received, body=answer, cookies=kept)
