"""How commands are declared: words, options and actions whose help is in the reader's language."""

import argparse
import sys
from collections.abc import Sequence
from copy import copy
from functools import partial
from typing import NoReturn

from typing_extensions import override

from taihang import __version__
from taihang.interfaces.catalogue import LANGS, Lang, text
from taihang.interfaces.cli.help_form import Help


class CommandParser(argparse.ArgumentParser):
    """A parser that takes no abbreviations and says in the reader's language what is wrong."""

    def __init__(self, prog: str, *, lang: Lang, description: str) -> None:
        super().__init__(
            prog=prog,
            description=description,
            add_help=False,
            allow_abbrev=False,
            formatter_class=partial(Help, lang=lang),
        )
        self._lang: Lang = lang
        self.words = self.add_argument_group(text("cli.heading.words", lang))
        self.options = self.add_argument_group(text("cli.heading.options", lang))
        self.options.add_argument("-h", "--help", action="help", help=text("cli.help.help", lang))
        self.options.add_argument(
            "--lang", choices=LANGS, default=lang, help=text("cli.help.lang", lang)
        )

    @override
    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        words = text("cli.wrong_words", self._lang, program=self.prog, message=message)
        self.exit(2, f"{words}\n")


class CommandWords:
    """Adds commands and options whose help comes from the catalogue."""

    def __init__(self, lang: Lang) -> None:
        self.lang: Lang = lang
        self.parser = CommandParser("taihang", lang=lang, description=text("cli.about", lang))
        self.parser.options.add_argument(
            "--version", action="version", version=__version__, help=text("cli.help.version", lang)
        )
        self.commands = self.parser.add_subparsers(
            dest="command", required=True, metavar="COMMAND", title=text("cli.commands", lang)
        )
        self.of = ""
        """Command whose actions are added; empty while commands are."""

    def group(self, name: str) -> "CommandWords":
        """Add a command that has actions of its own; what is added to the result is one of them."""
        words = copy(self)
        about = text(f"cli.command.{name}", self.lang)
        parser = self.commands.add_parser(
            name, help=about, prog=f"taihang {name}", lang=self.lang, description=about
        )
        words.commands = parser.add_subparsers(
            dest="action", required=True, metavar="ACTION", title=text("cli.actions", self.lang)
        )
        words.of = name
        return words

    def command(self, name: str, handler: str, *words: str) -> CommandParser:
        """Add a command with its positional words and the options that all commands share."""
        group = self.of
        key = f"cli.action.{group}.{name}" if group else f"cli.command.{name}"
        about = text(key, self.lang)
        prog = f"taihang {group} {name}" if group else f"taihang {name}"
        parser = self.commands.add_parser(
            name, help=about, prog=prog, lang=self.lang, description=about
        )
        parser.set_defaults(handler=handler)
        for word in words:
            parser.words.add_argument(
                word, metavar=word.upper(), help=text(f"cli.word.{word}", self.lang)
            )
        parser.options.add_argument(
            "--json", action="store_true", help=text("cli.help.json", self.lang)
        )
        return parser

    def option(
        self,
        parser: CommandParser,
        name: str,
        *,
        required: bool = False,
        default: str | int | None = None,
        choices: Sequence[str] | None = None,
    ) -> None:
        """Add an option; a number default makes it a number."""
        dest = {"--from": "first", "--to": "last", "--as": "rename"}.get(name, name[2:])
        words = self._about(name)
        if default is not None:
            words += text("cli.help.default", self.lang, value=default)
        parser.options.add_argument(
            name,
            dest=dest.replace("-", "_"),
            required=required,
            default=default,
            choices=choices,
            type=int if isinstance(default, int) else str,
            metavar=None if choices else name[2:].upper(),
            help=words,
        )

    def repeated(self, parser: CommandParser, name: str, *, metavar: str) -> None:
        """Add an option that may be given several times."""
        words = self._about(name)
        parser.options.add_argument(name, action="append", default=[], metavar=metavar, help=words)

    def switch(self, parser: CommandParser, name: str) -> None:
        """Add an option that is there or not."""
        words = self._about(name)
        parser.options.add_argument(name, action="store_true", help=words)

    def _about(self, name: str) -> str:
        """Return what an option is for; argparse reads a lone percent sign as a place to fill."""
        return text(f"cli.option.{name[2:].replace('-', '_')}", self.lang).replace("%", "%%")
