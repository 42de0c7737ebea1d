"""The words and options of the commands that serve pages, and of those who may open them."""

from typing import Final

from taihang.interfaces.catalogue import text
from taihang.interfaces.cli.command_words import CommandParser, CommandWords

DEFAULT_SEED: Final = 7
DEFAULT_PORT: Final = 8_100


def add_pages(words: CommandWords) -> None:
    """Add the commands that serve pages."""
    serve = words.command("serve", "pages:serve", "dir")
    _add_place(words, serve)
    demo = words.command("demo", "demo:demo")
    words.option(demo, "--dir", default="demo-park")
    words.option(demo, "--days", default="365")
    words.option(demo, "--seed", default=DEFAULT_SEED)
    demo.options.add_argument(
        "--no-serve", action="store_true", help=text("cli.option.no_serve", words.lang)
    )
    _add_place(words, demo)
    users = words.command("users", "users:users", "dir")
    words.option(users, "--recover")


def add_address(words: CommandWords, parser: CommandParser, *, port: int = DEFAULT_PORT) -> None:
    """Add where a command listens.

    Args:
        words: Where the command was declared.
        parser: The command.
        port: The port if none is named.
    """
    words.option(parser, "--bind", default="127.0.0.1")
    words.option(parser, "--port", default=port)


def _add_place(words: CommandWords, parser: CommandParser) -> None:
    add_address(words, parser)
    for name in ("--tls-cert", "--tls-key"):
        words.option(parser, name)
    words.repeated(parser, "--host-name", metavar="HOST")
    words.switch(parser, "--behind-proxy")
    words.switch(parser, "--open-to-network")
