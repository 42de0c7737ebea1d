"""One set-point for several batteries."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taihang.core.dispatch.split import Inverter, PowerSplitError, split_power

inverters = st.lists(
    st.builds(
        Inverter,
        id=st.just("i"),
        usable_kwh=st.floats(0.0, 1e4),
        power_kw=st.floats(0.0, 1e3),
    ),
    min_size=1,
    max_size=6,
)


@given(power=st.floats(0.0, 5e3), among=inverters, exponent=st.sampled_from([0.0, 1.0, 2.0]))
def test_split_power__gives_away_all_that_can_be_taken(
    power: float, among: list[Inverter], exponent: float
) -> None:
    split = split_power(power, among, exponent_ratio=exponent)

    room = sum(one.power_kw for one in among if one.usable_kwh ** max(exponent, 1.0) > 0.0)
    assert sum(split.power_kw) + split.remaining_kw == pytest.approx(power, abs=1e-6)
    assert sum(split.power_kw) == pytest.approx(min(power, room), abs=1e-6)
    pairs = zip(split.power_kw, among, strict=True)
    assert all(0.0 <= mine <= one.power_kw for mine, one in pairs)


def test_split_power__what_one_cannot_take_goes_on_in_proportion() -> None:
    among = [Inverter("a", 80.0, 100.0), Inverter("b", 10.0, 900.0), Inverter("c", 20.0, 900.0)]

    assert split_power(400.0, among, exponent_ratio=1.0).power_kw == (100.0, 100.0, 200.0)


@pytest.mark.parametrize("power", [-1.0, float("nan")])
def test_split_power__what_is_no_power_is_refused(power: float) -> None:
    with pytest.raises(PowerSplitError):
        split_power(power, [Inverter("a", 1.0, 1.0)], exponent_ratio=1.0)
