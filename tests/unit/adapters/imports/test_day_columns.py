"""Tables with the times of a day across become rows, one for each time."""

import pytest

from taihang.adapters.imports.day_columns import clocks_of, second_of_day
from taihang.adapters.imports.refusal import ColumnMismatchError
from trial_map import Changes, Decode

QUARTERS = [f"{n // 4}:{n % 4 * 15:02}" for n in range(1, 96)] + ["24:00"]
TABLE: Changes = {"label": '"period-end"'}
TIME: Changes = {
    "column": '"day"',
    "format": '"%Y-%m-%d"',
    "midnight": '"new-day"',
    "across": '"%H:%M"',
}
VALUE: Changes = {"column": '"across"'}


def day(text: str, *, first: int = 0) -> str:
    return f"{text}," + ",".join(str(first + n) for n in range(96))


def test_day_columns__each_column_is_one_quarter_hour(decode: Decode) -> None:
    text = f"day,{','.join(QUARTERS)}\n{day('2026-06-01')}\n{day('2026-06-02', first=100)}\n"

    block = decode(text, table=TABLE, time=TIME, value=VALUE).blocks[0]

    assert block.counts.tolist() == [1_000 * n for n in (*range(96), *range(100, 196))]
    # 0:15 ends the quarter hour that begins the day at +08:00.
    assert block.times_s.tolist() == [1_780_243_200 + 900 * n for n in range(192)]


def test_day_columns__a_refused_value_names_its_row_and_column(decode: Decode) -> None:
    bad = day("2026-06-02").replace(",7,", ",seven,")
    text = f"day,{','.join(QUARTERS)}\n{day('2026-06-01')}\n{bad}\n"

    refused = decode(text, table=TABLE, time=TIME, value=VALUE).refused

    assert [(row.row, row.column, row.given) for row in refused] == [(2, "2:00", "'seven'")]


@pytest.mark.parametrize("label", ["period-start", "period-end"])
def test_day_columns__a_number_is_the_place_of_its_interval(decode: Decode, label: str) -> None:
    heads = ",".join(f"P{n}" for n in range(1, 97))
    midnight = '"new-day"' if label == "period-end" else None

    block = decode(
        f"day,{heads}\n{day('2026-06-01')}\n",
        table={"label": f'"{label}"'},
        time={**TIME, "across": '"P{}"', "midnight": midnight},
        value=VALUE,
    ).blocks[0]

    assert block.times_s[[0, -1]].tolist() == [1_780_243_200, 1_780_243_200 + 95 * 900]


def test_day_columns__a_column_too_few_is_told(decode: Decode) -> None:
    text = f"day,{','.join(QUARTERS[:-1])}\n2026-06-01,{','.join('1' * 95)}\n"

    with pytest.raises(ColumnMismatchError, match="95 columns that read as '%H:%M'"):
        decode(text, table=TABLE, time=TIME, value=VALUE)


def test_clocks_of__passes_over_other_names() -> None:
    assert dict(clocks_of(["户号", "0:15", "00:30", "24:00"], "%H:%M")) == {
        "0:15": 900,
        "00:30": 1_800,
        "24:00": 86_400,
    }
    assert second_of_day("24:15", "%H:%M") is None
