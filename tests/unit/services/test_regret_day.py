"""A day in hindsight: what was planned, what happened, what was possible, and why."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import cast

import numpy as np
import pytest

import late_park
import regret_park
import small_park
from regret_park import PLANNED
from taihang.core.dispatch.assets.grid import Grid
from taihang.core.dispatch.follow import batteries_of
from taihang.core.periods import days
from taihang.core.seal.canonical import JsonValue, load_canonical
from taihang.services.account import Draft, issue_statements
from taihang.services.act_log import log_acts
from taihang.services.ports import Journal, Ports
from taihang.services.regret_day import (
    DayRegret,
    NothingMovesError,
    OpenDayError,
    charges_of,
    held_wh,
    is_in_time,
    measured_day,
    plan_of_day,
    regret_of_day,
)

SMALL = Decimal("0.10")
"""What counts of 0.1 kWh leave of set-points in W [CNY]."""


def of_day(day: date, *, obeys: bool) -> DayRegret:
    root = regret_park.obeyed() if obeys else regret_park.rested()
    with small_park.opened(root) as ports:
        return regret_of_day(day, ports=ports)


def test_regret_of_day__closes_to_the_fen_and_names_its_plan() -> None:
    found = of_day(PLANNED, obeys=True)

    assert found.parts.regret_cny == found.done_cny - found.perfect_cny
    assert found.plan is not None
    assert found.plan.id == "day-plan.park.2026-08-29.v1"
    assert found.is_same_problem, "the problem is made again from the records before the day"
    assert found.promised_saving_cny is not None
    assert found.promised_saving_cny > 0


def test_regret_of_day__of_a_battery_that_obeyed_has_no_part_for_control() -> None:
    found = of_day(PLANNED, obeys=True)

    assert abs(found.parts.control_cny) < SMALL
    assert found.done.missed_kwh < 3
    assert found.saving_cny is not None
    assert found.saving_cny > 0


def test_regret_of_day__of_a_plan_of_the_whole_day_has_no_part_for_the_look_ahead() -> None:
    """The plan made again with all that was measured is perfect: it knows the same park."""
    for obeys in (True, False):
        assert abs(of_day(PLANNED, obeys=obeys).parts.look_ahead_cny) < SMALL


def test_regret_of_day__of_a_battery_that_did_not_move_is_control() -> None:
    obeyed, rested = of_day(PLANNED, obeys=True), of_day(PLANNED, obeys=False)

    assert rested.saving_cny is not None
    assert abs(rested.saving_cny) < SMALL
    assert rested.parts.control_cny > 100
    assert rested.parts.forecast_cny == pytest.approx(obeyed.parts.forecast_cny, abs=SMALL)
    assert rested.parts.model_cny == pytest.approx(obeyed.parts.model_cny, abs=SMALL)


def test_regret_of_day__without_a_plan_promises_nothing() -> None:
    found = of_day(date(2026, 8, 20), obeys=True)

    assert found.plan is None
    assert found.promised_cny is None
    assert found.promised_saving_cny is None
    assert found.parts.unplanned_cny == found.parts.regret_cny == found.done_cny - found.perfect_cny


def test_measured_day__draws_at_the_connection_what_its_meter_counted() -> None:
    found = of_day(PLANNED, obeys=True)
    at = slice(28 * 96, 29 * 96)
    with small_park.opened(regret_park.obeyed()) as ports:
        rows = ports.lake.read("balance", small_park.AUGUST, "import")
    (wh,) = (columns["wh"] for columns in rows.values())

    drawn_kw = found.done.plan.series["G1.import_kw"]
    assert np.abs(drawn_kw - wh[at] * 4 / 1_000).max() < 0.5
    assert found.measured.peak_kw == pytest.approx(wh[: 29 * 96].max() * 4 / 1_000)


def test_measured_day__starts_with_what_the_day_before_left() -> None:
    with small_park.opened(regret_park.obeyed()) as ports:
        two = [measured_day(date(2026, 8, day), ports=ports) for day in (26, 27)]

    assert held_wh(two[1], "B1") == pytest.approx(
        two[0].stored["B1"].level_kwh[-1] * 1_000, abs=500
    )
    assert [one.id for one in batteries_of(two[0].actual)] == ["B1"]
    assert not two[0].stored["B1"].is_fitted


def test_measured_day__that_is_not_settled_is_refused() -> None:
    with (
        small_park.opened(regret_park.obeyed()) as ports,
        pytest.raises(OpenDayError, match="0 of"),
    ):
        measured_day(date(2026, 9, 5), ports=ports)


def test_measured_day__of_a_park_without_battery_is_refused() -> None:
    with small_park.opened(regret_park.obeyed()) as ports:
        still = replace(ports, park=replace(ports.park, batteries={}))
        with pytest.raises(NothingMovesError, match="no battery"):
            measured_day(PLANNED, ports=still)


def test_plan_of_day__is_none_where_nothing_was_released() -> None:
    with small_park.opened(regret_park.obeyed()) as ports:
        assert plan_of_day(date(2026, 8, 20), ports=ports) is None
        assert plan_of_day(PLANNED, ports=ports) is not None


class _Told:
    """A journal that says when each leaf came."""

    def __init__(self, *times_s: int) -> None:
        self.times_s = sorted(times_s)

    def received_at_s(self, leaf: int) -> int:
        return self.times_s[min(leaf, len(self.times_s) - 1)]


def test_plan_of_day__is_the_last_in_the_log_before_the_day_and_not_one_drawn_up_after_it(
    tmp_path: Path,
) -> None:
    root = late_park.copied(regret_park.rested(), tmp_path / "park")
    begins_s = days(PLANNED, 1, small_park.ZONE).start_s
    with small_park.opened(root) as ports:
        first = plan_of_day(PLANNED, ports=ports)
        assert first is not None
        assert not is_in_time(first, PLANNED, ports=ports), "not in the log at all"
        log_acts(ports=ports)
        said = cast("dict[str, JsonValue]", load_canonical(first.document.encode()))
        body: dict[str, JsonValue] = {**said, "value": "1.00"}
        again = Draft("day-plan", "park", PLANNED.isoformat(), body)
        issue_statements([again], period=PLANNED.isoformat(), ports=ports)
        log_acts(ports=ports)
        leaves = [act.leaf for act in ports.registry.logged() if act.subject == first.period]
        assert len(leaves) == 2

        def with_times(*times_s: int) -> Ports:
            journal = _Told(*([0] * leaves[0]), *times_s)
            return replace(ports, journal=cast("Journal", journal))

        gap = leaves[1] - leaves[0]
        early, late = begins_s - 3_600, begins_s + 3_600
        for times_s, version in (
            ([early] * (gap + 1), 2),
            ([early] * gap + [late], 1),
            ([late] * (gap + 1), 1),
        ):
            found = plan_of_day(PLANNED, ports=with_times(*times_s))
            assert found is not None
            assert found.version == version


def test_measured_day__counts_the_demand_that_the_plan_expected_as_paid() -> None:
    found = of_day(PLANNED, obeys=True)

    for charge in charges_of(found.measured.actual):
        assert charge.so_far_kw >= found.measured.peak_kw


def test_measured_day__lets_the_connection_carry_what_it_carried() -> None:
    with small_park.opened(regret_park.obeyed()) as ports:
        grids = {name: replace(grid, capacity_kva=400.0) for name, grid in ports.park.grids.items()}
        small = replace(ports, park=replace(ports.park, grids=grids))
        actual = measured_day(date(2026, 8, 20), ports=small).actual

    (gate,) = (one for one in actual.assets if isinstance(one, Grid))
    assert gate.connection_kw.existing > 400
    actual.assembled()
