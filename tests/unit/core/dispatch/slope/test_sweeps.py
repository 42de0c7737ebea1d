"""The loops: value functions are convex, and the least cost follows from them."""

import numpy as np

from slope_parks import a_case, plain_park
from taihang.core.dispatch.model import Reals
from taihang.core.dispatch.slope.shapes import DONE, NO_ROOM, Case, Room, a_room
from taihang.core.dispatch.slope.sweeps import backward, forward, value_of_start, write_curve


def prepared(*, n_pieces: int = 24) -> tuple[Case, Room]:
    case = a_case(plain_park()).case
    room = a_room(*case.node.flow_kwh.shape, n_pieces=n_pieces)
    for t in range(96):
        write_curve(t, 0.0, case, room.curve)
    return case, room


def test_write_curve__sorts_every_flow_once_and_keeps_its_width() -> None:
    case, room = prepared()

    assert (np.diff(room.curve.cny_per_kwh, axis=1) >= 0.0).all()
    assert (np.sort(room.curve.order, axis=1) == np.arange(4)).all()
    twice = case.node.flow_kwh.sum() + case.node.flow_kwh[:, -1].sum()
    assert room.curve.kwh.sum() == twice


def test_backward__every_value_function_is_convex_and_stays_within_the_store() -> None:
    case, room = prepared()

    assert backward(np.inf, case, room) == DONE

    values = room.values
    for t in range(1, 97):
        span = slice(values.begins[t], values.ends[t])
        assert (np.diff(values.cny_per_kwh[span]) > 0.0).all()
        assert (values.kwh[span] > 0.0).all()
        assert values.first_kwh[t] >= case.store.low_kwh - 1e-6
        assert values.first_kwh[t] + values.kwh[span].sum() <= case.store.high_kwh + 1e-6


def test_backward__says_that_the_room_is_too_small() -> None:
    assert backward(np.inf, *prepared(n_pieces=1)) == NO_ROOM


def test_value_of_start__falls_as_more_is_stored() -> None:
    case, room = prepared()
    fuller = case.store._replace(start_kwh=case.store.start_kwh + 100.0)

    assert backward(np.inf, case, room) == DONE

    assert value_of_start(fuller, room.values) < value_of_start(case.store, room.values)


def test_forward__its_slopes_are_those_of_the_value_where_it_goes() -> None:
    case, room = prepared()
    assert backward(np.inf, case, room) == DONE

    forward(0, case, room)

    energy_kwh, values = case.store.start_kwh, room.values
    for t in range(96):
        energy_kwh += float(room.looks.rise_kwh[0, t])
        span = slice(values.begins[t + 1], values.ends[t + 1])
        edges: Reals = values.first_kwh[t + 1] + np.cumsum(values.kwh[span])
        slope = room.looks.stored_cny_per_kwh[0, t]
        at = int(np.searchsorted(edges, energy_kwh - 1e-6))
        below = values.cny_per_kwh[span][at]
        is_inside = edges[at] - values.kwh[span][at] + 1e-6 < energy_kwh < edges[at] - 1e-6
        assert not is_inside or slope == below
