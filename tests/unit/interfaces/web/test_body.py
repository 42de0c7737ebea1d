"""No body is kept that is longer than its address takes, declared or not, whoever sends it."""

import asyncio
from collections.abc import MutableMapping
from typing import Any, Final

import pytest

from demo_overview import open_demo
from taihang.config.django_settings import MAX_FORM_BYTES
from taihang.interfaces.asgi import Receive, Send
from taihang.interfaces.web.app import create_application
from taihang.interfaces.web.body import LongBodyError, with_bounded_bodies
from taihang.interfaces.web.policy import API, most_bytes_of, policy_of, routes
from taihang.interfaces.web.urls import urlpatterns
from taihang.settings_wiring import UPLOAD_BYTES

APP: Final = create_application(open_demo())
LENGTH: Final = b"content-length"
PART: Final = b"x" * 16_384
ADDRESSES: Final = ("/sign-in/", "/alarms/", "/users/", "/green/ratios/issue/", "/nowhere")
Sent = MutableMapping[str, Any]


class Connection:
    """A sender that goes on for as long as it is listened to; counts what was taken."""

    def __init__(self, n_parts: int) -> None:
        self.n_taken = 0
        self.sent: list[Sent] = []
        self._n_parts = n_parts
        self._is_answered = asyncio.Event()

    async def receive(self) -> dict[str, Any]:
        if self.n_taken == self._n_parts:
            await self._is_answered.wait()
            return {"type": "http.disconnect"}
        await asyncio.sleep(0)
        self.n_taken += 1
        more = self.n_taken < self._n_parts
        return {"type": "http.request", "body": PART, "more_body": more}

    async def send(self, message: Sent) -> None:
        await asyncio.sleep(0)
        self.sent.append(message)
        self._is_answered.set()

    @property
    def status(self) -> int:
        return int(self.sent[0]["status"])

    @property
    def text(self) -> str:
        return b"".join(message.get("body", b"") for message in self.sent[1:]).decode()


def scope_of(address: str, *, query: str = "", declared: int | None = None) -> dict[str, Any]:
    """Return the scope of a form that is sent in chunks, or with a declared length."""
    headers = [(b"host", b"127.0.0.1"), (b"content-type", b"application/x-www-form-urlencoded")]
    if declared is not None:
        headers.append((LENGTH, str(declared).encode()))
    return {
        "type": "http",
        "http_version": "1.1",
        "method": "POST",
        "path": address,
        "raw_path": address.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "scheme": "http",
        "headers": headers,
        "client": ("127.0.0.1", 50_000),
        "server": ("127.0.0.1", 80),
    }


def sent(address: str, n_parts: int, *, query: str = "", declared: int | None = None) -> Connection:
    """Send so many parts, in chunks or with a declared length."""
    scope = scope_of(address, query=query, declared=declared)

    async def run() -> Connection:
        connection = Connection(n_parts)
        await APP(scope, connection.receive, connection.send)
        return connection

    return asyncio.run(run())


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("declared", [None, 8 * len(PART)])
def test_body__that_is_too_long_is_refused_with_its_limit(
    address: str, declared: int | None
) -> None:
    english = sent(address, 8, query="lang=en", declared=declared)
    chinese = sent(address, 8, declared=declared)

    assert (english.status, chinese.status) == (413, 413)
    assert f"{MAX_FORM_BYTES}" in english.text
    assert "divide a file by months or meters" in english.text
    assert "太大" in chinese.text


def test_body__of_a_form_that_is_as_long_as_may_be_is_handed_on() -> None:
    fits = MAX_FORM_BYTES // len(PART)

    assert sent("/sign-in/", fits).status != 413
    assert sent("/sign-in/", fits + 1).status == 413


def test_body__of_a_file_is_longer_than_that_of_a_form_and_bounded_too() -> None:
    assert sent("/import/", 8).status != 413
    assert sent("/import/", 1, declared=UPLOAD_BYTES + 2 * MAX_FORM_BYTES).status == 413


@pytest.mark.parametrize("declared", [False, True])
def test_with_bounded_bodies__keeps_nothing_of_the_rest_and_ends_with_the_connection(
    *, declared: bool
) -> None:
    """What is inside sees an empty end and a length beyond what it takes, as of a long body."""
    n_parts, kept, seen = 1_000, bytearray(), list[str]()
    scope = scope_of("/api/v1/nowhere", declared=n_parts * len(PART) if declared else None)

    async def inside(scope: Sent, receive: Receive, send: Send) -> None:
        more = True
        while more:
            message = await receive()
            kept.extend(message["body"])
            more = message["more_body"]
        seen.extend(value.decode() for name, value in scope["headers"] if name == LENGTH)
        await send({"type": "http.response.start", "status": 413, "headers": []})
        seen.append((await receive())["type"])

    async def run() -> Connection:
        connection = Connection(n_parts)
        await with_bounded_bodies(inside)(scope, connection.receive, connection.send)
        return connection

    connection = asyncio.run(run())

    assert len(kept) <= (0 if declared else MAX_FORM_BYTES)
    assert seen == [str(MAX_FORM_BYTES + 1), "http.disconnect"]
    assert connection.n_taken == n_parts


def test_addresses__take_a_form_each_and_one_takes_a_file() -> None:
    known = {route: most_bytes_of(view) for route, view in routes(urlpatterns)}
    longer = {route for route, most in known.items() if most > MAX_FORM_BYTES}

    assert len(known) > 100
    assert longer == {"import/"}
    assert all(
        most_bytes_of(view) == MAX_FORM_BYTES
        for _, view in routes(urlpatterns)
        if policy_of(view) == API
    )


def test_long_body_error__says_what_is_taken() -> None:
    assert "at most 7" in str(LongBodyError(7))
