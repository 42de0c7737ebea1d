"""The printed time-of-use tables of Shanxi, against every quarter of an hour of 2026."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import pytest

from taihang.core.market.tou import KINDS, TouSchedule, kind_index
from taihang.core.periods import Period, year
from taihang.standards import shanxi_2021_479, shanxi_2026_15, state_council_holidays

HERE: Final = Path(__file__).parent
ZONE: Final = ZoneInfo("Asia/Shanghai")
YEAR: Final = year("2026", ZONE)
N_QUARTERS: Final = 35_040
COLUMNS: Final = ("sharp", "peak", "valley", "flat")
CHANGE: Final = datetime(2026, 5, 1, tzinfo=ZONE)

Row = dict[str, str]


def printed(name: str) -> list[Row]:
    """The rows of a printed table by column: season, months, sharp, peak, valley, flat."""
    head, _, *rows = (HERE / f"{name}.md").read_text(encoding="utf-8").splitlines()
    names = [cell.split()[0] for cell in head.strip("|").split("|")]
    return [
        dict(zip(names, (cell.strip() for cell in row.strip("|").split("|")), strict=True))
        for row in rows
    ]


def months_of(row: Row) -> list[int]:
    return [int(number) for number in row["months"].split(",")]


def hours_of(cell: str) -> list[tuple[int, int]]:
    spans = [] if cell == "–" else [span.split("–") for span in cell.split(",")]
    return [(int(first), int(last)) for first, last in spans]


def kind_printed(rows: list[Row], at: datetime, deep_valley: set[date]) -> str:
    """The kind that the printed table gives a moment; there must be exactly one."""
    if 13 <= at.hour < 15 and at.date() in deep_valley:
        return "deep-valley"
    (row,) = (row for row in rows if at.month in months_of(row))
    (kind,) = (
        column
        for column in COLUMNS
        for first, last in hours_of(row[column])
        if first <= at.hour < last
    )
    return kind


def leaves() -> set[date]:
    lines = (HERE / "deep_valley_2026.txt").read_text(encoding="utf-8").splitlines()
    spans = [[date.fromisoformat(word) for word in line.split()[:2]] for line in lines]
    return {
        first + timedelta(days=n) for first, last in spans for n in range((last - first).days + 1)
    }


def quarters(period: Period) -> list[datetime]:
    return [
        (period.start + timedelta(minutes=15 * n)).astimezone(ZONE) for n in range(period.n_steps)
    ]


def kinds(schedule: TouSchedule, period: Period) -> list[str]:
    index = kind_index(
        schedule,
        period=period,
        zone=ZONE,
        holidays=state_council_holidays.deep_valley_calendar(),
        sharp_applies=True,
    )
    return [KINDS[int(each)].value for each in index]


def differing(schedule: TouSchedule, rows: list[Row], period: Period, days: set[date]) -> list[str]:
    """Quarters of an hour at which the platform and the printed table say something else."""
    pairs = zip(quarters(period), kinds(schedule, period), strict=True)
    return [
        f"{at.isoformat()}: {kind}, printed {kind_printed(rows, at, days)}"
        for at, kind in pairs
        if kind != kind_printed(rows, at, days)
    ]


def rendered(schedule: TouSchedule, months: list[int]) -> Iterator[tuple[date, dict[str, str]]]:
    """The hours of each day of some months of 2026, written as the text prints them."""
    of_months = [
        pair
        for pair in zip(quarters(YEAR), kinds(schedule, YEAR), strict=True)
        if pair[0].month in months
    ]
    for day, pairs in groupby(of_months, key=lambda pair: pair[0].date()):
        cells: dict[str, list[str]] = {column: [] for column in (*COLUMNS, "deep-valley")}
        for kind, run in groupby(pairs, key=lambda pair: pair[1]):
            times = [at for at, _ in run]
            end = times[-1] + timedelta(minutes=15)
            assert times[0].minute == end.minute == 0
            last = 24 if end.date() != day else end.hour
            cells[kind].append(f"{times[0].hour:02}–{last:02}")
        yield day, {kind: ", ".join(spans) or "–" for kind, spans in cells.items()}


def as_if_all_year(schedule: TouSchedule) -> TouSchedule:
    return replace(schedule, valid_from=date(2026, 1, 1), valid_to=None)


def test_2026__is_what_the_texts_in_force_print_at_every_quarter_of_an_hour() -> None:
    before, after = Period(YEAR.start, CHANGE), Period(CHANGE, YEAR.end)

    assert before.n_steps + after.n_steps == N_QUARTERS
    assert differing(shanxi_2021_479.SCHEDULE, printed("2021-479"), before, set()) == []
    assert differing(shanxi_2026_15.SCHEDULE, printed("2026-15"), after, leaves()) == []


def test_four_seasons__cover_the_year_with_spring_festival_too() -> None:
    schedule = as_if_all_year(shanxi_2026_15.SCHEDULE)

    assert YEAR.n_steps == N_QUARTERS
    assert differing(schedule, printed("2026-15"), YEAR, leaves()) == []
    assert kinds(schedule, YEAR).count("deep-valley") == len(leaves()) * 2 * 4 == 21 * 8


@pytest.mark.parametrize("row", printed("2026-15"), ids=lambda row: row["season"])
def test_four_seasons__render_back_to_the_printed_cells(row: Row) -> None:
    wanted = {column: row[column] for column in COLUMNS} | {"deep-valley": "–"}
    days = dict(rendered(as_if_all_year(shanxi_2026_15.SCHEDULE), months_of(row)))
    working = {day: cells for day, cells in days.items() if day not in leaves()}

    assert len(days) in {90, 91, 92}
    assert all(cells == wanted for cells in working.values())
    for day in set(days) - set(working):
        valley = [f"{a:02}–{min(b, 13):02}" for a, b in hours_of(row["valley"])]
        assert days[day] == wanted | {"valley": ", ".join(valley), "deep-valley": "13–15"}


def test_differing__finds_one_planted_hour_and_one_planted_holiday() -> None:
    period = Period(CHANGE, YEAR.end)
    rows = printed("2026-15")
    moved = [row | {"sharp": "17–21"} if row["season"] == "summer" else row for row in rows]
    moved = [row | {"flat": row["flat"].replace("15–18", "15–17")} for row in moved]

    of_hour = differing(shanxi_2026_15.SCHEDULE, moved, period, leaves())
    of_day = differing(shanxi_2026_15.SCHEDULE, rows, period, leaves() | {date(2026, 6, 3)})

    assert len(of_hour) == 92 * 4, "one hour of the 92 days of summer"
    assert len(of_day) == 8
