"""The column of times, how it is written, and which end of an interval it names."""

import pytest

from import_kit import wall
from taihang.adapters.imports.guess_time import (
    guess_across_label,
    guess_label,
    guess_time,
    guess_zone,
    step_of,
)
from taihang.adapters.imports.import_map import Label, Midnight
from taihang.adapters.imports.time_pattern import ISO, patterns_of
from taihang.core.metering.import_draft import Confidence

DAY = 96


def column(form: str, n: int = 200, first: int = 0) -> list[str]:
    return [wall(at, form) for at in range(first, first + n)]


def seconds(texts: list[str], form: str = "%Y-%m-%d %H:%M") -> list[int]:
    pattern = next(each for each in patterns_of(texts) if each.strptime == form)
    return [pattern.second(text) or 0 for text in texts]


def test_guess_time__finds_the_column_of_whole_times() -> None:
    found = guess_time(["n", "t"], {"n": ["5"] * 200, "t": column("%Y/%m/%d %H:%M")})

    assert found is not None
    assert (found.column, found.format) == ("t", "%Y/%m/%d %H:%M")
    assert found.why["time_format"].confidence is Confidence.SURE


def test_guess_time__sums_below_the_table_are_no_times() -> None:
    found = guess_time(["t"], {"t": ["2025-01-01 00:00", "2025-01-01 00:15", "合计", "Total"]})

    assert found is not None
    assert found.format == "%Y-%m-%d %H:%M"


def test_guess_time__day_and_month_are_told_apart_by_equal_steps() -> None:
    # Of the first nine days of a month both readings are days; only one goes by quarter hours.
    texts = column("%m/%d/%Y %H:%M", n=9 * DAY)

    found = guess_time(["t"], {"t": texts})

    assert found is not None
    assert found.format == "%m/%d/%Y %H:%M"
    assert found.why["time_format"].reason == "format.steps"
    assert found.why["time_format"].said["other"] == "%d/%m/%Y %H:%M"


def test_guess_time__a_single_day_leaves_day_and_month_unsure() -> None:
    found = guess_time(["t"], {"t": ["1/2/2025 0:00", "1/2/2025 0:15"]})

    assert found is not None
    assert found.why["time_format"].confidence is Confidence.UNSURE


def test_guess_time__the_time_of_day_may_stand_in_a_column_of_its_own() -> None:
    texts = {"日期": column("%Y.%m.%d"), "时刻": column("%H:%M"), "n": ["1"] * 200}

    found = guess_time(["日期", "时刻", "n"], texts)

    assert found is not None
    assert (found.column, found.clock, found.format) == ("日期", "时刻", "%Y.%m.%d %H:%M")


@pytest.mark.parametrize(
    ("names", "across"),
    [
        ([f"{n // 4:02}:{n % 4 * 15:02}" for n in range(96)], "%H:%M"),
        ([f"P{n}" for n in range(1, 97)], "P{}"),
        ([f"{n}" for n in range(1, 25)], "{}"),
    ],
)
def test_guess_time__times_of_day_may_stand_across(names: list[str], across: str) -> None:
    texts = {"day": ["2025-01-01", "2025-01-02"], **{name: ["1", "2"] for name in names}}

    found = guess_time(["day", *names], texts)

    assert found is not None
    assert found.across == across


def test_guess_time__54_numbered_columns_are_meters_and_no_day() -> None:
    names = [f"M-E{n:02}" for n in range(1, 55)]

    found = guess_time(["day", *names], {"day": ["2025-01-01"], **{name: ["1"] for name in names}})

    assert found is not None
    assert found.across == ""


def test_guess_time__seconds_since_1970_are_a_time_of_their_own() -> None:
    found = guess_time(["t"], {"t": ["1735660800", "1735661700"]})

    assert found is not None
    assert found.format == "epoch-s"
    assert guess_zone(None, is_epoch=True, park_zone="Asia/Shanghai")[0] == "in-data"
    assert guess_time(["t"], {"t": ["5", "6"]}) is None


@pytest.mark.parametrize(
    ("texts", "label", "midnight", "reason"),
    [
        (
            ["2025-01-01 23:45", "2025-01-01 24:00"],
            Label.PERIOD_END,
            Midnight.NEW_DAY,
            "end-of-day",
        ),
        (column("%Y-%m-%d %H:%M"), Label.PERIOD_START, Midnight.NEW_DAY, "unknown"),
        (column("%Y-%m-%d %H:%M", DAY), Label.PERIOD_START, Midnight.NEW_DAY, "first-last"),
        (column("%Y-%m-%d %H:%M", DAY, 1), Label.PERIOD_END, Midnight.NEW_DAY, "first-last"),
        (
            ["2025-01-01 23:30", "2025-01-01 23:45", "2025-01-01 00:00", "2025-01-02 00:15"],
            Label.PERIOD_END,
            Midnight.OLD_DAY,
            "old-day",
        ),
    ],
)
def test_guess_label__follows_from_the_edges_of_days(
    texts: list[str], label: Label, midnight: Midnight, reason: str
) -> None:
    found = guess_label("time", texts, seconds(texts), step_s=900)

    assert (found[0], found[1], found[2].reason) == (label, midnight, f"label.{reason}")


@pytest.mark.parametrize(
    ("name", "label"), [("结束时间", Label.PERIOD_END), ("Start time", Label.PERIOD_START)]
)
def test_guess_label__a_heading_says_it(name: str, label: Label) -> None:
    texts = column("%Y-%m-%d %H:%M")

    assert guess_label(name, texts, seconds(texts), step_s=900)[0] is label


def test_guess_across_label__follows_from_the_first_and_last_column() -> None:
    quarters = [f"{n // 4}:{n % 4 * 15:02}" for n in range(97)]

    assert guess_across_label(quarters[:96], "%H:%M")[0] is Label.PERIOD_START
    ends = guess_across_label([*quarters[1:96], "24:00"], "%H:%M")
    assert ends[:2] == (Label.PERIOD_END, Midnight.NEW_DAY)
    assert guess_across_label([*quarters[1:96], "0:00"], "%H:%M")[1] is Midnight.OLD_DAY
    assert guess_across_label(["P1"], "P{}")[2].reason == "label.numbered"


def test_guess_zone__is_the_parks_unless_each_time_tells_its_own() -> None:
    assert guess_zone(ISO, is_epoch=False, park_zone="Asia/Shanghai")[0] == "Asia/Shanghai"
    (offset,) = patterns_of(["2025-01-01T00:00:00+08:00"])
    assert guess_zone(offset, is_epoch=False, park_zone="Asia/Shanghai")[0] == "in-data"


def test_step_of__is_the_most_usual_distance() -> None:
    assert step_of([0, 900, 1_800, 5_400, 6_300]) == 900
    assert step_of([0]) == 0
