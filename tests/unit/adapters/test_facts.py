from datetime import date
from decimal import Decimal

import pytest

from taihang.adapters.facts import (
    FactConflictError,
    FactFileError,
    load_facts,
    load_tables,
    read_facts,
    read_table,
)

ONE = """\
# a comment
[defaults]
region = "CN"
valid_from = 2026-01-01
document = "text"
clause = "1"
source = "K1"
status = "verified"
set = "s"

[[fact]]
code = "heat.ef"
value = "0.110"
unit = "tCO2/GJ"
"""

MATRIX = """\
[defaults]
valid_from = 2026-01-01
document = "text"
clause = "1"
source = "K1"
status = "verified"
set = "s"

[[matrix]]
columns = [
  { region = "*", code = "grid.average", unit = "kgCO2/kWh" },
  { region = "*", code = "grid.fossil-only", unit = "kgCO2/kWh", note = "fossil" },
]
rows = [
  ["CN",     "全国", "0.5306", "0.8273"],
  ["Shanxi", "山西", "0.6634", "", { status = "uncertain" }],
]
"""


def test_load_facts__holds_every_fact_of_every_bundled_table() -> None:
    tables = load_tables()

    book = load_facts()

    assert len(tables) >= 9
    assert sum(len(table.facts) for table in tables) == len(book.all())
    assert all(table.facts and table.title_zh and table.title_en for table in tables)
    assert sorted(table.name for table in tables) == [table.name for table in tables]


def test_load_facts__gives_every_fact_a_key_of_its_own() -> None:
    facts = load_facts().all()

    assert len(facts) == len({fact.key for fact in facts})
    assert len(facts) >= 289


def test_read_facts__keeps_the_printed_digits() -> None:
    (fact,) = read_facts(ONE, source="park.toml")

    assert str(fact.value) == "0.110"
    assert (date(2026, 1, 1), None, None, "") == (
        fact.valid_from,
        fact.valid_to,
        fact.data_year,
        fact.note,
    )


def test_read_facts__a_field_of_the_fact_wins_over_the_default() -> None:
    text = ONE + 'status = "uncertain"\nvalid_to = 2027-01-01\ndata_year = 2025\n'

    (fact,) = read_facts(text, source="park.toml")

    assert ("uncertain", date(2027, 1, 1), 2025) == (fact.status, fact.valid_to, fact.data_year)


def test_read_facts__of_an_empty_text_are_none() -> None:
    assert read_facts("", source="park.toml") == ()


def test_read_table__unfolds_a_matrix_and_skips_what_is_not_printed() -> None:
    table = read_table(MATRIX, name="grid")

    assert [
        ("grid.average", "CN", Decimal("0.5306"), "verified", "全国"),
        ("grid.fossil-only", "CN", Decimal("0.8273"), "verified", "全国；fossil"),
        ("grid.average", "Shanxi", Decimal("0.6634"), "uncertain", "山西"),
    ] == [(f.code, f.region, f.value, f.status, f.note) for f in table.facts]


@pytest.mark.parametrize(
    ("broken", "by", "words"),
    [
        ('value = "0.110"', "value = 0.110", ["line 11", "value = 0.11", "in quotes"]),
        ('value = "0.110"', "value = 1", ["value = 1", "in quotes"]),
        ('value = "0.110"', 'value = "0,110"', ["value = '0,110'", "finite decimal"]),
        ('value = "0.110"', 'value = "NaN"', ["value = 'NaN'", "finite decimal"]),
        ('value = "0.110"', 'value = "inf"', ["value = 'inf'", "finite decimal"]),
        ('value = "0.110"\n', "", ["line 11", "'value'", "every fact needs"]),
        ('unit = "tCO2/GJ"', 'unit = ""', ["unit = ''", "not empty"]),
        ('unit = "tCO2/GJ"', "unit = 1", ["unit = 1", "not empty"]),
        ('unit = "tCO2/GJ"', 'units = "tCO2/GJ"', ["line 11", "unknown key 'units'", "tCO2/GJ"]),
        ('code = "heat.ef"', 'code = "heat ef"', ["code = 'heat ef'", "dots or hyphens"]),
        ('status = "verified"', 'status = "sure"', ["status = 'sure'", "from-memory"]),
        ("2026-01-01", '"2026-01-01"', ["valid_from = '2026-01-01'", "without quotes"]),
        ("2026-01-01", "2026-01-01T00:00:00Z", ["valid_from", "a day as YYYY-MM-DD"]),
        ("[defaults]", "[default]", ["unknown key 'default'", "defaults"]),
        ('region = "CN"', 'land = "CN"', ["[defaults]", "unknown key 'land'"]),
        ("[[fact]]", "[fact]", ["[[fact]]", "a list"]),
        ('region = "CN"', "region = ", ["park.toml", "line 3", "valid TOML"]),
    ],
)
def test_read_facts__names_key_value_expectation_and_line(
    broken: str, by: str, words: list[str]
) -> None:
    assert broken in ONE

    with pytest.raises(FactFileError) as caught:
        read_facts(ONE.replace(broken, by, 1), source="park.toml")

    message = str(caught.value)
    assert [word for word in ["park.toml", *words] if word not in message] == []


@pytest.mark.parametrize(
    ("extra", "words"),
    [
        ("valid_to = 2026-01-01", ["valid_to", "after valid_from 2026-01-01"]),
        ('data_year = "2025"', ["data_year = '2025'", "whole number"]),
        ("data_year = true", ["data_year = True", "whole number"]),
        ('note = ""', ["note = ''", "not empty"]),
    ],
)
def test_read_facts__checks_optional_fields_too(extra: str, words: list[str]) -> None:
    with pytest.raises(FactFileError) as caught:
        read_facts(ONE + extra, source="park.toml")

    assert [word for word in words if word not in str(caught.value)] == []


@pytest.mark.parametrize(
    ("broken", "by", "words"),
    [
        ('"0.8273"]', '"0.8273", "1"]', ["line 15", "a row of 5 cells", "2 values"]),
        (', "0.8273"]', "]", ["line 15", "a row of 3 cells"]),
        ('"0.5306"', "0.5306", ["line 15", "all in quotes"]),
        ('"0.5306"', '"a"', ["line 15", "value = 'a'"]),
        ('{ status = "uncertain" }', '{ mark = "uncertain" }', ["line 16", "unknown key 'mark'"]),
        ('note = "fossil"', 'remark = "fossil"', ["columns", "unknown key 'remark'"]),
        ("columns = [", "column = [", ["unknown key 'column'"]),
        ("rows = [", "row = [", ["rows", "a list"]),
    ],
)
def test_read_table__names_the_line_of_a_broken_row(broken: str, by: str, words: list[str]) -> None:
    assert broken in MATRIX

    with pytest.raises(FactFileError) as caught:
        read_table(MATRIX.replace(broken, by, 1), name="grid")

    assert [word for word in words if word not in str(caught.value)] == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("fact = [1]", ["[[fact]]: 1", "a table"]),
        ("matrix = 1", ["[[matrix]]: 1", "a list"]),
        ("defaults = 1", ["[defaults]: 1", "a table"]),
        ("title_en = 1", ["title_en = 1", "not empty"]),
        ("[[matrix]]\nrows = [1]\ncolumns = []", ["1", "a list"]),
    ],
)
def test_read_facts__refuses_a_file_of_another_shape(text: str, words: list[str]) -> None:
    with pytest.raises(FactFileError) as caught:
        read_facts(text, source="park.toml")

    assert [word for word in words if word not in str(caught.value)] == []


def test_read_table__counts_parts_where_lines_cannot_be_told() -> None:
    crowded = MATRIX.replace('],\n  ["Shanxi"', '], ["Shanxi"').replace('"0.6634"', '"x"')

    with pytest.raises(FactFileError, match="number 2"):
        read_table(crowded, name="grid")


def test_read_facts__refuses_two_facts_in_force_at_once() -> None:
    twice = ONE + ONE[ONE.index("[[fact]]") :].replace("0.110", "0.12")

    with pytest.raises(FactConflictError, match="at most one fact"):
        read_facts(twice, source="park.toml")


@pytest.mark.parametrize("newest_first", [False, True])
def test_read_facts__takes_two_facts_that_touch(*, newest_first: bool) -> None:
    head, one = ONE[: ONE.index("[[fact]]")], ONE[ONE.index("[[fact]]") :]
    older = one + "valid_to = 2027-01-01\n"
    newer = one.replace("0.110", "0.12") + "valid_from = 2027-01-01\n"

    facts = read_facts(head + (newer + older if newest_first else older + newer), source="p.toml")

    assert sorted(str(fact.value) for fact in facts) == ["0.110", "0.12"]


def test_read_facts__a_park_can_add_what_the_tables_do_not_know() -> None:
    extra = read_facts(ONE.replace("heat.ef", "boiler.ef"), source="park.toml")

    book = load_facts().with_facts(extra)

    assert extra[0] == book.in_force("boiler.ef", on=date(2026, 6, 1))
