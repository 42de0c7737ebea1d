"""The list of shares: H is nobody's choice, sums open, too few members are refused."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nacl.bindings import crypto_core_ed25519_is_valid_point
from verify_taihang import HIDING, commitment

from taihang.adapters.system import KeyRing
from taihang.core.seal.pool_totals import PoolDay, pool_tree
from taihang.core.seal.share_list import (
    MIN_MEMBERS,
    ORDER,
    QUANTITIES,
    SECOND_BASE,
    Member,
    ShareListError,
    amounts_digest,
    blinding_of,
    second_base_candidate,
    share_body,
)

POOL = pool_tree([PoolDay(0, (5,), (3,))], salts=[bytes(16)])


def member(name: str, load_wh: int, green_wh: int) -> Member:
    return Member(
        name,
        dict(zip(QUANTITIES, (load_wh, green_wh), strict=True)),
        {quantity: blinding_of([name.encode().ljust(16)] * 4) + load_wh for quantity in QUANTITIES},
        0,
    )


def plain_commit(wh: int, blinding: int) -> bytes:
    return KeyRing(Path("none")).commit(wh, blinding)


def test_second_base_candidate__first_in_the_group_is_the_one_that_is_used() -> None:
    valid = [n for n in range(200) if crypto_core_ed25519_is_valid_point(second_base_candidate(n))]

    assert second_base_candidate(valid[0]) == SECOND_BASE == HIDING


@given(wh=st.integers(0, 2**63 - 1), blinding=st.integers(1, ORDER - 1))
def test_commit__is_the_same_point_by_libsodium_and_by_the_verifier(wh: int, blinding: int) -> None:
    opening = {"wh": wh, "blinding": blinding.to_bytes(32, "little").hex()}

    assert plain_commit(wh, blinding) == commitment(opening, "here")


def test_blinding_of__looks_at_every_salt() -> None:
    salts = [bytes([n]) * 16 for n in range(4)]
    other = [bytes([n]) * 16 for n in (0, 1, 2, 4)]

    assert len({blinding_of(salts), blinding_of(other), blinding_of(salts[::-1])}) == 3


def test_share_body__commits_to_each_and_opens_the_sum_alone() -> None:
    members = [member("E01", 500, 20), member("E02", 300, 0), member("E03", 0, 0)]
    body = share_body("2026-06", members, version=1, absent=["E04"], pool=POOL, commit=plain_commit)

    assert body["sums"] == {
        "load_wh": {"wh": 800, "blinding": _sum(members, "load_wh")},
        "green_wh": {"wh": 20, "blinding": _sum(members, "green_wh")},
    }
    assert body["absent"] == ["E04"]
    assert "500" not in str(body["members"])


def _sum(members: list[Member], quantity: str) -> str:
    total = sum(each.blindings[quantity] for each in members) % ORDER
    return total.to_bytes(32, "little").hex()


def test_member__opening_is_its_own_amount_and_secret() -> None:
    opening = member("E01", 500, 20).opening("green_wh")

    assert isinstance(opening, dict)
    assert (opening["quantity"], opening["wh"]) == ("green_wh", 20)


def test_share_body__of_two_is_refused_for_each_would_learn_the_others() -> None:
    members = [member(f"E{n}", 1, 1) for n in range(MIN_MEMBERS - 1)]

    with pytest.raises(ShareListError, match="2 enterprises"):
        share_body("2026-06", members, version=1, absent=[], pool=POOL, commit=plain_commit)


def test_share_body__of_an_amount_below_zero_is_refused() -> None:
    members = [member("E1", 1, 0), member("E2", -1, 0), member("E3", 1, 0)]

    with pytest.raises(ShareListError, match="-1 Wh"):
        share_body("2026-06", members, version=1, absent=[], pool=POOL, commit=plain_commit)


@given(st.integers(0, 9), st.integers(0, 9))
def test_amounts_digest__differs_with_any_amount(one: int, other: int) -> None:
    digests = [amounts_digest({"E01": {"load_wh": wh}}) for wh in (one, other)]

    assert (digests[0] == digests[1]) == (one == other)
