from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from taihang.core.facts import FactBook
from taihang.core.park.direct_connection import (
    EXPORT_LIMIT,
    ExportLimit,
    SeasonalShape,
    export_limit_facts,
)
from taihang.core.park.quota import Evidence


def _limit(number: int, day: int) -> ExportLimit:
    return ExportLimit(
        id=f"L{number}",
        ratio=Decimal(number) / 100,
        valid_from=date(2025, 1, 1) + timedelta(days=day),
        document="test",
        evidence=Evidence.UNCERTAIN,
    )


@given(st.lists(st.integers(0, 900), unique=True, min_size=1, max_size=6), st.integers(0, 1_000))
def test_export_limit_facts__exactly_the_last_that_began_is_in_force(
    days: list[int], day: int
) -> None:
    limits = [_limit(number, at) for number, at in enumerate(days)]
    book = FactBook(export_limit_facts(limits, region="Shanxi"))

    found = book.candidates(EXPORT_LIMIT, on=date(2025, 1, 1) + timedelta(days=day))

    began = sorted((at, number) for number, at in enumerate(days) if at <= day)
    assert [fact.value for fact in found] == [Decimal(number) / 100 for _, number in began[-1:]]


@given(st.lists(st.integers(0, 50), min_size=12, max_size=12).filter(any))
def test_share_of__months_sum_to_the_year(weights: list[int]) -> None:
    shape = SeasonalShape(id="pv", months=tuple(map(Decimal, weights)), source="test")

    total = sum((shape.share_of(month) for month in range(1, 13)), Decimal(0))

    assert abs(total - 1) < Decimal("1e-25")
