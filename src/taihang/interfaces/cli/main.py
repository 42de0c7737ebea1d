"""Entry of the command line: read the words, run one command, turn failures into exit codes.

Exit codes: 0 done, 1 refused with a reason, 2 the words were wrong. What a command needs is
imported when it runs, so that ``--help`` answers at once.
"""

import argparse
import io
import json
import os
import signal
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from types import FrameType
from typing import Final, cast

from taihang.core.errors import LinkError, TaihangError
from taihang.interfaces.catalogue import Lang, text
from taihang.interfaces.cli.parser import build_parser, chosen_lang, parse

REFUSED: Final = 1
WRONG_WORDS: Final = 2
_SHOW_PAGES: Final = frozenset(("pages", "demo", "users"))
"""Commands that serve: Django takes the apps of the pages only before anything else uses it."""


class FileUseError(LinkError):
    """A file or folder that a command needs cannot be read or written."""

    code = "link.file"


class CtrlC:
    """Handler that remembers Ctrl-C: a library it stops may report a failure of its own instead.

    It holds the signal back until the command begins: a compiled library that is stopped while it
    is imported aborts the process.
    """

    def __init__(self) -> None:
        self.came = False
        self._is_held = True

    def __call__(self, number: int, frame: FrameType | None) -> None:
        """Remember the signal, and take it as Python does unless it is held back."""
        self.came = True
        if not self._is_held:
            signal.default_int_handler(number, frame)

    def let_through(self) -> None:
        """Hold nothing back any more, also not what has come already.

        Raises:
            KeyboardInterrupt: If the signal has come.
        """
        self._is_held = False
        if self.came:
            raise KeyboardInterrupt


def run(argv: Sequence[str] | None = None) -> None:
    """Run the command line and end the process with its exit code."""
    ctrl_c = CtrlC()
    signal.signal(signal.SIGINT, ctrl_c)
    for stream in (sys.stdout, sys.stderr):
        # A terminal that has no Chinese or no ₂ shows an escape instead of a broken command.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    sys.exit(main(sys.argv[1:] if argv is None else argv, ctrl_c=ctrl_c))


def main(argv: Sequence[str], *, ctrl_c: CtrlC | None = None) -> int:
    """Run one command.

    Args:
        argv: The words after the name of the program.
        ctrl_c: Knows whether Ctrl-C came.

    Returns:
        The exit code.
    """
    lang = chosen_lang(argv)
    try:
        args = parse(build_parser(lang), argv)
    except SystemExit as stop:
        return WRONG_WORDS if stop.code else 0
    try:
        handler = _handler(args)
        if ctrl_c is not None:
            ctrl_c.let_through()
        code = handler(args)
        # What waits in the buffer is part of the answer: a closed pipe has to be noticed here.
        sys.stdout.flush()
    except KeyboardInterrupt:
        return _interrupted(args, lang)
    except Exception as error:
        if ctrl_c is not None and ctrl_c.came:
            return _interrupted(args, lang)
        if not isinstance(error, TaihangError | OSError):
            raise
        return _failed(args, error)
    return code


def _handler(args: argparse.Namespace) -> Callable[[argparse.Namespace], int]:
    """Import what a command needs, and return its function."""
    module, _, name = cast("str", args.handler).partition(":")
    if module in _SHOW_PAGES:
        import_module("taihang.config.django_settings").ensure_django()
    found = getattr(import_module(f"taihang.interfaces.cli.{module}"), name)
    return cast("Callable[[argparse.Namespace], int]", found)


def _failed(args: argparse.Namespace, error: TaihangError | OSError) -> int:
    if isinstance(error, BrokenPipeError):
        return _forget_output()
    return _refused(args, error if isinstance(error, TaihangError) else _told(error))


def _refused(args: argparse.Namespace, error: TaihangError) -> int:
    """Say why a command was refused: one line for people, and one object if it was asked for."""
    print(error, file=sys.stderr)
    if args.json:
        facts = {
            "code": error.code,
            "given": error.given,
            "expected": error.expected,
            "remedy": error.remedy,
        }
        print(json.dumps(facts, ensure_ascii=False, sort_keys=True))
    return REFUSED


def _interrupted(args: argparse.Namespace, lang: Lang) -> int:
    words = text("cli.interrupted", lang)
    print(words, file=sys.stderr)
    if args.json:
        print(json.dumps({"code": "interrupted", "message": words}, ensure_ascii=False))
    return REFUSED


def _told(error: OSError) -> FileUseError:
    return FileUseError(
        given=": ".join(str(part) for part in (error.filename, error.strerror or error) if part),
        expected="a file or folder that can be read and written, on a disk with room",
        remedy="look at the path, the rights and the disk, then run the command again",
    )


def _forget_output() -> int:
    """Let the end of the process not stumble over an output that nobody reads any more."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
    return REFUSED
