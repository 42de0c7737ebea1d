"""Session files of a station."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import duckdb
import pytest

from shared_data import shared_path
from site_case import MIDNIGHT_S, station
from taihang.config.problem_file import ProblemFileError
from taihang.config.visit_file import COLUMNS, read_visits
from taihang.core.dispatch.site.day_check import check_day
from taihang.core.dispatch.site.run import at_once, run_day
from taihang.core.dispatch.site.visits import QUARTERS, SiteDay, Visit

ROW: Final = "a,B1,yes,{0}T09:00:30+08:00,{0}T11:00+08:00,{0}T10:30:59+08:00,20.5"
DAY: Final = "2026-06-16"


def write(folder: Path, *rows: str) -> Path:
    path = folder / "sessions.csv"
    lines = [",".join(COLUMNS), *(row.format(DAY) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def read(folder: Path, *rows: str) -> tuple[Visit, ...]:
    return read_visits(write(folder, *rows), station(), start_s=MIDNIGHT_S)


def test_read_visits__counts_whole_minutes_and_watt_hours(tmp_path: Path) -> None:
    assert read(tmp_path, ROW) == (
        Visit(
            id="a",
            charger="B1",
            is_booked=True,
            arrival_min=541,
            told_min=660,
            departure_min=630,
            wanted_wh=20_500,
            minute_wh=1_000,
        ),
    )


def test_read_visits__who_stays_beyond_midnight_is_there_until_then(tmp_path: Path) -> None:
    late = "a,B1,no,{0}T23:00+08:00,2026-06-17T02:00+08:00,2026-06-17T01:00+08:00,9"

    visit = read(tmp_path, late)[0]

    assert (visit.told_min, visit.departure_min) == (1440, 1440)


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (ROW.replace("B1", "Z9"), "a point of"),
        (ROW.replace("yes", "maybe"), "yes or no"),
        (ROW.replace("20.5", ""), "missing is never zero"),
        (ROW.replace("20.5", "-3"), "above 0"),
        (ROW.replace("+08:00,20.5", ",20.5"), "with its zone"),
        (ROW.replace("T09:00:30", "T10:45"), "begins on the day"),
        (ROW.replace("{0}T09", "2026-06-15T09"), "begins on the day"),
        (ROW + ",more", "7 cells"),
        (ROW.removeprefix("a"), "an id"),
        (ROW.replace("20.5", "2" * 200_000), "a CSV file"),
        (ROW.replace("20.5", "nan"), "above 0"),
    ],
)
def test_read_visits__refuses_a_row_that_is_no_session(row: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(ProblemFileError, match=says):
        read(tmp_path, row)


def test_read_visits__refuses_two_vehicles_at_one_point_and_one_id_twice(tmp_path: Path) -> None:
    other = ROW.replace("a,", "b,", 1).replace("T09:00:30", "T10:00")

    with pytest.raises(ProblemFileError, match="at the same time"):
        read(tmp_path, ROW, other)
    with pytest.raises(ProblemFileError, match="more than once"):
        read(tmp_path, ROW, ROW.replace("B1", "B2"))


def test_read_visits__refuses_other_columns(tmp_path: Path) -> None:
    path = tmp_path / "sessions.csv"
    for text in ("id,start\na,1\n", "", "\n"):
        path.write_text(text, encoding="utf-8")

        with pytest.raises(ProblemFileError, match="name the columns"):
            read_visits(path, station(), start_s=MIDNIGHT_S)


def test_read_visits__empty_lines_are_no_sessions(tmp_path: Path) -> None:
    assert read(tmp_path, ROW, "", "") == read(tmp_path, ROW)


def test_read_visits__real_sessions_of_a_day_are_run_and_conserved(tmp_path: Path) -> None:
    path = shared_path("data/demo-park/ev_sessions.parquet")
    found = (
        duckdb.connect()
        .execute(
            "select date_trunc('day', start_time) as day, count(*) from"
            f" '{path}' where energy_kwh > 0 group by day order by 2 desc, 1 limit 1"
        )
        .fetchall()
    )
    midnight = found[0][0]
    rows = (
        duckdb.connect()
        .execute(
            f"select epoch(start_time - ?), epoch(end_time - ?), energy_kwh from '{path}'"
            " where energy_kwh > 0 and date_trunc('day', start_time) = ? order by 1, 2",
            [midnight, midnight, midnight],
        )
        .fetchall()
    )
    start = datetime.fromtimestamp(MIDNIGHT_S, tz=UTC)
    free_s = {one.id: 0.0 for one in station().chargers}
    lines = list[str]()
    for number, (from_s, to_s, kwh) in enumerate(rows):
        point = next((one for one, until in free_s.items() if until <= from_s), None)
        if point is not None and to_s - from_s > 120:
            free_s[point] = to_s
            times = [start + timedelta(seconds=each) for each in (from_s, to_s, to_s)]
            cells = [f"s{number}", point, "no", *(one.isoformat() for one in times), str(kwh)]
            lines.append(",".join(cells))

    visits = read(tmp_path, *lines)

    day = SiteDay(
        sun_wh=(0,) * QUARTERS,
        sun_told_wh=(0,) * QUARTERS,
        base_wh=(1500,) * QUARTERS,
        visits=visits,
        turned_away=0,
    )
    record = run_day(station(), day, decide=at_once)
    assert len(visits) >= 8
    assert check_day(record, station(), day) == ()
    for one in visits:
        reach = one.minute_wh * (one.departure_min - one.arrival_min)
        assert sum(record.visit_wh(one.id)) == min(one.wanted_wh, reach)
