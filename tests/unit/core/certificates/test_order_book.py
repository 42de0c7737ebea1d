from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taihang.core.certificates.order_book import (
    MAX_FILLS,
    CertificatePriceError,
    Filled,
    Listing,
    MarketOrderError,
    Order,
    PriceLimits,
    amount_of,
    demand_listing,
    fill_order,
    open_listings,
    totals_by_price,
)

NOW_S = 1_000
LIMITS = PriceLimits(Decimal("0.5"), Decimal(50))


def listing(number: int, **changes: object) -> Listing:
    facts: dict[str, object] = {
        "id": f"L{number}",
        "number": number,
        "seller": "PV01",
        "energy_wh": 1_000,
        "minimum_wh": 1,
        "price_cny_per_mwh": Decimal(8),
        "until_s": NOW_S + 100,
    }
    return Listing(**{**facts, **changes})  # type: ignore[arg-type]


def order(energy_wh: int, limit: str = "50", buyer: str = "E01") -> Order:
    return Order(buyer=buyer, energy_wh=energy_wh, limit_cny_per_mwh=Decimal(limit))


def taken(filled: Filled) -> list[tuple[str, int]]:
    return [(fill.listing.id, fill.energy_wh) for fill in filled.fills]


@st.composite
def books(draw: st.DrawFn) -> list[Listing]:
    rows = draw(
        st.lists(
            st.tuples(
                st.sampled_from(["PV01", "W01", "E01", "E02"]),
                st.integers(1, 5_000),
                st.integers(1, 5_000),
                st.sampled_from(["7", "8", "8.0", "8.5", "20"]),
                st.sampled_from([NOW_S - 1, NOW_S, NOW_S + 1]),
            ),
            max_size=12,
        )
    )
    return [
        listing(
            number,
            seller=seller,
            energy_wh=energy_wh,
            minimum_wh=min(minimum_wh, energy_wh),
            price_cny_per_mwh=Decimal(price),
            until_s=until_s,
        )
        for number, (seller, energy_wh, minimum_wh, price, until_s) in enumerate(rows)
    ]


ORDERS = st.builds(
    order,
    st.integers(1, 20_000),
    st.sampled_from(["6", "7", "8", "9", "20"]),
    st.sampled_from(["E01", "E02", "E03"]),
)


@given(books(), ORDERS, st.randoms(use_true_random=False))
def test_fill_order__does_not_depend_on_the_order_of_the_book(
    book: list[Listing], wanted: Order, dice: object
) -> None:
    mixed = list(book)
    dice.shuffle(mixed)  # type: ignore[attr-defined]

    assert fill_order(mixed, wanted, now_s=NOW_S) == fill_order(book, wanted, now_s=NOW_S)


@given(books(), ORDERS)
def test_fill_order__goes_by_price_then_time(book: list[Listing], wanted: Order) -> None:
    fills = fill_order(book, wanted, now_s=NOW_S).fills

    places = [(fill.listing.price_cny_per_mwh, fill.listing.number) for fill in fills]
    assert places == sorted(places)


@given(books(), ORDERS)
def test_fill_order__conserves_and_never_trades_with_oneself(
    book: list[Listing], wanted: Order
) -> None:
    filled = fill_order(book, wanted, now_s=NOW_S)

    assert sum(fill.energy_wh for fill in filled.fills) + filled.unfilled_wh == wanted.energy_wh
    assert len({fill.listing.number for fill in filled.fills}) == len(filled.fills)
    for fill in filled.fills:
        assert 0 < fill.energy_wh <= fill.listing.energy_wh
        assert fill.listing.seller != wanted.buyer
        assert fill.listing.price_cny_per_mwh <= wanted.limit_cny_per_mwh
        assert fill.listing.until_s > NOW_S


@given(books(), ORDERS)
def test_fill_order__leaves_nothing_that_it_could_still_take(
    book: list[Listing], wanted: Order
) -> None:
    filled = fill_order(book, wanted, now_s=NOW_S)

    # No crossed book: whatever is left and cheap enough is one's own, over, or sold in larger lots.
    left_wh = {
        fill.listing.number: fill.listing.energy_wh - fill.energy_wh for fill in filled.fills
    }
    for one in book:
        rest_wh = left_wh.get(one.number, one.energy_wh)
        is_open = one.until_s > NOW_S and one.seller != wanted.buyer and rest_wh > 0
        if is_open and one.price_cny_per_mwh <= wanted.limit_cny_per_mwh and filled.unfilled_wh:
            assert one.number not in left_wh
            assert filled.unfilled_wh < min(one.minimum_wh, rest_wh)


def test_fill_order__a_cheaper_listing_goes_before_an_earlier_one() -> None:
    book = [listing(1, price_cny_per_mwh=Decimal(9)), listing(2), listing(3)]

    assert taken(fill_order(book, order(2_500), now_s=NOW_S)) == [
        ("L2", 1_000),
        ("L3", 1_000),
        ("L1", 500),
    ]


def test_fill_order__a_listing_with_a_larger_minimum_is_passed_over() -> None:
    book = [listing(1, minimum_wh=800), listing(2, price_cny_per_mwh=Decimal(9))]

    assert taken(fill_order(book, order(500), now_s=NOW_S)) == [("L2", 500)]


def test_fill_order__what_is_left_below_the_minimum_is_sold_whole() -> None:
    book = [listing(1, energy_wh=300, minimum_wh=800)]

    assert taken(fill_order(book, order(500), now_s=NOW_S)) == [("L1", 300)]
    assert taken(fill_order(book, order(200), now_s=NOW_S)) == []


@pytest.mark.parametrize(
    ("energy_wh", "limit"), [(0, "8"), (-1, "8"), (1, "-1"), (1, "NaN"), (1, "Infinity")]
)
def test_fill_order__refuses_no_order(energy_wh: int, limit: str) -> None:
    with pytest.raises(MarketOrderError):
        fill_order([listing(1)], order(energy_wh, limit), now_s=NOW_S)


def test_fill_order__takes_a_bounded_number_of_listings() -> None:
    # §10: at the limit it goes, one above it does not.
    book = [listing(number, energy_wh=1) for number in range(MAX_FILLS + 1)]

    assert len(fill_order(book, order(MAX_FILLS), now_s=NOW_S).fills) == MAX_FILLS
    with pytest.raises(MarketOrderError, match=str(MAX_FILLS)):
        fill_order(book, order(MAX_FILLS + 1), now_s=NOW_S)


def test_open_listings__refuse_two_of_one_number() -> None:
    with pytest.raises(MarketOrderError, match="two listings"):
        open_listings([listing(1), listing(1)], now_s=NOW_S)


def test_totals_by_price__name_nobody_and_sum_to_the_book() -> None:
    book = [
        listing(1),
        listing(2, seller="W01", energy_wh=500),
        listing(3, price_cny_per_mwh=Decimal(7)),
        listing(4, until_s=NOW_S),
    ]

    assert totals_by_price(book, now_s=NOW_S) == ((Decimal(7), 1_000, 1), (Decimal(8), 1_500, 2))


@given(st.integers(1, 10**12), st.decimals("0", "1000", places=4))
def test_amount_of__is_the_exact_price_rounded_once(energy_wh: int, price: Decimal) -> None:
    exact = Fraction(price) * energy_wh / 10**6

    assert abs(Fraction(amount_of(energy_wh, price)) - exact) <= Fraction(1, 200)


@pytest.mark.parametrize("price", ["0.49", "50.01", "-8", "NaN", "Infinity"])
def test_demand_listing__keeps_the_price_limits(price: str) -> None:
    with pytest.raises(CertificatePriceError, match=r"0\.5 … 50"):
        demand_listing(listing(1, price_cny_per_mwh=Decimal(price)), limits=LIMITS, now_s=NOW_S)


@pytest.mark.parametrize(
    "changes", [{"minimum_wh": 0}, {"minimum_wh": 1_001}, {"energy_wh": 0}, {"until_s": NOW_S}]
)
def test_demand_listing__refuses_what_nobody_can_buy(changes: dict[str, object]) -> None:
    with pytest.raises(MarketOrderError):
        demand_listing(listing(1, **changes), limits=LIMITS, now_s=NOW_S)


def test_demand_listing__takes_a_price_at_either_limit() -> None:
    for price in ("0.5", "50"):
        demand_listing(listing(1, price_cny_per_mwh=Decimal(price)), limits=LIMITS, now_s=NOW_S)
