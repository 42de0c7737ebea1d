"""Starts the web service: one worker, loopback unless somebody says otherwise."""

import socket
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Thread
from time import sleep
from typing import Final

from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.server import Server

from taihang.config.django_settings import answer_to_host, ensure_django
from taihang.core.errors import TaihangError
from taihang.interfaces.address import Danger, check_bind, claim_port, family_of
from taihang.interfaces.asgi import AsgiApplication
from taihang.interfaces.log_files import with_log_files
from taihang.interfaces.web.app import create_application
from taihang.interfaces.web.view import OverviewSource

HEADER_TIMEOUT_MS: Final = 10_000
"""A client that has not sent its header by then is dropped (slow-loris)."""
MAX_HEADER_BYTES: Final = 16_384
MAX_REQUESTS_AT_ONCE: Final = 64
NO_LOGIN: Final = Danger(
    why="the pages have no login",
    remedy="bind 127.0.0.1 and put a reverse proxy with a login in front, "
    "or say that the network is meant to see them",
)
"""Why the pages stay on loopback."""
_BACKLOG: Final = 256
_STOP_WITHIN_S: Final = 5
_LOOK_EVERY_S: Final = 0.02
_LOOKS: Final = 500
_TARGET: Final = "taihang"
"""Names the service in the server's messages; the application comes from the loader."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where the server listens."""

    bind: str
    host: str
    """The address as it stands in a URL."""
    port: int

    @property
    def family(self) -> socket.AddressFamily:
        return family_of(self.bind)


def serve(
    open_source: Callable[[], OverviewSource],
    *,
    bind: str,
    port: int,
    announce: Callable[[str], None],
    open_to_network: bool = False,
    log_folder: Path | None = None,
) -> None:
    """Serve the pages of one park until the process is told to stop; Ctrl-C is a clean stop.

    The server watches one worker process; the source is opened there and nowhere else, so that the
    park's files have one owner.

    Args:
        open_source: Called once in the worker process. Give a module's function, or a
            ``functools.partial`` of one with the park's folder: where workers are not forked it
            travels as a pickle.
        bind: The IP address to listen at, for example 127.0.0.1.
        port: The port; 0 takes a free one.
        announce: Told the address of the pages as soon as the server answers; called in the worker
            process, from a thread of its own.
        open_to_network: Whether an address other than loopback is meant; the pages have no login.
        log_folder: The published log, served under ``/log/``; None serves none.

    Raises:
        BindError: If the address is not an IP address, or is not loopback and not meant to be open.
        PortTakenError: If the port is in use.
        SystemExit: If the worker ends by itself; it has said why on standard error.
    """
    host = check_bind(bind, port=port, open_to_network=open_to_network, danger=NO_LOGIN)
    free_port = claim_port(bind, port=port)
    server = Server(
        _TARGET,
        address=bind,
        port=free_port,
        interface=Interfaces.ASGINL,
        workers=1,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(
            header_read_timeout=HEADER_TIMEOUT_MS, max_buffer_size=MAX_HEADER_BYTES
        ),
        websockets=False,
        backlog=_BACKLOG,
        backpressure=MAX_REQUESTS_AT_ONCE,
        workers_kill_timeout=_STOP_WITHIN_S,
        log_enabled=False,
    )
    place = _Place(bind=bind, host=host, port=free_port)
    server.serve(
        target_loader=partial(_load, open_source, place, announce, log_folder=log_folder),
        wrap_loader=False,
    )


def _load(
    open_source: Callable[[], OverviewSource],
    place: _Place,
    announce: Callable[[str], None],
    *,
    log_folder: Path | None = None,
) -> AsgiApplication:
    """Build the application in the worker; a park that cannot be opened ends it in one line."""
    ensure_django()
    answer_to_host(place.host)
    try:
        source = open_source()
    except TaihangError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(1)
    Thread(target=_announce_when_listening, args=(place, announce), daemon=True).start()
    application = create_application(source)
    return application if log_folder is None else with_log_files(application, log_folder)


def _announce_when_listening(place: _Place, announce: Callable[[str], None]) -> None:
    """Announce the address when it takes connections: the server itself has no such moment."""
    for _ in range(_LOOKS):
        with closing(socket.socket(place.family, socket.SOCK_STREAM)) as look:
            if look.connect_ex((place.bind, place.port)) == 0:
                announce(f"http://{place.host}:{place.port}/")
                return
        sleep(_LOOK_EVERY_S)
