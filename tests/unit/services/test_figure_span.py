"""Stretches of time in keys: parts touch and cover, names are read again."""

from datetime import date
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from taihang.core.periods import days, month
from taihang.services.figure_span import FigureSpanError, days_span, instant_name, span_of

SHANGHAI = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize("zone", [SHANGHAI, BERLIN])
@pytest.mark.parametrize(
    "name", ["2026", "2026-10", "2026-10-25", "2026-03-28..2026-03-30", "2026-01-15..2026-12-31"]
)
def test_parts__touch_and_cover(name: str, zone: ZoneInfo) -> None:
    whole = span_of(name, zone)

    parts = whole.parts()

    assert parts[0].period.start == whole.period.start
    assert parts[-1].period.end == whole.period.end
    assert all(one.period.end == other.period.start for one, other in pairwise(parts))
    assert all(span_of(part.name, zone) == part for part in parts)


def test_parts__of_a_long_stretch_are_months() -> None:
    parts = span_of("2026-06-15..2026-09-30", SHANGHAI).parts()

    names = [part.name for part in parts]
    assert names == ["2026-06-15..2026-06-30", "2026-07", "2026-08", "2026-09"]


def test_parts__of_an_interval_are_none() -> None:
    assert span_of("2026-09-14T02:15Z", SHANGHAI).parts() == ()


@pytest.mark.parametrize(
    "name",
    [
        "",
        "26",
        "2026-13",
        "2026-02-30",
        "2026-09-14T02:20Z",
        "2026-09-02..2026-09-01",
        "2020-01-01..2026-01-01",
    ],
)
def test_span_of__refuses_what_is_no_stretch(name: str) -> None:
    with pytest.raises(FigureSpanError, match="a year, month, day or interval"):
        span_of(name, SHANGHAI)


def test_days_span__calls_a_month_by_its_name() -> None:
    assert days_span(month("2026-09", SHANGHAI), SHANGHAI).name == "2026-09"
    assert days_span(days(date(2026, 9, 3), 1, SHANGHAI), SHANGHAI).name == "2026-09-03"
    three = days_span(days(date(2026, 9, 3), 3, SHANGHAI), SHANGHAI)
    assert three == span_of("2026-09-03..2026-09-05", SHANGHAI)


def test_instant_name__keeps_odd_seconds() -> None:
    assert instant_name(1) == "1970-01-01T00:00:01Z"
