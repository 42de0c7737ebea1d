"""Whoever guesses waits, and nobody else does."""

from concurrent.futures import ThreadPoolExecutor

from taihang.interfaces.accounts.brake import (
    ADDRESS_A_MINUTE,
    FIRST_WAIT_S,
    FORGOTTEN_AFTER_S,
    FREE,
    KEPT,
    LONGEST_WAIT_S,
    NAME_A_QUARTER,
    SignInBrake,
)

HOME = "192.0.2.1"


class Hands:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.at_s = 1000.0

    def __call__(self) -> float:
        return self.at_s


def brake() -> tuple[SignInBrake, Hands]:
    hands = Hands()
    return SignInBrake(now_s=hands), hands


def test_take__five_are_free_and_then_the_wait_doubles_up_to_its_longest() -> None:
    found, hands = brake()
    waits_s: list[float] = []

    for _ in range(FREE):
        assert found.take("anna", HOME) == 0
    while len(waits_s) < 8:
        wait_s = found.take("anna", HOME)
        waits_s.append(wait_s)
        hands.at_s += wait_s
        assert found.take("anna", HOME) == 0

    assert waits_s[:5] == [FIRST_WAIT_S, 120, 240, 480, LONGEST_WAIT_S]
    assert set(waits_s[4:]) == {LONGEST_WAIT_S}


def test_take__an_attempt_during_a_wait_neither_counts_nor_prolongs_it() -> None:
    found, hands = brake()
    for _ in range(FREE):
        found.take("anna", HOME)

    asked_s: list[float] = []
    for _ in range(59):
        asked_s.append(found.take("anna", HOME))
        hands.at_s += 1

    assert asked_s == [60 - n for n in range(59)]


def test_take__another_name_case_or_width_is_the_same_name() -> None:
    found, _ = brake()
    spellings = ("Anna", "ANNA", " anna", "ａｎｎａ", "anna ")

    for spelling in spellings:
        assert found.take(spelling, HOME) == 0

    assert found.take("anna", HOME) > 0


def test_take__whoever_guesses_elsewhere_does_not_lock_the_owner_out() -> None:
    found, hands = brake()
    found.take("anna", HOME)
    found.passed("anna", HOME)
    for n in range(NAME_A_QUARTER + 50):
        found.take("anna", f"198.51.{n // 200}.{n % 200}")

    assert found.take("anna", "203.0.113.9") > 0
    assert found.take("anna", HOME) == 0
    hands.at_s += 901
    assert found.take("anna", "203.0.113.9") == 0


def test_take__one_address_gets_so_many_attempts_a_minute_whatever_the_names() -> None:
    found, hands = brake()
    waits_s = [found.take(f"name{n}", HOME) for n in range(ADDRESS_A_MINUTE + 1)]

    assert waits_s[:-1] == [0] * ADDRESS_A_MINUTE
    assert waits_s[-1] == 60
    assert found.take("other", "192.0.2.2") == 0
    hands.at_s += 60
    assert found.take("name0", HOME) == 0


def test_take__an_ipv6_subscriber_is_one_address() -> None:
    found, _ = brake()
    for n in range(FREE):
        assert found.take("anna", f"2001:db8:1:2::{n:x}") == 0

    assert found.take("anna", "2001:db8:1:2:ffff::1") > 0
    assert found.take("anna", "2001:db8:1:3::1") == 0


def test_passed__takes_the_attempt_back_but_not_those_of_others() -> None:
    found, _ = brake()
    for n in range(ADDRESS_A_MINUTE - 1):
        found.take(f"name{n}", HOME)
    found.take("anna", HOME)
    found.passed("anna", HOME)

    assert found.take("bert", HOME) == 0
    assert found.take("cora", HOME) > 0


def test_take__is_forgotten_after_an_hour_without_an_attempt() -> None:
    found, hands = brake()
    for _ in range(FREE + 1):
        found.take("anna", HOME)
    hands.at_s += FORGOTTEN_AFTER_S + 1

    assert [found.take("anna", HOME) for _ in range(FREE + 1)] == [0] * FREE + [FIRST_WAIT_S]


def test_take__many_at_once_get_no_further_than_as_many_in_a_row() -> None:
    found, _ = brake()

    with ThreadPoolExecutor(16) as pool:
        asked = [pool.submit(found.take, "anna", HOME) for _ in range(64)]
        waits_s = [each.result() for each in asked]

    assert waits_s.count(0.0) == FREE


def test_take__keeps_a_bounded_number_of_counters() -> None:
    found, hands = brake()
    for n in range(KEPT + 500):
        hands.at_s += 0.01
        found.take(f"name{n}", f"10.{n >> 16}.{(n >> 8) & 255}.{n & 255}")

    assert found.n_kept == (KEPT, KEPT, KEPT)
