"""Serve the pages of a park until Ctrl-C."""

import argparse
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Final, cast

from taihang import wiring
from taihang.interfaces.address import check_bind, claim_port
from taihang.interfaces.catalogue import Lang, text
from taihang.interfaces.cli.say import say
from taihang.interfaces.web.park_source import open_source
from taihang.interfaces.web.serve import NO_LOGIN
from taihang.interfaces.web.serve import serve as serve_pages

_NOTHING: Final[Mapping[str, object]] = MappingProxyType({})


def serve(args: argparse.Namespace) -> int:
    """Serve the pages of one park."""
    root = Path(str(args.dir))
    # A park that does not open is refused here, in one line, before a server starts.
    with wiring.open_park(root, writing=False):
        pass
    serve_root(root, args)
    return 0


def check_address(args: argparse.Namespace) -> None:
    """Refuse an address that pages cannot be served at, before any work is done for them.

    Args:
        args: The words; ``bind`` and ``port`` are read.
    """
    bind, port = str(args.bind), cast("int", args.port)
    check_bind(bind, port=port, open_to_network=False, danger=NO_LOGIN)
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
        announce=partial(_announce, args, dict(facts)),
        log_folder=wiring.ParkFolder(root).public,
    )


def _announce(args: argparse.Namespace, facts: Mapping[str, object], address: str) -> None:
    words = text("cli.done.serve", cast("Lang", args.lang), address=address)
    say(args, {**facts, "address": address}, words)
