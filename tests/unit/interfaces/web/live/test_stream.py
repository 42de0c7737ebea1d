"""A stream over ASGI: for members only, and not for ever; nobody is told whose scope it has."""

import asyncio
from collections.abc import Mapping, MutableMapping
from typing import Any

import pytest

from asgi_client import ask
from demo_overview import open_demo
from members import ask_as, cookie, test_accounts
from taihang.core.access.role import Role
from taihang.interfaces.web.app import create_application
from taihang.interfaces.web.live import stream

APP = create_application(open_demo())


async def _listen(headers: Mapping[str, str], *, n_events: int) -> list[MutableMapping[str, Any]]:
    """Open the stream, leave after some messages, and return what was sent."""
    sent: list[MutableMapping[str, Any]] = []
    enough = asyncio.Event()

    async def receive() -> dict[str, Any]:
        if not sent:
            await asyncio.sleep(0)
        await enough.wait()
        return {"type": "http.disconnect"}

    first = True

    async def receive_body_first() -> dict[str, Any]:
        nonlocal first
        if first:
            first = False
            return {"type": "http.request", "body": b"", "more_body": False}
        return await receive()

    async def send(message: MutableMapping[str, Any]) -> None:
        await asyncio.sleep(0)
        sent.append(message)
        if len(sent) >= n_events:
            enough.set()

    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "GET",
        "path": "/live",
        "raw_path": b"/live",
        "query_string": b"",
        "root_path": "",
        "scheme": "http",
        "headers": [
            (b"host", b"127.0.0.1"),
            *((k.encode(), v.encode()) for k, v in headers.items()),
        ],
        "client": ("127.0.0.1", 50_000),
        "server": ("127.0.0.1", 80),
    }
    await asyncio.wait_for(APP(scope, receive_body_first, send), timeout=20)
    return sent


def test_stream__a_member_hears_ticks_until_he_leaves() -> None:
    signed = {"cookie": cookie(test_accounts(), Role.REGULATOR)}

    sent = asyncio.run(_listen(signed, n_events=3))

    headers = {name.lower(): value for name, value in sent[0]["headers"]}
    bodies = [message["body"] for message in sent[1:]]
    assert sent[0]["status"] == 200
    assert headers[b"content-type"] == b"text/event-stream"
    assert not headers.keys() & {b"taihang-scope", b"content-length"}
    assert bodies[0].startswith(b"retry:")
    assert bodies[1].startswith(b"event: tick")
    assert sent[-1] == {"type": "http.response.body", "body": b"", "more_body": False}


def test_stream__an_old_one_ends_so_that_the_member_is_asked_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(stream, "LONGEST_S", 0.05)
    signed = {"cookie": cookie(test_accounts(), Role.REGULATOR)}

    sent = asyncio.run(_listen(signed, n_events=10_000))

    assert sent[-1]["more_body"] is False


def test_stream__strangers_and_wrong_words_get_none() -> None:
    assert ask(APP, "/live").status == 302
    assert ask_as(APP, "/live?since=3").status == 422
    assert ask_as(APP, "/live", method="POST").status in {403, 405}
