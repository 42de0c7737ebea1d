"""The door in this process, without a socket: whole requests in, answers out."""

import asyncio
import json
from collections.abc import Generator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any, Final

from taihang import wiring
from taihang.core.seal.door_token import token_of
from taihang.interfaces.ingest.limits import Limits
from taihang.interfaces.ingest.open_door import OpenDoor
from taihang.services.door_token import issue_token

BATCH_TYPE: Final = "application/vnd.taihang.batch"
PATIENCE_S: Final = 60.0
GENEROUS: Final = Limits(batches_per_min=1_000_000, lock_wait_s=0.0)


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def facts(self) -> dict[str, Any]:
        return dict(json.loads(self.body))


class DoorKit:
    """A door that is open, and the loop it runs in."""

    def __init__(self, loop: asyncio.AbstractEventLoop, door: OpenDoor) -> None:
        self._loop = loop
        self.door = door

    def ask(
        self,
        method: str,
        path: str,
        body: bytes | Sequence[bytes] = b"",
        *,
        client: tuple[str, int] = ("127.0.0.1", 50_000),
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send one request and wait for its answer."""
        return self.begin(method, path, body, client=client, headers=headers).result(PATIENCE_S)

    def begin(
        self,
        method: str,
        path: str,
        body: bytes | Sequence[bytes] = b"",
        *,
        client: tuple[str, int] = ("127.0.0.1", 50_000),
        headers: Mapping[str, str] | None = None,
    ) -> "Future[Answer]":
        """Begin a request; a body in parts ends with ``...`` left out: then it never ends."""
        parts = [body] if isinstance(body, bytes) else list(body)
        length = {"content-length": str(sum(map(len, parts)))} if method == "POST" else {}
        named = {"host": "127.0.0.1:8101", **length, **(headers or {})}
        scope: dict[str, Any] = {
            "type": "http",
            "method": method,
            "path": path,
            "client": client,
            "headers": [(name.encode(), value.encode("latin-1")) for name, value in named.items()],
        }
        return asyncio.run_coroutine_threadsafe(self._asked(scope, parts), self._loop)

    def post(self, body: bytes, media_type: str, **headers: str) -> Answer:
        """Send a body of a kind."""
        named = {"content-type": media_type, **headers}
        return self.ask("POST", "/api/v1/batches", body, headers=named)

    async def _asked(self, scope: dict[str, Any], parts: list[bytes]) -> Answer:
        sent: list[Mapping[str, Any]] = []
        left = list(parts)

        async def receive() -> dict[str, Any]:
            if not left:
                return {"type": "http.disconnect"}
            part = left.pop(0)
            return {"type": "http.request", "body": part, "more_body": bool(left)}

        async def send(message: Mapping[str, Any]) -> None:
            sent.append(message)

        await self.door.application(scope, receive, send)
        named = {name.decode().lower(): value.decode() for name, value in sent[0]["headers"]}
        return Answer(int(sent[0]["status"]), named, b"".join(m["body"] for m in sent[1:]))


@contextmanager
def open_door(root: Path, limits: Limits = GENEROUS) -> Generator[DoorKit]:
    """Have a door open for a while."""
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever, name="loop")
    thread.start()
    door = OpenDoor(root, limits=limits, behind_tls=False)
    storing: asyncio.Task[None] | None = None

    async def begin() -> None:
        nonlocal storing
        await door.open()
        storing = loop.create_task(door.run())

    async def end() -> None:
        if storing is not None:
            await door.drain(storing)
        await door.close()

    try:
        asyncio.run_coroutine_threadsafe(begin(), loop).result(PATIENCE_S)
        yield DoorKit(loop, door)
    finally:
        asyncio.run_coroutine_threadsafe(end(), loop).result(PATIENCE_S)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(PATIENCE_S)
        loop.close()


def token_for(root: Path, gateway: str, *, n_days: int = 1, number: int = 1) -> str:
    """Give out a token while nobody else writes the park."""
    with wiring.open_park(root, writing=True) as ports:
        secret = f"{number:064x}"
        token, _ = issue_token(gateway, n_days=n_days, secret=secret, ports=ports)
    assert token == token_of(secret)
    return token
