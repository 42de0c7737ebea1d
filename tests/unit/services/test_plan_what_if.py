"""Orders are priced and refereed before anybody gives them."""

from collections.abc import Generator
from dataclasses import replace
from pathlib import Path

import pytest

import planned_park
import small_park
from planned_park import DAY, PLAN
from taihang.core.dispatch.plan_decision import Order, OrdersError
from taihang.services.plan_what_if import ImpossibleOrderError, rated_w, what_if
from taihang.services.planned import planned_of
from taihang.services.ports import Ports


@pytest.fixture
def ports(tmp_path: Path) -> Generator[Ports]:
    with small_park.opened(planned_park.made(tmp_path), writing=False) as opened:
        yield opened


def order(first: int, last: int, power_w: int) -> Order:
    """An order of some quarters of the day."""
    start_s = DAY.start_s
    return Order(
        battery="B1", start_s=start_s + 900 * first, end_s=start_s + 900 * last, power_w=power_w
    )


def test_what_if__the_orders_are_the_plan_nothing_changes(ports: Ports) -> None:
    planned = planned_of(ports.registry.statement(PLAN))
    power_w = planned.stores["B1"].power_w
    same = [order(at, at + 1, int(power_w[at])) for at in range(8, 12)]

    effect = what_if(planned, same, ports=ports)

    assert (effect.change_w, effect.needs_second) == (0, False)
    assert effect.extra_cny == pytest.approx(0.0, abs=1e-6)
    assert effect.missed_kwh < 0.1


def test_what_if__resting_all_day_costs_what_the_plan_saves(ports: Ports) -> None:
    planned = planned_of(ports.registry.statement(PLAN))

    effect = what_if(planned, [order(0, 96, 0)], ports=ports)

    assert effect.extra_cny == pytest.approx(float(planned.field("value")), abs=0.02)
    assert effect.needs_second
    assert effect.limit_w == 50_000
    assert set(effect.stored_wh["B1"]) == {100_000}


def test_what_if__later_hours_that_cannot_be_done_any_more_are_told(ports: Ports) -> None:
    planned = planned_of(ports.registry.statement(PLAN))
    power_w = planned.stores["B1"].power_w
    charging = (power_w > 0).nonzero()[0]
    first, last = int(charging[0]), int(charging[-1]) + 1

    effect = what_if(planned, [order(first, last, 0)], ports=ports)

    # What was not charged cannot be given in the evening.
    assert effect.missed_kwh > 100
    assert effect.extra_cny > 0


@pytest.mark.parametrize(
    "wrong",
    [
        replace(order(0, 4, 0), battery="B2"),
        replace(order(0, 4, 0), start_s=DAY.start_s + 1),
        order(-4, 4, 0),
        order(92, 97, 0),
        order(4, 4, 0),
        order(0, 4, 500_001),
        order(0, 4, -500_001),
    ],
)
def test_what_if__refuses_orders_that_do_not_fit_the_plan(ports: Ports, wrong: Order) -> None:
    planned = planned_of(ports.registry.statement(PLAN))

    with pytest.raises(OrdersError, match="B1"):
        what_if(planned, [wrong], ports=ports)


def test_what_if__refuses_no_orders_at_all(ports: Ports) -> None:
    with pytest.raises(OrdersError):
        what_if(planned_of(ports.registry.statement(PLAN)), [], ports=ports)


def test_what_if__refuses_what_the_store_cannot_do(ports: Ports) -> None:
    planned = planned_of(ports.registry.statement(PLAN))

    # At midnight it is empty; and nothing that is charged for six hours finds room.
    with pytest.raises(ImpossibleOrderError, match="full or empty"):
        what_if(planned, [order(0, 4, -500_000)], ports=ports)
    with pytest.raises(ImpossibleOrderError, match="B1"):
        what_if(planned, [order(40, 64, 500_000)], ports=ports)


def test_rated__is_known_of_the_parks_own_stores(ports: Ports) -> None:
    assert rated_w("B1", ports=ports) == 500_000
    assert rated_w("B9", ports=ports) is None
