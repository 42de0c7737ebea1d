"""Starts the web service: one worker, loopback unless somebody says otherwise."""

import ipaddress
import socket
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from threading import Thread
from time import sleep
from typing import Final

from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.server import Server

from taihang.config.django_settings import answer_to_host, ensure_django
from taihang.core.errors import InputError, StateError, TaihangError
from taihang.interfaces.web.app import AsgiApplication, create_application
from taihang.interfaces.web.view import OverviewSource

HEADER_TIMEOUT_MS: Final = 10_000
"""A client that has not sent its header by then is dropped (slow-loris)."""
MAX_HEADER_BYTES: Final = 16_384
MAX_REQUESTS_AT_ONCE: Final = 64
_BACKLOG: Final = 256
_STOP_WITHIN_S: Final = 5
_LOOK_EVERY_S: Final = 0.02
_LOOKS: Final = 500
_TARGET: Final = "taihang"
"""Names the service in the server's messages; the application comes from the loader."""
_MAX_PORT: Final = 65_535
_IPV6: Final = 6


class BindError(InputError):
    """The address is not one to listen at."""

    code = "input.bind"


class PortTakenError(StateError):
    """Something listens at this port already."""

    code = "state.port-taken"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where the server listens."""

    bind: str
    host: str
    """The address as it stands in a URL."""
    port: int

    @property
    def family(self) -> socket.AddressFamily:
        return _family(self.bind)


def serve(
    open_source: Callable[[], OverviewSource],
    *,
    bind: str,
    port: int,
    announce: Callable[[str], None],
    open_to_network: bool = False,
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

    Raises:
        BindError: If the address is not an IP address, or is not loopback and not meant to be open.
        PortTakenError: If the port is in use.
        SystemExit: If the worker ends by itself; it has said why on standard error.
    """
    host = check_bind(bind, port=port, open_to_network=open_to_network)
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
    server.serve(target_loader=partial(_load, open_source, place, announce), wrap_loader=False)


def check_bind(bind: str, *, port: int, open_to_network: bool) -> str:
    """Refuse an address that would open the pages by accident.

    Args:
        bind: The IP address to listen at.
        port: The port, 0 … 65535.
        open_to_network: Whether an address other than loopback is meant.

    Returns:
        The address as it stands in a URL.

    Raises:
        BindError: If address or port is not usable, or the address is not loopback and not meant
            to be open.

    Example:
        >>> check_bind("::1", port=0, open_to_network=False)
        '[::1]'
    """
    if not 0 <= port <= _MAX_PORT:
        raise BindError(
            given=f"port {port}", expected=f"0 … {_MAX_PORT}", remedy="use 0 for a free port"
        )
    try:
        address = ipaddress.ip_address(bind)
    except ValueError as error:
        raise BindError(
            given=repr(bind), expected="an IP address", remedy="write for example 127.0.0.1"
        ) from error
    if not address.is_loopback and not open_to_network:
        raise BindError(
            given=f"{bind}, which other machines can reach",
            expected="a loopback address: the pages have no login",
            remedy="bind 127.0.0.1 and put a reverse proxy with a login in front, "
            "or say that the network is meant to see them",
        )
    return f"[{address}]" if address.version == _IPV6 else str(address)


def claim_port(bind: str, *, port: int) -> int:
    """Return the port to listen at, after a look whether it is free.

    The server shares its port with anyone who asks to share, so without this look a second park on
    the same port would silently answer half of the first one's requests.

    Args:
        bind: The IP address.
        port: The port; 0 takes a free one.

    Returns:
        The port.

    Raises:
        PortTakenError: If something listens there.
    """
    with socket.socket(_family(bind), socket.SOCK_STREAM) as look:
        look.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            look.bind((bind, port))
        except OSError as error:
            raise PortTakenError(
                given=f"{bind}:{port} ({error.strerror})",
                expected="a free port of this machine",
                remedy="stop what listens there, or use port 0",
            ) from error
        return int(look.getsockname()[1])


def _family(bind: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in bind else socket.AF_INET


def _load(
    open_source: Callable[[], OverviewSource], place: _Place, announce: Callable[[str], None]
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
    return create_application(source)


def _announce_when_listening(place: _Place, announce: Callable[[str], None]) -> None:
    """Announce the address when it takes connections: the server itself has no such moment."""
    for _ in range(_LOOKS):
        with closing(socket.socket(place.family, socket.SOCK_STREAM)) as look:
            if look.connect_ex((place.bind, place.port)) == 0:
                announce(f"http://{place.host}:{place.port}/")
                return
        sleep(_LOOK_EVERY_S)
