"""The day of storage as the page gets it."""

from datetime import timedelta
from pathlib import Path

import planned_park
import small_park
from planned_park import DAY, PLAN
from regret_park import PLANNED
from taihang.core.dispatch.plan_decision import Order
from taihang.interfaces.web.pages.dispatch.build import (
    build_check,
    build_dispatch,
    build_missing,
    build_what_if,
)


def test_build__is_of_the_last_plan_or_of_the_day_that_is_named(tmp_path: Path) -> None:
    with small_park.opened(planned_park.made(tmp_path), writing=False) as ports:
        last, other = build_dispatch(ports, None), build_dispatch(ports, PLANNED - timedelta(1))

        assert last.park is ports.park
        assert last.shown is not None
        assert last.shown.day == PLANNED
        assert last.shown.planned is not None
        assert other.shown is not None
        assert other.shown.planned is None


def test_build__asks_the_referee_what_if_and_why_not(tmp_path: Path) -> None:
    rest = Order(battery="B1", start_s=DAY.start_s, end_s=DAY.end_s, power_w=0)
    with small_park.opened(planned_park.made(tmp_path), writing=False) as ports:
        assert build_check(ports, PLAN.rpartition(".")[0]).is_same_problem
        assert build_what_if(ports, PLAN, rest).extra_cny > 0
        assert build_missing(ports, PLANNED + timedelta(1)).can_be_planned
