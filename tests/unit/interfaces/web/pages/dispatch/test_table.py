"""The page of storage as files: what was recorded and planned, quarter by quarter, and regret."""

from datetime import timedelta
from pathlib import Path
from shutil import copytree

import pytest

import planned_park
import regret_park
import small_park
from regret_park import PLANNED
from taihang.core.periods import STEPS_PER_DAY
from taihang.interfaces.web.pages.dispatch.build import DispatchView, build_dispatch
from taihang.interfaces.web.pages.dispatch.table import (
    DAY_COLUMNS,
    LEDGER_COLUMNS,
    battery_line,
    day_rows,
    ledger_rows,
)
from taihang.services.regret import keep_day


def of(root: Path) -> DispatchView:
    with small_park.opened(root, writing=False) as ports:
        return build_dispatch(ports, PLANNED)


@pytest.fixture
def ahead(tmp_path: Path) -> DispatchView:
    """A day that is still to come."""
    return of(planned_park.made(tmp_path))


def test_days__stand_quarter_by_quarter_with_what_is_known(ahead: DispatchView) -> None:
    assert ahead.shown is not None
    assert ahead.shown.planned is not None

    rows = [dict(zip(DAY_COLUMNS, row, strict=True)) for row in day_rows(ahead.shown, ahead.park)]

    assert len(rows) == 2 * STEPS_PER_DAY
    first, planned = rows[0], rows[STEPS_PER_DAY]
    assert first["start"] == "2026-08-28T00:00+08:00"
    assert isinstance(first["load_w"], int)
    assert first["planned_load_w"] is None
    assert planned["load_w"] is None
    assert isinstance(planned["planned_load_w"], int)
    line = battery_line(ahead.shown.planned, ())
    assert [row["planned_battery_w"] for row in rows[STEPS_PER_DAY:]] == line.tolist()
    assert [row["ordered_battery_w"] for row in rows[STEPS_PER_DAY:]] == line.tolist()


def test_days__without_a_plan_are_the_record_alone(tmp_path: Path) -> None:
    with small_park.opened(planned_park.made(tmp_path), writing=False) as ports:
        view = build_dispatch(ports, PLANNED - timedelta(days=1))

    assert view.shown is not None
    rows = [dict(zip(DAY_COLUMNS, row, strict=True)) for row in day_rows(view.shown, view.park)]
    assert isinstance(rows[-1]["load_w"], int)
    assert all(value is None for name, value in rows[-1].items() if name.startswith("planned"))


def test_ledger__gives_money_as_numbers(tmp_path: Path) -> None:
    root = Path(copytree(regret_park.obeyed(), tmp_path / "settled"))
    with small_park.opened(root) as ports:
        keep_day(PLANNED, ports=ports)
        view = build_dispatch(ports, PLANNED)

    assert view.shown is not None
    (row,) = (dict(zip(LEDGER_COLUMNS, each, strict=True)) for each in ledger_rows(view.shown))
    assert row["day"] == PLANNED.isoformat()
    assert all(isinstance(row[name], float) for name in LEDGER_COLUMNS[2:])
