"""A machine that plays random acts on the ledger and on a naive model of it, and compares.

The model has one cell for each watt-hour: who holds it and what it is in. It knows nothing of
ranges, cutting or certificates; what it says and what the ledger says must be the same after each
act, and so must what they refuse.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from tests.ledger_books import (
    EXPIRES_S,
    NOW_S,
    PERIOD,
    demand_whole,
    empty_books,
    fed_in,
    issuance,
    issue_of,
    plain_lots,
)

from taihang.core.certificates.act import (
    OPERATOR,
    Accept,
    Act,
    Buy,
    Claim,
    Correct,
    Cover,
    Decline,
    Delist,
    Expire,
    LessOfLot,
    List,
    Offer,
    Pay,
    Release,
    Revoke,
    Withdraw,
)
from taihang.core.certificates.certificate import Piece
from taihang.core.certificates.deals import price_of
from taihang.core.certificates.issue import Issue, Kind
from taihang.core.certificates.ledger import apply_acts
from taihang.core.errors import TaihangError

HOLDERS: Final = ("owner", "E01", "E02", "buyer")
LOT_WH: Final = 120
"""The lots of every issue of the machine: three of 120 Wh."""
TOTAL_WH: Final = 3 * LOT_WH
MOST_WH: Final = 200
MAX_ISSUES: Final = 5
PAY_WITHIN_S: Final = 1_000
OPEN_S: Final = 10_000

_Deal = TypeVar("_Deal", bound=List | Offer | Accept | Buy)
_HOLDER = st.sampled_from((*HOLDERS, "owner", "owner"))
_AT = st.integers(0, TOTAL_WH - 1)
_WH = st.integers(1, MOST_WH)
_PART = st.integers(1, LOT_WH // 2)
_FITS = st.integers(0, 4)
"""0: an act may name a party or an amount that does not fit; above: one that does."""
_PRICE = st.sampled_from([Decimal(0), Decimal("3.50"), Decimal("4999999.99")])


@dataclass(frozen=True, slots=True)
class Cell:
    """One watt-hour of the model."""

    state: str
    holder: str
    to: str
    act: str


class LedgerMachine(RuleBasedStateMachine):
    """Plays acts; every rule says what the model expects, and `_play` compares."""

    def __init__(self) -> None:
        super().__init__()
        self.books = empty_books()
        self.cells: dict[str, list[Cell]] = {}
        self.made: dict[str, Issue] = {}
        self.owed_wh = 0
        self.at_s = NOW_S
        self.count = 0
        self.deals: list[List | Offer | Accept | Buy] = []
        self.covers: set[str] = set()
        self.last: Act | None = None

    @initialize()
    def begin(self) -> None:
        """Begin with one tradable issue."""
        self.issue(tradable=True)

    @precondition(lambda self: len(self.made) < MAX_ISSUES)
    @rule(tradable=st.booleans())
    def issue(self, *, tradable: bool) -> None:
        """Make one more issue, with a month of its own."""
        number = len(self.made)
        base = fed_in((LOT_WH,) * 3) if tradable else issue_of(plain_lots((LOT_WH,) * 3))
        made = replace(base, id=f"{number:03d}.{base.id}", expires_s=EXPIRES_S + number)
        waits = bool(self.owed_wh)
        act = replace(issuance(made), at_s=self.at_s)
        self.made[made.id] = made
        self._play(
            act,
            lambda: {
                (made.id, at): Cell("issued" if waits else "held", made.holder, "", act.id)
                for at in range(TOTAL_WH)
            },
        )

    # -- trade -------------------------------------------------------------------------------------

    @rule(holder=_HOLDER, wh=_WH, price=_PRICE)
    def list_amount(self, holder: str, wh: int, price: Decimal) -> None:
        """Offer an amount to anybody."""
        holder, wh = self._able(holder, wh)
        act = self._terms(List, holder, price, wh=wh)
        self._play(act, lambda: self._put(act, self._chosen(holder, wh, trade=True), "listed"))

    @rule(holder=_HOLDER, number=st.integers(0, 9), at=_AT, wh=_PART, price=_PRICE)
    def list_range(self, holder: str, number: int, at: int, wh: int, price: Decimal) -> None:
        """Offer a range to anybody."""
        piece = self._piece(number, at, wh)
        act = self._terms(List, holder, price, pieces=(piece,))
        self._play(act, lambda: self._put(act, self._held(holder, piece, trade=True), "listed"))

    @rule(holder=_HOLDER, to=_HOLDER, wh=_WH, price=_PRICE)
    def offer(self, holder: str, to: str, wh: int, price: Decimal) -> None:
        """Offer an amount to one party."""
        holder, wh = self._able(holder, wh)
        act = self._terms(Offer, holder, price, wh=wh, to=to)

        def expected() -> dict[tuple[str, int], Cell] | None:
            if holder == to:
                return None
            return self._put(act, self._chosen(holder, wh, trade=True), "in-transfer", to=to)

        self._play(act, expected)

    @rule(buyer=_HOLDER, pick=st.integers(0, 99), wh=_WH, fits=_FITS)
    def buy(self, buyer: str, pick: int, wh: int, fits: int) -> None:
        """Take a part of a listing."""
        listing = self._deal(pick, List)
        if listing is None:
            return
        if fits and self._of(listing.id):
            wh = 1 + wh % len(self._of(listing.id))
        act = Buy(id=self._id(), actor=buyer, at_s=self.at_s, listing=listing.id, wh=wh)

        def expected() -> dict[tuple[str, int], Cell] | None:
            rest = self._of(listing.id)
            is_open = self.at_s < listing.open_until_s
            if buyer == listing.actor or wh > len(rest) or not is_open:
                return None
            return self._taken(act, rest[:wh], listing, buyer)

        self._play(act, expected)

    @rule(party=_HOLDER, pick=st.integers(0, 99), fits=_FITS)
    def accept(self, party: str, pick: int, fits: int) -> None:
        """Consent to an offer."""
        offer = self._deal(pick, Offer)
        if offer is None:
            return
        party = offer.to if fits else party
        act = Accept(id=self._id(), actor=party, at_s=self.at_s, offer=offer.id)

        def expected() -> dict[tuple[str, int], Cell] | None:
            rest = self._of(offer.id)
            if not rest or party != offer.to or self.at_s >= offer.open_until_s:
                return None
            return self._taken(act, rest, offer, party)

        self._play(act, expected)

    @rule(party=_HOLDER, pick=st.integers(0, 99), fits=_FITS)
    def pay(self, party: str, pick: int, fits: int) -> None:
        """Record a payment, at times one of another amount."""
        deal = self._deal(pick, Accept, Buy)
        if deal is None:
            return
        rest, off = self._of(deal.id), fits == 1
        party = OPERATOR if fits > 1 else party
        due_cny = price_of(self._terms_of(deal), wh=len(rest))
        act = Pay(
            id=self._id(),
            actor=party,
            at_s=self.at_s,
            deal=deal.id,
            amount_cny=due_cny + (Decimal("0.01") if off else 0),
            reference="r",
        )

        def expected() -> dict[tuple[str, int], Cell] | None:
            if not rest or off or party not in {OPERATOR, self._cell(rest[0]).holder}:
                return None
            if not self._valid(rest):
                return None
            buyer = self._cell(rest[0]).to
            return {place: Cell("held", buyer, "", act.id) for place in rest}

        self._play(act, expected)

    @rule(
        party=_HOLDER,
        pick=st.integers(0, 99),
        way=st.sampled_from([Delist, Decline, Revoke]),
        fits=_FITS,
    )
    def take_back(
        self, party: str, pick: int, way: type[Delist | Decline | Revoke], fits: int
    ) -> None:
        """Delist, decline or revoke whatever there is."""
        deal = self._deal(pick, List, Offer, Accept, Buy)
        if deal is None:
            return
        if fits and self._of(deal.id):
            cell = self._cell(self._of(deal.id)[0])
            party = cell.to if way is Decline else cell.holder
        act = self._way_back(way, party, deal.id)

        def expected() -> dict[tuple[str, int], Cell] | None:
            rest = self._of(deal.id)
            fits = {Delist: List, Decline: Offer, Revoke: Offer | Accept | Buy}
            if not rest or not isinstance(deal, fits[way]):
                return None
            cell = self._cell(rest[0])
            if party != (cell.to if way is Decline else cell.holder):
                return None
            if isinstance(deal, Accept | Buy) and self.at_s < deal.at_s + PAY_WITHIN_S:
                return None
            return self._put(act, rest, "held")

        self._play(act, expected)

    # -- ends --------------------------------------------------------------------------------------

    @rule(holder=_HOLDER, wh=_WH)
    def claim_amount(self, holder: str, wh: int) -> None:
        """Claim an amount."""
        holder, wh = self._able(holder, wh)
        act = self._claim(holder, wh=wh)
        self._play(act, lambda: self._put(act, self._chosen(holder, wh), "claimed"))

    @rule(holder=_HOLDER, number=st.integers(0, 9), at=_AT, wh=_PART)
    def claim_range(self, holder: str, number: int, at: int, wh: int) -> None:
        """Claim a range."""
        piece = self._piece(number, at, wh)
        act = self._claim(holder, pieces=(piece,))
        self._play(act, lambda: self._put(act, self._held(holder, piece), "claimed"))

    @rule(number=st.integers(0, 9), at=_AT, wh=_PART)
    def withdraw(self, number: int, at: int, wh: int) -> None:
        """Take a range back."""
        piece = self._piece(number, at, wh)
        act = Withdraw(id=self._id(), actor=OPERATOR, at_s=self.at_s, reason="r", pieces=(piece,))

        def expected() -> dict[tuple[str, int], Cell] | None:
            places = self._places(piece)
            if not all(map(self._is_unsold, places)):
                return None
            return self._put(act, places, "withdrawn")

        self._play(act, expected)

    @rule(number=st.integers(0, 9), lot=st.integers(0, 2), less_wh=st.integers(1, LOT_WH + 1))
    def correct(self, number: int, lot: int, less_wh: int) -> None:
        """Make a lot smaller after a restatement."""
        made = self._made(number)
        first_wh, stop_wh = lot * LOT_WH, (lot + 1) * LOT_WH
        act = Correct(
            id=self._id(),
            actor=OPERATOR,
            at_s=self.at_s,
            issue=made.id,
            sheet_sha256="ef" * 32,
            reason="r",
            lots=(LessOfLot("PV01", PERIOD.start_s, first_wh, stop_wh, less_wh),),
        )

        def expected() -> dict[tuple[str, int], Cell] | None:
            places = self._places(Piece(made.id, first_wh, stop_wh))
            standing = [
                place
                for place in places
                if self._cell(place).state != "withdrawn" or self._cell(place).act in self.covers
            ]
            if less_wh > len(standing):
                return None
            unsold = [place for place in places if self._is_unsold(place)]
            taken = unsold[max(len(unsold) - less_wh, 0) :]
            self.owed_wh += less_wh - len(taken)
            return self._put(act, taken, "withdrawn")

        self._play(act, expected)

    @rule(number=st.integers(0, 9), at=_AT, wh=_PART, fits=_FITS)
    def cover(self, number: int, at: int, wh: int, fits: int) -> None:
        """Cover what the plant owes with what waits."""
        waiting = [place for place in self._all() if self._cell(place).state == "issued"]
        piece = self._piece(number, at, wh)
        if fits and waiting and self.owed_wh:
            (issue, at), wh = waiting[0], min(self.owed_wh, LOT_WH)
            piece = Piece(issue, at, min(at + wh, TOTAL_WH))
        act = Cover(id=self._id(), actor=OPERATOR, at_s=self.at_s, plant="PV01", pieces=(piece,))

        def expected() -> dict[tuple[str, int], Cell] | None:
            places = self._places(piece)
            if piece.wh > self.owed_wh or any(self._cell(p).state != "issued" for p in places):
                return None
            self.owed_wh -= piece.wh
            self.covers.add(act.id)
            return self._put(act, places, "withdrawn")

        self._play(act, expected)

    @rule(number=st.integers(0, 9))
    def release(self, number: int) -> None:
        """Give what waits to its holder."""
        made = self._made(number)
        act = Release(id=self._id(), actor=OPERATOR, at_s=self.at_s, issue=made.id)

        def expected() -> dict[tuple[str, int], Cell] | None:
            waiting = [
                place
                for place in self._places(Piece(made.id, 0, TOTAL_WH))
                if self._cell(place).state == "issued"
            ]
            return None if self.owed_wh or not waiting else self._put(act, waiting, "held")

        self._play(act, expected)

    @rule(number=st.integers(0, 9), at=_AT, wh=_PART)
    def expire(self, number: int, at: int, wh: int) -> None:
        """End a range that is no longer valid."""
        piece = self._piece(number, at, wh)
        act = Expire(id=self._id(), actor=OPERATOR, at_s=self.at_s, pieces=(piece,))

        def expected() -> dict[tuple[str, int], Cell] | None:
            places = self._places(piece)
            ended = {"claimed", "expired", "withdrawn"}
            if any(self._cell(place).state in ended for place in places):
                return None
            over = self.at_s >= self.made[piece.issue].expires_s
            return self._put(act, places, "expired") if over else None

        self._play(act, expected)

    @rule(step_s=st.sampled_from([1, PAY_WITHIN_S, OPEN_S, EXPIRES_S - NOW_S]))
    def wait(self, step_s: int) -> None:
        """Let time go by, at most to some issues after the first has expired."""
        self.at_s = min(self.at_s + step_s, EXPIRES_S + 2)

    @rule()
    def retry(self) -> None:
        """Say the last act again: nothing happens twice."""
        if self.last is not None:
            (outcome,) = apply_acts(self.books, [self.last])
            assert outcome.is_repeated or outcome.refusal is not None

    # -- laws --------------------------------------------------------------------------------------

    @invariant()
    def every_watt_hour_is_where_the_model_says(self) -> None:
        """Compare watt-hour by watt-hour."""
        demand_whole(self.books)
        for made in self.books.issues():
            told = [
                Cell(one.state.value, one.holder, one.to, one.act)
                for one in self.books.certificates(made.id)
                for _ in range(one.wh)
            ]
            assert told == self.cells[made.id], made.id
        assert self.books.owed_wh("PV01") == self.owed_wh

    def _play(self, act: Act, expected: Callable[[], dict[tuple[str, int], Cell] | None]) -> None:
        owed_wh = self.owed_wh
        cells = expected()
        (outcome,) = apply_acts(self.books, [act])
        if cells is None:
            assert isinstance(outcome.refusal, TaihangError), act
            self.owed_wh = owed_wh
            return
        assert outcome.refusal is None, outcome.refusal
        for (issue, at), cell in cells.items():
            row = self.cells.setdefault(issue, [cell] * TOTAL_WH)
            row[at] = cell
        self.last = act
        if isinstance(act, List | Offer | Accept | Buy):
            self.deals.append(act)

    # -- the model ---------------------------------------------------------------------------------

    def _id(self) -> str:
        self.count += 1
        return f"act-{self.count}"

    def _able(self, holder: str, wh: int) -> tuple[str, int]:
        """Return a party that holds something, mostly, and another amount at each step.

        Examples of hypothesis are alike; the same amount of one that holds nothing tells little.
        """
        wh = 1 + (wh + 61 * self.count) % MOST_WH
        held = {cell.holder for row in self.cells.values() for cell in row if cell.state == "held"}
        able = sorted(held)
        if holder in held or not able or wh % 7 == 0:
            return holder, wh
        return able[wh % len(able)], wh

    def _made(self, number: int) -> Issue:
        return list(self.made.values())[number % len(self.made)]

    def _piece(self, number: int, at: int, wh: int) -> Piece:
        return Piece(self._made(number).id, at, min(at + wh, TOTAL_WH))

    def _places(self, piece: Piece) -> list[tuple[str, int]]:
        return [(piece.issue, at) for at in range(piece.first_wh, piece.stop_wh)]

    def _cell(self, place: tuple[str, int]) -> Cell:
        return self.cells[place[0]][place[1]]

    def _all(self) -> Iterator[tuple[str, int]]:
        for made in sorted(self.made.values(), key=lambda one: (one.expires_s, one.id)):
            yield from self._places(Piece(made.id, 0, TOTAL_WH))

    def _of(self, act: str) -> list[tuple[str, int]]:
        moving = {"listed", "in-transfer"}
        cells = ((place, self._cell(place)) for place in self._all())
        return [place for place, cell in cells if cell.act == act and cell.state in moving]

    def _valid(self, places: list[tuple[str, int]]) -> bool:
        return all(self.at_s < self.made[issue].expires_s for issue, _ in places)

    def _is_unsold(self, place: tuple[str, int]) -> bool:
        cell = self._cell(place)
        first = self.made[place[0]].holder
        return cell.holder == first and cell.state in {"issued", "held", "listed"}

    def _is_held(self, place: tuple[str, int], holder: str, *, trade: bool) -> bool:
        cell = self._cell(place)
        tradable = not trade or self.made[place[0]].kind is Kind.TRADABLE
        return tradable and (cell.state, cell.holder) == ("held", holder) and self._valid([place])

    def _chosen(self, holder: str, wh: int, *, trade: bool = False) -> list[tuple[str, int]] | None:
        found = [place for place in self._all() if self._is_held(place, holder, trade=trade)]
        return found[:wh] if len(found) >= wh else None

    def _held(
        self, holder: str, piece: Piece, *, trade: bool = False
    ) -> list[tuple[str, int]] | None:
        places = self._places(piece)
        held = all(self._is_held(place, holder, trade=trade) for place in places)
        return places if held else None

    def _put(
        self, act: Act, places: list[tuple[str, int]] | None, state: str, *, to: str = ""
    ) -> dict[tuple[str, int], Cell] | None:
        if places is None:
            return None
        return {place: Cell(state, self._cell(place).holder, to, act.id) for place in places}

    def _taken(
        self, act: Act, places: list[tuple[str, int]], terms: List | Offer, buyer: str
    ) -> dict[tuple[str, int], Cell] | None:
        if not self._valid(places):
            return None
        if not terms.price_cny_per_mwh:
            return {place: Cell("held", buyer, "", act.id) for place in places}
        return self._put(act, places, "in-transfer", to=buyer)

    def _deal(self, pick: int, *kinds: type[_Deal]) -> _Deal | None:
        found = [deal for deal in self.deals if isinstance(deal, kinds)]
        return found[pick % len(found)] if found else None

    def _terms_of(self, deal: Accept | Buy) -> List | Offer:
        name = deal.offer if isinstance(deal, Accept) else deal.listing
        (terms,) = (one for one in self.deals if one.id == name)
        assert isinstance(terms, List | Offer)
        return terms

    def _terms(
        self,
        kind: type[List | Offer],
        holder: str,
        price: Decimal,
        *,
        wh: int | None = None,
        pieces: tuple[Piece, ...] = (),
        to: str = "",
    ) -> List | Offer:
        base = List(
            id=self._id(),
            actor=holder,
            at_s=self.at_s,
            price_cny_per_mwh=price,
            open_until_s=self.at_s + OPEN_S,
            pay_within_s=PAY_WITHIN_S,
            wh=wh,
            pieces=pieces,
        )
        if kind is List:
            return base
        return Offer(
            id=base.id,
            actor=holder,
            at_s=base.at_s,
            price_cny_per_mwh=price,
            open_until_s=base.open_until_s,
            pay_within_s=base.pay_within_s,
            wh=wh,
            pieces=pieces,
            to=to,
        )

    def _way_back(
        self, way: type[Delist | Decline | Revoke], party: str, deal: str
    ) -> Delist | Decline | Revoke:
        name = self._id()
        if way is Delist:
            return Delist(id=name, actor=party, at_s=self.at_s, listing=deal)
        if way is Decline:
            return Decline(id=name, actor=party, at_s=self.at_s, offer=deal)
        return Revoke(id=name, actor=party, at_s=self.at_s, deal=deal)

    def _claim(
        self, holder: str, *, wh: int | None = None, pieces: tuple[Piece, ...] = ()
    ) -> Claim:
        return Claim(
            id=self._id(),
            actor=holder,
            at_s=self.at_s,
            purpose="p",
            beneficiary=holder,
            period="2026",
            wh=wh,
            pieces=pieces,
        )
