"""How commands speak: words for people, one JSON object for machines, a bar while it takes long."""

import argparse
import json
import sys
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

_Item = TypeVar("_Item")


def say(args: argparse.Namespace, facts: Mapping[str, object], words: str) -> None:
    """Print what a command found.

    Args:
        args: The words of the command line; ``json`` chooses the form.
        facts: What machines read.
        words: What people read.
    """
    if args.json:
        print(json.dumps(facts, ensure_ascii=False, sort_keys=True), flush=True)
    else:
        print(words, flush=True)


def progress(items: Iterable[_Item], *, label: str, total: int | None) -> Iterator[_Item]:
    """Yield items and, on a terminal, draw how far they are.

    Args:
        items: What is gone through.
        label: What is being done.
        total: How many items are expected at most; None if nobody knows.

    Yields:
        The items.
    """
    if not sys.stderr.isatty():
        yield from items
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(label, total=total)
        for item in items:
            yield item
            bar.advance(task)


@contextmanager
def waiting(label: str) -> Generator[None]:
    """Show on a terminal that something of unknown length is being done.

    Args:
        label: What is being done.
    """
    if not sys.stderr.isatty():
        yield
        return
    with Console(stderr=True).status(label):
        yield
