"""Certificates of other registries, as a table says them: read strictly, whole or not at all.

What comes in was issued elsewhere and is never issued here. It keeps the serial numbers that its
registry gave, so that the same certificate cannot come in twice.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from taihang.core.activity.sheet import Cell, CellKind, Sheet
from taihang.core.certificates.double_issue import CertifiedElsewhere, plain_code
from taihang.core.certificates.exchange import (
    TIME_FIELDS,
    WHOLE_MWH,
    WORTH_WH,
    EnergyUnit,
    ExchangeMap,
    Field,
    ImportColumns,
    TimeStyle,
    is_formula,
)
from taihang.core.errors import InputError
from taihang.core.periods import days, month

MAX_RECORDS: Final = 20_000
"""Records of one file (§10)."""
MAX_TEXT: Final = 120
"""Characters of one cell."""
MAX_WH: Final = 10**15
"""Above this no device of any registry produced in one record [Wh]."""
_LISTED: Final = 20
_FIRST_YEAR: Final = 2000
_LAST_YEAR: Final = 2199
_NUMBER: Final = re.compile(r"[0-9]{1,18}(\.[0-9]{1,9})?")
_MONTH: Final = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT: Final = "%Y-%m-%dT%H:%M:%SZ"
_SERIAL: Final = re.compile(r"(.*?)([0-9]*)")


class OutsideFileError(InputError):
    """A file of another registry has something wrong in it; nothing of it was taken in."""

    code = "input.outside-certificates"

    def __init__(self, problems: Sequence[str], *, name: str) -> None:
        listed = "".join(f"\n  {each}" for each in problems[:_LISTED])
        more = f"\n  … {len(problems) - _LISTED} more" if len(problems) > _LISTED else ""
        super().__init__(
            given=f"{name} with {len(problems)} things wrong in it",
            expected="a file in which every record can be taken in",
            remedy=f"let the registry correct it, or correct the map; nothing was stored"
            f"{listed}{more}",
        )
        self.problems = tuple(problems)
        """Everything that is wrong, in the order of the file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsideCertificate:
    """One record: certificates of one device and period, numbered by their registry."""

    registry: str
    serial_first: str
    serial_last: str
    """The same as the first where it is one certificate; part of the range, as registries count."""
    device_code: str
    device_name: str
    technology: str
    start_s: int
    end_s: int
    energy_wh: int
    expires_on: date | None
    """First day on which it is no longer valid; None where the file does not say."""
    kind: str = ""
    """In the words of the registry; empty where the file does not say."""

    @property
    def production(self) -> CertifiedElsewhere:
        """What it says of a device, for the guards."""
        return CertifiedElsewhere(
            registry=self.registry,
            device_code=self.device_code,
            device_name=self.device_name,
            start_s=self.start_s,
            end_s=self.end_s,
            energy_wh=self.energy_wh,
        )


def read_outside(
    sheet: Sheet, *, exchange: ExchangeMap, zone: ZoneInfo, now_s: int, name: str
) -> tuple[OutsideCertificate, ...]:
    """Read the certificates of a table.

    Args:
        sheet: Its cells.
        exchange: The map of the registry.
        zone: The zone of its local days and months.
        now_s: The present; nothing was produced after it. [s since 1970-01-01T00:00Z]
        name: What the file is called in messages.

    Returns:
        Every record, in the order of the file.

    Raises:
        OutsideFileError: If anything is wrong with any cell; it names every one.
    """
    imports = exchange.imports
    if imports is None:
        raise OutsideFileError([f"the map {exchange.name} imports nothing"], name=name)
    problems = [*_head_problems(sheet, imports)]
    if problems:
        raise OutsideFileError(problems, name=name)
    places = {cell.text: at for at, cell in enumerate(sheet.head)}
    found: list[OutsideCertificate] = []
    for row in sheet.rows[:MAX_RECORDS]:
        cells = {field: row[places[heading]] for field, heading in imports.columns.items()}
        reader = _Row(cells, imports, zone, problems)
        record = reader.record(exchange.registry)
        if record is not None:
            found.append(record)
    problems += _whole_problems(sheet, found, now_s)
    if problems:
        raise OutsideFileError(problems, name=name)
    return tuple(found)


def doubled_serials(
    records: Sequence[OutsideCertificate], *, known: Sequence[OutsideCertificate] = ()
) -> Iterator[str]:
    """Yield what is wrong where certificates come twice.

    Args:
        records: New ones.
        known: What came in before.
    """
    by_prefix: dict[tuple[str, str], list[tuple[int, int, OutsideCertificate]]] = {}
    for record in (*known, *records):
        prefix, first, last = _range_of(record)
        by_prefix.setdefault((plain_code(record.registry), prefix), []).append(
            (first, last, record)
        )
    for ranges in by_prefix.values():
        ordered = sorted(ranges, key=lambda one: one[:2])
        reach, holder = ordered[0][1], ordered[0][2]
        for first, last, record in ordered[1:]:
            if first <= reach:
                yield (
                    f"{record.registry} {record.serial_first} … {record.serial_last} shares "
                    f"certificates with {holder.serial_first} … {holder.serial_last}"
                )
            if last > reach:
                reach, holder = last, record


def _range_of(record: OutsideCertificate) -> tuple[str, int, int]:
    """Return what stands before the number, with its width, and the numbers of a record."""
    prefix, first = _split(plain_code(record.serial_first))
    _, last = _split(plain_code(record.serial_last))
    return f"{prefix}#{len(first)}", int(first or 0), int(last or 0)


def _split(serial: str) -> tuple[str, str]:
    match = _SERIAL.fullmatch(serial)
    return (match.group(1), match.group(2)) if match else (serial, "")


def _head_problems(sheet: Sheet, imports: ImportColumns) -> Iterator[str]:
    headings = [cell.text for cell in sheet.head]
    known = {*imports.columns.values(), *imports.ignored}
    for heading in imports.columns.values():
        if headings.count(heading) != 1:
            yield f"the heading {heading!r} stands {headings.count(heading)} times; expected once"
    for cell in sheet.head:
        if cell.text not in known:
            yield f"{cell.where}: the heading {cell.text[:MAX_TEXT]!r} is none of the map"
    if not sheet.rows:
        yield "no record at all"
    if len(sheet.rows) > MAX_RECORDS:
        yield f"{len(sheet.rows)} records; expected at most {MAX_RECORDS}"


def _whole_problems(sheet: Sheet, found: Sequence[OutsideCertificate], now_s: int) -> Iterator[str]:
    if len(found) == len(sheet.rows):
        yield from doubled_serials(found)
    for record in found:
        if record.end_s > now_s:
            yield f"{record.serial_first}: produced up to {record.end_s} s, which has not been yet"


@dataclass(slots=True)
class _Row:
    """One row being read; whatever is wrong goes to ``problems``."""

    cells: Mapping[Field, Cell]
    imports: ImportColumns
    zone: ZoneInfo
    problems: list[str]

    def record(self, registry: str) -> OutsideCertificate | None:
        n_before = len(self.problems)
        serial_first = self.text(Field.SERIAL_FIRST)
        serial_last = (
            self.text(Field.SERIAL_LAST) if Field.SERIAL_LAST in self.cells else serial_first
        )
        energy_wh = self.energy_wh()
        start_s, end_s = self.interval()
        expires_on = self.optional_day(Field.EXPIRES)
        if Field.STATUS in self.cells and self.text(Field.STATUS) not in self.imports.taken:
            self.wrong(Field.STATUS, f"one of {', '.join(sorted(self.imports.taken))}")
        record = OutsideCertificate(
            registry=registry,
            serial_first=serial_first,
            serial_last=serial_last,
            device_code=self.text(Field.DEVICE_CODE),
            device_name=self.text(Field.DEVICE_NAME),
            technology=self.text(Field.TECHNOLOGY),
            start_s=start_s,
            end_s=end_s,
            energy_wh=energy_wh,
            expires_on=expires_on,
            kind=self.text(Field.KIND) if Field.KIND in self.cells else "",
        )
        if len(self.problems) > n_before:
            return None
        self.check_serials(record)
        return record if len(self.problems) == n_before else None

    def check_serials(self, record: OutsideCertificate) -> None:
        prefix, first, last = _range_of(record)
        if _split(plain_code(record.serial_last))[0] != prefix.rpartition("#")[0] or last < first:
            self.wrong(
                Field.SERIAL_FIRST, f"a range that ends at or after it, {record.serial_last}"
            )
        elif len(_split(plain_code(record.serial_last))[1]) != int(prefix.rpartition("#")[2]):
            self.wrong(Field.SERIAL_FIRST, f"as many digits as {record.serial_last}")
        elif self.imports.unit is EnergyUnit.CERTIFICATES:
            n_serials = last - first + 1
            if n_serials * WHOLE_MWH != record.energy_wh:
                self.wrong(Field.ENERGY, f"{n_serials}, as many certificates as its numbers count")

    def text(self, field: Field) -> str:
        cell = self.cells[field]
        text = cell.text
        if not text or cell.kind not in {CellKind.PLAIN, CellKind.TEXT, CellKind.NUMBER}:
            self.wrong(field, "a text")
        elif len(text) > MAX_TEXT or not text.isprintable():
            self.wrong(field, f"at most {MAX_TEXT} printable characters")
        elif is_formula(text):
            self.wrong(field, "a text that no spreadsheet runs as a formula")
        return text

    def energy_wh(self) -> int:
        text = self.text(Field.ENERGY)
        if not (text.isascii() and _NUMBER.fullmatch(text)):
            self.wrong(Field.ENERGY, "a plain number")
            return 0
        exact_wh = Decimal(text) * WORTH_WH[self.imports.unit]
        is_counted = self.imports.unit is EnergyUnit.CERTIFICATES
        if exact_wh % (WHOLE_MWH if is_counted else 1) or not 1 <= exact_wh <= MAX_WH:
            self.wrong(Field.ENERGY, "whole watt-hours, 1 or more, and whole certificates")
            return 0
        return int(exact_wh)

    def interval(self) -> tuple[int, int]:
        """Return start and end, or twice 0 where they cannot be read."""
        fields = TIME_FIELDS[self.imports.time]
        read = _TIMES[self.imports.time]
        try:
            start_s, end_s = read([self.text(field) for field in fields], self.zone)
        except ValueError:
            self.wrong(fields[0], f"a time as the style {self.imports.time.value!r} has it")
            return 0, 0
        if end_s <= start_s:
            self.wrong(fields[-1], "an end after the start")
        return start_s, end_s

    def optional_day(self, field: Field) -> date | None:
        if field not in self.cells or self.cells[field].kind is CellKind.EMPTY:
            return None
        try:
            return _day(self.text(field))
        except ValueError:
            self.wrong(field, "a day as 2028-06-01")
            return None

    def wrong(self, field: Field, expected: str) -> None:
        cell = self.cells[field]
        told = (
            f"{cell.where}: {self.imports.columns[field]} {cell.text[:40]!r}; expected {expected}"
        )
        # An empty cell is told once, however many checks it fails.
        if not (self.problems and self.problems[-1].startswith(f"{cell.where}: ")):
            self.problems.append(told)


def _day(text: str) -> date:
    if not (text.isascii() and _DAY.fullmatch(text)):
        raise ValueError(text)
    found = date.fromisoformat(text)
    if not _FIRST_YEAR <= found.year <= _LAST_YEAR:
        raise ValueError(text)
    return found


def _months(texts: Sequence[str], zone: ZoneInfo) -> tuple[int, int]:
    if not (texts[0].isascii() and _MONTH.fullmatch(texts[0])):
        raise ValueError(texts[0])
    _day(f"{texts[0]}-01")
    period = month(texts[0], zone)
    return period.start_s, period.end_s


def _days(texts: Sequence[str], zone: ZoneInfo) -> tuple[int, int]:
    first, last = _day(texts[0]), _day(texts[1])
    start_s = days(first, 1, zone).start_s
    return start_s, days(last + timedelta(days=1), 1, zone).start_s


def _instants(texts: Sequence[str], _zone: ZoneInfo) -> tuple[int, int]:
    start_s, end_s = (_instant_s(text) for text in texts)
    return start_s, end_s


def _instant_s(text: str) -> int:
    found = datetime.strptime(text, _INSTANT).replace(tzinfo=UTC)
    # ``strptime`` alone would also read 2026-6-1T0:0:0Z.
    if f"{found:{_INSTANT}}" != text or not _FIRST_YEAR <= found.year <= _LAST_YEAR:
        raise ValueError(text)
    return int(found.timestamp())


_TIMES: Final[Mapping[TimeStyle, Callable[[Sequence[str], ZoneInfo], tuple[int, int]]]] = {
    TimeStyle.MONTH: _months,
    TimeStyle.DAYS: _days,
    TimeStyle.INSTANTS: _instants,
}
