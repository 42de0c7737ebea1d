"""The first rows are shown as the very map reads them, each by itself."""

from pathlib import Path

from import_kit import START, book, folder_of, table, wall
from taihang.adapters.imports.preview import preview_of
from taihang.adapters.imports.read_map import parse_map
from taihang.core.series import Quality
from trial_map import map_text

TEXT = "时间,M,备注\n"


def test_preview_of__shows_a_row_beside_what_it_becomes(tmp_path: Path) -> None:
    rows = [f"{wall(n)},{n}.5,x" for n in range(20)]
    folder = folder_of(tmp_path, a__csv=table("time,kwh,note", rows))

    seen = preview_of(folder, parse_map(map_text(), where="t"))

    assert [row.row for row in seen] == [2, 3, 4, 5, 6, 7]
    assert seen[1].cells == (("time", wall(1)), ("kwh", "1.5"))
    (reading,) = seen[1].readings
    assert (reading.point, reading.count, reading.quality) == ("M-1", 1_500, Quality.MEASURED)
    assert reading.start_s == 1_735_660_800 + 900


def test_preview_of__a_row_that_is_refused_says_why(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, a__csv=table("time,kwh", [f"{wall(0)},x", "never,1"]))

    seen = preview_of(folder, parse_map(map_text(), where="t"))

    assert [row.refused for row in seen] == [
        ("kwh: not-a-number: 'x'",),
        ("kwh: time-unreadable: 'never'",),
    ]


def test_preview_of__an_hour_shows_the_quarters_it_is_cut_into(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, a__csv=table("time,kwh", [f"{wall(0)},10"]))
    text = map_text(table={"step_s": "3600", "resample": '"split"'})

    (row,) = preview_of(folder, parse_map(text, where="t"))

    assert [(r.count, r.quality) for r in row.readings] == [(2_500, Quality.ESTIMATED)] * 4


def test_preview_of__a_sheet_keeps_its_row_numbers(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, a__xlsx=book([["x"], [], ["time", "kwh"], [START, 4]]))
    text = map_text(
        table={"files": '"a.xlsx"', "csv": None, "excel": '{ sheet = "负荷", header_row = 3 }'},
        time={"format": '"%Y-%m-%d %H:%M:%S"'},
    )

    (row,) = preview_of(folder, parse_map(text, where="t"))

    assert (row.row, row.readings[0].count) == (4, 4_000)


def test_preview_of__a_map_that_does_not_fit_is_told_in_each_row(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, a__csv=table("time,other", [f"{wall(0)},1"]))

    (row,) = preview_of(folder, parse_map(map_text(), where="t"))

    assert "no such column" in row.refused[0]
