from dataclasses import replace
from decimal import Decimal
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taihang.core.activity.book import ActivityBook, ActivityOverlapError, total
from taihang.core.activity.record import ActivityRecord, Flow, Origin
from taihang.core.activity.unit import UnknownUnitError

COAL = ActivityRecord(
    id="E01-2026-08-coal",
    subject="E01",
    period="2026-08",
    item="anthracite",
    flow=Flow.CONSUMED,
    amount=Decimal(100),
    unit="t",
    origin=Origin.FORM,
    evidence=(),
    uncertainty_ratio=None,
    known_at_s=1_000,
    version=1,
    reason="first issue",
)
MENDED = replace(COAL, amount=Decimal(90), version=2, known_at_s=2_000, reason="weighed again")
SEPTEMBER = replace(COAL, id="E01-2026-09-coal", period="2026-09", amount=Decimal(50))


@pytest.mark.parametrize("order", list(permutations([COAL, MENDED, SEPTEMBER])))
def test_the_highest_version_counts_in_any_order(order: tuple[ActivityRecord, ...]) -> None:
    book = ActivityBook(order)
    assert book.line("E01", "anthracite", Flow.CONSUMED, period="2026-08") == MENDED
    assert book.lines(period="2026") == (MENDED, SEPTEMBER)


def test_a_book_of_an_earlier_instant_does_not_know_the_correction() -> None:
    book = ActivityBook([COAL, MENDED], as_of_s=1_999)
    assert book.lines(period="2026-08") == (COAL,)
    assert ActivityBook([COAL, MENDED], as_of_s=999).lines(period="2026") == ()


@pytest.mark.parametrize("period", ["2026-08", "2026"])
def test_one_amount_is_said_under_one_id(period: str) -> None:
    with pytest.raises(ActivityOverlapError, match="E01-2026-08-coal"):
        ActivityBook([COAL, replace(COAL, id="other", period=period)])


def test_what_nobody_said_is_not_zero() -> None:
    book = ActivityBook([COAL])
    assert book.line("E02", "anthracite", Flow.CONSUMED, period="2026-08") is None
    missing = book.months_without("E01", "anthracite", Flow.CONSUMED, year="2026")
    assert len(missing) == 11
    assert "2026-08" not in missing
    of_year = ActivityBook([replace(COAL, period="2026")])
    assert of_year.months_without("E01", "anthracite", Flow.CONSUMED, year="2026") == ()


@given(st.lists(st.decimals(min_value=0, max_value=10**9, places=4), min_size=1, max_size=20))
def test_a_total_is_exact(amounts: list[Decimal]) -> None:
    lines = [replace(COAL, amount=amount) for amount in amounts]
    assert total(lines) == (sum(amounts), "t")


def test_a_total_of_one_kind_is_in_the_unit_of_the_first_form() -> None:
    metered = replace(SEPTEMBER, unit="kg", origin=Origin.METER)

    assert total([metered, COAL]) == (Decimal("100.05"), "t")


def test_kinds_of_units_are_never_mixed() -> None:
    with pytest.raises(UnknownUnitError, match="GJ"):
        total([COAL, replace(SEPTEMBER, unit="GJ")])
    with pytest.raises(ActivityOverlapError, match="no line"):
        total([])


def test_meters_count_and_a_form_stands_beside_them_in_any_order() -> None:
    metered = replace(COAL, id="metered-E01", amount=Decimal(97), origin=Origin.METER)
    of_year = replace(COAL, id="year", period="2026", amount=Decimal(1_200))
    for order in permutations([COAL, metered, of_year]):
        book = ActivityBook(order)

        assert book.lines(period="2026") == (metered,)
        assert book.beside_meters(period="2026-08") == ((of_year, (metered,)), (COAL, (metered,)))
        assert book.beside_meters(period="2026-07") == ((of_year, (metered,)),)
        assert book.beside_meters(period="2026", subject="E02") == ()
        # The months of which only the form of the year speaks are not known.
        lacking = book.months_without("E01", "anthracite", Flow.CONSUMED, year="2026")
        assert len(lacking) == 11


def test_two_lines_of_meters_are_as_wrong_as_two_forms() -> None:
    metered = replace(COAL, id="one", origin=Origin.METER)

    with pytest.raises(ActivityOverlapError, match="other"):
        ActivityBook([metered, replace(metered, id="other")])


def test_book__a_withdrawn_line_says_nothing_in_any_order_and_what_was_known_then_stays() -> None:
    back = replace(MENDED, version=3, known_at_s=3_000, reason="wrong site", withdrawn_by="Li Wei")

    for records in permutations([COAL, MENDED, back]):
        assert ActivityBook(records).lines(period="2026") == ()
    then = ActivityBook([COAL, MENDED, back], as_of_s=2_500)
    assert then.lines(period="2026") == (MENDED,)
    again = replace(back, version=4, reason="right after all", withdrawn_by=None)
    assert ActivityBook([COAL, MENDED, back, again]).lines(period="2026") == (again,)
