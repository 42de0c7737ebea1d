"""A small park with three witnesses, all in one process: the witnesses answer as over HTTP."""

import asyncio
from collections.abc import Generator, Iterator, MutableMapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import small_park
from evidence_kit import verify_signature
from taihang.adapters.system import FixedClock
from taihang.core.errors import LinkError
from taihang.core.tlog.note import VerifierKey
from taihang.core.tlog.witnessing import WitnessAnswer
from taihang.interfaces.asgi import AsgiApplication, Message, Receive, Send
from taihang.interfaces.witness.app import create_witness_application
from taihang.services.check_log import LogCheck, Pins, check_log
from taihang.services.ports import Ports
from taihang.services.prove import LOG_KEY
from taihang.services.publish import NotPublished, Published, publish
from taihang.services.witness import Witness
from witness_kit import WITNESSES, state_in, witness_of

ORIGIN: Final = "taihang/small"
NOW_S: Final = int(small_park.NOW.timestamp())
ROLES: Final = ("enterprise", "grid", "regulator")


def park_text(quorum: int = 2, *, n_witnesses: int = 3) -> str:
    """The park file of the small park with witnesses."""
    lines = [
        f'"{witness.name}" = {{ role = "{role}", key = "{witness.public_key.hex()}", '
        f'url = "http://{witness.name}" }}\n'
        for witness, role in zip(WITNESSES[:n_witnesses], ROLES, strict=False)
    ]
    return f"{small_park.PARK}[log]\nquorum = {quorum}\n[witnesses]\n{''.join(lines)}"


class Witnesses:
    """Three witnesses in their own folders; some of them may be down, or late by their clock."""

    def __init__(self, folder: Path, *, log_key: bytes) -> None:
        self._folder = folder
        self._log_key = log_key
        self.down: set[str] = set()
        self.clocks_s: dict[str, int] = {}
        self.asked: list[tuple[str, bytes]] = []

    def witness(self, number: int) -> Witness:
        """A witness, opened anew from its folder, as after a restart."""
        name = WITNESSES[number].name
        witness = witness_of(state_in(self._folder / f"w{number}"), number=number)
        clock_s = self.clocks_s.get(name, NOW_S)
        return replace(
            witness,
            logs={ORIGIN: (VerifierKey(ORIGIN, self._log_key),)},
            clock=FixedClock(datetime.fromtimestamp(clock_s, UTC)),
        )

    def ask(self, url: str, body: bytes) -> WitnessAnswer:
        """Answer as a witness at that address does."""
        place, _, path = url.removeprefix("http://").partition("/")
        self.asked.append((place, body))
        if place in self.down:
            raise LinkError(given=place, expected="an answer", remedy="ask again")
        (number,) = (i for i, witness in enumerate(WITNESSES) if witness.name == place)
        return answer_of(create_witness_application(self.witness(number)), f"/{path}", body)


def answer_of(
    application: AsgiApplication, path: str, body: bytes = b"", *, method: str = "POST"
) -> WitnessAnswer:
    """Send one request to an application and collect its answer."""
    sent: list[MutableMapping[str, Any]] = []
    parts: Iterator[dict[str, Any]] = iter(
        [{"type": "http.request", "body": body, "more_body": False}]
    )

    async def receive() -> dict[str, Any]:
        await asyncio.sleep(0)
        return next(parts)

    async def send(message: MutableMapping[str, Any]) -> None:
        await asyncio.sleep(0)
        sent.append(message)

    scope: dict[str, Any] = {"type": "http", "method": method, "path": path, "headers": []}
    asyncio.run(_run(application, scope, receive, send))
    headers: dict[bytes, bytes] = dict(sent[0]["headers"])
    media_type = headers[b"content-type"].decode().partition(";")[0]
    return WitnessAnswer(int(sent[0]["status"]), media_type, bytes(sent[1]["body"]))


async def _run(application: AsgiApplication, scope: Message, receive: Receive, send: Send) -> None:
    await application(scope, receive, send)


class Watched:
    """A park folder beside the folders of its witnesses."""

    def __init__(self, folder: Path, *, quorum: int = 2) -> None:
        self.clock = small_park.CLOCK
        self.root = small_park.make(folder / "park", park_text(quorum))
        with small_park.opened(self.root) as ports:
            self.log_key = ports.keys.signing_key(LOG_KEY).public
        self.witnesses = Witnesses(folder, log_key=self.log_key)

    @contextmanager
    def opened(self, *, writing: bool = True) -> Generator[Ports]:
        """Open the park with its witnesses."""
        with small_park.opened(self.root, writing=writing) as ports:
            yield replace(ports, ask_witness=self.witnesses.ask)

    def grow(self, size: int) -> None:
        """Store batches of the second gateway until the log has so many entries."""
        with self.opened() as ports:
            block = small_park.registers("M-E02", small_park.DAY)
            numbers = range(ports.journal.size + 1, size + 1)
            small_park.ingested(
                ports, [small_park.sealed(ports, "GW2", number, block) for number in numbers]
            )

    def publish(self) -> Published | NotPublished:
        """Publish once."""
        with self.opened(writing=False) as ports:
            return publish(ports=ports)

    def published(self) -> Published:
        """Publish once, and demand that it succeeds."""
        found = self.publish()
        assert isinstance(found, Published), found
        return found

    def checked(self, held: str, *, quorum: int = 2) -> LogCheck:
        """Compare what is published with what was kept, as an enterprise does."""
        public = self.root / "log"

        def read(path: str) -> bytes | None:
            return (public / path).read_bytes() if (public / path).is_file() else None

        pins = Pins(log_keys=[self.log_key], witnesses=WITNESSES, quorum=quorum)
        return check_log(held, read=read, pins=pins, verify=verify_signature)
