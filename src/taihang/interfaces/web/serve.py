"""Starts the web service: one worker, loopback unless it is closed by TLS or meant to be open."""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from django import conf

from taihang.config.django_settings import answer_to_host, close_cookies, ensure_django
from taihang.core.errors import TaihangError
from taihang.interfaces.address import claim_port
from taihang.interfaces.asgi import AsgiApplication
from taihang.interfaces.log_files import with_log_files
from taihang.interfaces.one_worker import serve_one_worker, when_listening
from taihang.interfaces.web.app import create_application
from taihang.interfaces.web.due_reports import DueReports
from taihang.interfaces.web.outward import LOOPBACK, Outward
from taihang.interfaces.web.rounds import Rounds
from taihang.interfaces.web.sealer import Sealer
from taihang.interfaces.web.source import Source
from taihang.pages_wiring import session_secret

OPEN_AT_ONCE: Final = 1_024
"""Open requests: nearly all are streams of pages that somebody looks at, which cost little."""
_NICE: Final = 15
"""Behind the door: whoever looks waits a moment longer, no reading does."""
_TARGET: Final = "taihang"
"""Names the service in the server's messages; the application comes from the loader."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where the server listens."""

    bind: str
    host: str
    """The address as it stands in a URL."""
    port: int
    outward: Outward


def serve(
    open_source: Callable[[], Source],
    *,
    bind: str,
    port: int,
    announce: Callable[[str], None],
    outward: Outward = LOOPBACK,
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
        outward: How other machines reach them.
        log_folder: The published log, served under ``/log/``; None serves none.

    Raises:
        BindError: If the address is not an IP address, or others reach it in the clear and that is
            not meant.
        PortTakenError: If the port is in use.
        TlsFileError: If certificate and key cannot be used.
        SystemExit: If the worker ends by itself; it has said why on standard error.
    """
    host = outward.checked_host(bind, port=port)
    free_port = claim_port(bind, port=port)
    place = _Place(bind=bind, host=host, port=free_port, outward=outward)
    load = partial(_load, open_source, place, announce, log_folder=log_folder)
    serve_one_worker(
        _TARGET, bind=bind, port=free_port, load=load, tls=outward.tls, at_once=OPEN_AT_ONCE
    )


def _load(
    open_source: Callable[[], Source],
    place: _Place,
    announce: Callable[[str], None],
    *,
    log_folder: Path | None = None,
) -> AsgiApplication:
    """Build the application in the worker; a park that cannot be opened ends it in one line."""
    os.nice(_NICE)
    ensure_django()
    outward = place.outward
    for name in (place.host, *outward.host_names()):
        answer_to_host(name)
    if outward.is_closed:
        close_cookies(behind_proxy=outward.behind_proxy)
    try:
        source = open_source()
    except TaihangError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(1)
    conf.settings.SECRET_KEY = session_secret(source.root)
    address = outward.address(place.host, port=place.port)
    when_listening(place.bind, place.port, told=partial(announce, address))
    Rounds(Sealer(source).once, name="sealer").start()
    Rounds(DueReports(source, site=address).once, name="due-reports").start()
    application = create_application(source)
    return application if log_folder is None else with_log_files(application, log_folder)
