"""The prices that clear a node, and loops that are the same compiled and plain."""

import numpy as np
import pytest

from sizing_park import loops, random_sizing
from taihang.core.dispatch.sizing.case import SizingCase, sizing_case
from taihang.core.dispatch.sizing.kernel import Turns, clearing_cny
from taihang.core.dispatch.sizing.oracle import PLAIN, Oracle
from taihang.core.dispatch.slope.shapes import Curve, Node

INF = float("inf")


def node_and_curve(need_kwh: float) -> tuple[Node, Curve]:
    """Return a node: 10 kWh uncurtailed at 0, 5 kWh unexported at 0.2, 20 kWh bought at 0.6."""
    costs, most = np.array([[0.0, 0.2, 0.6, 0.6]]), np.array([[10.0, 5.0, 20.0, 20.0]])
    order = np.array([[1, 0, 2, 3]], dtype=np.int32)  # The last is bought above a peak: never.
    curve = Curve(order, costs, most, np.array([-15.0]), np.array([-1.0]))
    return Node(np.array([[0.2, 0.0, 0.6]]), most[:, 1:], np.array([need_kwh]), 2), curve


@pytest.mark.parametrize(
    ("need_kwh", "charges", "gives", "price"),
    [
        (-7.0, -1.0, INF, 0.0),  # Sun is left over, and the store wants nothing.
        (-2.0, -1.0, INF, 0.2),  # What is used is not sold.
        (3.0, -1.0, INF, 0.6),  # It is bought.
        (-7.0, 0.1, INF, 0.1),  # The store takes a part of what is left over, and sets the price.
        (-7.0, 0.5, INF, 0.2),  # It takes its 4 kWh: what is left is sold.
        (3.0, -1.0, 0.5, 0.5),  # It gives a part of what would be bought.
        (13.0, -1.0, 0.5, 0.6),  # It gives all it can; the rest is bought.
    ],
)
def test_clearing_cny__is_where_the_merit_order_meets_what_is_needed(
    need_kwh: float, charges: float, gives: float, price: float
) -> None:
    turns = Turns(charges, gives, drawn_kwh=4.0 if charges > 0.3 else 40.0, given_kwh=5.0)
    if charges < 0.0:
        turns = turns._replace(drawn_kwh=4.0)

    assert clearing_cny(0, turns, *node_and_curve(need_kwh)) == price


def test_look__gives_the_same_bytes_compiled_and_plain() -> None:
    pytest.importorskip("numba")
    for seed in range(5):
        case = sizing_case(random_sizing(seed))
        assert isinstance(case, SizingCase)
        x, prices = 0.5 * case.variables.upper, np.full(len(case.budgets.kinds), 0.1)
        found = [Oracle(case, loops=each) for each in (PLAIN, loops())]
        for oracle in found:
            assert oracle.ask(x, prices) is not None

        written = [
            (*each.desk.found, *each.desk.room.looks, *each.desk.node[:-1]) for each in found
        ]
        for plain, compiled in zip(*written, strict=True):
            assert plain.tobytes() == compiled.tobytes()
