"""Serve the pages of a park until Ctrl-C."""

import argparse
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Final, cast

from taihang import settings_wiring, wiring
from taihang.interfaces.address import claim_port
from taihang.interfaces.catalogue import Lang, text
from taihang.interfaces.cli.say import say
from taihang.interfaces.cli.words import WordsError
from taihang.interfaces.tls_files import TlsFiles
from taihang.interfaces.web.entry import first_link
from taihang.interfaces.web.outward import Outward
from taihang.interfaces.web.park_source import open_source
from taihang.interfaces.web.serve import serve as serve_pages

_NOTHING: Final[Mapping[str, object]] = MappingProxyType({})


def serve(args: argparse.Namespace) -> int:
    """Serve the pages of one park; in an empty folder, those on which it is made."""
    root = Path(str(args.dir))
    # What cannot be served is refused here, in one line, before a server starts.
    if root.is_dir() and not settings_wiring.has_park(root):
        settings_wiring.demand_room(root)
    else:
        with wiring.open_park(root, writing=False):
            pass
    serve_root(root, args)
    return 0


def check_address(args: argparse.Namespace) -> None:
    """Refuse an address that pages cannot be served at, before any work is done for them.

    Args:
        args: The words that say where.
    """
    bind, port = str(args.bind), cast("int", args.port)
    outward_of(args).checked_host(bind, port=port)
    claim_port(bind, port=port)


def serve_root(
    root: Path, args: argparse.Namespace, *, facts: Mapping[str, object] = _NOTHING
) -> None:
    """Serve a park folder at the address that the words name.

    Args:
        root: The park folder.
        args: The words.
        facts: What machines are told together with the address.
    """
    serve_pages(
        partial(open_source, root),
        bind=str(args.bind),
        port=cast("int", args.port),
        announce=partial(_announce, root, args, dict(facts)),
        outward=outward_of(args),
        log_folder=wiring.ParkFolder(root).public,
    )


def outward_of(args: argparse.Namespace) -> Outward:
    """Return how the words say that the pages are reached."""
    return Outward(
        tls=tls_files(args),
        names=tuple(cast("list[str]", args.host_name)),
        behind_proxy=bool(args.behind_proxy),
        open_to_network=bool(args.open_to_network),
    )


def tls_files(args: argparse.Namespace) -> TlsFiles | None:
    """Return certificate and key, if the words name them.

    Raises:
        WordsError: If one is named without the other.
    """
    cert, key = args.tls_cert, args.tls_key
    if (cert is None) != (key is None):
        raise WordsError(
            given="only one of --tls-cert and --tls-key",
            expected="certificate and key together",
            remedy="name the missing file",
        )
    return None if cert is None else TlsFiles(cert=Path(str(cert)), key=Path(str(key)))


def _announce(
    root: Path, args: argparse.Namespace, facts: Mapping[str, object], address: str
) -> None:
    link = first_link(root, address)
    lang = cast("Lang", args.lang)
    told = text("cli.done.serve", lang, address=address)
    if link is not None:
        told = f"{told}\n{text('cli.done.first_link', lang, link=link)}"
    say(args, {**facts, "address": address, "first_link": link}, told)
