"""Rows of the register as people read them: instants in the zone of the park, texts laid out."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Protocol, cast

from django.contrib.admin.templatetags.admin_list import result_headers
from django.contrib.admin.views.main import PAGE_VAR, ChangeList
from django.db.models import Model

from taihang.interfaces.catalogue import Lang, text
from taihang.interfaces.web.pages.account.instants import Instants
from taihang.interfaces.web.pages.records.registers import INSTANTS, TEXTS, UNSHOWN, Register
from taihang.interfaces.web.visit import Visit
from taihang.interfaces.web.wording import local_instant

HASHES: Final = frozenset(("sha256", "digest", "public_key"))
_SHORT: Final = 16
"""Signs of a hash that a list shows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table, as the first page names it."""

    name: str
    note: str
    address: str
    n_rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The head of a column, and the address that sorts by it."""

    name: str
    address: str
    sorted: str
    """``ascending`` or ``descending``; empty if the list is sorted otherwise."""
    is_number: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One value of a row."""

    name: str
    words: str
    """Empty where the row says nothing."""
    is_number: bool = False
    is_code: bool = False
    is_text: bool = False
    """Whether it is long and laid out in lines."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of a list."""

    address: str
    first: Cell
    rest: tuple[Cell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One choice of a filter."""

    name: str
    address: str
    is_chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """A filter of a list."""

    name: str
    choices: tuple[Choice, ...]


def list_context(found: ChangeList, *, register: Register, visit: Visit) -> dict[str, object]:
    """Return what the page of a list prints.

    Args:
        found: The list as Django's admin has worked it out.
        register: Which table.
        visit: Who looks.
    """
    lang, instants = visit.look.lang, Instants.of(visit)
    results = cast("list[Model]", found.result_list)
    rows = [
        _row(row, found=found, register=register, instants=instants, lang=lang) for row in results
    ]
    page, last = found.page_num, int(found.paginator.num_pages)
    return {
        "name": text(f"records.table.{register.model}", lang),
        "note": text(f"records.note.{register.model}", lang),
        "heads": _heads(found, register, lang),
        "rows": rows,
        "n_rows": int(found.result_count),
        "filters": _filters(found, lang),
        "query_words": found.query,
        "can_search": bool(register.search),
        "kept_words": _kept_words(found),
        "page": page,
        "last_page": last,
        "before": found.get_query_string({PAGE_VAR: page - 1}) if page > 1 else "",  # pyright: ignore[reportArgumentType]
        "after": found.get_query_string({PAGE_VAR: page + 1}) if page < last else "",  # pyright: ignore[reportArgumentType]
    }


def cells_of(row: Model, *, instants: Instants, lang: Lang) -> tuple[Cell, ...]:
    """Return every value of a row that can be read."""
    names = [field.attname for field in row._meta.concrete_fields]  # noqa: SLF001
    return tuple(
        cell_of(name, getattr(row, name), instants=instants, lang=lang, is_whole=True)
        for name in names
        if name not in UNSHOWN
    )


def cell_of(
    name: str, value: object, *, instants: Instants, lang: Lang, is_whole: bool = False
) -> Cell:
    """Return one value as it is read.

    Args:
        name: Name of the column.
        value: What the row holds.
        instants: Writes instants in the zone of the park.
        lang: The language of the reader.
        is_whole: Whether long values are shown whole.
    """
    said = field_name(name, lang)
    if value is None or value == "":
        return Cell(name=said, words="")
    if name in TEXTS:
        return Cell(name=said, words=laid_out(str(value)), is_text=True)
    if name.endswith(INSTANTS) and isinstance(value, int):
        return Cell(name=said, words=local_instant(value, zone=instants.zone))
    if name in HASHES:
        words = str(value)
        return Cell(name=said, words=words if is_whole else f"{words[:_SHORT]}…", is_code=True)
    is_number = isinstance(value, int | float)
    return Cell(name=said, words=f"{value:,}" if is_number else str(value), is_number=is_number)


def laid_out(words: str) -> str:
    """Return a JSON text with one value a line; any other text as it is.

    Example:
        >>> laid_out('{"a":1}').splitlines()
        ['{', '  "a": 1', '}']
        >>> laid_out("no JSON")
        'no JSON'
    """
    try:
        return json.dumps(json.loads(words), ensure_ascii=False, indent=2)
    except ValueError:
        return words


def field_name(name: str, lang: Lang) -> str:
    """Return the name of a column."""
    return text(f"records.field.{name}", lang)


def _row(
    row: Model, *, found: ChangeList, register: Register, instants: Instants, lang: Lang
) -> Row:
    first, *rest = (
        cell_of(name, getattr(row, name), instants=instants, lang=lang) for name in register.columns
    )
    return Row(address=found.url_for_result(row), first=first, rest=tuple(rest))


def _heads(found: ChangeList, register: Register, lang: Lang) -> tuple[Head, ...]:
    heads = [cast("Mapping[str, object]", head) for head in result_headers(found)]
    return tuple(
        Head(
            name=field_name(name, lang),
            address=str(head["url_primary"]),
            sorted=("ascending" if head["ascending"] else "descending") if head["sorted"] else "",
            is_number=_holds_numbers(found.model, name),
        )
        for name, head in zip(register.columns, heads, strict=True)
    )


def _holds_numbers(model: type[Model], name: str) -> bool:
    kind = model._meta.get_field(name).get_internal_type()  # noqa: SLF001
    return kind in {"IntegerField", "BigIntegerField", "FloatField"} and not name.endswith(INSTANTS)


class _Spec(Protocol):
    """A filter as Django's admin has worked it out."""

    field_path: str

    def choices(self, changelist: ChangeList) -> Iterator[Mapping[str, object]]:
        """Yield its choices, the one that filters nothing first."""
        ...


def _filters(found: ChangeList, lang: Lang) -> tuple[Filter, ...]:
    specs = cast("list[_Spec]", vars(found)["filter_specs"])
    return tuple(
        Filter(
            name=field_name(spec.field_path, lang),
            choices=tuple(
                Choice(
                    name=text("records.all", lang) if n == 0 else str(choice["display"]),
                    address=str(choice["query_string"]),
                    is_chosen=bool(choice["selected"]),
                )
                for n, choice in enumerate(spec.choices(found))
            ),
        )
        for spec in specs
    )


def _kept_words(found: ChangeList) -> tuple[tuple[str, str], ...]:
    """Return what a search keeps of the address: filters and order."""
    kept = {name: value for name, value in found.params.items() if name != PAGE_VAR}
    return tuple(sorted((str(name), str(value)) for name, value in kept.items()))
