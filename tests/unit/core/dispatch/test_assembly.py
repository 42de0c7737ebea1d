"""Where assets put their columns and rows."""

import numpy as np

from taihang.core.dispatch.assembly import INF, Assembly, Edge
from taihang.core.dispatch.fields import Capacity
from taihang.core.dispatch.horizon import Horizon


def assembly(n: int = 3) -> Assembly:
    return Assembly(Horizon(start_s=0, step_s=3600, n_steps=n, time_zone="UTC"))


def test_flow__a_fixed_size_is_a_bound_and_its_lever() -> None:
    to = assembly()
    to.bus("el", carrier="electricity")
    size = to.size("a.capacity_kw", Capacity(existing=10.0, add_max=0.0, cost_cny_per_unit=0.0))
    share = np.array([0.5, 1.0, 0.0])
    to.feed("el", to.flow("a.given_kw", size=size, per_unit=share))

    done = to.assembled()

    assert done.model.column_upper.tolist() == [5.0, 10.0, 0.0]
    (lever,) = done.levers
    assert lever.edge is Edge.UPPER
    assert lever.moves.tolist() == [0.5, 1.0]


def test_flow__a_size_to_be_chosen_is_rows() -> None:
    to = assembly()
    to.bus("el", carrier="electricity")
    size = to.size("a.capacity_kw", Capacity(existing=10.0, add_max=5.0, cost_cny_per_unit=2.0))
    to.feed("el", to.flow("a.given_kw", size=size))

    model = to.assembled().model

    assert model.row_upper[:3].tolist() == [10.0, 10.0, 10.0]
    assert model.column_upper.tolist() == [5.0, 15.0, 15.0, 15.0]
    assert model.column_cost[0] == 2.0


def test_one_row__adds_columns_that_come_twice() -> None:
    to = assembly()
    to.bus("el", carrier="electricity")
    flow = to.flow("a.x_kw")
    to.feed("el", flow)
    to.one_row("a.sum_kwh", [(flow, 1.0), (flow[:1], 2.0)], lower=-INF, upper=9.0)

    model = to.assembled().model

    assert model.row_activity(np.array([1.0, 1.0, 1.0]))[0] == 5.0


def test_count__only_electricity_counts_where_a_bus_is_named() -> None:
    to = assembly()
    to.bus("th", carrier="heat")
    to.count("load", to.steps[:0], 0.0, fixed=5.0, bus="th")

    assert "load" not in to.tallies


def test_price_apart__is_above_all_tariffs() -> None:
    to = assembly()
    to.bus("el", carrier="electricity")
    flow = to.flow("a.x_kw")
    to.feed("el", flow)
    to.cost("a", "x_cny", flow, each_cny=40.0)
    outside = to.columns("a.outside_kwh", lower=0.0, upper=INF, size=3)
    to.price_apart(outside)

    assert (to.assembled().model.column_cost[3:] >= 400.0).all()
