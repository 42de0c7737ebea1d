"""The one glossary: what each word of the platform means, in both languages.

It lies beside this module in ``glossary.toml``. docs/glossary.md is written from it, and pages
explain their words with it, so that a tooltip and the page never say different things.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Final, cast

from taihang.core.errors import InputError
from taihang.interfaces.catalogue import Lang

_FILE: Final = "glossary.toml"
_LINK: Final = re.compile(r"\[([^\]]+)\]\([^)]*\)")
_KEYS: Final = frozenset(("id", "zh", "en", "code", "say_en", "say_zh"))


class GlossaryError(InputError):
    """The glossary names a term twice, or says something that no term has."""

    code = "input.glossary"

    def __init__(self, given: str, *, expected: str) -> None:
        super().__init__(given=given, expected=expected, remedy="correct glossary.toml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One word and what it means."""

    id: str
    zh: str
    en: str
    code: str = ""
    """What it is called in code, as Markdown."""
    say_zh: str = ""
    say_en: str = ""

    def name(self, lang: Lang) -> str:
        """Return the word.

        Example:
            >>> term("closure-error").name("en")
            'closure error'
        """
        return self.zh if lang == "zh" else self.en

    def meaning(self, lang: Lang) -> str:
        """Return what it means; empty where nobody wrote it in that language."""
        return self.say_zh if lang == "zh" else self.say_en


@dataclass(frozen=True, slots=True)
class Section:
    """Terms that belong together."""

    name: str
    terms: tuple[Term, ...]


def term(term_id: str) -> Term | None:
    """Return a term; None where there is none of that id."""
    return terms().get(term_id)


@cache
def terms() -> Mapping[str, Term]:
    """Return every term by its id."""
    return MappingProxyType({each.id: each for section in sections() for each in section.terms})


@cache
def sections() -> tuple[Section, ...]:
    """Return the glossary in the order of its page."""
    text = files("taihang.interfaces").joinpath(_FILE).read_text(encoding="utf-8")
    return parse_glossary(text)


def plain(said: str) -> str:
    """Return a meaning without the marks of the document that it also stands in.

    Example:
        >>> plain("`min_kw`, see [VEE](vee.md)")
        'min_kw, see VEE'
    """
    return _LINK.sub(r"\1", said).replace("`", "")


def parse_glossary(text: str) -> tuple[Section, ...]:
    """Read a glossary.

    Args:
        text: TOML.

    Returns:
        Its sections.

    Raises:
        GlossaryError: If a term stands twice, lacks a language, or has a key that none has.
    """
    tables = cast("list[dict[str, object]]", tomllib.loads(text)["section"])
    found = tuple(
        Section(
            str(table["name"]),
            tuple(_term(each) for each in cast("list[dict[str, str]]", table["term"])),
        )
        for table in tables
    )
    ids = [each.id for section in found for each in section.terms]
    twice = sorted({each for each in ids if ids.count(each) > 1})
    if twice:
        raise GlossaryError(f"{', '.join(twice)} more than once", expected="each id once")
    return found


def _term(table: Mapping[str, str]) -> Term:
    unknown = sorted(set(table) - _KEYS)
    lacking = [name for name in ("id", "zh", "en") if not table.get(name)]
    if unknown or lacking:
        raise GlossaryError(
            f"{dict(table)}", expected="id, zh and en, and besides only code, say_zh and say_en"
        )
    return Term(**table)
