"""Schedules of reports: what they refuse, when they are due, and who changed them."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

import small_park
from report_desk import schedule
from small_park import ZONE
from taihang.core.errors import TaihangError
from taihang.services.audit import audit
from taihang.services.report_period import Cadence, report_period
from taihang.services.report_schedule import (
    IfIncomplete,
    Schedule,
    ScheduleError,
    open_change,
    put_schedule,
    schedule_changes,
    schedules,
    stop_schedule,
)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("id", ""),
        ("id", "UPPER"),
        ("id", "a" * 41),
        ("id", "../up"),
        ("formats", ()),
        ("formats", ("exe",)),
        ("langs", ()),
        ("langs", ("de",)),
        ("recipient", "a\nb"),
        ("recipient", "x" * 201),
        ("since", date(1979, 12, 31)),
        ("due_days", -1),
        ("due_days", 61),
        ("due_minute", 1440),
        ("floor_percent", 101),
    ],
)
def test_schedule__refuses_what_cannot_be(field: str, value: object) -> None:
    with pytest.raises(ScheduleError, match=field):
        replace(schedule(), **{field: value})


def test_due__counts_from_the_end_of_the_period_and_its_delay(tmp_path: Path) -> None:
    with small_park.opened(small_park.make(tmp_path / "park")) as ports:
        late = replace(schedule(), due_days=2, due_minute=90)
        due_at = datetime(2026, 9, 3, 1, 30, tzinfo=ZONE)

        assert late.due_at(report_period("2026-08"), ports.park) == due_at
        assert late.due(due_at - timedelta(seconds=1), ports.park) == []
        assert [each.name for each in late.due(due_at, ports.park)] == ["2026-08"]


def test_put_schedule__keeps_the_last_state_and_every_change_with_who_and_why(
    tmp_path: Path,
) -> None:
    weekly = schedule("park-weekly", cadence=Cadence.WEEK)
    with small_park.opened(small_park.make(tmp_path / "park")) as ports:
        assert put_schedule(weekly, who="Li Wei", reason="the committee wants it", ports=ports)
        assert not put_schedule(weekly, who="Li Wei", reason="again", ports=ports)
        put_schedule(
            replace(weekly, if_incomplete=IfIncomplete.PROVISIONAL),
            who="Wang Fang",
            reason="by Monday noon",
            ports=ports,
        )
        stop_schedule("park-weekly", who="Li Wei", reason="monthly is enough", ports=ports)

        changes = schedule_changes(ports=ports)
        found = schedules(ports=ports)["park-weekly"]
        findings = audit(ports=ports, quick=True).findings

    assert [(each.who, each.schedule.is_active) for each in changes] == [
        ("Li Wei", True),
        ("Wang Fang", True),
        ("Li Wei", False),
    ]
    assert found.reason == "monthly is enough"
    assert found.schedule == replace(
        weekly, if_incomplete=IfIncomplete.PROVISIONAL, is_active=False
    )
    assert findings == []


def test_put_schedule__refuses_a_stranger_and_who_says_nothing(tmp_path: Path) -> None:
    with small_park.opened(small_park.make(tmp_path / "park")) as ports:
        with pytest.raises(ScheduleError, match="E99"):
            put_schedule(schedule(subject="E99"), who="Li", reason="x", ports=ports)
        for who, reason in (("", "x"), ("Li", " "), ("Li", "a\nb")):
            with pytest.raises(ScheduleError, match="who changes"):
                put_schedule(schedule(), who=who, reason=reason, ports=ports)
        with pytest.raises(ScheduleError, match="nobody"):
            stop_schedule("nobody", who="Li", reason="x", ports=ports)

        assert schedules(ports=ports) == {}


def test_open_change__reads_back_every_schedule() -> None:
    for cadence in Cadence:
        made: Schedule = schedule(cadence=cadence, formats=("csv", "pdf"))
        change = open_change({**made.body(), "who": "Li", "reason": "x"}, at_s=5)

        assert change.schedule == replace(made, formats=("pdf", "csv"))
        assert (change.who, change.at_s) == ("Li", 5)


def test_open_change__refuses_what_is_no_schedule() -> None:
    with pytest.raises(TaihangError):
        open_change({**schedule().body(), "who": "Li"}, at_s=0)


def test_due__lists_every_day_once_and_in_order(tmp_path: Path) -> None:
    with small_park.opened(small_park.make(tmp_path / "park")) as ports:
        daily = schedule(cadence=Cadence.DAY, since=date(2026, 8, 30))
        found = daily.due(datetime(2026, 9, 2, tzinfo=UTC), ports.park)

    assert [each.name for each in found] == ["2026-08-30", "2026-08-31", "2026-09-01"]
