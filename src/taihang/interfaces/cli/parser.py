"""The words of the command line, in the language of the reader."""

import argparse
from collections.abc import Sequence
from typing import Final

from taihang import __version__
from taihang.interfaces.catalogue import LANGS, Lang, text

NOT_BUILT: Final = ("size", "edge", "backup", "restore")
"""Commands of the design that answer "not built yet"."""
TEMPLATES: Final = ("changzhi", "xingxian", "blank")
DEFAULT_SEED: Final = 7
DEFAULT_PORT: Final = 8_100


def chosen_lang(argv: Sequence[str]) -> Lang:
    """Return the language asked for, Chinese if none is."""
    for before, word in zip(("", *argv), argv, strict=False):
        for lang in LANGS:
            if word == f"--lang={lang}" or (before == "--lang" and word == lang):
                return lang
    return "zh"


class _Words:
    """Adds commands and options whose help comes from the catalogue."""

    def __init__(self, lang: Lang) -> None:
        self.lang: Lang = lang
        self.parser = argparse.ArgumentParser(
            prog="taihang", description=text("cli.about", lang), add_help=False
        )
        self.parser.add_argument("-h", "--help", action="help", help=text("cli.help.help", lang))
        self.parser.add_argument(
            "--version", action="version", version=__version__, help=text("cli.help.version", lang)
        )
        self.commands = self.parser.add_subparsers(
            dest="command", required=True, metavar="COMMAND", title=text("cli.commands", lang)
        )

    def command(self, name: str, handler: str, *words: str) -> argparse.ArgumentParser:
        """Add a command with its positional words and the options that all commands share."""
        about = text(f"cli.command.{name}", self.lang)
        parser = self.commands.add_parser(name, help=about, description=about, add_help=False)
        parser.set_defaults(handler=handler)
        for word in words:
            parser.add_argument(
                word, metavar=word.upper(), help=text(f"cli.word.{word}", self.lang)
            )
        parser.add_argument("--json", action="store_true", help=text("cli.help.json", self.lang))
        parser.add_argument(
            "--lang", choices=LANGS, default=self.lang, help=text("cli.help.lang", self.lang)
        )
        parser.add_argument("-h", "--help", action="help", help=text("cli.help.help", self.lang))
        return parser

    def option(
        self,
        parser: argparse.ArgumentParser,
        name: str,
        *,
        required: bool = False,
        default: str | int | None = None,
        choices: Sequence[str] | None = None,
    ) -> None:
        """Add an option; a number default makes it a number."""
        dest = {"--from": "first", "--to": "last", "--as": "rename"}.get(name, name[2:])
        parser.add_argument(
            name,
            dest=dest.replace("-", "_"),
            required=required,
            default=default,
            choices=choices,
            type=int if isinstance(default, int) else str,
            metavar=None if choices else name[2:].upper(),
            help=text(f"cli.option.{name[2:].replace('-', '_')}", self.lang),
        )


def build_parser(lang: Lang) -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    words = _Words(lang)
    _add_park(words)
    _add_readings(words)
    _add_accounts(words)
    _add_trust(words)
    _add_pages(words)
    for name in NOT_BUILT:
        words.command(name, "commands:not_built").add_argument("rest", nargs="*", metavar="…")
    return words.parser


def _add_park(words: _Words) -> None:
    new = words.command("new", "commands:new", "dir")
    words.option(new, "--template", required=True, choices=TEMPLATES)
    words.command("doctor", "commands:doctor", "dir")


def _add_readings(words: _Words) -> None:
    simulate = words.command("simulate", "commands:simulate", "dir")
    words.option(simulate, "--from", required=True)
    words.option(simulate, "--days", required=True)
    words.option(simulate, "--seed", default=DEFAULT_SEED)
    words.option(simulate, "--faults")
    imports = words.command("import", "commands:import_files", "dir", "path")
    words.option(imports, "--map", required=True)
    words.option(imports, "--as")


def _add_accounts(words: _Words) -> None:
    settle = words.command("settle", "commands:settle", "dir")
    words.option(settle, "--from", required=True)
    words.option(settle, "--to", required=True)
    plan = words.command("plan", "commands:plan", "dir")
    words.option(plan, "--day", required=True)
    words.option(plan, "--battery")
    report = words.command("report", "commands:report", "dir")
    stretch = report.add_mutually_exclusive_group(required=True)
    for name in ("month", "year"):
        stretch.add_argument(
            f"--{name}", metavar=name.upper(), help=text(f"cli.option.{name}", words.lang)
        )
    words.option(
        report, "--format", default="text", choices=("text", "json", "html", "xlsx", "pdf")
    )


def _add_trust(words: _Words) -> None:
    prove = words.command("prove", "commands:prove", "dir", "statement")
    words.option(prove, "--out", required=True)
    verify = words.command("verify", "commands:verify", "file")
    words.option(verify, "--log-key")
    words.command("audit", "commands:audit", "dir")
    words.command("rebuild", "commands:rebuild", "dir")
    words.command("state-hash", "commands:state_hash", "dir")


def _add_pages(words: _Words) -> None:
    serve = words.command("serve", "pages:serve", "dir")
    _add_address(words, serve)
    demo = words.command("demo", "demo:demo")
    words.option(demo, "--dir", default="demo-park")
    words.option(demo, "--days", default="365")
    words.option(demo, "--seed", default=DEFAULT_SEED)
    demo.add_argument(
        "--no-serve", action="store_true", help=text("cli.option.no_serve", words.lang)
    )
    _add_address(words, demo)


def _add_address(words: _Words, parser: argparse.ArgumentParser) -> None:
    words.option(parser, "--bind", default="127.0.0.1")
    words.option(parser, "--port", default=DEFAULT_PORT)
