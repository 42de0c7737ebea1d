"""Starts the service of a witness: one worker, loopback unless somebody says otherwise."""

import socket
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack, closing
from functools import partial
from threading import Thread
from time import sleep
from typing import Final

from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.server import Server

from taihang.core.errors import TaihangError
from taihang.interfaces.address import Danger, check_bind, claim_port, family_of
from taihang.interfaces.asgi import AsgiApplication
from taihang.interfaces.witness.app import create_witness_application
from taihang.services.witness import Witness

HEADER_TIMEOUT_MS: Final = 10_000
"""A client that has not sent its header by then is dropped (slow-loris)."""
MAX_HEADER_BYTES: Final = 16_384
MAX_REQUESTS_AT_ONCE: Final = 64
_OPEN: Final = Danger(
    why="whoever can reach a witness can ask it",
    remedy="bind 127.0.0.1 behind a reverse proxy, or say --open-to-network: the protocol needs no "
    "login, for only the log's own key gets a cosignature",
)
_BACKLOG: Final = 128
_STOP_WITHIN_S: Final = 5
_LOOK_EVERY_S: Final = 0.02
_LOOKS: Final = 500
_TARGET: Final = "taihang-witness"
_HELD: Final = ExitStack()
"""What the worker holds until it ends: the folder of its witness."""


def serve_witness(
    open_it: Callable[[], AbstractContextManager[Witness]],
    *,
    bind: str,
    port: int,
    announce: Callable[[str], None],
    open_to_network: bool = False,
) -> None:
    """Serve one witness until the process is told to stop; Ctrl-C is a clean stop.

    Args:
        open_it: Called once in the worker process, so that the memory has one owner.
        bind: The IP address to listen at.
        port: The port; 0 takes a free one.
        announce: Told the address as soon as the service answers, in a thread of its own.
        open_to_network: Whether an address other than loopback is meant.
    """
    host = check_bind(bind, port=port, open_to_network=open_to_network, danger=_OPEN)
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
    told = partial(announce, f"http://{host}:{free_port}")
    loader = partial(_load, open_it, bind=bind, port=free_port, told=told)
    server.serve(target_loader=loader, wrap_loader=False)


def _load(
    open_it: Callable[[], AbstractContextManager[Witness]],
    *,
    bind: str,
    port: int,
    told: Callable[[], None],
) -> AsgiApplication:
    """Build the application in the worker; a witness that cannot be opened ends it in one line."""
    try:
        witness = _HELD.enter_context(open_it())
    except TaihangError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(1)
    Thread(target=_tell_when_listening, args=(bind, port, told), daemon=True).start()
    return create_witness_application(witness)


def _tell_when_listening(bind: str, port: int, told: Callable[[], None]) -> None:
    """Tell when the service takes connections: the server itself has no such moment."""
    for _ in range(_LOOKS):
        with closing(socket.socket(family_of(bind), socket.SOCK_STREAM)) as look:
            if look.connect_ex((bind, port)) == 0:
                told()
                return
        sleep(_LOOK_EVERY_S)
