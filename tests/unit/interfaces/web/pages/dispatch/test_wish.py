"""What an address asks of the page of storage, read strictly."""

from datetime import date

import pytest

import small_park
from planned_park import DAY
from regret_park import PLANNED
from taihang.core.dispatch.plan_decision import Order
from taihang.interfaces.web.page_query import QueryError
from taihang.interfaces.web.pages.dispatch.wish import (
    OrderWordsError,
    Tried,
    clock,
    day_in,
    tried_in,
)

GOOD = Tried("B1", "18:15", "24:00", "discharge", "2500.5")


def test_tried__becomes_an_order_of_its_day() -> None:
    start_s = DAY.start_s

    assert GOOD.order(PLANNED, small_park.ZONE) == Order(
        battery="B1",
        start_s=start_s + 73 * 900,
        end_s=start_s + 96 * 900,
        power_w=-2_500_500,
    )
    rest = Tried("B1", "00:00", "00:15", "rest", "whatever")
    assert rest.order(PLANNED, small_park.ZONE).power_w == 0


@pytest.mark.parametrize(
    "wrong",
    [
        Tried("B1", "18:10", "24:00", "rest", ""),
        Tried("B1", "", "24:00", "rest", ""),
        Tried("B1", "18", "24:00", "rest", ""),
        Tried("B1", "-1:00", "24:00", "rest", ""),
        Tried("B1", "18:00", "24:15", "rest", ""),
        Tried("B1", "18:00", "24:00", "sell", ""),
        Tried("B1", "18:00", "24:00", "charge", ""),
        Tried("B1", "18:00", "24:00", "charge", "0"),
        Tried("B1", "18:00", "24:00", "charge", "1e3"),
        Tried("B1", "18:00", "24:00", "charge", "-5"),
        Tried("B1", "18:00", "24:00", "charge", "٥"),
        Tried("B1", "١٨:00", "24:00", "rest", ""),
    ],
)
def test_tried__refuses_what_is_no_order(wrong: Tried) -> None:
    with pytest.raises(OrderWordsError):
        wrong.order(PLANNED, small_park.ZONE)


def test_words__name_a_day_an_order_or_neither() -> None:
    assert day_in({}) is None
    assert day_in({"day": "2026-10-01"}) == date(2026, 10, 1)
    with pytest.raises(QueryError, match="YYYY-MM-DD"):
        day_in({"day": "soon"})
    assert tried_in({"day": "2026-10-01"}) is None
    assert tried_in({"battery": "B1", "from": " 01:00 "}) == Tried("B1", "01:00", "", "", "")


def test_clock__counts_quarters() -> None:
    assert [clock(each) for each in (0, 1, 95, 96)] == ["00:00", "00:15", "23:45", "24:00"]
