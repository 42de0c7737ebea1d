from datetime import timedelta
from decimal import Decimal, Inexact, localcontext
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from taihang.core.quantities import (
    EXACT,
    Energy,
    Power,
    energy_of_power_wh,
    to_fen,
    whole_parts,
)

whole_wh = st.integers(-(10**15), 10**15)


@given(whole_wh)
def test_energy__kwh_and_back_is_the_same_energy(wh: int) -> None:
    energy = Energy(wh)

    assert energy == Energy.of_kwh(energy.kwh)
    assert energy.kwh == energy.mwh * 1_000


@given(whole_wh, whole_wh)
def test_energy__subtracting_what_was_added_gives_the_first_back(one: int, other: int) -> None:
    total = Energy(one) + Energy(other)

    assert Energy(one) == total - Energy(other)


@pytest.mark.parametrize(
    ("kwh", "wh"), [("0.0005", 0), ("0.0015", 2), ("0.0025", 2), ("-0.0015", -2)]
)
def test_of_kwh__rounds_half_to_even(kwh: str, wh: int) -> None:
    assert Energy(wh) == Energy.of_kwh(Decimal(kwh))


@given(st.integers(-(10**9), 10**9), st.integers(1, 96))
def test_over__a_whole_watt_over_whole_quarters_is_exact(w: int, quarters: int) -> None:
    energy = Power(w * 4.0).over(timedelta(minutes=15) * quarters)

    assert Energy(w * quarters) == energy


@given(st.lists(st.integers(-(10**6), 10**6), min_size=1, max_size=50))
def test_energy_of_power_wh__agrees_with_power_over_in_every_interval(w: list[int]) -> None:
    mean_kw = np.array(w, dtype=np.float64) / 1_000

    energy_wh = energy_of_power_wh(mean_kw, 3_600)

    assert w == energy_wh.tolist()
    assert np.dtype(np.int64) == energy_wh.dtype


@pytest.mark.parametrize(("cny", "fen"), [("1.005", "1.00"), ("1.015", "1.02"), ("-0.005", "0.00")])
def test_to_fen__rounds_half_to_even(cny: str, fen: str) -> None:
    assert Decimal(fen) == to_fen(Decimal(cny))


@given(st.decimals(-(10**9), 10**9, places=6))
def test_to_fen__moves_no_amount_by_more_than_half_a_fen(cny: Decimal) -> None:
    assert Decimal("0.005") >= abs(to_fen(cny) - cny)


def test_exact__refuses_to_round() -> None:
    with localcontext(EXACT), pytest.raises(Inexact):
        _ = Decimal(1) / Decimal(3)


def test_exact__leaves_the_arithmetic_of_others_alone() -> None:
    with localcontext(EXACT):
        pass

    third = Decimal(1) / Decimal(3)

    assert Decimal("0.3333333333333333333333333333") == third


@given(st.lists(st.fractions(min_value=-(10**9), max_value=10**9), min_size=1, max_size=8))
def test_whole_parts__sum_to_the_whole_and_none_is_off_by_one(exact: list[Fraction]) -> None:
    total = round(sum(exact, start=Fraction(0)))

    parts = whole_parts(exact, total=total)

    assert sum(parts) == total
    assert all(abs(part - each) < 1 for part, each in zip(parts, exact, strict=True))
