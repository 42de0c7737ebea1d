"""The words and options of the commands that plan: what the parser adds of planning."""

from typing import Final

from taihang.interfaces.catalogue import text
from taihang.interfaces.cli.command_words import CommandWords
from taihang.interfaces.cli.operating_words import add_operating

POINTS: Final = 50
"""Of a front, where no number is asked for."""


def add_planning(words: CommandWords) -> None:
    """Add the commands that plan: a problem, a bid, a design, a site; and those of a shift."""
    add_operating(words)
    dispatch = words.command("dispatch", "dispatch:dispatch", "problem")
    words.option(dispatch, "--out")
    words.option(dispatch, "--model")
    words.option(dispatch, "--gap", default="1e-6")
    words.option(dispatch, "--seconds", default=60)
    _add_control(words)
    _add_bids(words)
    ledger = words.command("regret", "regret:regret", "dir")
    stretch = ledger.options.add_mutually_exclusive_group(required=True)
    for name in ("day", "month"):
        stretch.add_argument(
            f"--{name}", metavar=name.upper(), help=text(f"cli.option.{name}", words.lang)
        )
    size = words.command("size", "size:size", "study")
    words.option(size, "--out")
    words.option(size, "--seconds", default=900)
    for name in ("--report", "--fonts"):
        words.option(size, name)
    words.switch(size, "--sensitivity")
    words.option(size, "--method", default="bundle", choices=("bundle", "full-lp", "both"))
    words.option(size, "--front", choices=("green-share", "feed-back"))
    words.option(size, "--points", default=POINTS)
    site = words.command("site", "site:site", "site")
    words.option(site, "--day", required=True)
    words.option(site, "--quarter")
    words.option(site, "--sessions")
    words.option(site, "--out")
    words.option(site, "--seconds", default=10)
    store = words.command("storage", "shared_storage:shared_storage", "store")
    words.option(store, "--day", required=True)
    words.option(store, "--out")
    words.option(store, "--seconds", default=60)


def _add_control(words: CommandWords) -> None:
    control = words.command("control", "control:control", "problem")
    words.option(control, "--cycles", default=1)
    words.option(control, "--window", default=96)
    words.option(control, "--deadline", default="60")
    words.option(control, "--memory")
    words.option(control, "--measured")


def _add_bids(words: CommandWords) -> None:
    bids = words.command("bids", "bids:bids")
    bids.words.add_argument(
        "source", metavar="DIR|PROBLEM", help=text("cli.word.bids_source", words.lang)
    )
    for name, is_required in (("market", True), ("day", False), ("out", False)):
        bids.options.add_argument(
            f"--{name}",
            required=is_required,
            metavar=name.upper(),
            help=text(f"cli.option.bids_{name}", words.lang),
        )
    words.option(bids, "--seconds", default=60)
