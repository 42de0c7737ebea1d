"""Cells are judged one by one: what is no number, no time or no point has a named reason."""

import pytest

from taihang.adapters.imports.account import Refusal
from taihang.core.series import Quality
from trial_map import Decode


@pytest.mark.parametrize(
    ("cell", "reason", "given"),
    [
        ("", Refusal.EMPTY, "nothing"),
        ("  ", Refusal.EMPTY, "nothing"),
        ("nan", Refusal.NOT_A_NUMBER, "NaN"),
        ("NaN", Refusal.NOT_A_NUMBER, "NaN"),
        ("inf", Refusal.NOT_A_NUMBER, "'inf'"),
        ("1e400", Refusal.INFINITE, "inf"),
        ("-1e400", Refusal.INFINITE, "-inf"),
        ("1_000", Refusal.NOT_A_NUMBER, "'1_000'"),
        ("1 000", Refusal.NOT_A_NUMBER, "'1 000'"),
        ("1,5", Refusal.NOT_A_NUMBER, "'1,5'"),
        ("١٢", Refusal.NOT_A_NUMBER, "'١٢'"),
        ("0x1F", Refusal.NOT_A_NUMBER, "'0x1F'"),
        ("=1+1", Refusal.NOT_A_NUMBER, "'=1+1'"),
        ("#REF!", Refusal.NOT_A_NUMBER, "'#REF!'"),
        ("1e300", Refusal.TOO_LARGE, "1e+300"),
        ("9007199254740.993", Refusal.TOO_LARGE, "9007199254740.992"),
    ],
)
def test_judge_column__what_is_no_number_is_refused_with_what_was_given(
    decode: Decode, cell: str, reason: Refusal, given: str
) -> None:
    result = decode(f'time,kwh\n2026-06-01 00:00,1\n2026-06-01 00:15,"{cell}"\n')

    (row,) = result.refused
    assert (reason, given) == (row.reason, row.given)
    assert (row.file, row.row, row.column, row.point) == ("0.csv", 2, "kwh", "M-1")
    assert (result.rows_used, result.rows_missing, result.rows_refused) == (1, 0, 1)


@pytest.mark.parametrize("cell", ["5", "+5", " 5 ", "5.", "5e0", "5.0"])
def test_judge_column__plain_numbers_are_read(decode: Decode, cell: str) -> None:
    result = decode(f"time,kwh\n2026-06-01 00:00,{cell}\n")

    assert result.blocks[0].counts.tolist() == [5_000]


@pytest.mark.parametrize("cell", [".5", "-0.0", "1e-320"])
def test_judge_column__small_numbers_are_numbers(decode: Decode, cell: str) -> None:
    result = decode(f"time,kwh\n2026-06-01 00:00,{cell}\n")

    assert round(float(cell) * 1_000) == int(result.blocks[0].counts[0])


@pytest.mark.parametrize("cell", ["", "nan", "-99", "-99.0", "3276.7"])
def test_judge_column__declared_codes_mean_missing(decode: Decode, cell: str) -> None:
    result = decode(
        f"time,kwh\n2026-06-01 00:00,{cell}\n",
        value={"missing": '["empty", "nan", -99, 3276.7]'},
    )

    assert (
        result.blocks[0].counts.tolist(),
        result.blocks[0].quality.tolist(),
    ) == ([0], [Quality.MISSING])
    assert (result.rows_used, result.rows_missing, result.rows_refused) == (0, 1, 0)


def test_judge_column__infinity_can_never_mean_missing(decode: Decode) -> None:
    result = decode(
        "time,kwh\n2026-06-01 00:00,1e999\n", value={"missing": '["empty", "nan", -99]'}
    )

    assert [row.reason for row in result.refused] == [Refusal.INFINITE]


@pytest.mark.parametrize(
    ("register", "reason"),
    [("-0.001", Refusal.NEGATIVE_REGISTER), ("100", Refusal.OFF_DIAL)],
)
def test_judge_column__registers_off_the_dial_are_never_stored(
    decode: Decode, register: str, reason: Refusal
) -> None:
    result = decode(
        f"time,kwh\n2026-06-01 00:00,{register}\n",
        table={"label": '"instant"', "step_s": None},
        value={"quantity": '"register"', "scale": '"1"', "modulus": "100000"},
    )

    assert [reason] == [row.reason for row in result.refused]
    assert result.blocks == ()


@pytest.mark.parametrize(
    ("time", "reason", "given"),
    [
        ("", Refusal.TIME_UNREADABLE, "nothing"),
        ("01.06.2026 00:00", Refusal.TIME_UNREADABLE, "'01.06.2026 00:00'"),
        ("2026-06-31 00:00", Refusal.TIME_UNREADABLE, "'2026-06-31 00:00'"),
        ("2026-06-01 24:15", Refusal.TIME_UNREADABLE, "'2026-06-01 24:15'"),
        ("2026-06-01 00:07", Refusal.OFF_STEP, "2026-06-01T00:07:00.000000"),
    ],
)
def test_time_table__what_is_no_time_of_the_grid_is_refused(
    decode: Decode, time: str, reason: Refusal, given: str
) -> None:
    result = decode(f"time,kwh\n{time},1\n")

    assert [(reason, given)] == [(row.reason, row.given) for row in result.refused]


def test_judge_column__a_row_without_a_point_is_refused(decode: Decode) -> None:
    result = decode(
        "time,id,kwh\n2026-06-01 00:00,,1\n2026-06-01 00:00,a,1\n",
        table={"point_column": '"id"'},
        value={"point": '"M-{}"'},
    )

    assert [(row.reason, row.point, row.given) for row in result.refused] == [
        (Refusal.NO_POINT, "", "no point")
    ]
    assert [block.point for block in result.blocks] == ["M-a"]
