"""Acts as canonical JSON: each comes back, and no other spelling is taken."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.ledger_books import fed_in, issuance, less

from taihang.core.certificates.act import (
    KINDS,
    Accept,
    Act,
    Buy,
    Claim,
    Correct,
    Cover,
    Decline,
    Delist,
    Expire,
    List,
    Offer,
    Pay,
    Release,
    Revoke,
    Withdraw,
)
from taihang.core.certificates.act_document import act_bytes, act_digest, open_act
from taihang.core.certificates.certificate import Piece
from taihang.core.errors import InputError

PIECES = (Piece("2026-06.pool.E01", 0, 5), Piece("2026-06.pool.E01", 9, 12))
LIST = List(
    id="l",
    actor="owner",
    at_s=5,
    price_cny_per_mwh=Decimal("4.20"),
    open_until_s=9,
    pay_within_s=1,
    wh=7,
    pieces=(),
)
ACTS: tuple[Act, ...] = (
    issuance(fed_in()),
    Cover(id="a", actor="park", at_s=1, plant="PV01", pieces=PIECES),
    Release(id="a", actor="park", at_s=1, issue="i"),
    LIST,
    Delist(id="a", actor="owner", at_s=1, listing="l"),
    Offer(
        id="o",
        actor="owner",
        at_s=5,
        price_cny_per_mwh=Decimal(0),
        open_until_s=9,
        pay_within_s=1,
        wh=None,
        pieces=PIECES,
        to="E01",
    ),
    Accept(id="a", actor="E01", at_s=1, offer="o"),
    Decline(id="a", actor="E01", at_s=1, offer="o"),
    Revoke(id="a", actor="E01", at_s=1, deal="o"),
    Buy(id="a", actor="E01", at_s=1, listing="l", wh=3),
    Pay(id="a", actor="owner", at_s=1, deal="a", amount_cny=Decimal("1.20"), reference="银行 7"),
    Claim(
        id="a",
        actor="E01",
        at_s=1,
        purpose="范围二",
        beneficiary="E01",
        period="2026",
        wh=None,
        pieces=PIECES,
    ),
    Expire(id="a", actor="park", at_s=1, pieces=PIECES),
    Withdraw(id="a", actor="park", at_s=1, reason="r", pieces=PIECES),
    Correct(
        id="a", actor="park", at_s=1, issue="i", sheet_sha256="ab", reason="r", lots=(less(5),)
    ),
)


def test_acts__of_every_kind_are_looked_at() -> None:
    assert {type(act) for act in ACTS} == set(KINDS.values())


@pytest.mark.parametrize("act", ACTS, ids=[act.KIND for act in ACTS])
def test_open_act__gives_the_act_and_its_digest_again(act: Act) -> None:
    opened = open_act(act_bytes(act))

    assert opened == act
    assert act_digest(opened) == act_digest(act)


def test_act_digest__of_any_other_content__is_another() -> None:
    digests = {act_digest(replace(LIST, at_s=at_s)) for at_s in range(50)}

    assert len(digests) == 50


@given(st.sampled_from(ACTS), st.data())
def test_open_act__of_altered_bytes__refuses_or_says_another_act(
    act: Act, data: st.DataObject
) -> None:
    good = act_bytes(act)
    at = data.draw(st.integers(0, len(good) - 1))
    bad = good[:at] + bytes((data.draw(st.integers(0, 255)),)) + good[at + 1 :]

    try:
        opened = open_act(bad)
    except InputError:
        return

    assert act_bytes(opened) == bad


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        (b'"kind":"list"', b'"kind":"gift"'),
        (b'"kind":"list"', b'"kind":7'),
        (b'"4.20"', b'"4.2e0"'),
        (b'"4.20"', b'"NaN"'),
        (b'"4.20"', b'"x"'),
        (b'"wh":7', b'"wh":-7'),
        (b'"pieces":[]', b'"pieces":[["i",1]]'),
        (b'"pieces":[]', b'"pieces":[[1,1,2]]'),
        (b'"at_s":5', b'"at_s":-5'),
        (b"/v1", b"/v9"),
    ],
)
def test_open_act__of_a_wrong_field__refuses(was: bytes, becomes: bytes) -> None:
    data = act_bytes(LIST)
    assert was in data

    with pytest.raises(InputError):
        open_act(data.replace(was, becomes))
