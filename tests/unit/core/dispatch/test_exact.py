"""Binaries only where they are needed, and the same optimum as with them everywhere."""

import math
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from park_case import Table, Value, battery, bus, grid, load, plant, problem
from taihang.adapters.highs import solve
from taihang.core.dispatch.assembly import Assembled
from taihang.core.dispatch.exact import solve_exactly, with_switches

N = 6
prices = st.lists(st.integers(-6, 12).map(lambda tenth: tenth / 10), min_size=N, max_size=N)


def day(buying: list[float], selling: list[float], wear: float, curtail: float) -> Assembled:
    return problem(
        [
            bus("el"),
            load("l", "el", [20.0, 90.0, 40.0, 0.0, 120.0, 60.0]),
            plant(
                "sun",
                "el",
                [0.0, 0.3, 1.0, 0.9, 0.1, 0.0],
                capacity_kw=150.0,
                curtail_price_cny_per_kwh=curtail,
            ),
            grid(
                "g",
                "el",
                import_limit_kw=200.0,
                export_limit_kw=80.0,
                import_price_cny_per_kwh=buying,
                export_price_cny_per_kwh=selling,
            ),
            battery(
                "b",
                "el",
                charge_kw=60.0,
                energy_kwh=100.0,
                charge_efficiency_ratio=0.9,
                discharge_efficiency_ratio=0.9,
                soc_start_ratio=0.4,
                cycle_cost_cny_per_kwh=wear,
            ),
        ],
        n_steps=N,
    ).assembled()


@settings(max_examples=80, deadline=None)
@given(
    buying=prices,
    selling=prices,
    wear=st.sampled_from([0.0, 0.05, 0.4]),
    curtail=st.sampled_from([0.0, 0.3]),
)
def test_solve_exactly__equals_switches_everywhere(
    buying: list[float], selling: list[float], wear: float, curtail: float
) -> None:
    assembled = day(buying, selling, wear, curtail)
    everywhere = [np.ones(N, np.bool_) for _ in assembled.one_ways]
    whole = solve(with_switches(assembled, everywhere), time_limit_s=20.0, gap=1e-9)

    found = solve_exactly(assembled, solve=solve, time_limit_s=20.0, gap=1e-9)

    assert found.solution.objective == pytest.approx(whole.objective, abs=1e-6)
    values = found.solution.values
    assert values is not None
    assert assembled.model.violation(values) < 1e-6
    for pair in assembled.one_ways:
        assert np.minimum(values[pair.drawn], values[pair.given]).max() <= 1e-7


def test_solve_exactly__the_relaxation_alone_would_be_wrong() -> None:
    assembled = day([-0.5] * N, [-0.5] * N, 0.0, 0.3)
    relaxed = solve(assembled.model, time_limit_s=20.0, gap=1e-9)

    found = solve_exactly(assembled, solve=solve, time_limit_s=20.0, gap=1e-9)

    assert found.n_binaries > 0
    assert relaxed.objective is not None
    assert found.solution.objective is not None
    assert found.solution.objective > relaxed.objective + 1e-3


def test_solve_exactly__prices_are_therewith_switches_too() -> None:
    found = solve_exactly(
        day([-0.5] * N, [-0.5] * N, 0.0, 0.3), solve=solve, time_limit_s=20.0, gap=1e-9
    )

    assert found.solution.row_prices is not None


# -- against trying everything -------------------------------------------------------------------


@dataclass(frozen=True)
class Tiny:
    """A few hours on whole kWh: one battery without losses, at most one plant."""

    loads: list[int]
    sun: list[int]
    curtail: float | None
    buying: list[float]
    selling: list[float]
    most_in: list[int]
    most_out: list[int]
    wear: float
    start_kwh: int
    end_kwh: int | None


LOW_KWH, HIGH_KWH, CHARGE_KW, DISCHARGE_KW = 1, 4, 2, 3


@st.composite
def tiny_days(draw: st.DrawFn) -> Tiny:
    n = draw(st.integers(1, 4))

    def whole(low: int, high: int) -> list[int]:
        return draw(st.lists(st.integers(low, high), min_size=n, max_size=n))

    return Tiny(
        loads=whole(0, 5),
        sun=whole(0, 4),
        curtail=draw(st.sampled_from([None, 0.0, 0.5])),
        buying=[one / 4.0 for one in whole(-3, 6)],
        selling=[one / 4.0 for one in whole(-3, 5)],
        most_in=whole(1, 6),
        most_out=whole(1, 6),
        wear=draw(st.sampled_from([0.0, 0.1])),
        start_kwh=draw(st.sampled_from([1, 2, 4])),
        end_kwh=draw(st.none() | st.sampled_from([1, 3])),
    )


def as_assets(day: Tiny) -> list[Table]:
    end: dict[str, Value] = {"soc_end": "free", "soc_end_min_ratio": "none"}
    if day.end_kwh is not None:
        end = {"soc_end": "at-least", "soc_end_min_ratio": day.end_kwh / HIGH_KWH}
    return [
        bus("el"),
        load("l", "el", day.loads),
        plant(
            "sun",
            "el",
            [one / 4.0 for one in day.sun],
            capacity_kw=4.0,
            curtail_price_cny_per_kwh="none" if day.curtail is None else day.curtail,
        ),
        grid(
            "g",
            "el",
            import_limit_kw=day.most_in,
            export_limit_kw=day.most_out,
            import_price_cny_per_kwh=day.buying,
            export_price_cny_per_kwh=day.selling,
        ),
        battery(
            "b",
            "el",
            charge_kw=CHARGE_KW,
            discharge_kw=DISCHARGE_KW,
            energy_kwh=HIGH_KWH,
            charge_efficiency_ratio=1.0,
            discharge_efficiency_ratio=1.0,
            soc_min_ratio=LOW_KWH / HIGH_KWH,
            soc_start_ratio=day.start_kwh / HIGH_KWH,
            cycle_cost_cny_per_kwh=day.wear,
            **end,
        ),
    ]


def cheapest_by_trying(day: Tiny) -> float:
    """Every level after every hour, every corner of curtailment; infinite where nothing fits."""
    levels = range(LOW_KWH, HIGH_KWH + 1)
    best = {level: 0.0 if level >= (day.end_kwh or 0) else math.inf for level in levels}
    for at in reversed(range(len(day.loads))):
        best = {
            level: min(
                rest + _hour_cny(day, at, after - level)
                for after, rest in best.items()
                if -DISCHARGE_KW <= after - level <= CHARGE_KW
            )
            for level in levels
        }
    return best[day.start_kwh]


def _hour_cny(day: Tiny, at: int, change_kwh: int) -> float:
    most_in, most_out = day.most_in[at], day.most_out[at]
    need = day.loads[at] - day.sun[at] + change_kwh
    corners = {0, day.sun[at], -need, -need - most_out, most_in - need}
    costs = [
        max(need + cut, 0) * day.buying[at]
        - max(-need - cut, 0) * day.selling[at]
        + cut * (day.curtail or 0.0)
        for cut in (corners if day.curtail is not None else {0})
        if 0 <= cut <= day.sun[at] and -most_out <= need + cut <= most_in
    ]
    return min(costs, default=math.inf) + max(-change_kwh, 0) * day.wear


@settings(max_examples=150, deadline=None)
@given(day=tiny_days())
def test_solve_exactly__equals_brute_force_on_whole_numbers(day: Tiny) -> None:
    # Whole data and no losses make a network: some optimum lies on whole kWh.
    best_cny = cheapest_by_trying(day)
    assembled = problem(as_assets(day), n_steps=len(day.loads)).assembled()

    found = solve_exactly(assembled, solve=solve, time_limit_s=20.0, gap=0.0).solution

    if found.values is None:
        assert best_cny == math.inf
    else:
        assert found.objective is not None
        assert found.objective + assembled.fixed_cny == pytest.approx(best_cny, abs=1e-6)
