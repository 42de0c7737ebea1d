"""Days, weeks and months: names, turns of the year, what has ended."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taihang.core.periods import month
from taihang.services.report_period import (
    Cadence,
    ReportPeriodError,
    ended,
    period_with,
    report_period,
)

ZONE = ZoneInfo("Asia/Shanghai")
some_days = st.dates(date(1990, 1, 1), date(2100, 12, 31))


@given(some_days, st.sampled_from(Cadence))
def test_report_period__reads_back_what_a_day_lies_in(day: date, cadence: Cadence) -> None:
    found = period_with(cadence, day)

    assert report_period(found.name) == found
    assert found.first <= day <= found.last


@given(some_days, st.sampled_from(Cadence))
def test_before_and_after__touch_and_leave_nothing_out(day: date, cadence: Cadence) -> None:
    found = period_with(cadence, day)

    assert found.before().last + timedelta(days=1) == found.first
    assert found.after().first - timedelta(days=1) == found.last
    assert found.after().before() == found


def test_span__of_a_month_is_the_month_of_the_statements() -> None:
    assert report_period("2026-02").span(ZONE) == month("2026-02", ZONE)


@pytest.mark.parametrize(
    "name",
    ["2026-W54", "2025-W53", "2026-W00", "2026-13", "2026-02-30", "2026", "", "2026-9", "20260930"],
)
def test_report_period__refuses_what_is_no_period(name: str) -> None:
    with pytest.raises(ReportPeriodError, match=r"2026-W40"):
        report_period(name)


@pytest.mark.parametrize("name", ["٢٠٢٦-٠٩", "2026-09\n", "9999-12", "1900-01-01", "2026-w40"])
def test_report_period__refuses_names_that_only_look_like_one(name: str) -> None:
    with pytest.raises(ReportPeriodError):
        report_period(name)


def test_ended__counts_a_period_from_its_last_midnight_on() -> None:
    midnight = datetime(2026, 10, 1, tzinfo=ZONE)

    before = [
        each.name
        for each in ended(
            Cadence.MONTH,
            since=date(2026, 8, 1),
            until=midnight - timedelta(microseconds=1),
            zone=ZONE,
        )
    ]
    at = [
        each.name
        for each in ended(Cadence.MONTH, since=date(2026, 8, 1), until=midnight, zone=ZONE)
    ]

    assert before == ["2026-08"]
    assert at == ["2026-08", "2026-09"]


def test_ended__leaves_out_a_period_that_began_before() -> None:
    found = [
        each.name
        for each in ended(
            Cadence.WEEK,
            since=date(2026, 9, 29),
            until=datetime(2026, 10, 20, tzinfo=UTC),
            zone=ZONE,
        )
    ]

    assert found == ["2026-W41", "2026-W42"]
