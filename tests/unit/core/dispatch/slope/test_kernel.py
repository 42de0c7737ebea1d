"""The loops that sizing calls give the same least cost as those of the programme."""

import numpy as np
import pytest

from slope_parks import a_case, plain_park
from taihang.core.dispatch.slope import kernel, sweeps
from taihang.core.dispatch.slope.shapes import DONE, a_room


def old_room(n: int, *, size: int = 64) -> kernel.Room:
    return kernel.Room(
        slopes_cny_per_kwh=np.empty((n + 1, size)),
        widths_kwh=np.empty((n + 1, size)),
        counts=np.zeros(n + 1, np.int32),
        first_kwh=np.zeros(n + 1),
        first_cny=np.zeros(n + 1),
        piece_cny_per_kwh=np.empty(16),
        piece_kwh=np.empty(16),
        merged_cny_per_kwh=np.empty(size + 16),
        merged_kwh=np.empty(size + 16),
        merged_falls_ratio=np.empty(size + 16),
    )


def test_backward__gives_the_least_cost_that_the_sweeps_give() -> None:
    case = a_case(plain_park()).case
    n, k = case.node.flow_kwh.shape
    room, own = a_room(n, k), old_room(n)
    for t in range(n):
        sweeps.write_curve(t, 0.0, case, room.curve)
    steps = kernel.Steps(
        slopes_cny_per_kwh=room.curve.cny_per_kwh,
        widths_kwh=room.curve.kwh,
        cheap_at=(room.curve.order == k - 1).argmax(axis=1).astype(np.int32),
        dear_at=(room.curve.order == k).argmax(axis=1).astype(np.int32),
        lowest_kwh=room.curve.least_kwh,
        lowest_cny=room.curve.least_cny,
        need_kwh=case.node.need_kwh,
    )
    node = kernel.Node(steps, kernel.Store(*case.store), cap_kwh=np.inf, near_kwh=1e-9)

    assert sweeps.backward(np.inf, case, room) == DONE
    assert kernel.backward(node, own) == kernel.DONE

    assert kernel.value_of_start(node.store, own) == pytest.approx(
        sweeps.value_of_start(case.store, room.values), rel=1e-12
    )
