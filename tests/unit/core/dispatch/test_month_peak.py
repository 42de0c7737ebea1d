"""The peak that a month pays for anyway: planned day by day as well as all at once."""

from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from park_case import Table, battery, bus, demand_charge, grid, load, problem
from taihang.adapters.highs import solve
from taihang.core.dispatch.assets.demand_charge import DemandCharge
from taihang.core.dispatch.exact import solve_exactly
from taihang.core.dispatch.month_peak import DaysAlike, month_peak, with_peak
from taihang.core.dispatch.park_problem import ParkProblem

N: Final = 12
PRICE: Final = 20.0
CLOSE: Final = 1e-5


def a_day(loads: list[float], *, so_far_kw: float = 0.0, limit_kw: float = 1e5) -> ParkProblem:
    assets: list[Table] = [
        bus("el"),
        load("l", "el", loads),
        grid(
            "g",
            "el",
            import_limit_kw=limit_kw,
            import_price_cny_per_kwh=[0.3] * 4 + [0.9] * 4 + [0.6] * 4,
        ),
        battery(
            "b",
            "el",
            charge_kw=40.0,
            energy_kwh=120.0,
            soc_end="start",
            cycle_cost_cny_per_kwh=0.1,
        ),
        demand_charge("d", "g", PRICE, so_far_kw=so_far_kw),
    ]
    return problem(assets, n_steps=N)


def charge_of(day: ParkProblem) -> DemandCharge:
    return next(asset for asset in day.assets if isinstance(asset, DemandCharge))


def cost_and_peak(day: ParkProblem, so_far_kw: float) -> tuple[float, float]:
    """What a day costs without its demand charge, and the highest it reaches."""
    assembled = with_peak(day, charge_of(day), so_far_kw).assembled()
    found = solve_exactly(assembled, solve=solve, time_limit_s=10.0, gap=0.0).solution
    assert found.values is not None
    assert found.objective is not None
    rise = float(assembled.model.part(found.values, name="d.rise_kw")[0])
    highest = float(assembled.model.part(found.values, name="g.import_kw").max())
    return found.objective - PRICE * rise, highest


def looked(days: list[ParkProblem], so_far_kw: float) -> float:
    charge = with_peak(days[0], charge_of(days[0]), so_far_kw)
    found = month_peak(
        [DaysAlike(problem=day, n_days=1) for day in days],
        charge=charge_of(charge),
        solve=solve,
        time_limit_s=10.0,
        gap_ratio=0.0,
    )
    assert found is not None
    return found.expected_kw


LOADS = st.lists(st.floats(20.0, 200.0), min_size=N, max_size=N)


@settings(max_examples=60, deadline=None)
@given(loads=st.lists(LOADS, min_size=1, max_size=6), start=st.floats(0.0, 150.0))
def test_month_peak__day_by_day_is_never_dearer_than_any_plain_rule(
    loads: list[list[float]], start: float
) -> None:
    days = [a_day(one) for one in loads]

    def paid_kw(rule: str, left: list[ParkProblem], reached_kw: float) -> float:
        if rule == "ahead":
            return looked(left, reached_kw)
        return reached_kw if rule == "so far" else max(reached_kw, 200.0)

    def month_cny(rule: str) -> float:
        """Play the month day by day: each plan knows the peak so far, and its rule's addition."""
        reached_kw, cost = start, 0.0
        for at, day in enumerate(days):
            day_cny, highest_kw = cost_and_peak(day, paid_kw(rule, days[at:], reached_kw))
            cost, reached_kw = cost + day_cny, max(reached_kw, highest_kw)
        return cost + PRICE * (reached_kw - start)

    ahead = month_cny("ahead")
    assert ahead <= month_cny("so far") + CLOSE
    assert ahead <= month_cny("weeks") + CLOSE


@settings(max_examples=40, deadline=None)
@given(loads=st.lists(LOADS, min_size=1, max_size=5), start=st.floats(0.0, 150.0))
def test_month_peak__no_other_peak_is_cheaper(loads: list[list[float]], start: float) -> None:
    days = [a_day(one) for one in loads]

    best = looked(days, start)

    def month_cny(peak: float) -> float:
        parts = [cost_and_peak(day, peak) for day in days]
        highest = max([peak, *(one[1] for one in parts)])
        return sum(one[0] for one in parts) + PRICE * (highest - start)

    for other in (start, best * 0.97, best + 1.0, best * 1.1, 260.0):
        assert month_cny(best) <= month_cny(max(other, start)) + CLOSE


def test_month_peak__a_coming_peak_is_not_shaved_before_it_comes() -> None:
    quiet, busy = [60.0] * 5 + [90.0] + [60.0] * 6, [60.0] * 5 + [400.0] + [60.0] * 6
    days = [a_day(quiet), a_day(busy)]

    peak = looked(days, 0.0)

    assert peak == pytest.approx(360.0, abs=1e-6), "as far as the battery's power goes"
    assert cost_and_peak(days[0], peak)[0] < cost_and_peak(days[0], 0.0)[0]


def test_month_peak__alike_days_count_as_often_as_they_come() -> None:
    day = a_day([60.0] * 4 + [100.0] * 4 + [60.0] * 4)

    def of(n_days: int) -> float:
        found = month_peak(
            [DaysAlike(problem=day, n_days=n_days)],
            charge=charge_of(day),
            solve=solve,
            time_limit_s=10.0,
            gap_ratio=0.0,
        )
        assert found is not None
        assert found.n_days == n_days
        return found.expected_kw

    assert of(1) < of(1000), "shaving every day for a thousand days is not worth one peak"


def test_month_peak__says_nothing_of_a_month_with_a_day_without_a_plan() -> None:
    days = [a_day([60.0] * N), a_day([300.0] * N, limit_kw=100.0)]

    found = month_peak(
        [DaysAlike(problem=day, n_days=1) for day in days],
        charge=charge_of(days[0]),
        solve=solve,
        time_limit_s=10.0,
        gap_ratio=0.0,
    )

    assert found is None
