"""The way to the peak: wedges close, ramps are straight, path and truth meet each target or not."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peak_case import PLAN, project, stage, target
from taihang.core.activity.amount import Amount, Known, Unknown
from taihang.core.park.peak_plan import PeakIndicator, PeakPlan, PeakProject
from taihang.core.pathway.path import (
    ActualYear,
    YearPoint,
    actual_indicator,
    indicator_of,
    meets,
    outlook,
    pathway,
    peak_of,
    ramp_ratio,
)

RATES = st.decimals("-0.2", "0.3", places=4)


@st.composite
def projects(draw: st.DrawFn) -> PeakProject:
    name = draw(st.integers(1, 40))
    return replace(
        project(f"P{name}", project_class=f"C{name % 7 + 1}"),
        start_year=draw(st.integers(2018, 2032)),
        ramp_years=draw(st.integers(1, 9)),
        carbon_t_per_year=draw(st.decimals(0, 10**6, places=3)),
    )


def by_year(plan: PeakPlan) -> dict[int, YearPoint]:
    return {point.year: point for point in pathway(plan)}


def actual(**changes: Amount) -> ActualYear:
    known = ActualYear(
        year=2025,
        carbon=Known(Decimal(800), "tCO2"),
        energy=Known(Decimal(500), "tce"),
        non_fossil=Known(Decimal(25), "tce"),
        value_added=Known(Decimal(10_000_000), "CNY"),
    )
    return replace(known, **changes)


def test_pathway__is_what_a_hand_works_out() -> None:
    points = by_year(PLAN)

    assert [points[year].path_t for year in (2020, 2022, 2024, 2026, 2030)] == [
        1000,
        900,
        Decimal("866.667"),
        800,
        800,
    ]
    assert points[2024].wedges_t == {
        "C1": 100,
        "C2": Decimal("33.333"),
        **dict.fromkeys(("C3", "C4", "C5", "C6", "C7"), 0),
    }
    assert points[2030].indicator(PeakIndicator.ENERGY_INTENSITY) == Decimal("0.48")
    assert points[2030].indicator(PeakIndicator.CARBON_INTENSITY) == Decimal("0.8")
    assert points[2030].indicator(PeakIndicator.NON_FOSSIL_SHARE) == Decimal("0.072917")


@given(drawn=st.lists(projects(), max_size=12), first=RATES, second=RATES)
def test_pathway__wedges_sum_to_the_difference_of_the_curves_exactly(
    drawn: list[PeakProject], first: Decimal, second: Decimal
) -> None:
    plan = replace(
        PLAN,
        projects={one.id: one for one in drawn},
        stages={
            "S1": stage("S1", 2021, 2025, str(first)),
            "S2": stage("S2", 2026, 2030, str(second)),
        },
    )

    points = pathway(plan)

    assert len(points) == 11
    for point in points:
        assert sum(point.wedges_t.values()) == point.bau_t - point.path_t
        assert set(point.wedges_t) == set(PLAN.classes)


@given(growth=RATES)
def test_pathway__without_projects_is_the_curve_of_growth(growth: Decimal) -> None:
    stages = {"S1": stage("S1", 2021, 2030, str(growth))}
    points = pathway(replace(PLAN, projects={}, stages=stages))

    for point in points:
        expected_t = 1_000 * (1 + growth) ** (point.year - 2020)
        assert abs(point.path_t - expected_t) <= Decimal("0.0005")
        # Whatever grows at one rate keeps its intensity.
        assert point.indicator(PeakIndicator.CARBON_INTENSITY) == pytest.approx(
            Decimal(1), abs=Decimal("0.00001")
        )


@given(start=st.integers(2010, 2040), ramp=st.integers(1, 30))
def test_ramp_ratio__never_falls_and_ends_whole(start: int, ramp: int) -> None:
    one = replace(project("P1"), start_year=start, ramp_years=ramp)
    shares = [ramp_ratio(one, year) for year in range(start - 1, start + ramp)]

    assert shares[0] == 0 < shares[1]
    assert shares == sorted(shares)
    assert shares[-1] == 1
    assert len(set(shares)) == ramp + 1


def test_peak_of__takes_the_first_of_equal_years() -> None:
    assert peak_of(pathway(PLAN)).year == 2020


def test_outlook__holds_path_and_truth_against_each_target() -> None:
    points = pathway(PLAN)

    found = outlook(PLAN, points, actual={2025: actual()})

    assert [one.is_met_on_path for one in found] == [True, True, True, True, True, False]
    assert [one.is_met for one in found] == [False, True, False, None, None, None]
    assert found[1].actual == Known(Decimal("0.8"), "tCO2/10⁴CNY")
    assert found[5].actual == Unknown("year-not-over")


@pytest.mark.parametrize(
    ("field", "open_ones"),
    [
        ("carbon", {PeakIndicator.CARBON_INTENSITY}),
        ("energy", {PeakIndicator.ENERGY_INTENSITY, PeakIndicator.NON_FOSSIL_SHARE}),
        ("non_fossil", {PeakIndicator.NON_FOSSIL_SHARE}),
        ("value_added", {PeakIndicator.ENERGY_INTENSITY, PeakIndicator.CARBON_INTENSITY}),
    ],
)
def test_actual_indicator__is_open_where_something_it_needs_is(
    field: str, open_ones: set[PeakIndicator]
) -> None:
    year = actual(**{field: Unknown("no-data")})

    found = {
        which for which in PeakIndicator if actual_indicator(which, year) == Unknown("no-data")
    }

    assert found == open_ones


def test_actual_indicator__of_a_year_without_value_added() -> None:
    year = actual(value_added=Known(Decimal(0), "CNY"))

    assert actual_indicator(PeakIndicator.CARBON_INTENSITY, year) == Unknown("nothing-to-divide-by")


def test_indicator_of__a_year_without_energy_has_no_share() -> None:
    zero = Decimal(0)

    assert (
        indicator_of(
            PeakIndicator.NON_FOSSIL_SHARE,
            carbon_t=zero,
            energy_tce=zero,
            non_fossil_tce=zero,
            value_added_cny=zero,
        )
        is None
    )


@pytest.mark.parametrize("indicator", PeakIndicator)
def test_meets__takes_the_target_itself(indicator: PeakIndicator) -> None:
    more_is_better = indicator is PeakIndicator.NON_FOSSIL_SHARE
    one = target(indicator, 2030, "0.5")

    assert meets(one, Decimal("0.5"))
    assert meets(one, Decimal("0.6")) is more_is_better
    assert meets(one, Decimal("0.4")) is not more_is_better
