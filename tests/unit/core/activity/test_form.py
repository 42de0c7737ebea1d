"""Cells to lines: every fault is told with its cell, all at once, and nothing is guessed."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from taihang.adapters.facts import load_facts
from taihang.core.activity.form import (
    COLUMNS,
    FormRefusedError,
    FormWords,
    ReadForm,
    Stated,
    Vocabulary,
    read_form,
)
from taihang.core.activity.item import ItemTable
from taihang.core.activity.record import ActivityRecord, Flow
from taihang.core.activity.sheet import Cell, CellKind, Sheet
from taihang.core.activity.version import FormProblem

VOCABULARY = Vocabulary(
    words=FormWords(
        headings={**{name: name for name in COLUMNS}, "编号": "id"},
        flows={"消费": Flow.CONSUMED, "consumed": Flow.CONSUMED, "output": Flow.OUTPUT},
        units={"万标立方米": "10⁴Nm³"},
    ),
    subjects={"E01": "E01", "甲厂": "E01", "park": "park", "E02": "E02"},
    in_service={"E01": (None, None), "E02": (date(2026, 3, 15), date(2026, 7, 1))},
    items=ItemTable(load_facts()),
)
STATED = Stated(today=date(2026, 10, 1), known_at_s=7, evidence=("ab" * 32,))
GOOD = {
    "id": "a",
    "subject": "E01",
    "period": "2026-06",
    "item": "natural-gas",
    "flow": "consumed",
    "amount": "12.8",
    "unit": "10⁴Nm³",
}


def kind_of(text: str) -> CellKind:
    return CellKind.PLAIN if text else CellKind.EMPTY


def sheet(*rows: Mapping[str, str | Cell]) -> Sheet:
    names = list(dict.fromkeys(name for each in rows for name in each))
    head = tuple(Cell(f"{chr(65 + at)}1", CellKind.PLAIN, name) for at, name in enumerate(names))
    cells: list[tuple[Cell, ...]] = []
    for number, each in enumerate(rows, 2):
        line: list[Cell] = []
        for at, name in enumerate(names):
            given = each.get(name, "")
            where = f"{chr(65 + at)}{number}"
            line.append(
                replace(given, where=where)
                if isinstance(given, Cell)
                else Cell(where, kind_of(given), given)
            )
        cells.append(tuple(line))
    return Sheet(head, tuple(cells))


def read(*rows: Mapping[str, str | Cell]) -> ReadForm:
    return read_form(sheet(*rows), vocabulary=VOCABULARY, stated=STATED)


def one(**changes: str | Cell) -> ActivityRecord:
    form = read({**GOOD, **changes})
    assert form.problems == []
    ((record, where),) = form.lines
    assert where == "A2"
    return record


def wrong(**changes: str | Cell) -> str:
    form = read({**GOOD, **changes})
    assert form.lines == []
    assert form.problems, changes
    return "\n".join(each.told for each in form.problems)


def odd(kind: CellKind, text: str = "x") -> Cell:
    return Cell("", kind, text)


def test_read_form__takes_a_line_as_it_stands() -> None:
    record = one()

    assert (record.amount, record.unit, record.flow) == (Decimal("12.8"), "10⁴Nm³", Flow.CONSUMED)
    assert (record.evidence, record.known_at_s) == (STATED.evidence, 7)
    assert (record.version, record.reason, record.uncertainty_ratio) == (1, "first issue", None)


def test_read_form__knows_names_units_and_headings_in_chinese() -> None:
    chinese = {**GOOD, "subject": "甲厂", "item": "天然气", "flow": "消费", "unit": "万标立方米"}
    named = {"编号" if name == "id" else name: value for name, value in chinese.items()}

    ((record, _),) = read(named).lines

    assert record == one()


@pytest.mark.parametrize(
    ("changes", "uncertainty_ratio"),
    [
        ({"uncertainty": "0.05"}, "0.05"),
        ({"uncertainty": "5%"}, "0.05"),
        ({"uncertainty": "5 %"}, "0.05"),
        ({"uncertainty": odd(CellKind.PERCENT, "0.05")}, "0.05"),
        ({"uncertainty": odd(CellKind.NUMBER, "0")}, "0"),
        ({"uncertainty": odd(CellKind.TEXT, "2.5%")}, "0.025"),
    ],
)
def test_read_form__takes_an_uncertainty_as_share_or_per_cent(
    changes: dict[str, str | Cell], uncertainty_ratio: str
) -> None:
    assert one(**changes).uncertainty_ratio == Decimal(uncertainty_ratio)


def test_read_form__takes_a_later_version_with_its_reason() -> None:
    record = one(version="2", reason="抄表错误")

    assert (record.version, record.reason) == (2, "抄表错误")
    assert "reason: nothing, for version 2" in wrong(version="2")


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"amount": "-1"}, "F2: amount: -1"),
        ({"amount": "-0.0"}, "F2: amount: -0.0"),
        ({"amount": "1,5"}, "'1,5'"),
        ({"amount": "1 000"}, "'1 000'"),
        ({"amount": "١٢"}, "'١٢'"),
        ({"amount": "\uff11\uff12.\uff18"}, "amount: plain text"),
        ({"amount": "1e400"}, "'1e400'"),
        ({"amount": "nan"}, "'nan'"),
        ({"amount": "inf"}, "'inf'"),
        ({"amount": "+5"}, "'+5'"),
        ({"amount": "12.8 t"}, "'12.8 t'"),
        ({"amount": "1" + "0" * 12}, "below 10^12"),
        ({"amount": "0." + "1" * 10}, "at most 9 decimals"),
        ({"amount": ""}, "leave the whole row out if it is not known"),
        ({"amount": odd(CellKind.TEXT, "12.8")}, "amount: text '12.8'"),
        ({"amount": odd(CellKind.BOOLEAN, "1")}, "true or false"),
        ({"amount": odd(CellKind.PERCENT, "1")}, "a percentage"),
        ({"amount": odd(CellKind.ERROR, "#REF!")}, "an error value '#REF!'"),
        ({"amount": odd(CellKind.UNSAVED, "=A1")}, "a formula without a saved value"),
        ({"amount": odd(CellKind.BROKEN, "1e400")}, "something unreadable '1e400'"),
        ({"period": odd(CellKind.DATE, "46235")}, "C2: period: a date '46235'"),
        ({"period": "2026-13"}, "a month YYYY-MM or a year YYYY"),
        ({"period": "2026-6"}, "a month YYYY-MM or a year YYYY"),
        ({"period": "2026-06-30 24:00"}, "a month YYYY-MM or a year YYYY"),
        ({"period": "2026年6月"}, "a month YYYY-MM or a year YYYY"),
        ({"period": "2026-10"}, "which has not ended"),
        ({"period": "2026"}, "which has not ended"),
        ({"period": "2031-01"}, "which has not ended"),
        ({"subject": "E99"}, "B2: subject: 'E99'"),
        ({"subject": ""}, "subject: nothing"),
        ({"subject": "E02", "period": "2026-02"}, "in which E02 was not in the park"),
        ({"subject": "E02", "period": "2026-07"}, "in which E02 was not in the park"),
        ({"subject": "E02", "period": "2025"}, "in which E02 was not in the park"),
        ({"item": "coal"}, "of which no table of facts knows anything"),
        ({"flow": "burnt"}, "flow: 'burnt'"),
        ({"flow": "output"}, "flow: output of natural-gas"),
        ({"unit": "t"}, "G2: unit: 't', which cannot meet the tables of natural-gas"),
        ({"unit": "tce"}, "'tce'"),
        ({"id": "a b"}, "1 to 64 letters"),
        ({"id": "=cmd|' /C calc'!A0"}, "begin no formula"),
        ({"id": "a\u200b"}, "U+200B"),
        ({"reason": "@SUM(A1)"}, "begin no formula"),
        ({"reason": "\u202egas"}, "U+202E"),
        ({"reason": "x" * 201}, "1 … 200"),
        ({"version": "0"}, "version: plain text '0'"),
        ({"version": "1.5"}, "'1.5'"),
        ({"uncertainty": "1.5"}, "0% … 100%"),
        ({"uncertainty": "±5%"}, "'±5%'"),
    ],
)
def test_read_form__tells_what_is_wrong_and_where(
    changes: dict[str, str | Cell], told: str
) -> None:
    assert told in wrong(**changes)


@pytest.mark.parametrize("period", ["2026-03", "2026-06", "2025-12"])
def test_read_form__takes_the_months_that_a_subject_was_in_the_park(period: str) -> None:
    subject = "E01" if period == "2025-12" else "E02"

    assert one(subject=subject, period=period).period == period


def test_read_form__tells_of_everything_at_once() -> None:
    form = read(
        {**GOOD, "amount": "-1", "unit": "t", "period": "2026-13"},
        GOOD,
        {**GOOD, "id": "", "item": "coal"},
    )

    assert sorted(each.where for each in form.problems) == ["A4", "C2", "D4", "F2", "G2"]
    assert len(form.lines) == 1


def test_read_form__refuses_headings_that_it_does_not_know_or_needs() -> None:
    unknown = read({**GOOD, "remark": "x"})
    absent = read({name: value for name, value in GOOD.items() if name != "unit"})
    twice = read_form(
        Sheet((*sheet(GOOD).head, Cell("H1", CellKind.PLAIN, "编号")), ()),
        vocabulary=VOCABULARY,
        stated=STATED,
    )

    assert [each.where for each in unknown.problems] == ["H1"]
    assert "no column unit" in absent.problems[0].told
    assert "the column id again" in twice.problems[0].told


def test_read_form__refuses_a_form_without_a_row() -> None:
    form = read_form(Sheet(sheet(GOOD).head, ()), vocabulary=VOCABULARY, stated=STATED)

    assert "0 rows" in form.problems[0].told


def test_form_refused_error__lists_every_problem_up_to_a_bound() -> None:
    problems = [FormProblem(f"A{n}", "x", "y") for n in range(250)]

    error = FormRefusedError(problems, name="f.csv")

    assert error.given == "f.csv with 250 things wrong in it"
    assert str(error).count("\n") == 201
    assert "… 50 more" in str(error)
    assert error.problems == tuple(problems)
