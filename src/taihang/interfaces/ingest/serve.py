"""Opens the door of one park and keeps it open until the process is told to stop.

One process: the event loop talks HTTP, one thread writes, one reads JSON. Killed at any moment it
leaves what a crash leaves; the next start sorts that out.
"""

import asyncio
import signal
import ssl
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final

from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.server.embed import Server

from taihang import wiring
from taihang.core.errors import StateError
from taihang.interfaces.address import Danger, check_bind, claim_port
from taihang.interfaces.asgi import AsgiApplication
from taihang.interfaces.first_served import be_served_first
from taihang.interfaces.ingest.limits import (
    HEADER_TIMEOUT_S,
    MAX_CONNECTIONS,
    MAX_HEADER_BYTES,
    Limits,
)
from taihang.interfaces.ingest.open_door import OpenDoor
from taihang.interfaces.ingest.tls import TlsEnd
from taihang.interfaces.tls_files import TlsFiles, tls_context

UNENCRYPTED: Final = Danger(
    why="readings and tokens would travel unencrypted",
    remedy="give --tls-cert and --tls-key, or bind 127.0.0.1 with a proxy that ends TLS in front, "
    "or say --behind-proxy if such a proxy reaches this address",
)
"""Why the door stays on loopback without TLS."""
_LOOPBACK: Final = "127.0.0.1"
_LOOK_EVERY_S: Final = 0.01


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
    wiring.demand_park(root)
    safe = place.behind_proxy or place.tls is not None
    host = check_bind(place.bind, port=place.port, open_to_network=safe, danger=UNENCRYPTED)
    settled = replace(place, port=claim_port(place.bind, port=place.port))
    # Before any thread begins: all of them inherit it.
    be_served_first()
    with _only_door(root):
        asyncio.run(_served(root, place=settled, limits=limits, host=host, announce=announce))


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


async def _served(
    root: Path, *, place: Place, limits: Limits, host: str, announce: Callable[[str], None]
) -> None:
    """Open, answer until told to stop, finish the last group, flush, close."""
    context = None if place.tls is None else tls_context(place.tls)
    door = OpenDoor(root, limits=limits, behind_tls=context is not None)
    try:
        await door.open()
        await _answering(door, place, context, partial(_announced, announce, host, place))
    finally:
        await door.close()


async def _answering(
    door: OpenDoor, place: Place, context: ssl.SSLContext | None, announce: Callable[[], None]
) -> None:
    stop = _told_to_stop()
    storing = asyncio.ensure_future(door.run())
    inner = (place.bind, place.port)
    if context is not None:
        inner = (_LOOPBACK, claim_port(_LOOPBACK, port=0))
    server = _server(door.application, *inner)
    serving = asyncio.ensure_future(server.serve())
    await _listening(*inner, serving)
    tls = TlsEnd(context, inner=inner, identities=door.identities)
    await tls.start(place.bind, place.port)
    announce()
    await asyncio.wait((stop, serving, storing), return_when=asyncio.FIRST_COMPLETED)
    # The last group is stored and answered before anybody is hung up on.
    await door.drain(storing)
    await tls.stop()
    server.stop()
    await serving


def _announced(announce: Callable[[str], None], host: str, place: Place) -> None:
    scheme = "http" if place.tls is None else "https"
    announce(f"{scheme}://{host}:{place.port}")


def _told_to_stop() -> "asyncio.Future[None]":
    """Return what is done when the process is told to stop."""
    loop = asyncio.get_running_loop()
    told: asyncio.Future[None] = loop.create_future()

    def tell() -> None:
        if not told.done():
            told.set_result(None)

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, tell)
    return told


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
