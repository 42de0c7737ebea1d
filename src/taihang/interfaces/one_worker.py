"""A server of one worker, so that what is behind it has one owner; pages and witness use it."""

import socket
from collections.abc import Callable
from contextlib import closing
from threading import Thread
from time import sleep
from typing import Final

from granian.constants import HTTPModes, Interfaces, SSLProtocols
from granian.http import HTTP1Settings
from granian.server import Server

from taihang.interfaces.address import family_of
from taihang.interfaces.asgi import AsgiApplication
from taihang.interfaces.tls_files import TlsFiles

HEADER_TIMEOUT_MS: Final = 10_000
"""A client that has not sent its header by then is dropped (slow-loris)."""
MAX_HEADER_BYTES: Final = 16_384
MAX_REQUESTS_AT_ONCE: Final = 64
_BACKLOG: Final = 256
_STOP_WITHIN_S: Final = 5
_LOOK_EVERY_S: Final = 0.02
_LOOKS: Final = 500


def serve_one_worker(
    name: str,
    *,
    bind: str,
    port: int,
    load: Callable[[], AsgiApplication],
    at_once: int = MAX_REQUESTS_AT_ONCE,
    tls: TlsFiles | None = None,
) -> None:
    """Serve at a checked address until the process is told to stop.

    Args:
        name: Stands in the server's messages.
        bind: The IP address.
        port: A free port.
        load: Builds the application; called once, in the worker process.
        at_once: Requests that are open at once, streams included; more wait.
        tls: Certificate and key, checked before; without them the server speaks plain HTTP.
    """
    server = Server(
        name,
        address=bind,
        port=port,
        interface=Interfaces.ASGINL,
        workers=1,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(
            header_read_timeout=HEADER_TIMEOUT_MS, max_buffer_size=MAX_HEADER_BYTES
        ),
        websockets=False,
        backlog=_BACKLOG,
        backpressure=at_once,
        workers_kill_timeout=_STOP_WITHIN_S,
        log_enabled=False,
        ssl_cert=None if tls is None else tls.cert,
        ssl_key=None if tls is None else tls.key,
        ssl_protocol_min=SSLProtocols.tls12,
    )
    server.serve(target_loader=load, wrap_loader=False)


def when_listening(bind: str, port: int, *, told: Callable[[], None]) -> None:
    """Call, from a thread of its own, as soon as connections are taken at an address.

    The server itself has no such moment.

    Args:
        bind: The IP address.
        port: The port.
        told: What is called once; never, if nothing listens there within ten seconds.
    """
    Thread(target=_look, args=(bind, port, told), daemon=True).start()


def _look(bind: str, port: int, told: Callable[[], None]) -> None:
    for _ in range(_LOOKS):
        with closing(socket.socket(family_of(bind), socket.SOCK_STREAM)) as look:
            if look.connect_ex((bind, port)) == 0:
                told()
                return
        sleep(_LOOK_EVERY_S)
