"""Which quota is that of a year: the one in force on its last day, and of revisions the later."""

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from taihang.core.facts import FactBook
from taihang.core.park.quota import (
    PRODUCT_QUOTA,
    UNITS,
    Evidence,
    ProductQuota,
    Quota,
    QuotaMeasure,
    product_facts,
    quotas_of,
)

DAYS = st.dates(date(2020, 1, 1), date(2035, 12, 31))


def quota(id_: str, first: date, last: date, amount: int = 1) -> Quota:
    return Quota(
        id=id_,
        subject="E01",
        measure=QuotaMeasure.ELECTRICITY,
        amount=Decimal(amount),
        unit="MWh",
        valid_from=first,
        valid_to=last,
        document="test",
    )


def test_units__has_one_for_every_measure() -> None:
    assert set(UNITS) == set(QuotaMeasure)


@given(st.lists(st.tuples(DAYS, DAYS), max_size=6, unique_by=lambda days: days[0]))
def test_quotas_of__takes_the_latest_that_holds_on_the_last_day(
    spans: list[tuple[date, date]],
) -> None:
    quotas = {f"Q{i}": quota(f"Q{i}", *span) for i, span in enumerate(spans)}
    for year in range(2020, 2036):
        last_day = date(year, 12, 31)
        holding = [first for first, last in spans if first <= last_day <= last]
        found = quotas_of(quotas, year=year)
        assert [each.valid_from for each in found.values()] == ([max(holding)] if holding else [])


def test_quotas_of__a_revision_does_not_reach_back() -> None:
    first = quota("Q1", date(2025, 1, 1), date(2030, 12, 31))
    later = quota("Q2", date(2026, 7, 1), date(2030, 12, 31))
    book = {"Q1": first, "Q2": later}
    key = ("E01", QuotaMeasure.ELECTRICITY)
    assert quotas_of(book, year=2025)[key] is first
    assert quotas_of(book, year=2026)[key] is later


def product_quota(id_: str, first: date, *, product: str = "alumina") -> ProductQuota:
    return ProductQuota(
        id=id_,
        product=product,
        level_2=Decimal(400),
        unit="kgce/t",
        valid_from=first,
        document="test",
        clause="table 1",
        evidence=Evidence.UNCERTAIN,
    )


@given(st.lists(DAYS, max_size=5, unique=True), DAYS)
def test_product_facts__one_is_in_force_on_each_day_from_the_first_on(
    firsts: list[date], on: date
) -> None:
    quotas = [product_quota(f"P{i}", first) for i, first in enumerate(firsts)]
    other = product_quota("other", date(2019, 1, 1), product="zinc")
    book = FactBook(product_facts([*quotas, other], region="Shanxi"))

    found = book.candidates(f"{PRODUCT_QUOTA}alumina", on=on)

    known = [first for first in firsts if first <= on]
    assert [fact.valid_from for fact in found] == ([max(known)] if known else [])
    assert len(book.candidates(f"{PRODUCT_QUOTA}zinc", on=on)) == 1
