import pytest

from taihang.interfaces.api.bounds import (
    AT_ONCE_MOST,
    BURST,
    PER_S,
    TooManyAtOnceError,
    TooOftenError,
)
from taihang.interfaces.api.rates import Rates


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def test_charge__refuses_after_a_burst_and_takes_again_when_time_has_passed() -> None:
    clock = Clock()
    rates = Rates(monotonic_s=clock)

    for _ in range(BURST):
        rates.charge("E01")
    with pytest.raises(TooOftenError) as refused:
        rates.charge("E01")
    clock.now_s += 1
    for _ in range(PER_S):
        rates.charge("E01")

    assert refused.value.wait_s == 1
    with pytest.raises(TooOftenError):
        rates.charge("E01")


def test_charge__of_one_takes_nothing_from_another() -> None:
    rates = Rates(monotonic_s=Clock())
    for _ in range(BURST):
        rates.charge("E01")

    rates.charge("E02")


def test_large__lets_so_many_at_once_and_no_more() -> None:
    rates = Rates(monotonic_s=Clock())
    inside = [rates.large("E01") for _ in range(AT_ONCE_MOST)]
    for each in inside:
        each.__enter__()

    with pytest.raises(TooManyAtOnceError), rates.large("E01"):
        pass
    with rates.large("E02"):
        pass
    inside[0].__exit__(None, None, None)

    with rates.large("E01"):
        pass
