"""Outlook of a budget: exact what is used, and a forecast that keeps its laws."""

from decimal import Decimal
from math import isclose, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from taihang.core.energy.quota import (
    MONTHS,
    Alert,
    Method,
    Outlook,
    QuotaError,
    days_of,
    outlook,
    student_t_cdf,
    student_t_quantile,
)
from taihang.core.park.quota import QuotaRules

FLAT = {month: Decimal(10) for month in MONTHS}
DAYS = days_of(2026, MONTHS)
RULES = QuotaRules(
    watch_chance_ratio=Decimal("0.2"),
    warning_chance_ratio=Decimal("0.5"),
    interval_ratio=Decimal("0.9"),
    source="test",
)
USES = st.lists(st.integers(1, 30), min_size=3, max_size=11)


def months(*values: int | str) -> dict[int, Decimal]:
    return {month: Decimal(value) for month, value in enumerate(values, start=1)}


def look(limit: int, used: dict[int, Decimal], last: dict[int, Decimal] | None = None) -> Outlook:
    return outlook(Decimal(limit), months=DAYS, this_year=used, last_year=last or {}, rules=RULES)


@pytest.mark.parametrize(
    ("limit", "used", "alert"),
    [
        (150, (10, 10, 10, 11), Alert.WITHIN),
        (125, (10, 11, 10, 10), Alert.WATCH),
        (120, (11, 10, 11, 11), Alert.WARNING),
        (30, (11, 10, 11), Alert.BREACHED),
        (120, (10, 11), Alert.UNKNOWN),
        (120, (), Alert.UNKNOWN),
    ],
)
def test_alert__follows_the_chance_of_a_breach(
    limit: int, used: tuple[int, ...], alert: Alert
) -> None:
    assert look(limit, months(*used), FLAT).alert is alert


def test_alert__follows_the_levels_of_the_park() -> None:
    careful = QuotaRules(
        watch_chance_ratio=Decimal("0.0001"),
        warning_chance_ratio=Decimal("0.0002"),
        interval_ratio=Decimal("0.9"),
        source="test",
    )
    used = months(10, 11, 10, 10)
    found = outlook(Decimal(125), months=DAYS, this_year=used, last_year=FLAT, rules=careful)
    assert found.alert is Alert.WARNING


def test_outlook__takes_shape_from_last_year_and_level_from_this_one() -> None:
    winter = {month: Decimal(20 if month in {1, 2, 12} else 5) for month in MONTHS}
    found = look(200, {1: Decimal(22), 2: Decimal(22)}, winter).forecast
    assert found is not None
    assert found.method is Method.LAST_YEAR
    assert found.expected == pytest.approx(1.1 * 105)
    assert (found.standard_error, found.low, found.breach_chance_ratio) == (None, None, None)


def test_outlook__without_a_whole_last_year_is_a_straight_line_by_day() -> None:
    half = {month: Decimal(10) for month in range(1, 7)}
    for last in ({}, half, {**FLAT, 12: Decimal(0)}):
        found = look(100, months("31", "28", "31"), last).forecast
        assert found is not None
        assert found.method is Method.STRAIGHT
        assert found.expected == pytest.approx(365)
        assert found.standard_error == pytest.approx(0)


def test_outlook__of_a_whole_year_is_what_it_was() -> None:
    found = look(119, FLAT)
    assert found.forecast is not None
    assert found.forecast.method is Method.NOTHING_LEFT
    assert (found.forecast.expected, found.forecast.breach_chance_ratio) == (120.0, 1.0)
    assert found.alert is Alert.BREACHED


def test_outlook__of_nothing_is_nothing() -> None:
    found = look(100, {}, FLAT)
    assert (found.used, found.forecast, found.alert) == (None, None, Alert.UNKNOWN)


def test_outlook__of_who_came_in_may_has_eight_months() -> None:
    stay = days_of(2026, range(5, 13))
    used = {5: Decimal(31), 6: Decimal(30)}
    found = outlook(Decimal(300), months=stay, this_year=used, last_year={}, rules=RULES)
    assert found.forecast is not None
    assert found.forecast.expected == pytest.approx(31 + 30 + 31 + 31 + 30 + 31 + 30 + 31)
    assert found.holes == ()


@given(st.dictionaries(st.integers(1, 12), st.integers(0, 99), max_size=12))
def test_outlook__used_is_the_sum_of_what_is_known_and_holes_are_named(
    used: dict[int, int],
) -> None:
    found = look(100, {month: Decimal(value) for month, value in used.items()}, FLAT)
    assert found.used == (sum(used.values()) if used else None)
    assert {*found.months_known} | {*found.months_left} == {*MONTHS}
    assert {*found.holes} == {m for m in range(1, max(used, default=0)) if m not in used}


@given(USES, st.integers(1, 400))
def test_outlook__a_higher_limit_is_never_breached_more_likely(used: list[int], limit: int) -> None:
    low, high = (look(each, months(*used), FLAT).forecast for each in (limit, limit + 5))
    assert low is not None
    assert high is not None
    assert low.breach_chance_ratio is not None
    assert high.breach_chance_ratio is not None
    assert 0 <= high.breach_chance_ratio <= low.breach_chance_ratio <= 1


@given(USES, st.integers(2, 9))
def test_outlook__another_unit_gives_the_same_forecast(used: list[int], factor: int) -> None:
    one = look(100, months(*used), FLAT).forecast
    other = look(
        100 * factor,
        {month: value * factor for month, value in months(*used).items()},
        {month: value * factor for month, value in FLAT.items()},
    ).forecast
    assert one is not None
    assert other is not None
    assert other.expected == pytest.approx(one.expected * factor)
    assert other.breach_chance_ratio == pytest.approx(one.breach_chance_ratio, abs=1e-9)


@given(USES)
def test_outlook__the_interval_holds_the_forecast_and_nothing_below_what_is_used(
    used: list[int],
) -> None:
    found = look(100, months(*used), FLAT)
    forecast = found.forecast
    assert forecast is not None
    assert found.used is not None
    assert forecast.low is not None
    assert forecast.high is not None
    assert float(found.used) <= forecast.low <= forecast.expected <= forecast.high


def test_outlook__its_interval_holds_as_many_outcomes_as_it_says() -> None:
    """Years drawn from the model itself: nine in ten ends lie inside the interval of 0.9."""
    rng = np.random.default_rng(7)
    shape = {month: Decimal(10 + month) for month in MONTHS}
    n_inside, n_trials, n_known = 0, 600, 6
    for _ in range(n_trials):
        drawn = {m: Decimal(float(shape[m])) * Decimal(rng.normal(1, 0.05)) for m in MONTHS}
        known = {m: drawn[m] for m in range(1, n_known + 1)}
        forecast = look(10_000, known, shape).forecast
        assert forecast is not None
        assert forecast.low is not None
        assert forecast.high is not None
        n_inside += forecast.low <= float(sum(drawn.values())) <= forecast.high
    spread = sqrt(0.9 * 0.1 / n_trials)
    assert abs(n_inside / n_trials - 0.9) < 3 * spread


@pytest.mark.parametrize(
    ("t", "degrees", "chance"),
    [(0, 5, 0.5), (12.706, 1, 0.975), (4.303, 2, 0.975), (2.228, 10, 0.975), (1.812, 10, 0.95),
     (-2.015, 5, 0.05), (63.657, 1, 0.995), (3.106, 11, 0.995)],
)  # fmt: skip
def test_student_t_cdf__agrees_with_printed_tables(t: float, degrees: int, chance: float) -> None:
    assert isclose(student_t_cdf(t, degrees=degrees), chance, abs_tol=5e-5)


@given(st.floats(0.01, 0.99), st.integers(1, 11))
def test_student_t_quantile__is_the_inverse(chance: float, degrees: int) -> None:
    t = student_t_quantile(chance, degrees=degrees)
    assert student_t_cdf(t, degrees=degrees) == pytest.approx(chance, abs=1e-9)


@pytest.mark.parametrize(("limit", "month"), [(0, 1), (-1, 1), (1, 0), (1, 13)])
def test_outlook__refuses_what_is_no_year(limit: int, month: int) -> None:
    with pytest.raises(QuotaError):
        look(limit, {month: Decimal(1)})
