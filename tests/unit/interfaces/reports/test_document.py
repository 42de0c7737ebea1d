from dataclasses import replace
from decimal import Decimal
from hashlib import sha256
from typing import Final

import pytest

from taihang.core.seal.canonical import canonical_bytes
from taihang.interfaces.reports.document import (
    NOTHING,
    Cell,
    Column,
    Document,
    Figure,
    Reference,
    Section,
    Table,
    Tone,
    body_of,
    cells_of,
    cited,
    machine_form,
    number,
    prose,
)

_ID: Final = "energy.E01.2026-09.v1"
TABLE: Final = Table(
    title="t",
    columns=(Column(title="what", is_number=False), Column(title="much", unit="MWh")),
    rows=((prose("a"), number(Decimal("1.25"), 1, statement=_ID)), (prose("b"), number(None))),
    n_sums=1,
    note="n",
)
SECTION: Final = Section(title="s", sentences=("one",), tables=(TABLE,))
FIGURE: Final = Figure(label="f", cell=number(7), unit="kWh")
REPORT: Final = Document(
    kind="park-period",
    lang="en",
    park="small",
    subject="park",
    period="2026-09",
    title="Title",
    subtitle="Subtitle",
    figures=(FIGURE,),
    sections=(SECTION,),
    references=(Reference(id=_ID, sha256="ab" * 32),),
    log_origin="o",
    log_size=3,
    log_root="cd" * 32,
    code_version="0",
)


def test_number__nothing_is_marked_and_never_zero() -> None:
    assert number(None).printed == NOTHING
    assert number(None).tone is Tone.OPEN
    assert number(0).printed == "0"


def test_printed__rounds_half_to_even() -> None:
    printed = [number(Decimal(value), 1).printed for value in ("0.25", "0.35", "-1234.55")]
    assert printed == ["0.2", "0.4", "-1,234.6"]


def test_cited__names_each_statement_once_in_order() -> None:
    twice = replace(SECTION, tables=(TABLE, TABLE))
    first = replace(FIGURE, cell=number(1, statement="bill.E01.2026-09.v2"))
    assert cited([first], [twice]) == ("bill.E01.2026-09.v2", _ID)


def test_cells_of__gives_every_cell() -> None:
    assert [cell.printed for cell in cells_of(REPORT)] == ["7", "a", "1.2", "b", NOTHING]


_OTHER_CELL: Final = replace(TABLE, rows=((prose("a"), number(Decimal("1.26"), 1)),))


@pytest.mark.parametrize(
    "other",
    [
        replace(REPORT, title="Other"),
        replace(REPORT, lang="zh"),
        replace(REPORT, log_size=4),
        replace(REPORT, references=()),
        replace(REPORT, figures=(replace(FIGURE, note="x"),)),
        replace(REPORT, sections=(replace(SECTION, tables=(_OTHER_CELL,)),)),
        replace(REPORT, sections=(replace(SECTION, tables=(replace(TABLE, n_sums=0),)),)),
    ],
)
def test_code__changes_with_anything_that_is_said(other: Document) -> None:
    assert other.code != REPORT.code


def test_code__is_over_the_canonical_form_without_itself() -> None:
    digits = sha256(canonical_bytes(body_of(REPORT))).hexdigest()[:20]
    assert machine_form(REPORT)["code"] == REPORT.code
    assert REPORT.code.replace("-", "") == digits


def test_cell__says_a_value_exactly_beside_its_print() -> None:
    said = canonical_bytes(machine_form(REPORT)).decode()
    assert f'{{"printed":"1.2","statement":"{_ID}","value":"1.25"}}' in said
    assert Cell(words="x").printed == "x"
