"""A look is exact where it is taken, and a bound everywhere else."""

import numpy as np

from sizing_park import loops, random_connection, random_sizing
from taihang.core.dispatch.model import Reals
from taihang.core.dispatch.sizing.case import MONTH, START_ENERGY, SizingCase, sizing_case
from taihang.core.dispatch.sizing.kernel import burning_cny
from taihang.core.dispatch.sizing.oracle import Cut, Oracle, Point
from taihang.core.dispatch.slope.shapes import a_room

MAKERS = (random_sizing, random_connection)


def oracles(n: int) -> list[Oracle]:
    """Return as many with a connection that stands as with one that is chosen."""
    cases = [sizing_case(make(seed)) for seed in range(n) for make in MAKERS]
    return [Oracle(case, loops=loops()) for case in cases if isinstance(case, SizingCase)]


def asked(oracle: Oracle, x: Reals, prices: Reals) -> tuple[Cut, Point]:
    found = oracle.ask(x, prices)
    assert found is not None
    return found


def months(case: SizingCase) -> list[int]:
    return [at for at, name in enumerate(case.variables.names) if name == MONTH]


def anywhere(case: SizingCase, rng: np.random.Generator) -> Reals:
    """Return variables at random; what the store starts with lies inside it."""
    x = rng.uniform(size=len(case.variables.upper)) * case.variables.upper
    if START_ENERGY in case.variables.names:
        energy_kwh = case.quantities.at(x)[len(case.plants) + 2]
        x[case.variables.names.index(START_ENERGY)] = 0.5 * energy_kwh
    return x


def test_ask__gives_a_cut_that_touches_the_cost_of_the_point_where_nothing_is_priced() -> None:
    for oracle in oracles(30):
        case = oracle.case
        x, none = 0.5 * case.variables.upper, np.zeros(len(case.budgets.kinds))
        x[months(case)] = 9e9
        if START_ENERGY in case.variables.names:
            energy_kwh = case.quantities.at(x)[len(case.plants) + 2]
            x[case.variables.names.index(START_ENERGY)] = 0.5 * energy_kwh
        cut, point = asked(oracle, x, none)

        never_burns = (case.year.use_cny >= burning_cny(case.year.law)).all()
        if point.unserved_kwh == 0.0 and never_burns:
            scale = max(abs(point.cost_cny), 1.0)
            assert abs(cut.base_cny + float(cut.slope @ x) - point.cost_cny) <= 1e-9 * scale


def test_ask__gives_cuts_below_every_point_of_any_other_look() -> None:
    rng = np.random.default_rng(1)
    for oracle in oracles(20):
        case, n_budgets = oracle.case, len(oracle.case.budgets.kinds)
        looks = [
            asked(oracle, anywhere(case, rng), prices)
            for prices in rng.uniform(0.0, 0.4, (6, n_budgets))
        ]
        # A point may import beyond the caps it was asked at: it stands where they are its peaks.
        for cut, _ in looks:
            for _, point in looks:
                x = point.x.copy()
                over = point.peak_kw - case.quantities.at(x)[len(case.plants) + 5 :]
                x[months(case)] += np.maximum(over, 0.0)[: len(months(case))]
                lower = (
                    cut.base_cny
                    + float(cut.slope @ x)
                    - float(cut.prices @ case.budgets.taken_kwh(point.flows_kwh))
                )
                if point.unserved_kwh == 0.0:
                    assert lower <= point.cost_cny + 1e-6 * max(abs(point.cost_cny), 1.0)


def test_ask__counts_its_looks_and_makes_room_for_more_pieces() -> None:
    oracle = oracles(1)[0]
    none, (n, k) = np.zeros(len(oracle.case.budgets.kinds)), oracle.desk.node.flow_kwh.shape
    cut, _ = asked(oracle, oracle.case.variables.upper, none)
    oracle.desk = oracle.desk._replace(room=a_room(n, k, n_pieces=1))
    again, _ = asked(oracle, oracle.case.variables.upper, none)

    assert oracle.looks == 2
    assert len(oracle.desk.room.values.kwh) > n + 1
    assert again.slope.tobytes() == cut.slope.tobytes()
