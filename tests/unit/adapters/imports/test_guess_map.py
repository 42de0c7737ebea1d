"""Files as utilities, gateways and spreadsheets write them are read right without a word."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from import_kit import PLACE, POINTS, START, book, folder_of, table, wall
from shared_data import shared_path
from taihang.adapters.imports.account import ImportResult
from taihang.adapters.imports.decode import decode_folder
from taihang.adapters.imports.draft_map import draft_text
from taihang.adapters.imports.guess_map import examine_folder, of_one_mind, resample_of
from taihang.adapters.imports.read_map import parse_map
from taihang.adapters.imports.refusal import TableUnreadableError
from taihang.core.metering.import_draft import Confidence, TableDraft

BEGIN_S = 1_735_660_800
"""2025-01-01 00:00 in Asia/Shanghai."""


def guessed(folder: Path) -> tuple[Sequence[TableDraft], ImportResult]:
    """Guess, write the map, read it back, and read the files by it."""
    tables = examine_folder(folder, points=POINTS, place=PLACE).tables
    text = draft_text(tables, name="trial", title="Trial")
    return tables, decode_folder(folder, parse_map(text, where="trial"))


def of(result: ImportResult) -> dict[str, list[int]]:
    return {block.point: block.counts.tolist()[:3] for block in result.blocks}


def test_examine_folder__a_wide_table_of_mean_power(tmp_path: Path) -> None:
    rows = [f"{wall(n)},{100 + n % 5},{50 + n % 3},-" for n in range(96)]
    folder = folder_of(tmp_path, a__csv=table("时间,M-E01,示例企业02 (kW),温度", rows))

    (draft,), result = guessed(folder)

    assert [(c.point, c.quantity, c.unit) for c in draft.columns[:2]] == [
        ("M-E01", "mean-power", "kW"),
        ("M-E02", "mean-power", "kW"),
    ]
    assert of(result) == {"M-E01": [25_000, 25_250, 25_500], "M-E02": [12_500, 12_750, 13_000]}
    assert (result.rows_refused, int(result.blocks[0].times_s[0])) == (0, BEGIN_S)


def test_examine_folder__a_long_table_with_registers_behind_transformers(tmp_path: Path) -> None:
    rows = [f"{e},{wall(n)},{1_000 + n * 0.5:.2f}" for n in range(60) for e in ("E01", "E02")]
    folder = folder_of(tmp_path, a__csv=table("户号,时间,正向有功总示数", rows))

    (draft,), result = guessed(folder)

    assert (draft.point_column, draft.value_column) == ("户号", "正向有功总示数")
    assert {c.source: (c.point, c.multiplier) for c in draft.columns} == {
        "E01": ("M-E01", "3000"),
        "E02": ("M-E02", "3000"),
    }
    assert all(c.why_unit.confidence is Confidence.UNSURE for c in draft.columns)
    # 1 000.00 kWh on the dial times 3 000, in counts of 3 000 Wh.
    assert of(result)["M-E01"] == [1_000_000, 1_000_500, 1_001_000]


def test_examine_folder__days_with_96_columns_of_several_users(tmp_path: Path) -> None:
    quarters = [f"{n // 4}:{n % 4 * 15:02}" for n in range(1, 96)] + ["24:00"]
    rows = [f"E0{e},2025/1/{d},{','.join([str(100 * e)] * 96)}" for d in (1, 2) for e in (1, 2)]
    folder = folder_of(tmp_path, a__csv=table(f"户号,日期,{','.join(quarters)}", rows))

    (draft,), result = guessed(folder)

    assert (draft.across, draft.label, draft.step_s) == ("%H:%M", "period-end", 900)
    assert of(result) == {"M-E01": [25_000] * 3, "M-E02": [50_000] * 3}
    assert [len(block.times_s) for block in result.blocks] == [192, 192]
    assert int(result.blocks[0].times_s[0]) == BEGIN_S


def test_examine_folder__a_spreadsheet_in_chinese_with_preface_units_and_sums(
    tmp_path: Path,
) -> None:
    text = (
        "2025年负荷报表,,\n户名：示例企业01,,\n时间,有功功率,备注\n,kW,\n"
        '2025/1/1 0:15,"1,100.5",\n2025/1/1 0:30,"1,200",\n2025/1/1 24:00,--,\n合计,"2,300",\n'
    )
    folder = folder_of(tmp_path, a__csv=text.encode("gb18030"))

    (draft,), result = guessed(folder)

    assert (draft.encoding, draft.header_row, draft.first_row) == ("gb18030", 3, 5)
    assert (draft.numbers, draft.missing, draft.ignore) == ("1,234.5", ("text:--",), ("合计",))
    assert of(result) == {"M-E01": [275_125, 300_000, 0]}
    assert (result.rows_missing, result.rows_refused) == (1, 0)


def test_examine_folder__a_workbook(tmp_path: Path) -> None:
    rows: list[list[object]] = [["某园区"], [], ["时间", "示例企业01 电量(kWh)"]]
    rows.extend([START.replace(minute=15 * n), 12.5] for n in range(4))
    folder = folder_of(tmp_path, a__xlsx=book(rows))

    (draft,), result = guessed(folder)

    assert (draft.kind, draft.sheet, draft.time_format) == ("xlsx", "负荷", "%Y-%m-%d %H:%M:%S")
    assert of(result) == {"M-E01": [12_500, 12_500, 12_500]}


def test_examine_folder__a_day_and_a_time_in_two_columns(tmp_path: Path) -> None:
    rows = [f"{wall(n, '%d.%m.%Y;%H:%M')};1,5;{n % 7},0" for n in range(120)]
    head = "日期;时刻;园区变 反向 MWh;一号屋顶光伏 (kW)"
    folder = folder_of(tmp_path, a__csv=table(head, rows))

    _, result = guessed(folder)

    assert of(result) == {"M-G1-EXP": [1_500_000] * 3, "M-PV01": [0, 250, 500]}


def test_examine_folder__registers_and_power_beside_each_other_are_two_tables(
    tmp_path: Path,
) -> None:
    rows = [f"{wall(n)},{1_000 + n},{100 + n % 2}" for n in range(40)]
    folder = folder_of(tmp_path, a__csv=table("时间,园区变 正向示数(kWh),M-E01 功率(kW)", rows))

    tables, result = guessed(folder)

    assert len(tables) == 2
    assert {(b.point, b.quantity.value) for b in result.blocks} == {
        ("M-G1-IMP", "register"),
        ("M-E01", "energy"),
    }


def test_examine_folder__months_in_several_files_are_one_table(tmp_path: Path) -> None:
    january = table("时间,M-E01 kW", [f"{wall(n)},5" for n in range(4)])
    february = table("时间,M-E01 kW", [f"{wall(n)},5" for n in range(3, 8)])
    folder = folder_of(tmp_path, a1__csv=january, a2__csv=february, README__md="x")

    examined = examine_folder(folder, points=POINTS, place=PLACE)
    tables, result = guessed(folder)

    assert examined.unread == ("README.md",)
    assert [table.files for table in tables] == [("a1.csv", "a2.csv")]
    # The row that both months hold is one reading.
    assert (result.rows_used, result.rows_repeated) == (8, 1)


def test_examine_folder__files_of_the_same_time_are_meters_of_their_own(tmp_path: Path) -> None:
    text = table("时间,功率(kW)", [f"{wall(n)},5" for n in range(4)])
    folder = folder_of(tmp_path, 示例企业01__csv=text, 示例企业02__csv=text.replace(",5", ",6"))

    tables, result = guessed(folder)

    assert [t.files for t in tables] == [("示例企业01.csv",), ("示例企业02.csv",)]
    assert of(result) == {"M-E01": [1_250] * 3, "M-E02": [1_500] * 3}


def test_examine_folder__a_table_without_a_time_leaves_all_to_a_person(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, a__csv=table("a,b", ["1,2", "3,4"]))

    (draft,) = examine_folder(folder, points=POINTS, place=PLACE).tables

    assert draft.columns == ()
    assert draft.why["time_column"].reason == "time.none"


def test_examine_folder__without_a_table_it_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TableUnreadableError, match=r"a\.pdf"):
        examine_folder(folder_of(tmp_path, a__pdf="x"), points=POINTS, place=PLACE)


@pytest.mark.parametrize(
    ("file", "pattern", "label", "midnight", "columns"),
    [
        (
            "uci-steel/Steel_industry_data.csv",
            "%d/%m/%Y %H:%M",
            "period-end",
            "old-day",
            {"Usage_kWh": ("energy", "kWh")},
        ),
        (
            "nrel-pv/serf_east_15min_ac_power.csv",
            "%Y-%m-%d %H:%M:%S%z",
            "period-start",
            "new-day",
            {"ac_power": ("mean-power", "W")},
        ),
        (
            "nrel-pv/snow_data.csv",
            "%m/%d/%Y %H:%M",
            "period-start",
            "new-day",
            {"INV1 AC Power [kW]": ("mean-power", "kW")},
        ),
    ],
)
def test_examine_folder__measured_files_are_guessed_as_their_maps_say(
    tmp_path: Path,
    file: str,
    pattern: str,
    label: str,
    midnight: str,
    columns: dict[str, tuple[str, str]],
) -> None:
    path = shared_path(f"data/{file}")
    folder = folder_of(tmp_path, **{path.name.replace(".", "__"): path.read_bytes()})

    (draft,) = examine_folder(folder, points=POINTS, place=PLACE).tables

    assert (draft.time_format, draft.label, draft.step_s) == (pattern, label, 900)
    assert draft.midnight == midnight
    found = {c.source: (c.quantity, c.unit) for c in draft.columns}
    assert {name: found[name] for name in columns} == columns


def test_of_one_mind__columns_of_one_table_have_one_unit(tmp_path: Path) -> None:
    """100 … 900 fits a meter of 2 MW as kW, and one that is ten times larger as kWh too."""
    rows = [f"{wall(n)},{100 + n % 5 * 200},{100 + n % 7 * 100}" for n in range(96)]
    folder = folder_of(tmp_path, a__csv=table("时间,M-E01,M-G1-IMP", rows))

    (draft,), _ = guessed(folder)

    assert {(c.quantity, c.unit) for c in draft.columns} == {("mean-power", "kW")}
    assert of_one_mind([]) == []


def test_resample_of__adds_short_steps_and_cuts_the_others() -> None:
    assert [resample_of(step_s) for step_s in (900, 300, 60, 600, 3_600)] == [
        "",
        "sum",
        "sum",
        "split",
        "split",
    ]
