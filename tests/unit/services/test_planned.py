"""A plan read back from its statement is what was issued, and orders stand in its place."""

from pathlib import Path

import numpy as np
import pytest

import planned_park
import small_park
from planned_park import DAY, PLAN
from regret_park import PLANNED
from taihang.core.dispatch.plan_decision import Order
from taihang.services.planned import Planned, ordered_w, plan_names, planned_of


@pytest.fixture
def planned(tmp_path: Path) -> Planned:
    with small_park.opened(planned_park.made(tmp_path), writing=False) as ports:
        return planned_of(ports.registry.statement(PLAN))


def test_planned__is_what_was_issued(planned: Planned) -> None:
    (store,) = planned.stores.values()

    assert (planned.day, planned.start_s, planned.step_s) == (PLANNED, DAY.start_s, 900)
    assert [*planned.stores] == ["B1"]
    assert np.array_equal(store.charge_w, planned.series_w("charge_w"))
    assert store.charge_w.max() > 0
    assert store.discharge_w.max() > 0
    assert np.array_equal(store.power_w, store.charge_w - store.discharge_w)
    assert planned.field("unit") == "CNY"


def test_plan_names__are_of_the_park_by_day(tmp_path: Path) -> None:
    with small_park.opened(planned_park.made(tmp_path), writing=False) as ports:
        assert plan_names(ports=ports) == {PLANNED: PLAN.removesuffix(".v1")}


def test_ordered__has_the_orders_in_the_place_of_the_plan_and_nothing_else(
    planned: Planned,
) -> None:
    order = Order(
        battery="B1", start_s=DAY.start_s + 3_600, end_s=DAY.start_s + 5_400, power_w=-250
    )
    before = planned.stores["B1"].power_w

    after = ordered_w(planned, [order])["B1"]

    assert after[4:6].tolist() == [-250, -250]
    assert np.array_equal(np.delete(after, [4, 5]), np.delete(before, [4, 5]))
    assert np.array_equal(ordered_w(planned, [])["B1"], before)
