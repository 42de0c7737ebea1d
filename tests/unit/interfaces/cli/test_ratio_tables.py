from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taihang.interfaces.cli.ratio_tables import judged_cell, ratio_fact


def _requirement(above: int, below: int, *, at_least: bool) -> dict[str, object]:
    met = 10 * above >= 3 * below if at_least else 10 * above <= 3 * below
    return {
        "numerator_wh": above,
        "denominator_wh": below,
        "threshold": "0.30",
        "at_least": at_least,
        "verdict": "met" if met else "missed",
    }


@given(st.integers(0, 10**12), st.integers(1, 10**12), st.booleans())
def test_judged_cell__never_prints_a_miss_as_met(above: int, below: int, at_least: bool) -> None:  # noqa: FBT001 - hypothesis gives it by name
    one = _requirement(above, below, at_least=at_least)

    printed, _, mark = judged_cell(one).plain.rpartition(" % ")

    if mark == "✗":
        assert float(printed) < 30 if at_least else float(printed) > 30


@pytest.mark.parametrize(
    ("above", "below", "at_least", "told"),
    [
        (2_999, 10_000, True, "29.9 % ✗"),
        (3_001, 10_000, False, "30.1 % ✗"),
        (3, 10, True, "30.0 % ✓"),
        (555_127, 10_000_000, True, "5.6 % ✗"),
    ],
)
def test_judged_cell__prints_what_its_sentence_prints(
    above: int,
    below: int,
    at_least: bool,  # noqa: FBT001 - pytest gives it by name
    told: str,
) -> None:
    assert judged_cell(_requirement(above, below, at_least=at_least)).plain == told


def test_judged_cell__of_nothing_is_a_dash() -> None:
    nothing = {**_requirement(0, 1, at_least=True), "denominator_wh": 0, "verdict": "undefined"}

    assert judged_cell(nothing).plain == "–"


@given(st.fractions(0, 1))
def test_ratio_fact__is_cut_and_never_above(ratio: Fraction) -> None:
    told = ratio_fact(ratio)

    assert told is not None
    assert 0 <= ratio - Fraction(told) < Fraction(1, 10**6)
