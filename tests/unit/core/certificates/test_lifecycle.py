"""From issue to end: what waits, what is claimed once, what a restatement takes back."""

from dataclasses import replace
from decimal import Decimal

import pytest
from tests.ledger_books import (
    EXPIRES_S,
    NOW_S,
    PERIOD,
    books_with,
    demand_whole,
    empty_books,
    fed_in,
    issuance,
    issue_of,
    later,
    less,
    piece,
    plain_lots,
    told,
    used,
)

from taihang.core.balance.matching import Route, RouteKind
from taihang.core.certificates.act import (
    OPERATOR,
    Accept,
    Act,
    Claim,
    Correct,
    Cover,
    Expire,
    Offer,
    Release,
    Withdraw,
)
from taihang.core.certificates.holdings import Books, Service
from taihang.core.certificates.issue import kind_of
from taihang.core.certificates.ledger import apply_act, apply_acts
from taihang.core.certificates.refusal import (
    ActRefusedError,
    ClaimPeriodError,
    DoubleIssueIdError,
    ExpiredCertificateError,
    MoreThanHeldError,
    NegativeLotError,
    RetiredPlantError,
    UncoveredDeficitError,
    UnknownHolderError,
)
from taihang.core.errors import TaihangError

MADE = fed_in()
GIFT = Offer(
    id="gift",
    actor="owner",
    at_s=NOW_S,
    price_cny_per_mwh=Decimal(0),
    open_until_s=NOW_S + 9,
    pay_within_s=1,
    wh=None,
    pieces=(piece(MADE, 30, 50),),
    to="E01",
)
TAKEN = Accept(id="taken", actor="E01", at_s=NOW_S, offer="gift")
CLAIM = Claim(
    id="claim",
    actor="owner",
    at_s=NOW_S,
    purpose="scope 2",
    beneficiary="owner",
    period="2026-06",
    wh=None,
    pieces=(piece(MADE, 0, 30),),
)
CORRECT = Correct(
    id="correct",
    actor=OPERATOR,
    at_s=NOW_S,
    issue=MADE.id,
    sheet_sha256="ef" * 32,
    reason="late readings",
    lots=(less(25),),
)


def _after(*acts: Act, books: Books | None = None) -> Books:
    found = books or books_with(MADE)
    for outcome in apply_acts(found, acts):
        assert outcome.refusal is None, outcome
    demand_whole(found)
    return found


def test_correct__takes_the_last_unsold_watt_hours_of_the_lot_back() -> None:
    books = _after(GIFT, TAKEN, CORRECT)

    assert told(books.certificates(MADE.id)) == [
        (0, 15, "held", "owner"),
        (15, 30, "withdrawn", "owner"),
        (30, 50, "held", "E01"),
        (50, 60, "withdrawn", "owner"),
        (60, 100, "held", "owner"),
    ]
    assert not books.owing


def test_correct__of_what_is_claimed_and_sold__leaves_a_deficit() -> None:
    books = _after(GIFT, TAKEN, CLAIM, CORRECT)

    assert books.owing == {"PV01": 15}
    assert told(books.certificates(MADE.id))[2] == (50, 60, "withdrawn", "owner")


def test_issue__of_a_plant_that_owes__waits_until_later_production_covers_it() -> None:
    waiting = later(MADE)
    books = _after(GIFT, TAKEN, CLAIM, CORRECT, issuance(waiting))
    assert told(books.certificates(waiting.id)) == [(0, 100, "issued", "owner")]
    release = Release(id="r", actor=OPERATOR, at_s=NOW_S, issue=waiting.id)
    with pytest.raises(UncoveredDeficitError, match="owes 15 Wh"):
        apply_act(books, release)

    cover = Cover(id="v", actor=OPERATOR, at_s=NOW_S, plant="PV01", pieces=(piece(waiting, 0, 15),))
    _after(cover, release, books=books)

    assert told(books.certificates(waiting.id)) == [
        (0, 15, "withdrawn", "owner"),
        (15, 100, "held", "owner"),
    ]
    assert not books.owing


def test_correct__twice_of_one_lot__never_below_nothing() -> None:
    books = _after(replace(CORRECT, lots=(less(35),)))

    with pytest.raises(NegativeLotError, match="at most the 25 Wh"):
        apply_act(books, replace(CORRECT, id="again", lots=(less(26),)))


def test_issue__of_storage__waits_for_the_claim_of_what_was_charged() -> None:
    charge = issue_of(plain_lots([60, 40]), route=Route(RouteKind.CHARGE, "B1"), recipient="B1")
    storage = Route(RouteKind.STORAGE, "B1")
    released = replace(
        issue_of(plain_lots([50, 40]), route=storage, recipient="E02"), cancels=(charge.id,)
    )
    books = books_with(charge)
    with pytest.raises(ActRefusedError, match="is held"):
        apply_act(books, issuance(released))

    claim = replace(CLAIM, actor="B1", pieces=(piece(charge, 0, 100),))
    _after(claim, issuance(released), books=books)

    assert books.certificates(released.id)[0].kind is kind_of(RouteKind.STORAGE)


def test_claim__of_so_much__takes_what_expires_first() -> None:
    books = _after(replace(CLAIM, wh=30, pieces=()))

    assert told(books.certificates(MADE.id))[0] == (0, 30, "claimed", "owner")


def test_expire__ends_what_is_no_longer_valid() -> None:
    expire = Expire(id="x", actor=OPERATOR, at_s=EXPIRES_S, pieces=(piece(MADE, 30, 100),))

    books = _after(CLAIM, expire)

    assert [state for _, _, state, _ in told(books.certificates(MADE.id))] == [
        "claimed",
        "expired",
    ]


WITHDRAW = Withdraw(
    id="w", actor=OPERATOR, at_s=NOW_S, reason="test", pieces=(piece(MADE, 25, 40),)
)


@pytest.mark.parametrize(
    ("before", "act", "error", "what"),
    [
        ((), issuance(MADE), ActRefusedError, ""),
        ((), replace(issuance(MADE), id="other"), DoubleIssueIdError, MADE.id),
        ((), issuance(replace(later(MADE), holder="nobody")), UnknownHolderError, "nobody"),
        ((), replace(issuance(later(MADE)), actor="E01"), ActRefusedError, "operator"),
        ((), replace(CLAIM, wh=101, pieces=()), MoreThanHeldError, "at most the 100 Wh"),
        ((), replace(CLAIM, actor="E01"), MoreThanHeldError, "held by owner"),
        ((CLAIM,), replace(CLAIM, id="c2"), MoreThanHeldError, "claimed by owner"),
        ((), replace(CLAIM, at_s=EXPIRES_S), ExpiredCertificateError, "before"),
        ((CLAIM,), WITHDRAW, MoreThanHeldError, "claimed"),
        ((GIFT, TAKEN), WITHDRAW, MoreThanHeldError, "held by E01"),
        ((), replace(WITHDRAW, actor="owner"), ActRefusedError, "operator"),
        (
            (),
            Expire(id="x", actor=OPERATOR, at_s=NOW_S, pieces=(piece(MADE, 0, 5),)),
            ExpiredCertificateError,
            "from",
        ),
        (
            (CLAIM,),
            Expire(id="x", actor=OPERATOR, at_s=EXPIRES_S, pieces=(piece(MADE, 0, 5),)),
            MoreThanHeldError,
            "claimed",
        ),
        ((), replace(CORRECT, lots=(less(61),)), NegativeLotError, "at most the 60 Wh"),
        ((), replace(CORRECT, lots=(less(1, first_wh=90, stop_wh=101),)), NegativeLotError, "1 Wh"),
        (
            (),
            Cover(id="v", actor=OPERATOR, at_s=NOW_S, plant="PV01", pieces=(piece(MADE, 0, 5),)),
            ActRefusedError,
            "at most the 0 Wh",
        ),
        (
            (GIFT, TAKEN, CLAIM, CORRECT),
            Cover(id="v", actor=OPERATOR, at_s=NOW_S, plant="PV01", pieces=(piece(MADE, 60, 65),)),
            MoreThanHeldError,
            "held",
        ),
        (
            (),
            Release(id="r", actor=OPERATOR, at_s=NOW_S, issue=MADE.id),
            ActRefusedError,
            "nothing waits",
        ),
    ],
)
def test_acts__that_do_not_fit__are_refused_and_change_nothing(
    before: tuple[Act, ...], act: Act, error: type[TaihangError], what: str
) -> None:
    books = _after(*before)
    was = told(books.certificates(MADE.id))
    if act == issuance(MADE):
        assert apply_act(books, act) is None
        return

    with pytest.raises(error, match=what):
        apply_act(books, act)

    assert told(books.certificates(MADE.id)) == was


def test_cover__with_another_plant__is_refused() -> None:
    other = later(fed_in(plant="W01"))
    books = _after(GIFT, TAKEN, CLAIM, CORRECT, issuance(other))

    with pytest.raises(ActRefusedError, match="gave nothing"):
        apply_act(
            books,
            Cover(id="v", actor=OPERATOR, at_s=NOW_S, plant="PV01", pieces=(piece(other, 0, 5),)),
        )


@pytest.mark.parametrize(
    "service",
    [
        None,
        Service(PERIOD.start_s + 1, None),
        Service(None, PERIOD.start_s + 1_799),
    ],
)
def test_issue__of_a_plant_out_of_service__is_refused(service: Service | None) -> None:
    books = empty_books({"PV01": service} if service else {"W01": Service(None, None)})

    with pytest.raises(RetiredPlantError, match="PV01"):
        apply_act(books, issuance(used()))


def test_issue__of_a_plant_in_service_for_just_its_lots__is_made() -> None:
    books = empty_books({"PV01": Service(PERIOD.start_s, PERIOD.start_s + 1_800)})

    assert apply_act(books, issuance(used())) is not None


@pytest.mark.parametrize(
    ("period", "is_refused"),
    [("1999-01", True), ("2026-05", True), ("2025", True), ("2026-06", False), ("2026", False)],
)
def test_claim__for_a_time_before_the_production__is_refused(
    period: str,
    is_refused: bool,  # noqa: FBT001 - pytest gives it by name
) -> None:
    (outcome,) = apply_acts(books_with(MADE), [replace(CLAIM, period=period)])

    assert isinstance(outcome.refusal, ClaimPeriodError) is is_refused
    assert (outcome.refusal is None) is not is_refused
