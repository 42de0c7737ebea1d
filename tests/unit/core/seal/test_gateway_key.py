"""Which key of a gateway may sign: overlap, end, revocation, and the grace after it."""

import pytest

from taihang.core.seal.gateway_key import (
    REVOCATION_GRACE_S,
    GatewayKey,
    find_key,
    present_key,
)

FIRST = GatewayKey(1, b"a" * 32, from_s=100, until_s=1_000)
SECOND = GatewayKey(2, b"b" * 32, from_s=500)
REVOKED = GatewayKey(3, b"c" * 32, from_s=600, revoked_at_s=900)


@pytest.mark.parametrize("sent_at_s", [0, 99, 500, 999])
def test_may_sign__counts_until_its_end_whenever_it_comes(sent_at_s: int) -> None:
    assert FIRST.may_sign(sent_at_s=sent_at_s, received_at_s=10**9)


def test_may_sign__ends_with_its_last_second() -> None:
    assert not FIRST.may_sign(sent_at_s=1_000, received_at_s=1_000)


@pytest.mark.parametrize(
    ("sent_at_s", "received_at_s", "counts"),
    [
        (899, 900, True),
        (899, 900 + REVOCATION_GRACE_S - 1, True),
        (899, 900 + REVOCATION_GRACE_S, False),
        (900, 900, False),
        (901, 899, False),
    ],
)
def test_may_sign__after_a_revocation_takes_what_was_under_way_for_a_while(
    sent_at_s: int, received_at_s: int, *, counts: bool
) -> None:
    """F61: sent before the revocation and received within the grace, else refused."""
    assert REVOKED.may_sign(sent_at_s=sent_at_s, received_at_s=received_at_s) is counts


def test_find_key__takes_the_latest_of_a_key_that_was_enrolled_again() -> None:
    again = GatewayKey(4, REVOKED.key, from_s=2_000)

    assert find_key([FIRST, SECOND, REVOKED, again], key=REVOKED.key) == again
    assert find_key([FIRST], key=SECOND.key) is None


def test_present_key__is_the_latest_that_is_not_revoked() -> None:
    assert present_key([FIRST, SECOND, REVOKED]) == SECOND
    assert present_key([REVOKED]) is None
    assert REVOKED.revoked
    assert not SECOND.revoked
