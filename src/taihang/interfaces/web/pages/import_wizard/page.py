"""Turns uploads into what the templates print: finished words, in reading order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from typing import Final

from taihang.core.access.role import Right
from taihang.core.metering.import_draft import (
    LEFT_OUT,
    ColumnDraft,
    Confidence,
    FileFacts,
    Guess,
    Oddity,
    SeenReading,
    SeenRow,
    Severity,
    StagedUpload,
    TableDraft,
)
from taihang.core.periods import STEP_S
from taihang.core.quantities import WH_PER_KWH
from taihang.core.series import Quality, Quantity
from taihang.interfaces.catalogue import Lang, text
from taihang.interfaces.web.newest import zone_of
from taihang.interfaces.web.pages.import_wizard.build import Forecast, Ground, PastImport
from taihang.interfaces.web.pages.import_wizard.form import (
    DUPLICATES,
    LABELS,
    MIDNIGHTS,
    NUMBERS,
    STEPS_S,
    WHAT,
    shown_missing,
    what_of,
)
from taihang.interfaces.web.pages.settings.phrase import words
from taihang.interfaces.web.visit import Visit
from taihang.interfaces.web.wording import local_instant, number
from taihang.services.import_readings import PlannedMonth

_TONES: Final = {
    Confidence.SURE: "ok",
    Confidence.LIKELY: "ok",
    Confidence.UNSURE: "warn",
}
_BYTES_PER_KB: Final = 1_000
_QUALITIES: Final = {
    Quality.MEASURED: "measured",
    Quality.ESTIMATED: "estimated",
    Quality.MANUAL: "manual",
    Quality.MISSING: "missing",
    Quality.REJECTED: "missing",
}
_MONTHS_MOST: Final = 24
_ODD_MOST: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """How sure a guess is, and why."""

    tone: str
    word: str
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One thing that may stand in a field."""

    value: str
    words: str
    is_chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of the map."""

    name: str
    label: str
    hint: str
    value: str
    choices: tuple[Choice, ...]
    """What may be chosen; none where it is typed."""
    why: Why | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnRow:
    """One column or entry of a table."""

    prefix: str
    source: str
    point: str
    what: tuple[Choice, ...]
    multiplier: str
    why_point: Why
    why_unit: Why | None
    """None where the column is left out."""
    needs_look: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TableView:
    """One table of the draft."""

    prefix: str
    files: str
    head: tuple[Field, ...]
    """Which rows and columns are which."""
    fields: tuple[Field, ...]
    columns: tuple[ColumnRow, ...]
    is_long: bool
    facts: FileFacts
    header_row: int
    first_row: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OddLine:
    """One thing that is odd."""

    tone: str
    word: str
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthCell:
    """What a point gets in one month."""

    words: str
    note: str
    tone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PointLine:
    """What one point gets, month by month."""

    point: str
    total: str
    cells: tuple[MonthCell | None, ...]


def imports_context(
    waiting: Sequence[StagedUpload],
    past: Sequence[PastImport],
    *,
    visit: Visit,
    done: PastImport | None,
) -> dict[str, object]:
    """Return what the page of all imports prints.

    Args:
        waiting: Uploads that wait.
        past: Imports that came in.
        visit: Who looks.
        done: The import that came in just now.
    """
    zone = visit.ask(zone_of)
    return {
        "may_settle": visit.viewer is not None and Right.SETTLE in visit.viewer.rights,
        "waiting": [
            {
                "id": staged.id,
                "name": staged.name,
                "by": staged.by,
                "at": local_instant(staged.at_s, zone=zone),
                "size": _size(staged.n_bytes, visit.look.lang),
                "n_points": sum(
                    column.point != LEFT_OUT for table in staged.tables for column in table.columns
                ),
            }
            for staged in waiting
        ],
        "past": [_past_row(each, zone) for each in past],
        "done": None if done is None else _past_row(done, zone),
    }


def upload_context(
    staged: StagedUpload, forecast: Forecast | None, *, ground: Ground, visit: Visit
) -> dict[str, object]:
    """Return what the page of one upload prints.

    Args:
        staged: The upload.
        forecast: What it would change; None where it cannot be read yet.
        ground: The points that the viewer sees.
        visit: Who looks.
    """
    lang = visit.look.lang
    facts = {file.name: file for file in staged.examined.files}
    tables = [_table(n, table, facts, lang) for n, table in enumerate(staged.tables)]
    context: dict[str, object] = {
        "upload": staged,
        "size": _size(staged.n_bytes, lang),
        "sent_at": local_instant(staged.at_s, zone=ground.place.zone),
        "unread_files": ", ".join(staged.examined.unread),
        "tables": tables,
        "n_points": sum(
            column.point != LEFT_OUT for table in staged.tables for column in table.columns
        ),
        "n_unsure": sum(_unsure(table) for table in tables),
        "points": [{"id": point.id, "names": " · ".join(point.names)} for point in ground.points],
        "zone": ground.place.zone,
    }
    if forecast is not None:
        context |= _forecast_context(forecast, ground, lang)
    return context


def _forecast_context(forecast: Forecast, ground: Ground, lang: Lang) -> dict[str, object]:
    read, dry = forecast.read, forecast.dry
    zone = ground.place.zone
    months = sorted({each.month for each in dry.months})
    odd = [_odd(each, zone, lang) for each in dry.oddities]
    return {
        "read": read,
        "can_go_on": dry.can_go_on,
        "map_sha256": sha256(read.map_text.encode()).hexdigest(),
        "map_text": read.map_text,
        "n_new": number(dry.n_new, digits=0),
        "n_changed": number(dry.n_changed, digits=0),
        "n_same": number(dry.n_same, digits=0),
        "has_changed": dry.n_changed > 0,
        "has_same": dry.n_same > 0,
        "rows_read": number(read.rows_read, digits=0),
        "rows_missing": number(read.rows_missing, digits=0),
        "rows_refused": number(read.rows_refused, digits=0),
        "odd": odd[:_ODD_MOST],
        "n_odd_more": max(len(odd) - _ODD_MOST, 0),
        "stops": sum(each.severity is Severity.STOPS for each in dry.oddities),
        "preview": [_seen(row, zone, lang) for row in read.preview],
        "months": months[:_MONTHS_MOST],
        "n_months_more": max(len(months) - _MONTHS_MOST, 0),
        "lines": _lines(dry.months, months[:_MONTHS_MOST], lang),
        "touched": [
            f"{local_instant(first, zone=zone)} … {local_instant(last, zone=zone)}"
            for first, last in dry.touched
        ],
    }


def _past_row(each: PastImport, zone: str) -> Mapping[str, str]:
    return {
        "at": local_instant(each.at_s, zone=zone),
        "by": each.by,
        "name": each.name,
        "new": number(each.n_new, digits=0),
        "changed": number(each.n_changed, digits=0),
        "reason": each.reason,
        "map": each.map_sha256[:12],
    }


# -- the map ---------------------------------------------------------------------------------------


def _table(
    number_: int, table: TableDraft, facts: Mapping[str, FileFacts], lang: Lang
) -> TableView:
    prefix = f"t{number_}-"
    first = facts[table.files[0]]
    shown = ", ".join(table.files[:3])
    more = len(table.files) - 3
    return TableView(
        prefix=prefix,
        files=shown if more <= 0 else text("wizard.files_more", lang, files=shown, n=more),
        head=tuple(_head(table, first, lang)),
        fields=tuple(_fields(table, lang)),
        columns=tuple(
            _column(f"{prefix}c{place}-", column, lang)
            for place, column in enumerate(table.columns)
        ),
        is_long=bool(table.point_column),
        facts=first,
        header_row=table.header_row,
        first_row=table.first_row,
    )


def _head(table: TableDraft, facts: FileFacts, lang: Lang) -> list[Field]:
    fields = [
        _typed("header_row", str(table.header_row), lang),
        _typed("first_row", str(table.first_row), lang),
        _chosen("point_column", table.point_column, ("", *table.names), lang),
    ]
    if facts.sheets:
        fields.insert(0, _chosen("sheet", table.sheet, facts.sheets, lang))
    return fields


def _fields(table: TableDraft, lang: Lang) -> list[Field]:
    whys = {name: _why(guess, lang) for name, guess in table.why.items()}
    names = ("", *table.names)
    steps = tuple(dict.fromkeys((*map(str, STEPS_S), str(table.step_s))))
    return [
        _chosen("time_column", table.time_column, table.names, lang, whys.get("time_column")),
        _chosen("clock_column", table.clock_column, names, lang, whys.get("clock_column")),
        _typed("time_format", table.time_format, lang, whys.get("time_format")),
        _typed("zone", table.zone, lang, whys.get("zone")),
        _chosen("label", table.label, LABELS, lang, whys.get("label"), words_of="wizard.label"),
        _chosen("midnight", table.midnight, MIDNIGHTS, lang, words_of="wizard.midnight"),
        _chosen("step_s", str(table.step_s), steps, lang, whys.get("step_s")),
        _chosen("value_column", table.value_column, names, lang),
        _chosen("numbers", table.numbers, NUMBERS, lang),
        _typed("missing", shown_missing(table.missing), lang),
        _typed("ignore", ", ".join(table.ignore), lang),
        _chosen("duplicates", table.duplicates, DUPLICATES, lang, words_of="wizard.duplicates"),
    ]


def _typed(name: str, value: str, lang: Lang, why: Why | None = None) -> Field:
    return Field(
        name=name,
        label=text(f"wizard.field.{name}", lang),
        hint=text(f"wizard.hint.{name}", lang),
        value=value,
        choices=(),
        why=why,
    )


def _chosen(  # noqa: PLR0917 - a field, its value, what may stand there
    name: str,
    value: str,
    known: Sequence[str],
    lang: Lang,
    why: Why | None = None,
    *,
    words_of: str = "",
) -> Field:
    return Field(
        name=name,
        label=text(f"wizard.field.{name}", lang),
        hint=text(f"wizard.hint.{name}", lang),
        value=value,
        choices=tuple(
            Choice(
                value=each,
                words=_choice_words(name, each, lang, words_of),
                is_chosen=each == value,
            )
            for each in known
        ),
        why=why,
    )


def _choice_words(name: str, value: str, lang: Lang, words_of: str) -> str:
    if words_of == "wizard.label":
        return text(f"wizard.label.{value}", lang)
    if words_of == "wizard.midnight":
        return text(f"wizard.midnight.{value}", lang)
    if words_of == "wizard.duplicates":
        return text(f"wizard.duplicates.{value}", lang)
    if name == "step_s":
        return text("wizard.step", lang, minutes=f"{int(value) / 60:g}")
    return value or text("wizard.no_column", lang)


def _column(prefix: str, column: ColumnDraft, lang: Lang) -> ColumnRow:
    is_read = column.point != LEFT_OUT
    known = dict.fromkeys((*WHAT, what_of(column)))
    why_unit = _why(column.why_unit, lang) if is_read else None
    unsure = Confidence.UNSURE in {column.why_point.confidence, column.why_unit.confidence}
    return ColumnRow(
        prefix=prefix,
        source=column.source,
        point=column.point,
        what=tuple(
            Choice(value=each, words=_what_words(each, lang), is_chosen=each == what_of(column))
            for each in known
        ),
        multiplier=column.multiplier,
        why_point=_why(column.why_point, lang),
        why_unit=why_unit,
        needs_look=is_read and unsure,
    )


def _what_words(what: str, lang: Lang) -> str:
    quantity, _, unit = what.partition(":")
    return f"{text(f'wizard.quantity.{quantity}', lang)} · {unit}"


def _why(guess: Guess, lang: Lang) -> Why:
    return Why(
        tone=_TONES[guess.confidence],
        word=text(f"wizard.confidence.{guess.confidence}", lang),
        sentence=words(f"wizard.reason.{guess.reason}", lang, guess.said),
    )


def _unsure(table: TableView) -> int:
    whys = [field.why for field in table.fields]
    n_fields = sum(why is not None and why.tone == "warn" for why in whys)
    return n_fields + sum(column.needs_look for column in table.columns)


# -- what would come in ----------------------------------------------------------------------------


def _odd(odd: Oddity, zone: str, lang: Lang) -> OddLine:
    at = "" if odd.first_s is None else local_instant(odd.first_s, zone=zone)
    said = {**odd.said, "point": odd.point, "n": number(odd.n, digits=0), "at": at}
    is_stop = odd.severity is Severity.STOPS
    return OddLine(
        tone="bad" if is_stop else "warn",
        word=text("wizard.stops", lang) if is_stop else text("wizard.look", lang),
        sentence=words(f"wizard.odd.{odd.kind}", lang, said),
    )


def _seen(row: SeenRow, zone: str, lang: Lang) -> Mapping[str, object]:
    return {
        "file": row.file,
        "row": row.row,
        "cells": row.cells,
        "readings": [_reading(each, zone, lang) for each in row.readings],
        "refused": row.refused,
    }


def _reading(reading: SeenReading, zone: str, lang: Lang) -> Mapping[str, str]:
    first = local_instant(reading.start_s, zone=zone)
    last = local_instant(reading.start_s + STEP_S, zone=zone)
    is_energy = reading.quantity == Quantity.ENERGY
    amount = Decimal(reading.count) * Decimal(reading.scale)
    quality = _QUALITIES[Quality(reading.quality)]
    shown = number(amount / WH_PER_KWH if is_energy else amount, digits=3)
    return {
        "point": reading.point,
        "when": f"{first} – {last[-5:]}" if is_energy else first,
        "value": shown if quality != "missing" else "",
        "unit": "kWh" if is_energy else reading.unit,
        "quality": "" if quality == "measured" else text(f"wizard.quality.{quality}", lang),
    }


def _lines(
    months: Sequence[PlannedMonth], names: Sequence[str], lang: Lang
) -> tuple[PointLine, ...]:
    by_place: dict[tuple[str, str], dict[str, PlannedMonth]] = {}
    for each in months:
        by_place.setdefault((each.point, each.quantity), {})[each.month] = each
    return tuple(
        PointLine(
            point=point,
            total=_total(list(found.values()), lang),
            cells=tuple(_month(found.get(name), lang) for name in names),
        )
        for (point, _), found in sorted(by_place.items())
    )


def _total(months: Sequence[PlannedMonth], lang: Lang) -> str:
    energies = [each.energy_kwh for each in months if each.energy_kwh is not None]
    n = sum(each.n_new + each.n_changed for each in months)
    counted = text("wizard.readings", lang, n=number(n, digits=0))
    return f"{counted} · {number(sum(energies), digits=0)} kWh" if energies else counted


def _month(month: PlannedMonth | None, lang: Lang) -> MonthCell | None:
    if month is None:
        return None
    notes = [
        (month.n_changed, text("wizard.changed", lang)),
        (month.n_same, text("wizard.same", lang)),
        (month.n_missing, text("wizard.missing", lang)),
    ]
    said = [f"{told} {number(n, digits=0)}" for n, told in notes if n]
    return MonthCell(
        words=number(month.n_new + month.n_changed, digits=0),
        note=" · ".join(said),
        tone="warn" if month.n_changed or month.n_missing else "",
    )


def _size(n_bytes: int, lang: Lang) -> str:
    return text("wizard.size", lang, kb=number(n_bytes / _BYTES_PER_KB, digits=1))
