"""The one text catalogue: every word a person reads in pages, command line and reports.

The words lie beside this module in ``catalogue/*.toml``, one file per area, each text with its
Chinese and its English form. The catalogue is strict: an unknown key, a missing language, or a
value that the text does not expect is an error and never an empty place on a page.
"""

import string
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from importlib.resources import files
from types import MappingProxyType
from typing import Final, Literal, cast, get_args

from taihang.core.errors import InputError

Lang = Literal["zh", "en"]
"""The languages of the product, Chinese first."""
LANGS: Final[tuple[Lang, ...]] = get_args(Lang)
_FOLDER: Final = "catalogue"
_REMEDY: Final = "correct the catalogue file"

Entry = Mapping[str, str]
"""One text in every language."""


class TextError(InputError):
    """A text is asked for that the catalogue does not hold, or with the wrong values."""

    code = "input.text"


class CatalogueError(InputError):
    """A file of the catalogue is not a set of texts in every language."""

    code = "input.catalogue"


def text(key: str, lang: Lang, **values: object) -> str:
    """Return a text of the catalogue in one language.

    Args:
        key: The dotted name of the text.
        lang: The language of the reader.
        **values: What fills the places in braces; exactly those that the text names.

    Returns:
        The words.

    Raises:
        TextError: If the key is unknown, or the values are not those that the text names.

    Example:
        >>> text("live.until", "en", instant="2026-10-31 23:45")
        'Newest reading 2026-10-31 23:45'
    """
    entry = load_catalogue().get(key)
    if entry is None:
        raise TextError(
            given=repr(key),
            expected="a key of the text catalogue",
            remedy="add it with zh and en, or correct the key",
        )
    words = entry[lang]
    if set(values) != _places(words):
        raise TextError(
            given=f"{key} with the values {sorted(values)}",
            expected=f"exactly the values {sorted(_places(words))}",
            remedy="give what the text names",
        )
    return words.format_map(values)


def has_text(key: str) -> bool:
    """Say whether the catalogue holds a key, for open sets such as the sectors of GB/T 4754."""
    return key in load_catalogue()


def raw_texts(*, prefixes: tuple[str, ...], lang: Lang) -> dict[str, str]:
    """Return the unfilled texts under some prefixes, for scripts that fill them themselves.

    Example:
        >>> raw_texts(prefixes=("live.none",), lang="en")
        {'live.none': 'No reading yet'}
    """
    return dict(_raw_texts(prefixes, lang))


@lru_cache(maxsize=512)
def _raw_texts(prefixes: tuple[str, ...], lang: Lang) -> tuple[tuple[str, str], ...]:
    found = load_catalogue().items()
    return tuple((key, entry[lang]) for key, entry in found if key.startswith(prefixes))


@cache
def load_catalogue() -> Mapping[str, Entry]:
    """Read every file of the catalogue once, sorted by key.

    Raises:
        CatalogueError: If a text lacks a language, is empty, stands in two files, or names
            different values in different languages.
    """
    entries: dict[str, Entry] = {}
    for name, table in _tables():
        for key, entry in parse_catalogue(table, origin=name).items():
            if key in entries:
                raise CatalogueError(
                    given=f"{key} in {name}",
                    expected="a key that no other file holds",
                    remedy=_REMEDY,
                )
            entries[key] = entry
    return MappingProxyType(dict(sorted(entries.items())))


def parse_catalogue(table: Mapping[str, object], *, origin: str) -> dict[str, Entry]:
    """Turn the tables of one file into texts by dotted key.

    Args:
        table: The parsed TOML.
        origin: The name of the file, for the message.

    Returns:
        The texts; each holds exactly the languages of the product.

    Raises:
        CatalogueError: If a table is neither a text in every language nor a group of texts.

    Example:
        >>> parse_catalogue({"a": {"b": {"zh": "是", "en": "yes"}}}, origin="x.toml")["a.b"]["en"]
        'yes'
    """
    entries: dict[str, Entry] = {}
    for key, entry in _leaves(table, path="", origin=origin):
        places = {lang: _places(entry[lang]) for lang in LANGS}
        if any(found != places[LANGS[0]] for found in places.values()):
            raise CatalogueError(
                given=f"{key} in {origin}",
                expected="the same places in braces in every language",
                remedy=_REMEDY,
            )
        entries[key] = entry
    return entries


def _tables() -> Iterator[tuple[str, Mapping[str, object]]]:
    folder = files("taihang.interfaces").joinpath(_FOLDER)
    for file in sorted(folder.iterdir(), key=lambda found: found.name):
        if file.name.endswith(".toml"):
            yield file.name, tomllib.loads(file.read_text(encoding="utf-8"))


def _leaves(
    table: Mapping[str, object], *, path: str, origin: str
) -> Iterator[tuple[str, Mapping[str, str]]]:
    for name, value in table.items():
        key = f"{path}.{name}" if path else name
        if not isinstance(value, dict):
            raise _wrong(f"{key} in {origin}", "a table with zh and en, or a group of such tables")
        inner = cast("dict[str, object]", value)
        if all(isinstance(words, dict) for words in inner.values()):
            yield from _leaves(inner, path=key, origin=origin)
        elif set(inner) == set(LANGS) and all(_is_words(words) for words in inner.values()):
            yield key, MappingProxyType({lang: str(words) for lang, words in inner.items()})
        else:
            raise _wrong(f"{key} in {origin}", "exactly zh and en, each with words")


def _is_words(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _places(words: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(words) if name is not None}


def _wrong(given: str, expected: str) -> CatalogueError:
    return CatalogueError(given=given, expected=expected, remedy=_REMEDY)
