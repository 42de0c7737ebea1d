"""Rates and bytes in flight: bounds that hold, and that let go again."""

import pytest

from taihang.interfaces.ingest.limits import BURST, InFlight, QueueFullError, Rates, TooFastError


class Ticking:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def _sent(rates: Rates, gateway: str, n: int) -> int:
    """Send up to n batches; return how many went through."""
    for sent in range(n):
        try:
            rates.check(gateway)
        except TooFastError:
            return sent
        rates.charge(gateway)
    return n


def test_rates__let_a_burst_through_and_then_the_contract() -> None:
    clock = Ticking()
    rates = Rates(batches_per_min=6, monotonic_s=clock)

    burst = _sent(rates, "GW1", 100)
    clock.now_s += 60
    minute = _sent(rates, "GW1", 100)
    clock.now_s += 86_400
    day = _sent(rates, "GW1", 1_000)

    assert (burst, minute, day) == (6 * BURST, 6, 6 * BURST)
    assert _sent(rates, "GW2", 100) == 6 * BURST, "another gateway has its own"


def test_rates__say_when_to_come_again() -> None:
    clock = Ticking()
    rates = Rates(batches_per_min=6, monotonic_s=clock)
    _sent(rates, "GW1", 100)

    with pytest.raises(TooFastError, match="GW1") as refusal:
        rates.check("GW1")
    clock.now_s += refusal.value.wait_s

    assert refusal.value.wait_s == 10
    rates.check("GW1")


def test_rates__only_charged_batches_count() -> None:
    rates = Rates(batches_per_min=1, monotonic_s=Ticking())

    for _ in range(1_000):
        rates.check("GW1")


def test_rates__remember_a_bounded_number_of_gateways() -> None:
    rates = Rates(batches_per_min=1, monotonic_s=Ticking())
    assert _sent(rates, "GW", 100) == BURST
    for number in range(9_999):
        rates.charge(f"GW{number}")
    assert _sent(rates, "GW", 1) == 0, "still known"
    rates.charge("one more")

    assert _sent(rates, "GW", 1) == 1, "the one that was silent longest is forgotten"


def test_in_flight__refuses_beyond_its_bound_and_gives_back() -> None:
    held = InFlight(limit_bytes=100)
    held.take(60)

    with pytest.raises(QueueFullError):
        held.take(41)
    held.take(40)
    held.give_back(100)

    assert held.bytes == 0
