"""Which numbers a statement says, and by which path each of them is found.

A path names members of an object, and of a list the element by the words that tell it from the
others (a line by its code); only where there are none by its place. So a path means the same in
the next version of the statement, where a line may have come before it.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Final, TypeAlias

Document: TypeAlias = (
    "str | int | float | bool | Sequence[Document] | Mapping[str, Document] | None"
)
Path: TypeAlias = tuple[str, ...]

_PLAIN: Final = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?", re.ASCII)
NOT_FIGURES: Final = frozenset(
    (
        # What a statement is, by which text and code, and what it is made from: no amounts.
        "format", "id", "kind", "subject", "park", "period", "title", "rule", "rules", "reason",
        "version", "supersedes", "code_version", "inputs", "evidence", "factors", "facts", "terms",
        # Names that may look like numbers, and years, which are dates.
        "code", "item", "month", "name", "year", "base_year", "peak_year", "seed", "basis",
        "divisor", "cn_code", "unlocode", "valid_from", "valid_to", "level", "detail", "document",
        "method", "source", "unit", "price_unit", "contract", "price_by", "sector", "made_as",
    )
)  # fmt: skip
"""Names under which nothing is a figure, however far below."""
_NAMES: Final[tuple[tuple[str, ...], ...]] = (
    ("code",),
    ("symbol",),
    ("indicator",),
    ("quota",),
    ("contract",),
    ("contract", "payer"),
    ("contract", "payee"),
    ("position",),
    ("option",),
    ("part",),
    ("plant",),
    ("grid",),
    ("class",),
    ("name",),
    ("id",),
    ("item",),
    ("item", "flow"),
    ("year",),
    ("product",),
    ("subject",),
    ("sector",),
    ("step",),
    ("local_month", "local_hour"),
    ("subject", "code"),
    ("subject", "kind", "code"),
    ("stage", "code"),
    ("from", "to", "item"),
    ("quantity",),
    ("what",),
)
"""What elements are told apart by: the first of these that all have and no two share."""

_UNITS: Final[tuple[tuple[str, str], ...]] = (
    ("_cny_per_kwh", "CNY/kWh"),
    ("_cny_per_mwh", "CNY/MWh"),
    ("_per_10k_cny", "tce/10⁴CNY"),
    ("_10k_cny", "10⁴CNY"),
    ("_t_per_t", "tCO2e/t"),
    ("t_co2e", "tCO2e"),
    ("_percent", "%"),
    ("_ratio", "1"),
    ("_cny", "CNY"),
    ("_kwh", "kWh"),
    ("_mwh", "MWh"),
    ("_tco2", "tCO2"),
    ("_tce", "tce"),
    ("_wh", "Wh"),
    ("_kw", "kW"),
    ("_gj", "GJ"),
    ("_w", "W"),
    ("_g", "g"),
    ("_t", "t"),
)
"""By the last word of a name, which in this platform is its unit (§5)."""


def numbers(document: Document) -> Iterator[tuple[Path, Decimal]]:
    """Yield every figure of a statement with its path, in the order of the document.

    Args:
        document: The statement, or a part of it.

    Example:
        >>> body = {"lines": [{"code": "a", "kwh": "1.50"}, {"code": "b", "kwh": "2"}], "value": 3}
        >>> [("/".join(path), str(value)) for path, value in numbers(body)]
        [('lines/a/kwh', '1.50'), ('lines/b/kwh', '2'), ('value', '3')]
    """
    for path, found in _below((), document):
        value = number_of(found)
        if value is not None:
            yield path, value


def number_of(found: Document) -> Decimal | None:
    """Return a member as a number; None where it is none.

    Example:
        >>> number_of("-0.50"), number_of(True), number_of("2026-09"), number_of("007")
        (Decimal('-0.50'), None, None, None)
    """
    if isinstance(found, bool):
        return None
    if isinstance(found, int):
        return Decimal(found)
    if isinstance(found, str) and _PLAIN.fullmatch(found):
        return Decimal(found)
    return None


def at(document: Document, path: Path) -> Document:
    """Return what lies at a path; None where nothing does.

    Example:
        >>> at({"lines": [{"code": "a", "kwh": "1.50"}]}, ("lines", "a", "kwh"))
        '1.50'
    """
    found = document
    for name in path:
        found = dict(members(found)).get(name)
    return found


def members(document: Document) -> Iterator[tuple[str, Document]]:
    """Yield what lies one level down, with its name in a path."""
    if isinstance(document, Mapping):
        yield from document.items()
    elif isinstance(document, Sequence) and not isinstance(document, str):
        yield from zip(_names_of(document), document, strict=True)


def matching(document: Document, pattern: Path) -> Iterator[tuple[Path, Document]]:
    """Yield what lies at a path in which ``*`` stands for any one name.

    Example:
        >>> body = {"months": {"08": "1", "09": None}}
        >>> [path for path, _ in matching(body, ("months", "*"))]
        [('months', '08'), ('months', '09')]
    """
    if not pattern:
        yield (), document
        return
    first, *rest = pattern
    for name, found in members(document):
        if first in {"*", name}:
            for path, each in matching(found, tuple(rest)):
                yield (name, *path), each


def _below(path: Path, document: Document) -> Iterator[tuple[Path, Document]]:
    if not isinstance(document, Mapping | list | tuple):
        yield path, document
        return
    for name, found in members(document):
        # Inside a list a name may be any word, and one of an element is no name of a field.
        if not isinstance(document, Mapping) or name not in NOT_FIGURES:
            yield from _below((*path, name), found)


def _names_of(elements: Sequence[Document]) -> list[str]:
    tables = [each for each in elements if isinstance(each, Mapping)]
    if len(tables) == len(elements):
        for fields in _NAMES:
            words = [_words(each, fields) for each in tables]
            if all(words) and len(set(words)) == len(words):
                return [word for word in words if word is not None]
    return [str(place) for place in range(len(elements))]


def _words(element: Mapping[str, Document], fields: tuple[str, ...]) -> str | None:
    words = [element.get(name) for name in fields]
    if any(isinstance(word, bool) or not isinstance(word, str | int) for word in words):
        return None
    return ":".join(str(word) for word in words)


def unit_of(name: str) -> str:
    """Return the unit that the name of a number ends with; empty where it names none.

    Example:
        >>> unit_of("price_cny_per_kwh"), unit_of("value")
        ('CNY/kWh', '')
    """
    return next((unit for ending, unit in _UNITS if name.endswith(ending)), "")
