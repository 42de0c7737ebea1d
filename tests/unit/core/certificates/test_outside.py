"""Hostile tables of other registries: every cell is named, and nothing comes in halfway."""

from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taihang.core.activity.sheet import Cell, CellKind, Sheet
from taihang.core.certificates.exchange import (
    EnergyUnit,
    ExchangeMap,
    Field,
    ImportColumns,
    TimeStyle,
)
from taihang.core.certificates.outside import (
    MAX_RECORDS,
    OutsideCertificate,
    OutsideFileError,
    doubled_serials,
    read_outside,
)

ZONE = ZoneInfo("Asia/Shanghai")
NOW_S = int(datetime(2026, 10, 1, tzinfo=UTC).timestamp())
COLUMNS = {
    Field.SERIAL_FIRST: "From",
    Field.SERIAL_LAST: "To",
    Field.DEVICE_CODE: "Code",
    Field.DEVICE_NAME: "Device",
    Field.TECHNOLOGY: "Technology",
    Field.ENERGY: "MWh",
    Field.STATUS: "Status",
    Field.START: "Start",
    Field.END: "End",
    Field.EXPIRES: "Expires",
}
IMPORTS = ImportColumns(
    columns=COLUMNS,
    unit=EnergyUnit.CERTIFICATES,
    time=TimeStyle.DAYS,
    taken=frozenset({"Issued"}),
    ignored=frozenset({"Remark"}),
)
GOOD = {
    "From": "IREC-0001",
    "To": "IREC-0003",
    "Code": "CN-1",
    "Device": "Dam",
    "Technology": "hydro",
    "MWh": "3",
    "Status": "Issued",
    "Start": "2026-06-01",
    "End": "2026-06-30",
    "Expires": "",
}


def outside_map(imports: ImportColumns | None = IMPORTS) -> ExchangeMap:
    return ExchangeMap(
        name="m",
        title_zh="表",
        title_en="table",
        registry="i-rec",
        view=None,
        exports={},
        imports=imports,
    )


def sheet(*rows: dict[str, str]) -> Sheet:
    headings = list(rows[0]) if rows else list(GOOD)
    return Sheet(
        tuple(Cell(f"row 1, column {at}", CellKind.PLAIN, h) for at, h in enumerate(headings, 1)),
        tuple(
            tuple(
                Cell(
                    f"row {number}, column {at}",
                    CellKind.PLAIN if row[h] else CellKind.EMPTY,
                    row[h],
                )
                for at, h in enumerate(headings, 1)
            )
            for number, row in enumerate(rows, 2)
        ),
    )


def read(*rows: dict[str, str], imports: ImportColumns = IMPORTS) -> tuple[OutsideCertificate, ...]:
    return read_outside(
        sheet(*rows), exchange=outside_map(imports), zone=ZONE, now_s=NOW_S, name="f.csv"
    )


def refused(*rows: dict[str, str], imports: ImportColumns = IMPORTS) -> tuple[str, ...]:
    with pytest.raises(OutsideFileError) as raised:
        read(*rows, imports=imports)
    return raised.value.problems


def test_read_outside__days_are_local_and_the_last_is_part_of_it() -> None:
    (found,) = read(GOOD)

    assert found == OutsideCertificate(
        registry="i-rec",
        serial_first="IREC-0001",
        serial_last="IREC-0003",
        device_code="CN-1",
        device_name="Dam",
        technology="hydro",
        start_s=int(datetime(2026, 6, 1, tzinfo=ZONE).timestamp()),
        end_s=int(datetime(2026, 7, 1, tzinfo=ZONE).timestamp()),
        energy_wh=3_000_000,
        expires_on=None,
    )


@pytest.mark.parametrize(
    ("unit", "text", "energy_wh"),
    [
        (EnergyUnit.WH, "7", 7),
        (EnergyUnit.KWH, "0.007", 7),
        (EnergyUnit.MWH, "1.5", 1_500_000),
        (EnergyUnit.MWH, "1.500000", 1_500_000),
    ],
)
def test_read_outside__energy_is_exact(unit: EnergyUnit, text: str, energy_wh: int) -> None:
    (found,) = read({**GOOD, "MWh": text}, imports=replace(IMPORTS, unit=unit))

    assert found.energy_wh == energy_wh


@pytest.mark.parametrize(
    ("heading", "text", "word"),
    [
        ("MWh", "", "a text"),
        ("MWh", "NaN", "plain number"),
        ("MWh", "1e3", "plain number"),
        ("MWh", "-3", "plain number"),
        ("MWh", "٣", "plain number"),
        ("MWh", "0", "whole watt-hours"),
        ("MWh", "2.5", "whole certificates"),
        ("MWh", "2", "3, as many certificates as its numbers count"),
        ("MWh", "9" * 18, "whole watt-hours"),
        ("From", "IREC-0004", "ends at or after"),
        ("From", "IREC-001", "as many digits"),
        ("From", "OTHER-0001", "ends at or after"),
        ("Device", "=HYPERLINK(1)", "formula"),
        ("Device", "@SUM(1)", "formula"),
        ("Device", "Dam\u202e", "printable"),
        ("Device", "x" * 121, "at most 120"),
        ("Status", "Cancelled", "one of Issued"),
        ("Start", "2026-6-1", "style 'days'"),
        ("Start", "2026-02-30", "style 'days'"),
        ("Start", "1899-01-01", "style 'days'"),
        ("Start", "01/06/2026", "style 'days'"),
        ("End", "2026-05-31", "an end after the start"),
        ("Expires", "soon", "a day"),
    ],
)
def test_read_outside__names_the_cell_of_a_wrong_value(heading: str, text: str, word: str) -> None:
    problems = refused({**GOOD, heading: text})

    assert len(problems) == 1
    assert problems[0].startswith("row 2, column ")
    assert word in problems[0]


def test_read_outside__nothing_was_produced_in_the_future() -> None:
    (problem,) = refused({**GOOD, "Start": "2026-10-01", "End": "2026-10-31"})

    assert "has not been yet" in problem


def test_read_outside__tells_every_row_and_takes_none() -> None:
    problems = refused(GOOD, {**GOOD, "MWh": "x"}, {**GOOD, "Start": "y", "Status": "z"})

    assert [problem.partition(",")[0] for problem in problems] == ["row 3", "row 4", "row 4"]


@pytest.mark.parametrize("heading", ["Code", "From", "Status"])
def test_read_outside__wants_each_heading_once(heading: str) -> None:
    lacking = {name: text for name, text in GOOD.items() if name != heading}

    assert f"{heading!r} stands 0 times" in refused(lacking)[0]


def test_read_outside__refuses_a_heading_that_the_map_does_not_know() -> None:
    assert "'Colour'" in refused({**GOOD, "Colour": "green"})[0]
    assert len(read({**GOOD, "Remark": "anything"})) == 1


def test_read_outside__refuses_a_table_without_records_and_one_too_long() -> None:
    assert refused() == ("no record at all",)
    long = Sheet(sheet(GOOD).head, sheet(GOOD).rows * (MAX_RECORDS + 1))
    with pytest.raises(OutsideFileError, match=str(MAX_RECORDS)):
        read_outside(long, exchange=outside_map(), zone=ZONE, now_s=NOW_S, name="f.csv")


def test_read_outside__the_same_numbers_twice_are_refused() -> None:
    (problem,) = refused(GOOD, {**GOOD, "From": "IREC-0003", "To": "IREC-0004", "MWh": "2"})

    assert problem == ("i-rec IREC-0003 … IREC-0004 shares certificates with IREC-0001 … IREC-0003")


def test_read_outside__a_map_without_import_imports_nothing() -> None:
    with pytest.raises(OutsideFileError, match="imports nothing"):
        read_outside(sheet(GOOD), exchange=outside_map(None), zone=ZONE, now_s=NOW_S, name="f.csv")


def numbered(first: int, last: int, prefix: str = "A") -> OutsideCertificate:
    (good,) = read(GOOD)
    return replace(good, serial_first=f"{prefix}{first:04d}", serial_last=f"{prefix}{last:04d}")


@given(
    st.lists(st.tuples(st.sampled_from("AB"), st.integers(0, 60), st.integers(0, 8)), max_size=8)
)
def test_doubled_serials__finds_exactly_what_shares_a_number(
    ranges: list[tuple[str, int, int]],
) -> None:
    records = [numbered(first, first + more, prefix) for prefix, first, more in ranges]
    numbers = [
        (prefix, n) for prefix, first, more in ranges for n in range(first, first + more + 1)
    ]

    found = list(doubled_serials(records))

    assert bool(found) == (len(numbers) != len(set(numbers)))


def test_doubled_serials__looks_at_what_came_in_before() -> None:
    assert list(doubled_serials([numbered(4, 5)], known=[numbered(1, 3)])) == []
    assert len(list(doubled_serials([numbered(3, 5)], known=[numbered(1, 3)]))) == 1


@pytest.mark.parametrize("spelled", ["a", "Ａ", " A", "A "])
def test_doubled_serials__another_spelling_is_the_same_number(spelled: str) -> None:
    assert len(list(doubled_serials([numbered(3, 3, "A"), numbered(3, 3, spelled)]))) == 1


def test_doubled_serials__a_wide_range_is_not_forgotten_behind_a_narrow_one() -> None:
    found = list(doubled_serials([numbered(1, 10), numbered(2, 3), numbered(5, 6)]))

    assert len(found) == 2
    assert all("A0001 … A0010" in one for one in found)


def test_production__is_what_the_guards_look_at() -> None:
    (found,) = read({**GOOD, "Expires": "2028-06-01"})

    assert found.expires_on == date(2028, 6, 1)
    assert (found.production.device_code, found.production.energy_wh) == ("CN-1", 3_000_000)
