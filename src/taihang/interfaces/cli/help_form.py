"""How help is set on a terminal: in the reader's language, Chinese signs at their true width."""

import argparse
import unicodedata
from collections.abc import Iterable
from typing import Final

from typing_extensions import override

from taihang.interfaces.catalogue import Lang, text
from taihang.interfaces.text_width import width_of

_LEAST_NAME_WIDTH: Final = 17
"""Room for the longest command and its indent, so that every help text starts beside its name."""


def wrapped(words: str, width: int) -> list[str]:
    """Cut words into lines by what they take up on a terminal, where a Chinese sign takes two.

    Args:
        words: What is to be shown.
        width: Columns of the terminal.

    Returns:
        The lines.

    Example:
        >>> wrapped("由日志重建 the lake", 12)
        ['由日志重建', 'the lake']
    """
    lines, line, taken = [""], 0, 0
    for piece in _pieces(words):
        size = width_of(piece.rstrip())
        if taken and taken + size > width:
            lines.append("")
            line, taken = line + 1, 0
        lines[line] += piece
        taken += size + len(piece) - len(piece.rstrip())
    return [found.rstrip() for found in lines]


def _pieces(words: str) -> Iterable[str]:
    """Yield what may not be cut: a word with the space after it, or one Chinese sign."""
    piece = ""
    for sign in " ".join(words.split()):
        is_wide = width_of(sign) > 1
        # A full stop or comma never begins a line.
        is_stop = is_wide and unicodedata.category(sign).startswith("P")
        # After a Chinese sign or stop a word may begin a line.
        is_word = sign != " " and not is_wide and width_of(piece[-1:]) > 1
        if piece and (piece.endswith(" ") or is_word or (is_wide and not is_stop)):
            yield piece
            piece = ""
        piece += sign
    yield piece


def _cut_choice(line: str, width: int) -> str:
    """Cut a line of usage that is too wide before one of its choices.

    Example:
        >>> print(_cut_choice("  (--month MONTH | --year YEAR | --day DAY)", 34))
          (--month MONTH | --year YEAR
           | --day DAY)
    """
    at = line.rfind(" | ", 0, width - 1)
    if len(line) <= width or at < 0:
        return line
    indent = " " * (len(line) - len(line.lstrip()) + 1)
    return f"{line[:at]}\n{_cut_choice(indent + line[at + 1 :], width)}"


class Help(argparse.HelpFormatter):
    """Help in the reader's language and with Chinese signs at their true width."""

    def __init__(self, prog: str, *, lang: Lang) -> None:
        super().__init__(prog)
        self._lang: Lang = lang
        self._action_max_length = _LEAST_NAME_WIDTH
        prefix = text("cli.heading.usage", lang)
        self._width -= width_of(prefix) - len(prefix)

    @override
    def add_usage(
        self,
        usage: str | None,
        actions: Iterable[argparse.Action],
        groups: Iterable[argparse._MutuallyExclusiveGroup],  # pyright: ignore[reportPrivateUsage] - as the base spells it
        prefix: str | None = None,
    ) -> None:
        super().add_usage(usage, actions, groups, prefix or text("cli.heading.usage", self._lang))

    @override
    def _format_usage(
        self,
        usage: str | None,
        actions: Iterable[argparse.Action],
        groups: Iterable[argparse._MutuallyExclusiveGroup],  # pyright: ignore[reportPrivateUsage] - as the base spells it
        prefix: str | None,
    ) -> str:
        # The base never cuts what excludes each other, however long it is.
        found = super()._format_usage(usage, actions, groups, prefix)
        return "\n".join(_cut_choice(line, self._width) for line in found.split("\n"))

    @override
    def _split_lines(self, text: str, width: int) -> list[str]:
        return wrapped(text, width)

    @override
    def _fill_text(self, text: str, width: int, indent: str) -> str:
        return "\n".join(indent + line for line in wrapped(text, width - len(indent)))
