"""Entry of the command line: read the words, run one command, turn failures into exit codes.

Exit codes: 0 done, 1 refused with a reason, 2 the words were wrong. What a command needs is
imported when it runs, so that ``--help`` answers at once.
"""

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Final, cast

from taihang.core.errors import TaihangError
from taihang.interfaces.catalogue import Lang, text
from taihang.interfaces.cli.parser import build_parser, chosen_lang

REFUSED: Final = 1
WRONG_WORDS: Final = 2


def run(argv: Sequence[str] | None = None) -> None:
    """Run the command line and end the process with its exit code."""
    sys.exit(main(sys.argv[1:] if argv is None else argv))


def main(argv: Sequence[str]) -> int:
    """Run one command.

    Args:
        argv: The words after the name of the program.

    Returns:
        The exit code.
    """
    lang = chosen_lang(argv)
    parser = build_parser(lang)
    try:
        args = parser.parse_args(argv)
    except SystemExit as stop:
        return WRONG_WORDS if stop.code else 0
    try:
        return _run(args)
    except TaihangError as error:
        print(error, file=sys.stderr)
    except KeyboardInterrupt:
        print(text("cli.interrupted", lang), file=sys.stderr)
    except BrokenPipeError:
        sys.stderr.close()
    except OSError as error:
        print(f"link.system: {error}", file=sys.stderr)
    return REFUSED


def _run(args: argparse.Namespace) -> int:
    module, _, name = cast("str", args.handler).partition(":")
    handler = getattr(import_module(f"taihang.interfaces.cli.{module}"), name)
    return cast("int", handler(args))


def not_built(args: argparse.Namespace, lang: Lang) -> int:
    """Say that a command is not built yet; never a silent success."""
    print(text("cli.not_built", lang, command=str(args.command)), file=sys.stderr)
    return REFUSED
