"""Turns the park file into tables: what stands in the park, and who changed it lately."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, cast

from django.urls import reverse

from taihang.config.park_edit import typed_tables, typed_values
from taihang.config.park_tables import TABLES, keys_of
from taihang.config.table_reader import ALL, KeyFacts, Shape
from taihang.core.seal.trail import Outcome, TrailRecord
from taihang.interfaces.catalogue import Lang, text
from taihang.interfaces.park_words import key_in, kind_in, option_in
from taihang.interfaces.web.figure_table import Cell, FigureTable, Head, words_cell
from taihang.interfaces.web.pages.settings.draft import document_of
from taihang.interfaces.web.pages.settings.kinds import GROUPS, KINDS, ONCE, TERMS
from taihang.interfaces.web.wording import DASH, local_instant

_COLUMNS: Final = 6
"""So many keys of an object stand beside its id and name; the form shows all."""
_LISTED: Final = 4
"""So many ids of a list are named."""
_NAMES: Final = frozenset(("name_zh", "name_en"))
_TALL: Final = 12
_TEXTS_KEPT: Final = 4
_NUMBERS: Final = frozenset((Shape.NUMBER, Shape.EXACT))
_WORDS: Final = frozenset(("parts",))
"""Keys whose text is a word that has a meaning."""
_UNUSED: Final = frozenset(("in_service",))
"""Kinds that are no tables of their own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """One part of the page."""

    code: str
    title: str
    tables: tuple["Shown", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One table of the park file."""

    kind: str
    title: str
    n: int
    table: FigureTable | None = None
    """Its objects; None of a table that stands once, or is empty."""
    facts: tuple[tuple[str, str], ...] = ()
    """Keys and values of a table that stands once."""
    size: str = ""
    term: str = ""
    """Id of the glossary; empty where it says nothing of it."""
    is_once: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """A change that was made."""

    at: str
    by: str
    subject: str
    reason: str
    number: int


def park_groups(
    text_now: str, *, codes: Sequence[str], lang: Lang, may_edit: bool
) -> tuple[Group, ...]:
    """Return the tables of some groups.

    Args:
        text_now: The park file.
        codes: Which groups.
        lang: The reader's language.
        may_edit: Whether ids lead to forms.
    """
    tables = _tables(text_now)
    return tuple(
        Group(
            code=code,
            title=text(f"settings_page.group.{code}", lang),
            tables=tuple(
                _once(text_now, kind, lang)
                if kind in ONCE
                else _objects(kind, tables[kind], lang, may_edit=may_edit)
                for kind in GROUPS[code]
            ),
        )
        for code in codes
    )


@lru_cache(maxsize=_TEXTS_KEPT)
def other_tables(text_now: str) -> tuple[tuple[str, int], ...]:
    """Return the tables of a park file that no page changes, with how much they hold."""
    found = document_of(text_now)
    others = [kind for kind in TABLES if kind not in KINDS and kind not in _UNUSED]
    return tuple((kind, _size(found[kind])) for kind in others if kind in found)


def past_changes(records: Iterable[TrailRecord], *, zone: str) -> tuple[Past, ...]:
    """Return changes that were made, as rows.

    Args:
        records: Entries of the trail.
        zone: The park's zone.
    """
    return tuple(
        Past(
            at=local_instant(record.entry.at_s, zone=zone),
            by=record.entry.actor or DASH,
            subject=record.entry.subject,
            reason=str(record.entry.body.get("reason", "")),
            number=record.number,
        )
        for record in records
        if record.entry.outcome is Outcome.DONE
    )


@lru_cache(maxsize=_TEXTS_KEPT)
def _tables(text_now: str) -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    return typed_tables(text_now, [kind for kind in KINDS if kind not in ONCE])


_values = lru_cache(maxsize=_TEXTS_KEPT * len(ONCE))(typed_values)
"""What stands in a table that stands once, read once for each text of the park file."""


def _size(found: object) -> int:
    return len(cast("dict[str, object]", found)) if isinstance(found, dict) else 1


def _once(text_now: str, kind: str, lang: Lang) -> Shown:
    typed = _values(text_now, kind)
    facts = tuple(
        (_label(key, lang), _told(key, typed[key.name], lang))
        for key in keys_of(kind)
        if key.name in typed
    )
    return Shown(kind=kind, title=kind_in(kind, lang), n=len(facts), facts=facts, is_once=True)


def _objects(
    kind: str, objects: Mapping[str, Mapping[str, str]], lang: Lang, *, may_edit: bool
) -> Shown:
    keys = [*_columns(kind, objects.values())]
    is_named = any(found.get("name_zh") for found in objects.values())
    heads = [Head(key_in("id", lang))]
    heads += [Head(key_in("name", lang))] if is_named else []
    heads += [
        Head(_label(key, lang), is_number=key.shape in _NUMBERS, priority=1 if at == 0 else 2)
        for at, key in enumerate(keys)
    ]
    rows = tuple(
        (
            _id_cell(kind, object_id, may_edit=may_edit),
            *([_name_cell(found, lang)] if is_named else []),
            *(_cell(key, found.get(key.name, ""), lang) for key in keys),
        )
        for object_id, found in objects.items()
    )
    table = FigureTable(id=kind, heads=tuple(heads), rows=rows) if rows else None
    size = "tall" if len(rows) > _TALL else ""
    return Shown(
        kind=kind,
        title=kind_in(kind, lang),
        n=len(rows),
        table=table,
        size=size,
        term=TERMS.get(kind, ""),
    )


def _columns(kind: str, objects: Iterable[Mapping[str, str]]) -> Iterator[KeyFacts]:
    """Yield the first keys that any object of a table has, names left out."""
    used = {key for found in objects for key in found} - _NAMES
    yield from [key for key in keys_of(kind) if key.name in used][:_COLUMNS]


def _id_cell(kind: str, object_id: str, *, may_edit: bool) -> Cell:
    address = reverse("settings-object", args=(kind, object_id)) if may_edit else ""
    return Cell(words=object_id, sort=object_id, address=address)


def _name_cell(found: Mapping[str, str], lang: Lang) -> Cell:
    name = found.get(f"name_{lang}", "")
    return words_cell(name) if name else Cell(words=DASH, is_void=True)


def _cell(key: KeyFacts, typed: str, lang: Lang) -> Cell:
    if not typed:
        return Cell(words=DASH, is_void=True)
    return Cell(
        words=_told(key, typed, lang),
        sort=typed,
        title=typed if key.shape in _LISTS else "",
        wraps=key.shape in _LISTS or key.name == "source",
    )


_LISTS: Final = frozenset((Shape.TEXTS, Shape.TEXTS_OR_ALL, Shape.CHOICES))


def _told(key: KeyFacts, typed: str, lang: Lang) -> str:
    if key.name in _WORDS or typed == ALL or key.shape in {Shape.CHOICE, Shape.FLAG}:
        return option_in(typed, lang)
    items = typed.split(", ")
    if key.shape in _LISTS and len(items) > _LISTED:
        return text(
            "settings_page.listed", lang, first=", ".join(items[:_LISTED]), n=str(len(items))
        )
    return typed


def _label(key: KeyFacts, lang: Lang) -> str:
    unit = "" if key.unit in {"", "1"} else f" ({key.unit})"
    return key_in(key.name, lang) + unit
