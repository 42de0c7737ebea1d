"""What reports of a year share: their statement, tables, evidence, sign-off."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, cast

from taihang.core.activity.amount import Unknown
from taihang.core.activity.record import ActivityRecord
from taihang.core.errors import StateError
from taihang.core.quantities import EXACT
from taihang.core.seal.canonical import JsonValue
from taihang.core.seal.evidence_file import EvidenceFile
from taihang.core.seal.review import State
from taihang.interfaces.account_words import (
    gap_name,
    item_name,
)
from taihang.interfaces.catalogue import Lang, has_text, text
from taihang.interfaces.reports.assemble import Heading, assemble
from taihang.interfaces.reports.document import (
    Cell,
    Column,
    Document,
    Figure,
    Section,
    Table,
    Tone,
    number,
    prose,
)
from taihang.interfaces.reports.stated import Body, Stated
from taihang.interfaces.standing import state_in
from taihang.services.account import PARK_SUBJECT
from taihang.services.ports import Ports
from taihang.services.review import Reviews

_MONTHS: Final = 12
_AMOUNT_DIGITS: Final = 4
_HASH_DIGITS: Final = 16
_COMMANDS: Final = {
    "inventory": "carbon",
    "park-inventory": "carbon",
    "zero-carbon": "indicators",
}
"""Which command issues a statement of a year, by the kind."""
_BLANKS: Final = ("prepared", "checked", "approved", "seal", "date")
_OPINION: Final = ("verifier", "opinion", "verified_on")


class NotIssuedError(StateError):
    """A report of a year is asked for, and the statement that it sets was never issued."""

    code = "state.not-issued"


@dataclass(frozen=True, slots=True, kw_only=True)
class YearStatement:
    """The latest version of one statement of a year, and the park around it."""

    id: str
    of: Body
    subject: str
    year: str
    lang: Lang
    stated: Stated
    """The statements of the year and of its months."""
    ports: Ports

    def figure(self, value: JsonValue, digits: int = 2) -> Cell:
        """Return a number that this statement says, with its id; nothing stays nothing."""
        exact = None if value is None else Decimal(str(value))
        return number(exact, digits, statement=self.id)

    def amount(self, value: JsonValue) -> Cell:
        """Return a physical amount with the decimals that it has, four at most."""
        if value is None:
            return number(None)
        exact = Decimal(str(value))
        return number(exact, digits_of(exact), statement=self.id)

    def rows(self, field: str) -> list[Body]:
        """Return a list of objects that the statement holds."""
        return objects(self.of.get(field))

    @property
    def activities(self) -> list[str]:
        """The versions of activity lines that it was made from."""
        return words_of(self.part("inputs").get("activities"))

    def part(self, field: str) -> Body:
        """Return an object that the statement holds, empty where it holds none."""
        return body_of(self.of.get(field))


def year_statement(
    kind: str, subject: str, year: str, *, lang: Lang, ports: Ports
) -> YearStatement:
    """Return the statement that a report of a year sets.

    Args:
        kind: Kind of the statement, for example ``inventory``.
        subject: An enterprise, or ``park``.
        year: For example ``2026``.
        lang: Language of the reader.
        ports: The park.

    Raises:
        NotIssuedError: If it was never issued: a report quotes statements and draws none up.
    """
    months = [f"{year}-{month:02d}" for month in range(1, _MONTHS + 1)]
    stated = Stated([year, *months], ports=ports)
    found = stated.bodies(kind, subject)
    if not found:
        raise NotIssuedError(
            given=f"{kind}.{subject}.{year}",
            expected="a statement that was issued: a report quotes statements and draws none up",
            remedy=f"{_issued_by(kind, subject, year)}, then ask again",
        )
    name, of = found[-1]
    return YearStatement(
        id=name, of=of, subject=subject, year=year, lang=lang, stated=stated, ports=ports
    )


def _issued_by(kind: str, subject: str, year: str) -> str:
    """Return the command that issues a kind of statement, to be typed as it stands."""
    of = f" --subject {subject}" if kind == "inventory" else ""
    return f"`taihang {_COMMANDS[kind]} DIR --year {year}{of} --issue`"


def body_of(value: JsonValue) -> Body:
    """Return an object, empty where there is none."""
    return value if isinstance(value, dict) else {}


def objects(value: JsonValue) -> list[Body]:
    """Return the objects of a list, none where there is no list."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def words_of(value: JsonValue) -> list[str]:
    """Return the words of a list, none where there is no list."""
    return [str(each) for each in value] if isinstance(value, list) else []


def heads(lang: Lang, **columns: str | None) -> tuple[Column, ...]:
    """Return the heads of a table.

    Args:
        lang: Language of the reader.
        columns: Unit of each column by its name under ``report.column``; None for words.
    """
    return tuple(
        Column(
            title=text(f"report.column.{name}", lang), unit=unit or "", is_number=unit is not None
        )
        for name, unit in columns.items()
    )


def year_report(
    kind: str,
    found: YearStatement,
    figures: Sequence[Figure],
    sections: Iterable[Section | None],
) -> Document:
    """Put a report of a year together; a section that has nothing to say is left out."""
    return assemble(
        Heading(kind=kind, subject=found.subject, period=found.year, lang=found.lang),
        figures,
        [section for section in sections if section is not None],
        stated=found.stated,
        ports=found.ports,
    )


def field_table(rows: Sequence[tuple[str, Cell]], lang: Lang, *, title: str = "") -> Table:
    """Return names under ``report.entry`` beside what stands for them."""
    return Table(
        title=title,
        columns=heads(lang, entry=None, content=None),
        rows=tuple((prose(text(f"report.entry.{name}", lang)), cell) for name, cell in rows),
    )


def months_told(months: Sequence[str]) -> str:
    """Return months, those that follow one another as a stretch.

    Example:
        >>> months_told(["2026-01", "2026-02", "2026-03", "2026-11"])
        '2026-01 … 2026-03, 2026-11'
    """
    stretches: list[list[str]] = []
    for month in months:
        last = stretches[-1][-1] if stretches else ""
        if last and last[:4] == month[:4] and int(last[5:]) + 1 == int(month[5:]):
            stretches[-1].append(month)
        else:
            stretches.append([month])
    return ", ".join(each[0] if len(each) == 1 else f"{each[0]} … {each[-1]}" for each in stretches)


def flow_name(flow: str, lang: Lang) -> str:
    """Return the word of the forms for a flow of activity data."""
    return text(f"form.flow.{flow}", lang)


def absent_section(title: str, kind: str, year: str, lang: Lang) -> Section:
    """Return a section whose statement was not issued: it says which one."""
    what = text("report.zero.absent", lang, id=f"{kind}.{PARK_SUBJECT}.{year}")
    return Section(title=title, sentences=(what,))


def gap_section(found: YearStatement) -> Section:
    """Return everything that could not be assessed, or that nothing lacks."""
    lang = found.lang
    rows = tuple(
        (prose(gap_name(str(gap.get("what")), lang)), prose(why_of(gap, lang), tone=Tone.OPEN))
        for gap in found.rows("not_assessed")
    )
    outside = words_of(found.of.get("not_counted"))
    none = text("report.annual.no_gaps", lang)
    sentences = [text("report.annual.gaps", lang, n=len(rows)) if rows else none]
    if outside:
        sentences.append(text("report.annual.outside", lang, ids=", ".join(outside)))
    table = Table(title="", columns=heads(lang, what=None, why=None), rows=rows)
    return Section(
        title=text("report.section.not_assessed", lang),
        sentences=tuple(sentences),
        tables=(table,) if rows else (),
    )


def why_of(gap: Body, lang: Lang) -> str:
    """Say why something was not assessed, in the words of the statement or of the catalogue."""
    if lang in gap:
        return str(gap[lang])
    unknown = Unknown(str(gap.get("reason")), str(gap.get("detail") or ""))
    key = f"cli.reason.{unknown.reason}"
    return text(key, lang, detail=unknown.detail) if has_text(key) else unknown.reason


# -- evidence ------------------------------------------------------------------------------------


def records_of(found: YearStatement) -> list[ActivityRecord]:
    """Return the versions of activity lines that a statement names, in its order."""
    known = {
        f"{record.id}.v{record.version}": record
        for record in found.ports.registry.activity_records()
    }
    return [known[name] for name in found.activities if name in known]


def evidence_section(found: YearStatement, *, line_by_line: bool) -> Section:
    """Return what a statement builds on: activity data, files that prove it, statements.

    Args:
        found: The statement.
        line_by_line: Whether every line stands by itself; else series by series.
    """
    lang = found.lang
    records = records_of(found)
    tables = [_lines_table(records, lang) if line_by_line else _series_table(records, lang)]
    files = found.ports.registry.evidence_files()
    proven = {sha256: files.get(sha256) for record in records for sha256 in record.evidence}
    tables.append(_files_table(proven, lang))
    tables.append(_statements_table(found))
    n_bare = sum(not record.evidence for record in records)
    numbers = {"lines": len(records), "files": len(proven), "bare": n_bare}
    return Section(
        title=text("report.section.evidence", lang),
        sentences=(text("report.annual.evidence", lang, **numbers),),
        tables=tuple(table for table in tables if table.rows),
    )


def _lines_table(records: Sequence[ActivityRecord], lang: Lang) -> Table:
    rows = tuple(
        (
            prose(f"{record.id}.v{record.version}"),
            prose(record.period),
            prose(item_name(record.item, lang)),
            prose(flow_name(record.flow.value, lang)),
            number(record.amount, digits_of(record.amount)),
            prose(record.unit),
            prose(", ".join(sha256[:_HASH_DIGITS] for sha256 in record.evidence)),
        )
        for record in records
    )
    columns = heads(
        lang,
        line=None,
        period=None,
        item=None,
        flow=None,
        quantity="",
        unit=None,
        evidence=None,
    )
    return Table(title=text("report.annual.lines", lang), columns=columns, rows=rows)


def _series_table(records: Sequence[ActivityRecord], lang: Lang) -> Table:
    series: dict[tuple[str, str, str, str], list[ActivityRecord]] = {}
    for record in records:
        series.setdefault((*record.series, record.unit), []).append(record)
    rows: list[tuple[Cell, ...]] = []
    for (subject, item, flow, unit), of_series in sorted(series.items()):
        amount = EXACT.create_decimal(0)
        for record in of_series:
            amount = EXACT.add(amount, record.amount)
        rows.append(
            (
                prose(subject),
                prose(item_name(item, lang)),
                prose(flow_name(flow, lang)),
                number(amount, digits_of(amount)),
                prose(unit),
                number(len(of_series)),
                number(sum(len(record.evidence) for record in of_series)),
            )
        )
    columns = heads(
        lang, subject=None, item=None, flow=None, quantity="", unit=None, lines="", files=""
    )
    return Table(title=text("report.annual.series", lang), columns=columns, rows=tuple(rows))


def _files_table(proven: dict[str, EvidenceFile | None], lang: Lang) -> Table:
    rows = tuple(
        (
            prose(text("report.annual.lost", lang), tone=Tone.BAD)
            if file is None
            else prose(file.name),
            prose(sha256),
            number(None if file is None else file.n_bytes),
        )
        for sha256, file in sorted(proven.items())
    )
    columns = heads(lang, file=None, sha256=None, size="B")
    return Table(title=text("report.annual.files", lang), columns=columns, rows=rows)


def _statements_table(found: YearStatement) -> Table:
    names = words_of(found.part("inputs").get("statements"))
    rows = tuple((Cell(words=name, statement=found.stated.quotable(name)),) for name in names)
    return Table(
        title=text("report.annual.statements", found.lang),
        columns=heads(found.lang, statement=None),
        rows=rows,
    )


def digits_of(amount: Decimal) -> int:
    """Return how many decimals an amount is printed with.

    Example:
        >>> [digits_of(Decimal(text)) for text in ("999.000", "0.123456", "7.00004")]
        [0, 4, 0]
    """
    printed = round(amount, _AMOUNT_DIGITS).normalize()
    return max(0, -cast("int", printed.as_tuple().exponent))


# -- verification and signatures -----------------------------------------------------------------


def verification_section(found: YearStatement, *, others: Iterable[str] = ()) -> Section:
    """Return what was checked by machine, and the fields that a verifier fills in.

    Args:
        found: The statement of the report.
        others: Ids of further statements that the report sets.
    """
    lang, of = found.lang, found.of
    whole = of.get("value") is not None
    rows = [
        ("statement", Cell(words=found.id, statement=found.id)),
        *(("statement", Cell(words=name, statement=name)) for name in others),
        ("rule", prose(str(of.get("rule")))),
        (
            "whole",
            prose(
                text("report.annual.whole" if whole else "report.annual.part", lang),
                tone=Tone.GOOD if whole else Tone.OPEN,
            ),
        ),
        ("standing", prose(state_in(_standing(found), lang))),
        ("supersedes", prose(str(of.get("supersedes") or text("report.annual.first", lang)))),
        ("reason", prose(str(of.get("reason") or "–"))),
    ]
    blanks = tuple((name, prose("")) for name in _OPINION)
    return Section(
        title=text("report.section.verification", lang),
        sentences=(text("report.annual.machine", lang), text("report.annual.by_hand", lang)),
        tables=(
            field_table(rows, lang),
            field_table(blanks, lang, title=text("report.annual.opinion", lang)),
        ),
    )


def _standing(found: YearStatement) -> State:
    """Return how far the review of the statement of the report is."""
    return Reviews(found.ports).standing(found.stated.issued(found.id)).state


def signature_section(lang: Lang) -> Section:
    """Return the fields that are filled in by hand before a report is handed in."""
    return Section(
        title=text("report.section.signature", lang),
        sentences=(text("report.annual.declaration", lang),),
        tables=(field_table([(name, prose("")) for name in _BLANKS], lang),),
    )
