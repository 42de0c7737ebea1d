"""The loops: value functions are convex, and the least cost follows from them."""

import numpy as np

from dispatch_days import a_day
from taihang.core.dispatch.model import Reals
from taihang.core.dispatch.slope.case import SlopeCase, slope_case
from taihang.core.dispatch.slope.kernel import (
    DONE,
    NO_ROOM,
    Node,
    Room,
    backward,
    value_of_start,
)


def a_room(n: int, *, size: int = 64) -> Room:
    def empty(length: int) -> Reals:
        return np.empty(length)

    return Room(
        slopes_cny_per_kwh=np.empty((n + 1, size)),
        widths_kwh=np.empty((n + 1, size)),
        counts=np.zeros(n + 1, np.int32),
        first_kwh=np.zeros(n + 1),
        first_cny=np.zeros(n + 1),
        piece_cny_per_kwh=empty(16),
        piece_kwh=empty(16),
        merged_cny_per_kwh=empty(size + 16),
        merged_kwh=empty(size + 16),
        merged_falls_ratio=empty(size + 16),
    )


def a_node() -> Node:
    case = slope_case(a_day(demand=None))
    assert isinstance(case, SlopeCase)
    return Node(case.steps, case.store, cap_kwh=1e6, near_kwh=1e-9)


def test_backward__every_value_function_is_convex_and_stays_within_the_store() -> None:
    node, room = a_node(), a_room(96)

    assert backward(node, room) == DONE

    for t in range(1, 97):
        count = int(room.counts[t])
        assert (np.diff(room.slopes_cny_per_kwh[t, :count]) >= 0.0).all()
        last_kwh = room.first_kwh[t] + room.widths_kwh[t, :count].sum()
        assert room.first_kwh[t] >= node.store.low_kwh - 1e-6
        assert last_kwh <= node.store.high_kwh + 1e-6


def test_backward__says_that_the_room_is_too_small() -> None:
    assert backward(a_node(), a_room(96, size=2)) == NO_ROOM


def test_value_of_start__falls_as_more_is_stored() -> None:
    node, room = a_node(), a_room(96)
    fuller = node.store._replace(start_kwh=node.store.start_kwh + 100.0)

    assert backward(node, room) == DONE

    assert value_of_start(fuller, room) < value_of_start(node.store, room)
