"""The referee of a station's day: true records pass, planted faults are refused by their rule."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import pytest

from site_case import day, station, visit
from taihang.core.dispatch.site.day_check import check_day
from taihang.core.dispatch.site.guard import Doing
from taihang.core.dispatch.site.run import (
    DayRecord,
    MinuteRecord,
    SetPoints,
    State,
    at_once,
    run_day,
)

WHAT: Final = day(visit("a", 600, 720, 30_000), sun_kw=20.0)


def record() -> DayRecord:
    def decide(state: State) -> SetPoints:
        is_noon = 40 <= state.quarter < 44
        return SetPoints(
            cars_wh={one.visit_id: 700 for one in state.known},
            charge_wh=500 if is_noon else 0,
            discharge_wh=0 if is_noon or state.quarter < 60 else 100,
            expected_wh=5000,
            is_planned=True,
        )

    return run_day(station(), WHAT, decide=decide)


def with_minute(at: int, change: Callable[[MinuteRecord], MinuteRecord]) -> DayRecord:
    true = record()
    minutes = list(true.minutes)
    minutes[at] = change(minutes[at])
    return replace(true, minutes=tuple(minutes))


def doing(**more: int) -> Callable[[MinuteRecord], MinuteRecord]:
    def change(one: MinuteRecord) -> MinuteRecord:
        now: Doing = one.doing
        return replace(
            one, doing=replace(now, **{name: getattr(now, name) + wh for name, wh in more.items()})
        )

    return change


def test_check_day__a_limit_is_the_number_as_it_is_written() -> None:
    # 4.02 kW are 67 Wh a minute, and in binary a hair less.
    for kw in (4.02, 8.04, 64.02, 250.0, 7.0):
        what = day(visit("a", 600, 720, 30_000), base_kw=kw / 4.0, sun_kw=0.0)

        small = station(transformer_kw=kw, export_limit_kw=kw)

        assert check_day(run_day(small, what, decide=at_once), small, what) == (), kw


def test_check_day__own_load_above_the_transformer_wants_a_battery_that_gives_all() -> None:
    small, what = station(transformer_kw=1.0), day(base_kw=6.0)
    true = run_day(small, what, decide=at_once)
    assert check_day(true, small, what) == ()
    assert any(one.doing.short_wh for one in true.minutes), "the battery lasts all day"
    first = doing(import_wh=84, discharge_wh=-84)(true.minutes[0])

    lazy = replace(true, minutes=(first, *true.minutes[1:]))

    assert "import" in {one.rule for one in check_day(lazy, small, what)}


FAULTS: Final[dict[str, tuple[int, Callable[[MinuteRecord], MinuteRecord]]]] = {
    "balance": (605, doing(import_wh=1)),
    "import": (605, doing(import_wh=9000)),
    "export": (605, doing(export_wh=9000)),
    "both-ways": (605, doing(import_wh=1, export_wh=1)),
    "curtailed": (605, doing(curtailed_wh=-1)),
    "battery-power": (605, doing(charge_wh=9000)),
    "battery-both-ways": (605, doing(discharge_wh=1)),
    "stored": (700, lambda one: replace(one, stored_wh=one.stored_wh + 2)),
    "state-of-charge": (700, lambda one: replace(one, stored_wh=-1)),
    "presence": (300, lambda one: replace(one, cars_wh={"a": 10})),
    "session-power": (605, lambda one: replace(one, cars_wh={"a": 1001})),
    "session-energy": (650, lambda one: replace(one, cars_wh={"a": 1000})),
    "sun": (605, lambda one: replace(one, sun_wh=one.sun_wh + 1)),
    "base": (605, lambda one: replace(one, base_wh=one.base_wh + 1)),
}


def test_check_day__accepts_a_true_record() -> None:
    assert check_day(record(), station(), WHAT) == ()


@pytest.mark.parametrize("rule", FAULTS)
def test_check_day__refuses_a_planted_fault_by_its_rule(rule: str) -> None:
    at, change = FAULTS[rule]

    found = {one.rule for one in check_day(with_minute(at, change), station(), WHAT)}

    assert rule in found


def test_check_day__refuses_a_day_of_another_length() -> None:
    true = record()

    short = replace(true, minutes=true.minutes[:-1])

    assert [one.rule for one in check_day(short, station(), WHAT)] == ["shape"]
