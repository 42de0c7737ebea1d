"""A day of storage: plan and record on one axis, why, and what was decided."""

from datetime import date, timedelta
from pathlib import Path
from shutil import copytree

import numpy as np
import pytest

import planned_park
import regret_park
import small_park
from planned_park import DAY, PLAN
from regret_park import PLANNED
from taihang.core.dispatch.plan_decision import PlanAct, PlanState
from taihang.core.dispatch.plan_reason import Limit
from taihang.core.seal.said import Said
from taihang.services.decide import PlanDeed, decide_plan
from taihang.services.dispatch_day import FLOWS, DispatchDay, dispatch_day
from taihang.services.ports import Ports
from taihang.services.regret import keep_day


def shown(ports: Ports, day: date | None = None) -> DispatchDay:
    found = dispatch_day(day, ports=ports)
    assert found is not None
    return found


def test_day__that_is_planned_has_the_day_before_as_it_was_and_nothing_yet(
    tmp_path: Path,
) -> None:
    with small_park.opened(planned_park.made(tmp_path), writing=False) as ports:
        day = shown(ports)

        assert (day.day, day.plan_days, day.is_settled) == (PLANNED, (PLANNED,), False)
        assert day.planned is not None
        assert day.planned.issued.id == PLAN
        assert day.standing is not None
        assert day.standing.state is PlanState.PROPOSED
        load = day.actual_w["load"]
        assert len(load) == 192
        assert all(each is not None for each in load[:96])
        assert load[96:] == (None,) * 96
        assert set(day.actual_w) == set(FLOWS)
        assert [*day.prices] == [PLANNED]


def test_day__says_what_the_store_moves_at_which_price_and_what_holds_it(tmp_path: Path) -> None:
    with small_park.opened(planned_park.made(tmp_path), writing=False) as ports:
        (store,) = shown(ports).stores

        assert sum(move.wh for move in store.moves if move.wh > 0) > 0
        assert store.spread is not None
        buy, sell, earned = store.spread
        assert buy < sell
        assert earned == pytest.approx(sell - buy / 0.95**2 - 0.05)
        assert {each.limit for each in store.bindings} >= {Limit.FULL, Limit.EMPTY}


def test_day__that_is_settled_shows_both_and_what_the_store_held(tmp_path: Path) -> None:
    root = Path(copytree(regret_park.obeyed(), tmp_path / "park"))
    with small_park.opened(root) as ports:
        keep_day(PLANNED, ports=ports)
        day = shown(ports)

        assert day.is_settled
        assert day.planned is not None
        planned_w = day.planned.series_w("charge_w")
        done_w = np.array(day.actual_w["charge"][96:], np.int64)
        assert np.abs(done_w - planned_w).max() <= 200
        held = np.array(day.stored_wh[96:], np.int64)
        assert held.max() == pytest.approx(950_000, abs=5_000)
        (line,) = day.ledger
        assert (line.day, line.statement) == (PLANNED, "regret.park.2026-08-29.v1")
        assert set(line.parts_cny) == {"control", "model", "forecast", "look_ahead"}


def test_day__knows_its_year_against_the_limit_of_export(tmp_path: Path) -> None:
    with small_park.opened(planned_park.made(tmp_path), writing=False) as ports:
        export = shown(ports).export

        assert export is not None
        assert export.limit_ratio == 0.2
        assert export.until == PLANNED - timedelta(days=1)
        assert export.ratio == pytest.approx(export.exported_wh / export.available_wh)


def test_day__has_every_decision_on_its_plan(tmp_path: Path) -> None:
    with small_park.opened(planned_park.made(tmp_path)) as ports:
        said = Said(id="d1", who="Li", role="dispatcher", reason="as planned")
        decide_plan(PlanDeed(plan=PLAN, act=PlanAct.APPROVE), said, ports=ports)

        day = shown(ports)

        assert [each.act for each in day.decisions] == [PlanAct.APPROVE]
        assert day.standing is not None
        assert day.standing.state is PlanState.APPROVED


def test_day__without_a_plan_has_what_happened_alone(tmp_path: Path) -> None:
    with small_park.opened(planned_park.made(tmp_path), writing=False) as ports:
        day = shown(ports, PLANNED - timedelta(days=3))

        assert (day.planned, day.standing, day.stores, day.ledger) == (None, None, (), ())
        assert day.is_settled
        assert all(each is not None for each in day.stored_wh)


def test_day__of_a_park_that_never_planned_is_none(root: Path) -> None:
    with small_park.opened(root) as ports:
        assert dispatch_day(None, ports=ports) is None
        day = shown(ports, date(2026, 8, 5))
        assert day.stored_wh == (None,) * 192
        assert day.export is None


def test_axis__is_two_local_days() -> None:
    with small_park.opened(regret_park.obeyed(), writing=False) as ports:
        assert shown(ports).axis.end_s == DAY.end_s
        assert shown(ports).axis.n_steps == 192
