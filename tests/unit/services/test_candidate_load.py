"""Loads of projects: the planned energy to the watt-hour, in the shape that was asked for."""

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import offer_kit
import small_park
from taihang.config.park_file import read_park
from taihang.core.park.assets import ShiftPattern
from taihang.core.periods import year
from taihang.services.candidate_load import (
    CandidateLoadError,
    ProfileError,
    candidate_wh,
    knows_holidays,
)

PARK = read_park(small_park.PARK, source="park.toml")
HOURS = 8_760


def profile(values: list[float]) -> str:
    return "kw\n" + "\n".join(str(value) for value in values)


def load(*changes: tuple[str, str], csv: str | None = None) -> np.ndarray:
    with_profile = () if csv is None else (('shape = "day-shift"', 'profile = "a.csv"'),)
    plans = offer_kit.plans() if csv is None else offer_kit.plans(PJ1=csv)
    return candidate_wh(
        offer_kit.project(*changes, *with_profile), plans=plans, period=offer_kit.PERIOD, park=PARK
    )


@pytest.mark.parametrize("pattern", ShiftPattern)
def test_candidate_wh__is_the_planned_energy_to_the_watt_hour(pattern: ShiftPattern) -> None:
    wh = load(('shape = "day-shift"', f'shape = "{pattern.value}"'))

    assert len(wh) == offer_kit.PERIOD.n_steps
    assert int(wh.sum()) == 1_200_000_000
    assert wh.min() > 0


def test_candidate_wh__works_by_day_and_rests_on_sundays_and_holidays() -> None:
    days = load().reshape(365, 96).astype(float)

    monday, sunday, new_year = days[5], days[4], days[0]
    assert monday[40] > 5 * monday[8]
    assert sunday.sum() < 0.5 * monday.sum()
    assert new_year.sum() < 0.5 * monday.sum()
    # A continuous plant knows no day of rest.
    steady = load(('shape = "day-shift"', 'shape = "continuous"')).reshape(365, 96)
    assert steady[4].sum() > 0.9 * steady[5].sum()


@given(st.lists(st.floats(0, 500, allow_nan=False), min_size=1, max_size=24))
def test_candidate_wh__keeps_the_proportions_of_a_profile(values: list[float]) -> None:
    whole = [values[hour % len(values)] + 100 for hour in range(HOURS)]

    wh = load(csv=profile(whole)).reshape(HOURS, 4).sum(axis=1)

    expected = 1.2e9 * np.array(whole) / sum(whole)
    assert int(wh.sum()) == 1_200_000_000
    # Each power is taken to the watt, and each edge rounded down once.
    assert np.abs(wh - expected).max() <= 2 + 1e-5 * expected.max()


@pytest.mark.parametrize(
    "csv",
    [
        profile([1.0] * (HOURS - 1)),
        profile([1.0] * (HOURS - 1) + [float("nan")]),
        profile([1.0] * (HOURS - 1) + [-1.0]),
        profile([0.0] * HOURS),
        "\n".join(["1"] * HOURS),
        "kw\n" + "one\n" * HOURS,
        profile([1.0] * 50_000),
        "",
    ],
)
def test_candidate_wh__refuses_a_profile_that_is_none(csv: str) -> None:
    with pytest.raises(ProfileError):
        load(csv=csv)


def test_candidate_wh__refuses_more_than_the_transformers_bear() -> None:
    with pytest.raises(CandidateLoadError, match="kVA"):
        load(("transformer_kva = 1000", "transformer_kva = 200"))


def test_knows_holidays__only_of_years_that_are_held() -> None:
    unknown = year("2022", PARK.zone)

    assert knows_holidays(offer_kit.PERIOD, PARK)
    assert not knows_holidays(unknown, PARK)
    wh = candidate_wh(offer_kit.project(), plans=offer_kit.plans(), period=unknown, park=PARK)
    assert Decimal(int(wh.sum())) == 1_200_000_000
