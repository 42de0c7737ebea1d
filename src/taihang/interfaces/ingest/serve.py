"""Opens the door of one park and keeps it open until the process is told to stop.

One process: the event loop talks HTTP, one thread writes, one reads JSON. Killed at any moment it
leaves what a crash leaves; the next start sorts that out.
"""

import asyncio
import signal
import ssl
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Final, TypeVar

from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.server.embed import Server

from taihang import wiring
from taihang.core.errors import StateError, TaihangError
from taihang.interfaces.address import Danger, check_bind, claim_port
from taihang.interfaces.asgi import AsgiApplication
from taihang.interfaces.ingest.app import DoorApplication, Service
from taihang.interfaces.ingest.committer import Committer
from taihang.interfaces.ingest.door import Door
from taihang.interfaces.ingest.identity import Identities, Tokens
from taihang.interfaces.ingest.limits import (
    HEADER_TIMEOUT_S,
    MAX_CONNECTIONS,
    MAX_HEADER_BYTES,
    InFlight,
    Limits,
    Rates,
)
from taihang.interfaces.ingest.metrics import Metrics
from taihang.interfaces.ingest.tls import TlsEnd, TlsFiles, tls_context
from taihang.interfaces.ingest.watch import Watch
from taihang.services.batch_status import BatchStatus

_Result = TypeVar("_Result")
UNENCRYPTED: Final = Danger(
    why="readings and tokens would travel unencrypted",
    remedy="give --tls-cert and --tls-key, or bind 127.0.0.1 with a proxy that ends TLS in front, "
    "or say --behind-proxy if such a proxy reaches this address",
)
"""Why the door stays on loopback without TLS."""
_LOOPBACK: Final = "127.0.0.1"
_LOOK_EVERY_S: Final = 0.01
_STOP_WITHIN_S: Final = 30.0


class DoorOpenError(StateError):
    """Another process keeps the door of this park open."""

    code = "state.door-open"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the door is, and how it is protected."""

    bind: str
    port: int
    tls: TlsFiles | None = None
    behind_proxy: bool = False


def serve_door(
    root: Path,
    *,
    place: Place,
    limits: Limits,
    announce: Callable[[str], None],
) -> None:
    """Keep the door of a park open until SIGTERM or Ctrl-C.

    Args:
        root: The park folder.
        place: Where to listen.
        limits: The bounds.
        announce: Told the address as soon as the door answers.

    Raises:
        BindError: If the address is reachable for others and not protected.
        PortTakenError: If the port is in use.
        TlsFileError: If a certificate or key cannot be used.
        DoorOpenError: If another process keeps this door open.
    """
    safe = place.behind_proxy or place.tls is not None
    host = check_bind(place.bind, port=place.port, open_to_network=safe, danger=UNENCRYPTED)
    port = claim_port(place.bind, port=place.port)
    context = None if place.tls is None else tls_context(place.tls)
    with _only_door(root):
        opening = _Opening(root, (place.bind, port), limits=limits, context=context)
        asyncio.run(opening.served(host, announce))


@contextmanager
def _only_door(root: Path) -> Generator[None]:
    """Hold the lock of the one door; a file that a dead process left behind does not count."""
    lock = wiring.door_lock(root)
    try:
        lock.take()
    except StateError as error:
        raise DoorOpenError(
            given=f"the door of {root}",
            expected="a door that no other process keeps open",
            remedy="stop the other `taihang ingest` of this park first",
        ) from error
    try:
        yield
    finally:
        lock.release()


class _Opening:
    """Everything that lives as long as the door is open."""

    def __init__(
        self,
        root: Path,
        listen: tuple[str, int],
        *,
        limits: Limits,
        context: ssl.SSLContext | None,
    ) -> None:
        self._bind, self._port = listen
        self._context = context
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="writer")
        self._metrics = Metrics()
        lock = wiring.writer_lock(root)
        self._door = Door(
            root,
            lock=lock,
            open_ports=partial(
                wiring.open_park,
                root,
                writing=True,
                lock=lock,
                disk=wiring.timed_disk(self._metrics.forced),
            ),
            lock_wait_s=limits.lock_wait_s,
        )
        self._committer = Committer(
            self._door.commit,
            writer=self._writer,
            limits=limits,
            observe=self._metrics.committed,
        )
        tokens = Tokens(
            mark=partial(wiring.register_mark, root), read=partial(self._written, self._door.tokens)
        )
        self._identities = Identities(
            tokens=tokens.present, now_s=self._now_s, behind_tls=context is not None
        )
        in_flight = InFlight(limit_bytes=limits.max_in_flight_bytes)
        self._service = Service(
            limits=limits,
            committer=self._committer,
            identities=self._identities,
            rates=Rates(batches_per_min=limits.batches_per_min, monotonic_s=monotonic),
            in_flight=in_flight,
            metrics=self._metrics,
            watch=Watch(
                root=root,
                door=self._door,
                committer=self._committer,
                in_flight=in_flight,
                limits=limits,
                writer=self._writer,
                published_age_s=lambda: None,
            ),
            parser=ThreadPoolExecutor(1, thread_name_prefix="parser"),
            look_up=self._look_up,
        )

    async def served(self, host: str, announce: Callable[[str], None]) -> None:
        """Open, answer until told to stop, finish the last group, flush, close."""
        await self._written(self._door.open)
        try:
            await self._answering(host, announce)
        finally:
            await self._written(self._door.close)
            self._writer.shutdown()
            self._service.parser.shutdown()

    async def _answering(self, host: str, announce: Callable[[str], None]) -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        storing = loop.create_task(self._committer.run())
        inner = (self._bind, self._port)
        if self._context is not None:
            inner = (_LOOPBACK, claim_port(_LOOPBACK, port=0))
        door = DoorApplication(self._service)
        server = _server(door, *inner)
        serving = loop.create_task(server.serve())
        await _listening(*inner, serving)
        tls = None
        if self._context is not None:
            tls = TlsEnd(self._context, inner=inner, identities=self._identities)
            await tls.start(self._bind, self._port)
        announce(f"{'http' if tls is None else 'https'}://{host}:{self._port}")
        await asyncio.wait(
            (loop.create_task(stop.wait()), serving, storing),
            return_when=asyncio.FIRST_COMPLETED,
        )
        # The last group is stored and answered before anybody is hung up on.
        self._committer.close()
        await storing
        await door.quiet(within_s=_STOP_WITHIN_S)
        if tls is not None:
            await tls.stop()
        server.stop()
        await serving

    async def _written(self, job: Callable[[], _Result]) -> _Result:
        """Run something in the writer's thread."""
        return await asyncio.get_running_loop().run_in_executor(self._writer, job)

    async def _look_up(self, gateway: str, counter: int) -> BatchStatus | TaihangError:
        return await self._written(partial(self._door.status, gateway, counter))

    def _now_s(self) -> int:
        return int(self._door.now().timestamp())


def _server(application: AsgiApplication, address: str, port: int) -> Server:
    return Server(
        application,
        address=address,
        port=port,
        interface=Interfaces.ASGINL,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(
            header_read_timeout=HEADER_TIMEOUT_S * 1_000, max_buffer_size=MAX_HEADER_BYTES
        ),
        websockets=False,
        backlog=MAX_CONNECTIONS,
        backpressure=MAX_CONNECTIONS,
        log_enabled=False,
    )


async def _listening(address: str, port: int, serving: "asyncio.Task[None]") -> None:
    """Return when the server takes connections: it has no such moment of its own."""
    while not serving.done():
        try:
            _, writer = await asyncio.open_connection(address, port)
        except OSError:
            await asyncio.sleep(_LOOK_EVERY_S)
        else:
            writer.close()
            return
    await serving
