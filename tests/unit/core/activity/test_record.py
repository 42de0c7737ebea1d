from dataclasses import replace
from decimal import Decimal

import pytest

from taihang.core.activity.record import (
    ActivityRecord,
    ActivityRecordError,
    Flow,
    Origin,
    is_period,
)

GAS = ActivityRecord(
    id="E01-2026-08-gas",
    subject="E01",
    period="2026-08",
    item="natural-gas",
    flow=Flow.CONSUMED,
    amount=Decimal("12.8"),
    unit="10⁴Nm³",
    origin=Origin.FORM,
    evidence=("ab" * 32,),
    uncertainty_ratio=Decimal("0.02"),
    known_at_s=1_000,
    version=1,
    reason="first issue",
)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("id", "-"),
        ("id", "a" * 65),
        ("subject", "E 1"),
        ("period", "2026-8"),
        ("period", "2026-00"),
        ("period", "0000"),
        ("item", "Natural gas"),
        ("amount", Decimal("-0.1")),
        ("amount", Decimal("NaN")),
        ("amount", Decimal("Infinity")),
        ("unit", ""),
        ("unit", " t"),
        ("evidence", ("AB" * 32,)),
        ("uncertainty_ratio", Decimal("-0.1")),
        ("version", 0),
        ("reason", " "),
    ],
)
def test_a_field_out_of_bounds_is_refused_by_name(field: str, value: object) -> None:
    with pytest.raises(ActivityRecordError, match=field):
        replace(GAS, **{field: value})


def test_nothing_is_a_true_zero_and_is_allowed() -> None:
    assert replace(GAS, amount=Decimal(0)).amount == 0


def test_periods_are_months_and_years() -> None:
    named = ["2026-08", "2026", "2026-13", "26", "2026-08-01", "２０２６"]
    assert [is_period(name) for name in named] == [True, True, False, False, False, False]
