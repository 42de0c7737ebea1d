"""Times are told apart by how they are written, and never by good will."""

import pytest

from taihang.adapters.imports.time_pattern import ISO, patterns_of


@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        ("2025/1/1 0:15", "%Y/%m/%d %H:%M"),
        ("2025-01-01T00:15:00Z", "%Y-%m-%dT%H:%M:%S%z"),
        ("2025年1月1日 0时15分", "%Y年%m月%d日 %H时%M分"),
        ("2025年1月1日0:15", "%Y年%m月%d日%H:%M"),
        ("202501010015", "%Y%m%d%H%M"),
        ("20250101 0015", "%Y%m%d %H%M"),
        ("13/1/2025 00:15", "%d/%m/%Y %H:%M"),
        ("1/13/2025 1:15 PM", "%m/%d/%Y %I:%M %p"),
        ("2011-01-01 00:00:00-07:00", "%Y-%m-%d %H:%M:%S%z"),
        ("2025-1-1", "%Y-%m-%d"),
        ("24:00", "%H:%M"),
    ],
)
def test_patterns_of__finds_how_a_time_is_written(text: str, pattern: str) -> None:
    assert [each.strptime for each in patterns_of([text])] == [pattern]


@pytest.mark.parametrize(
    "text", ["1735660800", "100.5", "2025-13-01", "0014-11-18 15:40:26", "E01"]
)
def test_patterns_of__what_is_no_time_has_no_pattern(text: str) -> None:
    assert patterns_of([text]) == []


def test_patterns_of__a_day_above_12_decides_between_day_and_month() -> None:
    both = [each.strptime for each in patterns_of(["1/2/2025 0:15"])]

    assert both == ["%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M"]
    assert len(patterns_of(["1/2/2025 0:15", "1/13/2025 0:15"])) == 1


def test_second__24_00_is_the_end_of_its_day() -> None:
    assert ISO.second("2025-01-01 24:00:00") == ISO.second("2025-01-02 00:00:00")
    assert ISO.second("2025-01-01 24:00:01") is None
    assert ISO.second("2025-01-01 12:61:00") is None
