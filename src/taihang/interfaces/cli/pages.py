"""Serve the pages of a park until Ctrl-C."""

import argparse
from functools import partial
from pathlib import Path
from typing import cast

from taihang import wiring
from taihang.interfaces.catalogue import Lang, text
from taihang.interfaces.web.serve import serve as serve_pages
from taihang.interfaces.web.source import open_source


def serve(args: argparse.Namespace) -> int:
    """Serve the pages of one park."""
    root = Path(str(args.dir))
    # A park that does not open is refused here, in one line, before a server starts.
    with wiring.open_park(root, writing=False):
        pass
    serve_root(root, args)
    return 0


def serve_root(root: Path, args: argparse.Namespace) -> None:
    """Serve a park folder at the address that the words name."""
    serve_pages(
        partial(open_source, root),
        bind=str(args.bind),
        port=cast("int", args.port),
        announce=partial(_announce, cast("Lang", args.lang)),
    )


def _announce(lang: Lang, address: str) -> None:
    print(text("cli.done.serve", lang, address=address), flush=True)
