"""Asks an ASGI application one question, without a network."""

import asyncio
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from taihang.interfaces.web.app import AsgiApplication


@dataclass(frozen=True)
class Answer:
    """Status, headers (lower case) and body."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


def ask(
    application: AsgiApplication, address: str, *, host: str = "127.0.0.1", method: str = "GET"
) -> Answer:
    """Send one request and collect its answer."""
    return asyncio.run(_ask(application, address, host=host, method=method))


async def _ask(application: AsgiApplication, address: str, *, host: str, method: str) -> Answer:
    parts = urlsplit(address)
    scope: dict[str, Any] = {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "path": parts.path,
        "raw_path": parts.path.encode(),
        "query_string": parts.query.encode(),
        "root_path": "",
        "scheme": "http",
        "headers": [(b"host", host.encode())],
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
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: MutableMapping[str, Any]) -> None:
        await asyncio.sleep(0)
        sent.append(message)

    await application(scope, receive, send)
    finished.set()
    headers = {name.decode().lower(): value.decode() for name, value in sent[0]["headers"]}
    body = b"".join(message.get("body", b"") for message in sent[1:])
    return Answer(status=int(sent[0]["status"]), headers=headers, body=body)
