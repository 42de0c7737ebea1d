"""The lines of a bill, as its statement says them."""

from decimal import Decimal
from typing import Final

from taihang.core.quantities import WH_PER_KWH
from taihang.core.seal.canonical import JsonValue
from taihang.interfaces.catalogue import Lang, text
from taihang.interfaces.reports.document import Cell, Column, Section, Table, Tone, number, prose
from taihang.interfaces.reports.stated import Body, said, unit_in

_COLUMNS: Final = ("line", "quantity", "unit", "price", "price_unit", "amount", "condition")
_NUMBERS: Final = frozenset(("quantity", "price", "amount"))
_WHOLE: Final = "billed"
_KWH_DIGITS: Final = 3
_DIGITS_MAX: Final = 8
"""Decimals in print; a derived price may go on for ever, the sheet of figures has them all."""


def bill_section(statement: str, bill: Body, lang: Lang) -> Section:
    """Return a bill as a table whose amounts sum to its total.

    Args:
        statement: Id of the bill.
        bill: What it says.
        lang: Language of the reader.
    """
    lines = bill.get("lines")
    rows = [_row(line, lang) for line in (lines if isinstance(lines, list) else [])]
    total = number(Decimal(str(bill["value"])), 2, statement=statement)
    empty = prose("")
    rows.append(
        (prose(text("report.total", lang)), empty, empty, empty, empty, total, empty),
    )
    columns = tuple(
        Column(title=text(f"report.bill.{name}", lang), is_number=name in _NUMBERS)
        for name in _COLUMNS
    )
    return Section(
        title=text("report.section.bill", lang),
        sentences=_sentences(bill, lang),
        tables=(
            Table(
                title="",
                columns=columns,
                rows=tuple(rows),
                n_sums=1,
                note=text("report.bill.note", lang),
            ),
        ),
    )


def _row(line: JsonValue, lang: Lang) -> tuple[Cell, ...]:
    of = line if isinstance(line, dict) else {}
    state = str(of.get("state"))
    reason = said(of.get("reason"), lang)
    label = "" if state == _WHOLE else text(f"report.bill.state.{state}", lang)
    return (
        prose(said(of.get("title"), lang)),
        _exact(of.get("quantity"), least=_KWH_DIGITS if of.get("unit") == "kWh" else 0),
        prose(unit_in(str(of.get("unit") or ""), lang)),
        _exact(of.get("price"), least=4),
        prose(unit_in(str(of.get("price_unit") or ""), lang)),
        _exact(of.get("amount_cny"), least=2),
        prose(
            " · ".join(part for part in (label, reason) if part),
            tone=Tone.PLAIN if state == _WHOLE else Tone.OPEN,
        ),
    )


def _exact(value: JsonValue, *, least: int) -> Cell:
    """Print a number with all its digits, up to a bound: a bill can be worked out by hand."""
    if value is None:
        return number(None)
    exact = Decimal(str(value))
    digits = -int(exact.normalize().as_tuple().exponent)
    return number(exact, min(max(least, digits), _DIGITS_MAX))


def _sentences(bill: Body, lang: Lang) -> tuple[str, ...]:
    kwh = f"{Decimal(str(bill.get('energy_wh') or 0)) / WH_PER_KWH:,.3f}"
    counts = {"usable": f"{bill.get('usable'):,}", "all": f"{bill.get('intervals'):,}"}
    sentences = [
        text("report.bill.energy", lang, kwh=kwh, tariff=str(bill.get("tariff"))),
        text(f"report.bill.{bill.get('state')}", lang, **counts),
    ]
    if bill.get("estimated_wh"):
        estimated = f"{Decimal(str(bill['estimated_wh'])) / WH_PER_KWH:,.3f}"
        sentences.append(text("report.bill.estimated", lang, kwh=estimated))
    return tuple(sentences)
