from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taihang.interfaces.cli.ratio_tables import judged_cell, ratio_fact


@pytest.mark.parametrize(
    ("percent", "verdict", "told"),
    [("29.9", "missed", "29.9 % ✗"), ("30.0", "met", "30.0 % ✓"), (None, "undefined", "–")],
)
def test_judged_cell__shows_what_the_statement_prints(
    percent: str | None, verdict: str, told: str
) -> None:
    assert judged_cell({"percent": percent, "verdict": verdict}).plain == told


@given(st.fractions(0, 1))
def test_ratio_fact__is_cut_and_never_above(ratio: Fraction) -> None:
    told = ratio_fact(ratio)

    assert told is not None
    assert 0 <= ratio - Fraction(told) < Fraction(1, 10**6)
