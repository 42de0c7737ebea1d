"""Starts the web service: one process, loopback unless somebody says otherwise."""

import asyncio
import ipaddress
import signal
import socket
from collections.abc import Callable
from typing import Final

from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server.embed import Server

from taihang.config.django_settings import answer_to_host
from taihang.core.errors import InputError, StateError
from taihang.interfaces.web.app import create_application
from taihang.interfaces.web.view import OverviewSource

HEADER_TIMEOUT_MS: Final = 10_000
"""A client that has not sent its header by then is dropped (slow-loris)."""
MAX_HEADER_BYTES: Final = 16_384
MAX_REQUESTS_AT_ONCE: Final = 64
_BACKLOG: Final = 256
_MAX_PORT: Final = 65_535
_IPV6: Final = 6


class BindError(InputError):
    """The address is not one to listen at."""

    code = "input.bind"


class PortTakenError(StateError):
    """Something listens at this port already."""

    code = "state.port-taken"


def serve(
    source: OverviewSource,
    *,
    bind: str,
    port: int,
    announce: Callable[[str], None],
    open_to_network: bool = False,
) -> None:
    """Serve the pages of one park until the process is told to stop; Ctrl-C is a clean stop.

    Args:
        source: Where the pages get their figures.
        bind: The IP address to listen at, for example 127.0.0.1.
        port: The port; 0 takes a free one.
        announce: Told the address of the pages as soon as the server listens.
        open_to_network: Whether an address other than loopback is meant; the pages have no login.

    Raises:
        BindError: If the address is not an IP address, or is not loopback and not meant to be open.
        PortTakenError: If the port is in use.
    """
    host = check_bind(bind, port=port, open_to_network=open_to_network)
    application = create_application(source)
    answer_to_host(host)
    free_port = claim_port(bind, port=port)
    server = Server(
        application,
        address=bind,
        port=free_port,
        interface=Interfaces.ASGINL,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(
            header_read_timeout=HEADER_TIMEOUT_MS, max_buffer_size=MAX_HEADER_BYTES
        ),
        websockets=False,
        backlog=_BACKLOG,
        backpressure=MAX_REQUESTS_AT_ONCE,
        log_enabled=False,
        log_level=LogLevels.error,
    )
    server.on_startup(lambda: announce(f"http://{host}:{free_port}/"))
    asyncio.run(_until_stopped(server))


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
    family = socket.AF_INET6 if ":" in bind else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as look:
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


async def _until_stopped(server: Server) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, server.stop)
    await server.serve()
