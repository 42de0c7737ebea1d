from collections import defaultdict
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from taihang.core.activity.record import Flow
from taihang.core.energy.flow_table import FlowRow, flow_rows
from taihang.core.energy.medium import MediumBalance

AMOUNT = st.decimals(min_value=0, max_value=10**6, places=3)


@st.composite
def balances(draw: st.DrawFn) -> MediumBalance:
    consumed = draw(AMOUNT)
    feedstock = draw(st.decimals(0, consumed, places=3)) if consumed else Decimal(0)
    amounts = {
        Flow.PURCHASED: draw(AMOUNT),
        Flow.CONSUMED: consumed,
        Flow.FEEDSTOCK: min(feedstock, consumed),
        Flow.SUPPLIED: draw(AMOUNT),
    }
    stock = draw(st.none() | st.tuples(AMOUNT, AMOUNT))
    if stock is not None:
        amounts[Flow.CLOSING_STOCK] = stock[1]
    opening = None if stock is None else stock[0]
    item = draw(st.sampled_from(["coal", "gas"]))
    return MediumBalance(item=item, unit="t", opening=opening, amounts=amounts)


def _nets(rows: list[FlowRow], node: str) -> dict[str, Decimal]:
    net: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows:
        net[row.item] += row.amount * ((row.target == node) - (row.source == node))
    return net


@given(st.lists(balances(), max_size=4))
def test_flow_rows__as_much_goes_into_the_subject_as_comes_out(
    drawn: list[MediumBalance],
) -> None:
    rows = list(flow_rows("E01", drawn))
    assert all(row.amount > 0 for row in rows)
    assert all("E01" in {row.source, row.target} for row in rows)
    assert not any(_nets(rows, "E01").values())


def test_flow_rows__a_planted_loss_is_seen_by_the_law() -> None:
    whole = MediumBalance(
        item="coal",
        unit="t",
        opening=None,
        amounts={Flow.PURCHASED: Decimal(10), Flow.CONSUMED: Decimal(8)},
    )
    rows = list(flow_rows("E01", [whole]))
    assert [(row.source, row.target, row.amount) for row in rows] == [
        ("purchased", "E01", 10),
        ("E01", "final-use", 8),
        ("E01", "unexplained", 2),
    ]
    assert _nets(rows[:-1], "E01")["coal"] == 2, "without the row of the loss the law is broken"


def test_flow_rows__of_an_open_balance_are_none() -> None:
    half = MediumBalance(item="coal", unit="t", opening=None, amounts={Flow.CONSUMED: Decimal(8)})
    assert list(flow_rows("E01", [half])) == []
