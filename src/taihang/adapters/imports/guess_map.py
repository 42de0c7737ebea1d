"""Guesses an import map from the files of an upload; a person has the last word on every field."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from taihang.adapters.imports.day_columns import clocks_of
from taihang.adapters.imports.guess_points import PointGuess, guess_point, without_doubles
from taihang.adapters.imports.guess_rows import ignored_words
from taihang.adapters.imports.guess_time import (
    TimeGuess,
    guess_across_label,
    guess_label,
    guess_time,
    guess_zone,
    step_of,
)
from taihang.adapters.imports.guess_values import (
    UnitGuess,
    guess_numbers,
    guess_unit,
    is_no_energy,
    is_row_number,
    missing_words,
    number_of,
)
from taihang.adapters.imports.import_map import (
    EPOCH_S,
    Ambiguous,
    Duplicates,
    Kind,
    Label,
    Midnight,
    Numbers,
)
from taihang.adapters.imports.refusal import TableUnreadableError
from taihang.adapters.imports.source_sheet import SourceSheet, is_table, read_source
from taihang.core.metering.import_draft import (
    LEFT_OUT,
    ColumnDraft,
    Confidence,
    Examined,
    Guess,
    KnownPoint,
    PlaceFacts,
    TableDraft,
    ToldRows,
)
from taihang.core.periods import STEP_S

_DAY_S: Final = 86_400
_ENTRIES_TRIED: Final = 50
_TWICE: Final = 0.02
"""So many rows of the same time and entry are still doubled rows, not another column."""


def examine_folder(
    folder: Path,
    *,
    points: Sequence[KnownPoint],
    place: PlaceFacts,
    told: Mapping[str, ToldRows] | None = None,
) -> Examined:
    """Look at every file of an upload and guess how it is to be read.

    Args:
        folder: Where the files lie.
        points: Every point of the park.
        place: Where the park lies.
        told: What a person said of the rows of some files, by their names.

    Returns:
        The files and a draft of the map.

    Raises:
        TableUnreadableError: If a file is damaged, or none holds a table.
    """
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    tables = [path for path in files if is_table(path)]
    if not tables:
        raise TableUnreadableError(
            given=", ".join(path.name for path in files)[:200] or "nothing",
            expected="a text table (.csv, .txt, .tsv), a workbook (.xlsx), or a .zip of them",
            remedy="export the readings as one of these",
        )
    names = [path.relative_to(folder).as_posix() for path in tables]
    sources = [
        read_source(path, name=name, told=(told or {}).get(name))
        for path, name in zip(tables, names, strict=True)
    ]
    drafts = [
        draft for group in _groups(sources) for draft in _Table(group, points, place).drafts()
    ]
    return Examined(
        files=tuple(source.facts() for source in sources),
        unread=tuple(p.relative_to(folder).as_posix() for p in files if p not in tables),
        tables=tuple(drafts),
    )


def _groups(sources: Sequence[SourceSheet]) -> Iterator[list[SourceSheet]]:
    """Put files of one shape together, unless each of them is a meter of its own."""
    shapes: dict[tuple[object, ...], list[SourceSheet]] = {}
    for source in sources:
        key = (
            source.kind,
            source.encoding,
            source.delimiter,
            source.sheet,
            source.names,
            source.rows,
        )
        shapes.setdefault(key, []).append(source)
    for group in shapes.values():
        yield from [[each] for each in group] if _are_apart(group) else [group]


def _are_apart(group: Sequence[SourceSheet]) -> bool:
    """Say whether files of one shape hold the same time: then each is another meter."""
    if len(group) == 1:
        return False
    time = guess_time(group[0].names, {name: group[0].texts(name) for name in group[0].names})
    if time is None or _point_column(group, time, ()) is not None:
        return False
    firsts = Counter(_seconds(source, time)[:1] and _seconds(source, time)[0] for source in group)
    return firsts.most_common(1)[0][1] > 1


@dataclass(frozen=True, slots=True)
class _Column:
    """One column of numbers, or the rows of one entry of it."""

    source: str
    heading: str
    numbers: list[float]
    """The first numbers, in the order of the file."""
    peak: float
    """The largest of them all, without its sign."""


class _Table:
    """One kind of table being guessed; everything follows from its first file."""

    def __init__(
        self, group: Sequence[SourceSheet], points: Sequence[KnownPoint], place: PlaceFacts
    ) -> None:
        self._group = group
        self._first = group[0]
        self._points = points
        self._place = place
        self._texts = {name: self._first.texts(name) for name in self._first.names}
        styles = [guess_numbers(cells) for cells in self._texts.values() if cells]
        told = (style for style in styles if style not in {None, Numbers.PLAIN})
        self._style = next(told, None) or Numbers.PLAIN
        found = guess_time(self._first.names, self._texts) if self._first.is_readable else None
        self._time = found or _no_time(self._first.names)
        self._is_told = found is not None
        told = None if self._first.told is None else self._first.told.point_column
        self._point_column = _point_column(group, self._time, points) if found else None
        if told is not None:
            self._point_column = told if told in self._first.names else None
        self._value = self._value_column()

    def drafts(self) -> list[TableDraft]:
        """Return the draft, or two where registers stand beside energy or power."""
        draft = self._draft(self._columns() if self._is_told else [])
        kinds = {column.quantity for column in draft.columns if column.point != LEFT_OUT}
        if Kind.REGISTER not in kinds or kinds == {Kind.REGISTER}:
            return [draft]
        return [_only(draft, registers=True), _only(draft, registers=False)]

    def _value_column(self) -> str:
        """Return the column of numbers of a long table; empty for a wide one."""
        if self._time.across or self._point_column is None:
            return ""
        numeric = [
            name
            for name in self._numeric()
            if name != self._point_column and not is_no_energy(self._first.headings[name])
        ]
        return numeric[0] if numeric else ""

    def _numeric(self) -> list[str]:
        taken = {self._time.column, self._time.clock, *_across_names(self._first, self._time)}
        return [
            name
            for name, texts in self._texts.items()
            if name not in taken
            and texts
            and guess_numbers(texts) is not None
            and not is_row_number(name, _numbers(texts, self._style))
        ]

    def _columns(self) -> list[_Column]:
        first = self._first
        if self._point_column is not None:
            return self._entries(self._point_column)
        if self._time.across:
            numbers = self._across_numbers(first.data)
            return [_Column("", first.preface, numbers, _peak(numbers))]
        return [
            _Column(
                name,
                first.headings[name],
                _numbers(self._cells(name), self._style),
                _peak(_numbers(self._texts[name], self._style)),
            )
            for name in self._numeric()
        ]

    def _across_numbers(self, rows: Sequence[Sequence[str]]) -> list[float]:
        names = self._first.names
        places = [names.index(name) for name in _across_names(self._first, self._time)]
        return _numbers([row[place] for row in rows for place in places], self._style)

    def _cells(self, name: str) -> list[str]:
        at = self._first.names.index(name)
        return [row[at] for row in self._first.data if row[at]]

    def _entries(self, point_column: str) -> list[_Column]:
        first, value = self._first, self._value
        at = first.names.index(point_column)
        rows: dict[str, list[list[str]]] = {}
        for row in first.data:
            rows.setdefault(row[at], []).append(row)
        words = set(ignored_words(first.grid, first.rows, time_place=at))
        entries = dict.fromkeys(
            entry
            for source in self._group
            for entry in source.grid.entries.get(at, {})
            if entry and entry != point_column and entry not in words
        )
        heading = first.headings.get(value, "")
        columns: list[_Column] = []
        for entry in entries:
            numbers = self._numbers_of(rows.get(entry, []), value)
            columns.append(_Column(entry, f"{entry} {heading}", numbers, _peak(numbers)))
        return columns

    def _numbers_of(self, rows: Sequence[Sequence[str]], value: str) -> list[float]:
        if not value:
            return self._across_numbers(rows)
        at = self._first.names.index(value)
        return _numbers([row[at] for row in rows], self._style)

    def _points_of(self, columns: Sequence[_Column]) -> list[PointGuess]:
        is_wide = self._point_column is None
        found = [
            guess_point(column.heading if is_wide else column.source, self._points)
            for column in columns
        ]
        if any(guess.point is not None for guess in found):
            return without_doubles(found)
        energetic = [n for n, column in enumerate(columns) if not is_no_energy(column.heading)]
        whole = guess_point(self._first.preface, self._points)
        if energetic and whole.point is not None:
            found[energetic[0]] = whole
        return found

    def _draft(self, columns: Sequence[_Column]) -> TableDraft:
        first, time = self._first, self._time
        seconds = _seconds(first, time, self._point_column or "") if self._is_told else []
        step_s = _across_step_s(first, time) or step_of(seconds)
        points = self._points_of(columns)
        units = [
            guess_unit(
                column.heading,
                column.numbers,
                guess.point,
                peak=column.peak,
                step_s=step_s or STEP_S,
            )
            for column, guess in zip(columns, points, strict=True)
        ]
        units = of_one_mind(units)
        label, midnight, why_label = self._label(seconds, step_s or STEP_S)
        zone, why_zone = guess_zone(
            time.pattern, is_epoch=time.format == EPOCH_S, park_zone=self._place.zone
        )
        return TableDraft(
            files=tuple(source.name for source in self._group),
            kind=first.kind,
            encoding=first.encoding,
            delimiter=first.delimiter,
            sheet=first.sheet,
            header_row=first.rows.header,
            first_row=first.rows.first,
            names=first.names,
            ignore=self._ignored(),
            time_column=time.column,
            clock_column=time.clock,
            across=time.across,
            time_format=time.format,
            zone=zone,
            # Two rows of an hour that the clock repeats tell by their order which is which.
            ambiguous=Ambiguous.ORDER_OF_ROWS,
            midnight=midnight,
            label=label,
            step_s=step_s or STEP_S,
            resample=resample_of(step_s or STEP_S),
            duplicates=Duplicates.SAME_IS_ONE,
            point_column=self._point_column or "",
            value_column=self._value,
            numbers=self._style,
            missing=self._missing(
                [c for c, guess in zip(columns, points, strict=True) if guess.id]
            ),
            columns=tuple(map(_column_draft, columns, points, units)),
            why={**time.why, "zone": why_zone, "label": why_label, "step_s": _step_guess(step_s)},
        )

    def _ignored(self) -> tuple[str, ...]:
        first = self._first
        if not self._is_told:
            return ()
        at = first.names.index(self._time.column)
        return ignored_words(first.grid, first.rows, time_place=at)

    def _label(self, seconds: Sequence[int], step_s: int) -> tuple[Label, Midnight, Guess]:
        time = self._time
        if time.across:
            return guess_across_label(self._first.names, time.across)
        name = time.clock or time.column
        heading = self._first.headings.get(name, name)
        return guess_label(heading, self._texts.get(name, ()), seconds, step_s=step_s)

    def _missing(self, columns: Sequence[_Column]) -> tuple[str, ...]:
        """Return what means missing in the columns that are read."""
        first = self._first
        names = [self._value] if self._value else [column.source for column in columns]
        places = [first.names.index(name) for name in names if name in first.names]
        places = places or [*range(len(first.names))]
        rows = [*first.data, *first.grid.spread]
        has_empty = any(p >= len(row) or not row[p].strip() for row in rows for p in places)
        return missing_words([self._texts[first.names[p]] for p in places], has_empty=has_empty)


def _no_time(names: Sequence[str]) -> TimeGuess:
    """Return a guess in which a person must say all that matters."""
    unsure = Guess(confidence=Confidence.UNSURE, reason="time.none")
    return TimeGuess(
        column=names[0] if names else "", format="%Y-%m-%d %H:%M", why={"time_column": unsure}
    )


def resample_of(step_s: int) -> str:
    """Return how energy of a step comes to the settlement grid; empty where it is there."""
    if step_s == STEP_S:
        return ""
    return "sum" if STEP_S % step_s == 0 else "split"


def of_one_mind(units: Sequence[UnitGuess]) -> list[UnitGuess]:
    """Give columns that no heading tells of the unit that fits most of their meters.

    Args:
        units: What was guessed of each column of one table.

    Returns:
        The same, with one unit where only the ratings of meters told.
    """
    fitting = [(unit.kind, unit.unit) for unit in units if unit.why.reason == "unit.rating"]
    if not fitting:
        return list(units)
    kind, unit = Counter(fitting).most_common(1)[0][0]
    return [
        replace(each, kind=kind, unit=unit)
        if each.why.reason in {"unit.rating", "unit.unknown"}
        else each
        for each in units
    ]


def _only(draft: TableDraft, *, registers: bool) -> TableDraft:
    """Leave the columns of one label in a draft."""
    columns = tuple(
        column
        if (column.quantity == Kind.REGISTER) == registers
        else replace(column, point=LEFT_OUT)
        for column in draft.columns
    )
    return replace(draft, columns=columns)


def _column_draft(column: _Column, guess: PointGuess, unit: UnitGuess) -> ColumnDraft:
    point = guess.point
    is_register = unit.kind is Kind.REGISTER
    has_scale = point is not None and unit.kind in {Kind.REGISTER, Kind.SAMPLE}
    return ColumnDraft(
        source=column.source,
        point=guess.id,
        quantity=unit.kind,
        unit=unit.unit,
        multiplier=unit.multiplier,
        scale=point.scale if has_scale and point is not None else "",
        modulus=point.modulus if is_register and point is not None else 0,
        why_point=guess.why,
        why_unit=unit.why,
    )


def _step_guess(step_s: int) -> Guess:
    if not step_s:
        return Guess(confidence=Confidence.UNSURE, reason="step.unknown")
    return Guess(confidence=Confidence.SURE, reason="step.usual", said={"step_s": str(step_s)})


def _across_names(source: SourceSheet, time: TimeGuess) -> list[str]:
    """Return the columns that hold one time of day each."""
    if "{}" not in time.across:
        return [name for name, _ in clocks_of(source.names, time.across)] if time.across else []
    head, _, tail = time.across.partition("{}")
    inner = {name: name.strip()[len(head) : len(name.strip()) - len(tail)] for name in source.names}
    return [name for name, text in inner.items() if text.isascii() and text.isdigit()]


def _across_step_s(source: SourceSheet, time: TimeGuess) -> int:
    names = _across_names(source, time)
    return _DAY_S // len(names) if names else 0


def _peak(numbers: Sequence[float]) -> float:
    return max(map(abs, numbers), default=0.0)


def _numbers(cells: Sequence[str], style: Numbers) -> list[float]:
    return [number for cell in cells if (number := number_of(cell, style)) is not None]


def _seconds(source: SourceSheet, time: TimeGuess, point_column: str = "") -> list[int]:
    """Return what the first times of one point say, in the order of the file."""
    at = source.names.index(time.column)
    rows = source.data
    if point_column and rows:
        entry = source.names.index(point_column)
        rows = [row for row in rows if row[entry] == rows[0][entry]]
    tail = [] if point_column else source.grid.tail
    kept = [*rows, *[[cell.strip() for cell in row] for _, row in tail if len(row) > at]]
    if time.format == EPOCH_S:
        return [int(row[at]) for row in kept if row[at].isdigit()]
    if time.pattern is None:
        return []
    clock = source.names.index(time.clock) if time.clock else None
    texts = [row[at] if clock is None else f"{row[at]} {row[clock]}" for row in kept]
    return [second for text in texts if (second := time.pattern.second(text)) is not None]


def _point_column(
    group: Sequence[SourceSheet], time: TimeGuess, points: Sequence[KnownPoint]
) -> str | None:
    """Return the column that names the point of each row, if rows share their time."""
    first = group[0]
    rows = first.data
    at = first.names.index(time.column)
    clock = first.names.index(time.clock) if time.clock else at
    times = Counter((row[at], row[clock]) for row in rows)
    if not times or times.most_common(1)[0][1] == 1:
        return None
    across = set(_across_names(first, time))
    found: list[tuple[float, int, str]] = []
    for place, name in enumerate(first.names):
        entries = _entries_of(group, place, name)
        pairs = {(row[at], row[clock], row[place]) for row in rows}
        is_key = len(rows) - len(pairs) <= _TWICE * len(rows)
        if place not in {at, clock} and name not in across and is_key and _may_name(entries):
            found.append((-_known_share(entries, points), place, name))
    return min(found)[2] if found else None


def _entries_of(group: Sequence[SourceSheet], place: int, name: str) -> list[str]:
    entries = {entry for source in group for entry in source.grid.entries.get(place, {})}
    return sorted(entries - {"", name})


def _may_name(entries: Sequence[str]) -> bool:
    """Say whether texts may be names of meters: numbers with a fraction are none."""
    fractions = [entry for entry in entries if "." in entry and guess_numbers([entry])]
    return len(entries) > 1 and not fractions


def _known_share(entries: Sequence[str], points: Sequence[KnownPoint]) -> float:
    shown = entries[:_ENTRIES_TRIED]
    return sum(guess_point(entry, points).point is not None for entry in shown) / len(shown)
