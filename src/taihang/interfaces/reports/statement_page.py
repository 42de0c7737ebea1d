"""Any statement as a report: what it says, field by field, in the order in which it says it.

A statement of any kind can be handed in, also of one that no report of its own was made for: its
value, its lines as tables, its facts, what it builds on and what could not be assessed.
"""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Final

from taihang.core.seal.canonical import JsonValue
from taihang.interfaces.catalogue import LANGS, Lang, has_text, text
from taihang.interfaces.reports.assemble import Heading, assemble
from taihang.interfaces.reports.document import (
    NOTHING,
    Cell,
    Column,
    Document,
    Figure,
    Section,
    Table,
    number,
    prose,
)
from taihang.interfaces.reports.factors import factor_section
from taihang.interfaces.reports.stated import Body, Stated, body, said, unit_in
from taihang.services.ports import Ports

KIND: Final = "statement"
_ELSEWHERE: Final = frozenset(
    ("factors", "format", "rule", "id", "version", "supersedes", "reason", "code_version", "value",
     "unit", "title", "inputs", "not_assessed", "kind", "subject", "park", "period")
)  # fmt: skip
"""Fields that have a place of their own in the report."""
_DIGITS_MAX: Final = 8


def statement_page(statement_id: str, *, lang: Lang, ports: Ports) -> Document:
    """Draw up one statement.

    Args:
        statement_id: Its id, or that of a series for the latest version.
        lang: Language of the reader.
        ports: The park.

    Returns:
        The report.

    Raises:
        UnknownStatementError: If there is no such statement.
    """
    issued = ports.registry.statement(statement_id)
    of = body(issued)
    stated = Stated([issued.period], ports=ports, also=[issued])
    sections = [
        _words(of, issued.id, lang),
        *_tables(of, lang),
        _not_assessed(of, lang),
        _inputs(of, lang),
        factor_section([of], lang),
    ]
    unit = unit_in(str(of.get("unit") or ""), lang)
    value = of.get("value")
    figure = Figure(
        label=_title(of, issued.kind, lang),
        cell=_exact(value, statement=issued.id),
        unit=unit,
    )
    return assemble(
        Heading(kind=KIND, subject=issued.subject, period=issued.period, lang=lang),
        [figure] if value is not None else [],
        [section for section in sections if section is not None],
        stated=stated,
        ports=ports,
    )


def _title(of: Body, kind: str, lang: Lang) -> str:
    key = f"report.kind.{kind}"
    return said(of.get("title"), lang) or (text(key, lang) if has_text(key) else kind)


def _words(of: Body, statement: str, lang: Lang) -> Section:
    names = ("rule", "supersedes", "reason", "code_version")
    rows = (
        (prose(text("report.issued.id", lang)), Cell(words=statement, statement=statement)),
        *(
            (prose(text(f"report.issued.{name}", lang)), prose(str(of.get(name) or NOTHING)))
            for name in names
        ),
    )
    columns = (
        Column(title=text("report.issued.field", lang), is_number=False),
        Column(title=text("report.issued.content", lang), is_number=False),
    )
    return Section(
        title=text("report.section.issued", lang),
        tables=(Table(title="", columns=columns, rows=rows),),
    )


def _tables(of: Body, lang: Lang) -> Iterator[Section]:
    """Yield the plain fields as one table, and every list of objects as one of its own."""
    plain = list(_flat({name: of[name] for name in of if name not in _ELSEWHERE}))
    rows = tuple((prose(_label(name, lang)), _cell(value)) for name, value in plain)
    if rows:
        columns = (
            Column(title=text("report.issued.field", lang), is_number=False),
            Column(title=text("report.issued.content", lang)),
        )
        yield Section(
            title=text("report.section.fields", lang),
            tables=(Table(title="", columns=columns, rows=rows),),
        )
    for name, value in of.items():
        if name not in _ELSEWHERE and _is_table(value):
            yield Section(title=_label(name, lang), tables=(_table(value, lang),))


def _flat(fields: Mapping[str, JsonValue], before: str = "") -> Iterator[tuple[str, JsonValue]]:
    for name, value in fields.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{before}{name}.")
        elif not _is_table(value):
            yield f"{before}{name}", value


def _is_table(value: JsonValue) -> bool:
    return isinstance(value, list) and any(isinstance(each, dict) for each in value)


def _table(value: JsonValue, lang: Lang) -> Table:
    """Return a list of objects as a table: one column for every field that any of them has."""
    items = value if isinstance(value, list) else []
    rows = [dict(_flat(each)) for each in items if isinstance(each, dict)]
    every = dict.fromkeys(name for row in rows for name in row)
    names = sorted(every, key=lambda name: _ORDER.get(name.partition(".")[0], len(_ORDER)))
    shown = [name for name in names if any(row.get(name) not in _EMPTY for row in rows)]
    chosen = [name for name in shown if name.rpartition(".")[2] not in _OTHER[lang]]
    cells = tuple(tuple(_cell(row.get(name)) for name in chosen) for row in rows)
    columns = tuple(
        Column(title=_label(name, lang), is_number=_is_number(cells, place))
        for place, name in enumerate(chosen)
    )
    return Table(title="", columns=columns, rows=cells)


_EMPTY: Final[tuple[JsonValue, ...]] = (None, "", [])
_ORDER: Final = {
    name: place
    for place, name in enumerate(
        ("local_month", "local_hour", "title", "symbol", "item", "energy", "activity", "medium",
         "code", "flow", "quantity",
         "amount", "unit", "price", "price_unit", "amount_cny", "value", "state", "verdict")
    )
}  # fmt: skip
"""What a reader looks for first; canonical text is in the order of the alphabet."""
_OTHER: Final[Mapping[Lang, frozenset[str]]] = {"zh": frozenset(("en",)), "en": frozenset(("zh",))}
"""Words in the other language are left out."""


def _is_number(cells: tuple[tuple[Cell, ...], ...], place: int) -> bool:
    column = [row[place] for row in cells]
    return any(cell.value is not None for cell in column)


def _label(name: str, lang: Lang) -> str:
    """Return the words for a field, or its own name, which carries its unit."""
    last = name.rpartition(".")[2]
    if last in LANGS:
        last = name.removesuffix(last).rstrip(".").rpartition(".")[2] or "sentence"
    key = f"report.field.{last}"
    return text(key, lang) if has_text(key) else name.removesuffix(f".{lang}")


def _cell(value: JsonValue) -> Cell:
    if isinstance(value, bool) or value in _EMPTY:
        return prose(NOTHING if value in _EMPTY else str(value).lower())
    if isinstance(value, list):
        return prose(", ".join(map(str, value)))
    if isinstance(value, dict):
        return prose(", ".join(f"{name} {each}" for name, each in value.items()))
    return _exact(value)


def _exact(value: JsonValue, *, statement: str = "") -> Cell:
    """Return a number with its digits, or words where it is none."""
    words = str(value)
    if not words or words[0] not in "-0123456789":
        return prose(words)
    try:
        exact = Decimal(words)
    except InvalidOperation:
        return prose(words)
    digits = max(0, -int(exact.as_tuple().exponent)) if exact.is_finite() else 0
    return number(exact, min(digits, _DIGITS_MAX), statement=statement)


def _not_assessed(of: Body, lang: Lang) -> Section | None:
    sentences = tuple(_sentences(of.get("not_assessed"), lang))
    if not sentences:
        return None
    return Section(title=text("report.section.not_assessed", lang), sentences=sentences)


def _sentences(value: JsonValue, lang: Lang) -> Iterable[str]:
    for each in value if isinstance(value, list) else []:
        if isinstance(each, dict) and lang in each:
            yield str(each[lang])
        elif isinstance(each, dict):
            yield " · ".join(f"{name}: {said(item, lang)}" for name, item in each.items())
        else:
            yield str(each)


def _inputs(of: Body, lang: Lang) -> Section | None:
    inputs = of.get("inputs")
    if not isinstance(inputs, dict):
        return None
    sentences = tuple(
        f"{_label(name, lang)}: {', '.join(map(str, ids))}"
        for name, ids in inputs.items()
        if isinstance(ids, list) and ids
    )
    if not sentences:
        return None
    return Section(title=text("report.section.inputs", lang), sentences=sentences)
