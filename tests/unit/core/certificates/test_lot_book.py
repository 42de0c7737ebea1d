"""The market over the ledger: what it shows follows from it; a deal is paid and held, or back."""

from collections import Counter
from collections.abc import Iterator, Mapping
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.ledger_books import (
    EXPIRES_S,
    MONTH,
    NOW_S,
    books_with,
    demand_whole,
    fed_in,
    piece,
    used,
)

from taihang.core.certificates.act import (
    Accept,
    Act,
    Buy,
    Decline,
    Delist,
    List,
    Offer,
    Pay,
    Revoke,
)
from taihang.core.certificates.certificate import Certificate, State
from taihang.core.certificates.issue import Kind
from taihang.core.certificates.ledger import apply_acts
from taihang.core.certificates.lot_book import Holding, holdings_of, listings_of, waiting_of
from taihang.core.certificates.order_book import Listing, Order, amount_of, fill_order
from taihang.core.errors import TaihangError

MADE = fed_in((60_000, 40_000))
PRICES = ("3", "4.5", "8")


class Trade:
    """A ledger with one issue, its acts by number, and a clock."""

    def __init__(self) -> None:
        self.books = books_with(MADE)
        self.acts: dict[str, tuple[int, Act]] = {}
        self.now_s = NOW_S

    @property
    def certificates(self) -> tuple[Certificate, ...]:
        return self.books.certificates(MADE.id)

    def act(self, act: Act) -> TaihangError | None:
        (outcome,) = apply_acts(self.books, [act])
        if outcome.change is not None:
            self.acts[act.id] = (len(self.acts), act)
        return outcome.refusal

    def offer(self, name: str, seller: str, wh: int, *, price: str = "4.5", to: str = "") -> None:
        shared = {
            "id": name,
            "actor": seller,
            "at_s": self.now_s,
            "price_cny_per_mwh": Decimal(price),
            "open_until_s": self.now_s + 100,
            "pay_within_s": 50,
            "wh": wh,
            "pieces": (),
        }
        self.act(Offer(**shared, to=to) if to else List(**shared))  # type: ignore[arg-type]

    def listings(self) -> tuple[Listing, ...]:
        return listings_of(self.certificates, acts=self.acts, minimum_wh=1, now_s=self.now_s)

    def order(self, name: str, buyer: str, wh: int, limit: str) -> None:
        wanted = Order(buyer=buyer, energy_wh=wh, limit_cny_per_mwh=Decimal(limit))
        filled = fill_order(self.listings(), wanted, now_s=self.now_s)
        for number, fill in enumerate(filled.fills):
            refusal = self.act(
                Buy(
                    id=f"{name}.{number}",
                    actor=buyer,
                    at_s=self.now_s,
                    listing=fill.listing.id,
                    wh=fill.energy_wh,
                )
            )
            # What the book shows can be bought: no fill is ever refused by the ledger.
            assert refusal is None

    def by_holder(self) -> Counter[str]:
        found: Counter[str] = Counter()
        for one in self.certificates:
            found[one.holder] += one.wh
        return found


def test_listings_of__show_what_is_left_and_what_it_costs() -> None:
    trade = Trade()
    trade.offer("a", "owner", 30_000)
    trade.offer("b", "owner", 20_000, price="3")
    trade.order("o", "E01", 25_000, "8")

    (left,) = trade.listings()

    assert (left.id, left.seller, left.energy_wh, left.price_cny_per_mwh) == (
        "a",
        "owner",
        25_000,
        Decimal("4.5"),
    )
    assert [one.energy_wh for one in waiting_of(trade.certificates, acts=trade.acts)] == [
        20_000,
        5_000,
    ]


def test_listings_of__what_is_no_longer_valid_cannot_be_bought() -> None:
    trade = Trade()
    trade.offer("a", "owner", 30_000)

    (gone,) = listings_of(trade.certificates, acts=trade.acts, minimum_wh=1, now_s=EXPIRES_S)

    assert gone.energy_wh == 0


def test_waiting_of__says_who_owes_what_until_when() -> None:
    trade = Trade()
    trade.offer("o", "owner", 20_000, to="E01")
    (offered,) = waiting_of(trade.certificates, acts=trade.acts)
    trade.act(Accept(id="yes", actor="E01", at_s=NOW_S + 7, offer="o"))
    (agreed,) = waiting_of(trade.certificates, acts=trade.acts)

    assert (offered.deal, offered.step, offered.due_s) == ("o", "offer", NOW_S + 100)
    assert (agreed.deal, agreed.step, agreed.due_s) == ("yes", "accept", NOW_S + 57)
    assert (agreed.seller, agreed.buyer, agreed.amount_cny) == ("owner", "E01", Decimal("0.09"))


def test_holdings_of__sum_by_month_kind_and_state() -> None:
    books = books_with(MADE, used())
    every = [one for made in books.issues() for one in books.certificates(made.id)]
    months = {made.id: made.month for made in books.issues()}

    assert holdings_of(every, holder="owner", months=months) == (
        Holding(month=MONTH, kind=Kind.TRADABLE, state=State.HELD, energy_wh=100_000),
    )
    assert holdings_of(every, holder="E01", months=months) == (
        Holding(month=MONTH, kind=Kind.NON_TRADABLE, state=State.HELD, energy_wh=100),
    )
    assert holdings_of(every, holder="E03", months=months) == ()


SELLERS = st.sampled_from(["owner", "owner", "E01"])
BUYERS = st.sampled_from(["E01", "E02", "owner"])
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("list"), SELLERS, st.integers(1, 40_000), st.sampled_from(PRICES)),
        st.tuples(st.just("offer"), SELLERS, st.integers(1, 40_000), BUYERS),
        st.tuples(st.just("order"), BUYERS, st.integers(1, 40_000), st.sampled_from(PRICES)),
        st.tuples(st.just("answer"), st.integers(0, 1)),
        st.tuples(st.just("pay"), st.integers(0, 1)),
        st.tuples(st.just("revoke"), st.integers(0, 1)),
        st.tuples(st.just("delist"), st.integers(0, 1)),
        st.tuples(st.just("wait"), st.integers(1, 60)),
    ),
    min_size=8,
    max_size=40,
)
"""Mostly the owner sells, so that many runs come as far as a payment."""


@settings(max_examples=200)
@given(STEPS)
def test_market__a_deal_is_paid_and_held_or_back_with_its_seller(
    steps: list[tuple[object, ...]],
) -> None:
    trade = Trade()
    paid_wh: Counter[str] = Counter()

    for number, step in enumerate(steps):
        before = trade.by_holder()
        moved = _walk(trade, f"s{number}", step)
        paid_wh.update(moved)
        # Certificates change their holder by a payment alone, by exactly what was paid for.
        after = trade.by_holder()
        changed = {party: after[party] - before[party] for party in {*before, *after}}
        assert {party: wh for party, wh in changed.items() if wh} == {
            party: wh for party, wh in moved.items() if wh
        }
        demand_whole(trade.books)
        assert sum(after.values()) == MADE.total_wh
        for one in waiting_of(trade.certificates, acts=trade.acts):
            assert one.amount_cny == amount_of(one.energy_wh, one.price_cny_per_mwh)
            assert one.seller != one.buyer

    _give_back_everything(trade)
    assert {one.state for one in trade.certificates} == {State.HELD}
    assert trade.by_holder()["owner"] == MADE.total_wh + paid_wh["owner"]


def _walk(trade: Trade, name: str, step: tuple[object, ...]) -> Mapping[str, int]:
    """Do one step; return by how much it should have moved energy between parties."""
    match step:
        case ("list" | "offer" | "order", *_):
            _ask(trade, name, step)
        case ("pay", int() as at):
            return _pay(trade, name, at)
        case ("wait", int() as s):
            trade.now_s += s
        case (str() as word, int() as at):
            _end(trade, name, word, at)
        case _:
            raise AssertionError(step)
    return {}


def _ask(trade: Trade, name: str, step: tuple[object, ...]) -> None:
    match step:
        case ("list", str() as seller, int() as wh, str() as price):
            trade.offer(name, seller, wh, price=price)
        case ("offer", str() as seller, int() as wh, str() as to):
            trade.offer(name, seller, wh, to=to)
        case ("order", str() as buyer, int() as wh, str() as limit):
            trade.order(name, buyer, wh, limit)
        case _:
            raise AssertionError(step)


def _end(trade: Trade, name: str, word: str, at: int) -> None:
    if word == "answer":
        answer = Accept if at else Decline
        for deal, buyer, _ in _waiting(trade, {"offer"}, 0):
            trade.act(answer(id=name, actor=buyer, at_s=trade.now_s, offer=deal))
    elif word == "revoke":
        for deal, _, seller in _waiting(trade, {"offer", "accept", "buy"}, at):
            trade.act(Revoke(id=name, actor=seller, at_s=trade.now_s, deal=deal))
    else:
        for one in trade.listings()[at : at + 1]:
            trade.act(Delist(id=name, actor=one.seller, at_s=trade.now_s, listing=one.id))


def _waiting(trade: Trade, steps: set[str], at: int) -> Iterator[tuple[str, str, str]]:
    found = [w for w in waiting_of(trade.certificates, acts=trade.acts) if w.step in steps]
    for one in found[at : at + 1]:
        yield one.deal, one.buyer, one.seller


def _pay(trade: Trade, name: str, at: int) -> Mapping[str, int]:
    due = [w for w in waiting_of(trade.certificates, acts=trade.acts) if w.step != "offer"]
    moved: Counter[str] = Counter()
    for one in due[at : at + 1]:
        pay = Pay(
            id=name,
            actor=one.seller,
            at_s=trade.now_s,
            deal=one.deal,
            amount_cny=one.amount_cny,
            reference="bank-1",
        )
        assert trade.act(pay) is None
        moved[one.buyer] += one.energy_wh
        moved[one.seller] -= one.energy_wh
    return moved


def _give_back_everything(trade: Trade) -> None:
    trade.now_s += 1_000
    for one in trade.listings():
        assert (
            trade.act(Delist(id=f"d.{one.id}", actor=one.seller, at_s=trade.now_s, listing=one.id))
            is None
        )
    for one in waiting_of(trade.certificates, acts=trade.acts):
        back = Revoke(id=f"r.{one.deal}", actor=one.seller, at_s=trade.now_s, deal=one.deal)
        assert trade.act(back) is None


@pytest.mark.parametrize("wrong_cny", ["0.08", "0.10", "0"])
def test_market__another_amount_pays_nothing(wrong_cny: str) -> None:
    trade = Trade()
    trade.offer("a", "owner", 20_000)
    trade.order("o", "E01", 20_000, "8")

    refusal = trade.act(
        Pay(
            id="p",
            actor="owner",
            at_s=NOW_S,
            deal="o.0",
            amount_cny=Decimal(wrong_cny),
            reference="bank-1",
        )
    )

    assert refusal is not None
    assert trade.by_holder() == {"owner": MADE.total_wh}


def test_market__a_piece_that_is_sold_is_not_for_sale() -> None:
    trade = Trade()
    trade.offer("a", "owner", MADE.total_wh)
    again = List(
        id="b",
        actor="owner",
        at_s=NOW_S,
        price_cny_per_mwh=Decimal(1),
        open_until_s=NOW_S + 1,
        pay_within_s=1,
        wh=None,
        pieces=(piece(MADE, 0, 1),),
    )

    assert trade.act(again) is not None
    assert len(trade.listings()) == 1
