"""Jobs of the market end to end: rules of the park, retries, delivery against payment, refusals."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

import pytest

import small_park
from ledger_books import issuance
from lot_park import SOLD, TEXT, USED, given, made
from taihang.adapters.system import FixedClock
from taihang.core.certificates.act import Claim
from taihang.core.certificates.certificate import Piece, State
from taihang.core.certificates.order_book import (
    CertificatePriceError,
    MarketOrderError,
    Order,
)
from taihang.core.certificates.refusal import (
    ActIdReusedError,
    DealError,
    ExpiredCertificateError,
    MoreThanHeldError,
    NotTradableError,
    RetiredPlantError,
    SelfTransferError,
    UnknownHolderError,
)
from taihang.core.errors import TaihangError
from taihang.services import lot_market as market
from taihang.services.ledger import act_once
from taihang.services.lot_market import Ask, MarketClosedError, NotForSaleError, Payment
from taihang.services.ports import Ports

NOW_S = int(small_park.NOW.timestamp())
ASK = Ask(
    id="a",
    seller="owner",
    energy_wh=2_000_000,
    price_cny_per_mwh=Decimal("8.00"),
    until_s=NOW_S + 86_400,
)
ORDER = Order(buyer="E01", energy_wh=1_500_000, limit_cny_per_mwh=Decimal(9))


@contextmanager
def opened(root: Path, *, hours: float = 0) -> Generator[Ports]:
    with small_park.opened(root) as ports:
        yield replace(ports, clock=FixedClock(small_park.NOW + timedelta(hours=hours)))


@pytest.fixture
def park(tmp_path: Path) -> Path:
    return made(tmp_path / "park")


def state_of(ports: Ports) -> str:
    """One hash over every certificate and act: what a refusal may not change."""
    ledger = ports.registry.certificates
    rows = [one for issue in ledger.issues() for one in ledger.certificates(issue.id)]
    return sha256(repr((rows, ledger.act_roll(), ledger.owed_wh())).encode()).hexdigest()


def by_state(ports: Ports) -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = {}
    for (_, state, holder), wh in ports.registry.certificates.totals().items():
        found[state, holder] = found.get((state, holder), 0) + wh
    return found


def payment(deal: str, amount: str, **changes: str) -> Payment:
    facts = {"id": f"pay.{deal}", "actor": "owner", "reference": "ICBC-1", **changes}
    return Payment(deal=deal, amount_cny=Decimal(amount), **facts)


# -- the way of a certificate --------------------------------------------------------------------


def test_market__listed_bought_paid_and_claimed(park: Path) -> None:
    with opened(park) as ports:
        market.list_for_sale(ASK, ports=ports)
        bought = market.buy("o", ORDER, ports=ports)
        assert (bought.energy_wh, bought.unfilled_wh) == (1_500_000, 0)
        assert by_state(ports)["in-transfer", "owner"] == 1_500_000
        (due,) = bought.purchases
        assert (due.deal, due.amount_cny, due.due_s) == (
            "o.1",
            Decimal("12.00"),
            NOW_S + 72 * 3600,
        )

        market.pay(payment("o.1", "12.00"), ports=ports)
        act_once(
            Claim(
                id="c",
                actor="E01",
                at_s=NOW_S,
                purpose="2026",
                beneficiary="E01",
                period="2026-06",
                wh=1_500_000,
                pieces=(),
            ),
            ports=ports,
        )

        found = by_state(ports)
        assert found["claimed", "E01"] == 1_500_000
        assert found["listed", "owner"] == 500_000
        assert sum(found.values()) == SOLD.total_wh + USED.total_wh


def test_market__offered_agreed_and_paid(park: Path) -> None:
    with opened(park) as ports:
        market.offer(ASK, to="buyer", ports=ports)
        market.accept("yes", actor="buyer", offered="a", ports=ports)
        assert ("held", "buyer") not in by_state(ports)
        market.pay(payment("yes", "16.00"), ports=ports)

        assert by_state(ports)["held", "buyer"] == 2_000_000


def test_market__a_gift_needs_consent_and_no_payment(park: Path) -> None:
    with opened(park) as ports:
        market.offer(replace(ASK, price_cny_per_mwh=Decimal(0)), to="E02", ports=ports)
        assert ("held", "E02") not in by_state(ports)
        market.accept("yes", actor="E02", offered="a", ports=ports)

        assert by_state(ports)["held", "E02"] == 2_000_000


def test_market__declined_and_revoked_offers_go_back(park: Path) -> None:
    with opened(park) as ports:
        before = by_state(ports)
        market.offer(ASK, to="E01", ports=ports)
        market.decline("no", actor="E01", offered="a", ports=ports)
        market.offer(replace(ASK, id="b"), to="E01", ports=ports)
        market.revoke("back", actor="owner", deal="b", ports=ports)
        market.list_for_sale(replace(ASK, id="l"), ports=ports)
        market.delist("d", actor="owner", listing="l", ports=ports)

        assert by_state(ports) == before


def test_give_back_overdue__only_what_is_unpaid_after_its_time(park: Path) -> None:
    with opened(park) as ports:
        market.list_for_sale(ASK, ports=ports)
        market.buy("o", ORDER, ports=ports)
        assert market.give_back_overdue(ports=ports) == ()
    with opened(park, hours=72) as ports:
        (back,) = market.give_back_overdue(ports=ports)

        assert (back.act, back.energy_wh) == ("overdue:o.1", 1_500_000)
        assert by_state(ports)["held", "owner"] == 2_000_000
        assert market.give_back_overdue(ports=ports) == ()
        with pytest.raises(DealError):
            market.pay(payment("o.1", "12.00"), ports=ports)


# -- orders --------------------------------------------------------------------------------------


def test_buy__takes_the_cheapest_then_the_earliest(park: Path) -> None:
    with opened(park) as ports:
        for name, price in (("dear", "9.00"), ("first", "8.00"), ("second", "8.00")):
            ask = replace(ASK, id=name, energy_wh=800_000, price_cny_per_mwh=Decimal(price))
            market.list_for_sale(ask, ports=ports)

        bought = market.buy("o", replace(ORDER, energy_wh=2_000_000), ports=ports)

        acts = [ports.registry.certificates.act(one.deal) for one in bought.purchases]
        assert [one.energy_wh for one in bought.purchases] == [800_000, 800_000, 400_000]
        listings = [one.document.split('"listing":"')[1].split('"')[0] for one in acts if one]
        assert listings == ["first", "second", "dear"]


def test_buy__tried_again_is_the_same_order(park: Path) -> None:
    with opened(park) as ports:
        market.list_for_sale(ASK, ports=ports)
        first = market.buy("o", replace(ORDER, energy_wh=500_000), ports=ports)
        state = state_of(ports)
    with opened(park, hours=30) as ports:
        again = market.buy("o", replace(ORDER, energy_wh=500_000), ports=ports)

        assert (first.is_new, again.is_new) == (True, False)
        assert again.purchases == first.purchases
        assert state_of(ports) == state


@pytest.mark.parametrize(
    "other", [replace(ORDER, buyer="E02"), replace(ORDER, energy_wh=1_000_000)]
)
def test_buy__another_order_under_the_same_id_is_refused(park: Path, other: Order) -> None:
    with opened(park) as ports:
        market.list_for_sale(ASK, ports=ports)
        market.buy("o", ORDER, ports=ports)
        with pytest.raises(ActIdReusedError):
            market.buy("o", other, ports=ports)


def test_list_for_sale__tried_again_later_is_the_same_listing(park: Path) -> None:
    with opened(park) as ports:
        assert market.list_for_sale(ASK, ports=ports).is_new
    with opened(park, hours=40) as ports:
        state = state_of(ports)

        assert not market.list_for_sale(ASK, ports=ports).is_new
        assert state_of(ports) == state


# -- refusals ------------------------------------------------------------------------------------

RETIRED = replace(SOLD, id="2026-06.feed-in.PV99", plants=(replace(SOLD.plants[0], id="PV99"),))
REFUSED: dict[str, tuple[type[TaihangError], Callable[[Ports], object]]] = {
    "more-than-held": (
        MoreThanHeldError,
        lambda p: market.list_for_sale(replace(ASK, energy_wh=2_500_001), ports=p),
    ),
    "of-another": (
        MoreThanHeldError,
        lambda p: market.list_for_sale(replace(ASK, seller="E02"), ports=p),
    ),
    "piece-of-another": (
        MoreThanHeldError,
        lambda p: market.list_for_sale(
            replace(ASK, seller="E02", energy_wh=None, pieces=(Piece(SOLD.id, 0, 5_000),)),
            ports=p,
        ),
    ),
    "own-use-is-not-sold": (
        NotTradableError,
        lambda p: market.list_for_sale(
            replace(ASK, seller="E01", energy_wh=None, pieces=(Piece(USED.id, 0, 5_000),)),
            ports=p,
        ),
    ),
    "to-oneself": (SelfTransferError, lambda p: market.offer(ASK, to="owner", ports=p)),
    "to-nobody": (UnknownHolderError, lambda p: market.offer(ASK, to="stranger", ports=p)),
    "too-dear": (
        CertificatePriceError,
        lambda p: market.list_for_sale(replace(ASK, price_cny_per_mwh=Decimal("50.01")), ports=p),
    ),
    "too-cheap": (
        CertificatePriceError,
        lambda p: market.offer(replace(ASK, price_cny_per_mwh=Decimal("0.99")), to="E01", ports=p),
    ),
    "below-the-least-lot": (
        MarketOrderError,
        lambda p: market.list_for_sale(replace(ASK, energy_wh=999), ports=p),
    ),
    "over-before-it-begins": (
        MarketOrderError,
        lambda p: market.list_for_sale(replace(ASK, until_s=NOW_S), ports=p),
    ),
    "nothing-for-sale": (NotForSaleError, lambda p: market.buy("o", ORDER, ports=p)),
    "no-such-deal": (
        DealError,
        lambda p: market.accept("x", actor="E01", offered="nothing", ports=p),
    ),
    "paid-for-nothing": (DealError, lambda p: market.pay(payment("nothing", "1.00"), ports=p)),
    "claim-of-more-than-is-held": (
        MoreThanHeldError,
        lambda p: act_once(
            Claim(
                id="c",
                actor="E01",
                at_s=NOW_S,
                purpose="2026",
                beneficiary="E01",
                period="2026-06",
                wh=USED.total_wh + 1,
                pieces=(),
            ),
            ports=p,
        ),
    ),
    "retired-plant": (
        RetiredPlantError,
        lambda p: act_once(replace(issuance(RETIRED), at_s=NOW_S), ports=p),
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_market__a_refusal_leaves_the_ledger_as_it_was(park: Path, name: str) -> None:
    error, act = REFUSED[name]
    with opened(park) as ports:
        before = state_of(ports)

        with pytest.raises(error) as raised:
            act(ports)

        assert state_of(ports) == before
        # The reason has its numbers or names, and says what to do.
        assert raised.value.given
        assert raised.value.remedy


def test_market__with_a_listing_there_are_more_refusals(park: Path) -> None:
    with opened(park) as ports:
        market.list_for_sale(ASK, ports=ports)
        market.offer(replace(ASK, id="off", energy_wh=500_000), to="E01", ports=ports)
        market.buy("o", ORDER, ports=ports)
        before = state_of(ports)

        for error, act in (
            (NotForSaleError, lambda: market.buy("n", replace(ORDER, buyer="owner"), ports=ports)),
            (
                NotForSaleError,
                lambda: market.buy(
                    "n", replace(ORDER, limit_cny_per_mwh=Decimal("7.99")), ports=ports
                ),
            ),
            (DealError, lambda: market.accept("n", actor="E02", offered="off", ports=ports)),
            (DealError, lambda: market.decline("n", actor="E02", offered="off", ports=ports)),
            (DealError, lambda: market.revoke("n", actor="E01", deal="off", ports=ports)),
            (DealError, lambda: market.revoke("n", actor="owner", deal="o.1", ports=ports)),
            (DealError, lambda: market.delist("n", actor="E01", listing="a", ports=ports)),
            (DealError, lambda: market.pay(payment("o.1", "11.99"), ports=ports)),
            (DealError, lambda: market.pay(payment("o.1", "12.00", actor="E01"), ports=ports)),
            (DealError, lambda: market.pay(payment("off", "4.00"), ports=ports)),
        ):
            with pytest.raises(error):
                act()
            assert state_of(ports) == before


def test_market__an_expired_certificate_is_neither_sold_nor_bought(tmp_path: Path) -> None:
    soon = replace(SOLD, expires_s=NOW_S + 3600)
    root = made(tmp_path / "park", [soon])
    with opened(root) as ports:
        market.list_for_sale(replace(ASK, energy_wh=1_000_000), ports=ports)
    with opened(root, hours=2) as ports:
        before = state_of(ports)

        with pytest.raises(NotForSaleError):
            market.buy("o", ORDER, ports=ports)
        with pytest.raises(MoreThanHeldError):
            market.list_for_sale(replace(ASK, id="b", energy_wh=1_000_000), ports=ports)
        piece = Piece(SOLD.id, 2_000_000, 2_400_000)
        with pytest.raises(ExpiredCertificateError):
            market.list_for_sale(replace(ASK, id="c", energy_wh=None, pieces=(piece,)), ports=ports)
        assert state_of(ports) == before


def test_market__without_rules_is_closed(tmp_path: Path) -> None:
    closed = (
        TEXT.partition("[certificate_market]")[0]
        + "[certificates]"
        + TEXT.partition("[certificates]")[2]
    )
    with opened(made(tmp_path / "park", text=closed)) as ports:
        before = state_of(ports)
        for act in (
            lambda: market.list_for_sale(ASK, ports=ports),
            lambda: market.offer(ASK, to="E01", ports=ports),
            lambda: market.buy("o", ORDER, ports=ports),
            lambda: market.book(ports=ports),
        ):
            with pytest.raises(MarketClosedError):
                act()
        assert state_of(ports) == before


# -- looking -------------------------------------------------------------------------------------


def test_book__names_nobody(park: Path) -> None:
    with opened(park) as ports:
        market.list_for_sale(ASK, ports=ports)

        (level,) = market.book(ports=ports)

        assert (level.price_cny_per_mwh, level.energy_wh, level.n_listings) == (
            Decimal("8.00"),
            2_000_000,
            1,
        )
        assert "owner" not in repr(level)


def test_holdings__are_those_of_the_ledger(park: Path) -> None:
    with opened(park) as ports:
        market.list_for_sale(ASK, ports=ports)

        held = {one.state: one.energy_wh for one in market.holdings("owner", ports=ports)}

        assert held == {State.LISTED: 2_000_000, State.HELD: 500_000}
        assert given(ports) == []
