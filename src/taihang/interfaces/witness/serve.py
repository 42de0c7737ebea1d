"""Starts the service of a witness: one worker, loopback unless somebody says otherwise."""

import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from functools import partial
from typing import Final

from taihang.core.errors import TaihangError
from taihang.interfaces.address import Danger, check_bind, claim_port
from taihang.interfaces.asgi import AsgiApplication
from taihang.interfaces.one_worker import serve_one_worker, when_listening
from taihang.interfaces.witness.app import create_witness_application
from taihang.services.witness import Witness

_OPEN: Final = Danger(
    why="whoever can reach a witness can ask it",
    remedy="bind 127.0.0.1 behind a reverse proxy, or say --open-to-network: the protocol needs no "
    "login, for only the log's own key gets a cosignature",
)
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
    told = partial(announce, f"http://{host}:{free_port}")
    loader = partial(_load, open_it, bind=bind, port=free_port, told=told)
    serve_one_worker(_TARGET, bind=bind, port=free_port, load=loader)


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
    when_listening(bind, port, told=told)
    return create_witness_application(witness)
