"""Sums by member, sector and park: exact, whatever the order, and a planted error shows."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from taihang.core.energy.sum_table import SumRow, SumTable, columns_of, exact_sum

AMOUNT = st.decimals(-(10**9), 10**9, places=6)
ROW = st.builds(
    SumRow,
    subject=st.sampled_from(["E1", "E2", "E3"]),
    sector=st.sampled_from(["C31", "C38", ""]),
    columns=st.fixed_dictionaries({"in": AMOUNT, "out": AMOUNT}),
    stated=st.none(),
)
ROWS = st.lists(ROW, max_size=6).map(tuple)


@given(ROWS, AMOUNT)
def test_sum_table__sectors_and_members_are_the_same_sum(
    rows: tuple[SumRow, ...], own: Decimal
) -> None:
    table = SumTable(rows=rows, between={"public": own}, park=None)

    by_sector = exact_sum(exact_sum(each.values()) for each in table.sectors.values())
    assert by_sector == table.members == exact_sum(columns_of(rows).values())
    assert table.reached == exact_sum((table.members, own))
    assert (table.difference, table.closes) == (None, False)


@given(ROWS, AMOUNT, AMOUNT)
def test_sum_table__closes_exactly_when_the_park_says_what_is_reached(
    rows: tuple[SumRow, ...], own: Decimal, error: Decimal
) -> None:
    reached = SumTable(rows=rows, between={"public": own}, park=None).reached
    park = exact_sum((reached, error))

    table = SumTable(rows=rows, between={"public": own}, park=park)

    assert table.difference == error
    assert table.closes is (error == 0)


@given(ROW, AMOUNT)
def test_sum_table__does_not_close_over_a_member_that_says_another_total(
    row: SumRow, error: Decimal
) -> None:
    stated = exact_sum((row.total, error))
    other = SumRow(subject="X", sector=row.sector, columns=row.columns, stated=stated)

    table = SumTable(rows=(other,), between={}, park=other.total)

    assert table.closes is (error == 0)
    assert [one.difference for one in table.open_rows] == ([error] if error else [])
