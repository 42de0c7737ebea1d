from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from market_case import BOOK, HOLIDAYS_2026, ZONE
from taihang.core.facts import FactOutOfForceError
from taihang.core.market.tou import (
    KINDS,
    HolidayCalendar,
    HolidaysUnknownError,
    Hours,
    PeriodKind,
    TariffNotInForceError,
    TouSeason,
    TouTableError,
    kind_index,
    ratios,
    schedule_in_force,
    shift_gain_cny,
)
from taihang.core.periods import Period, days, month, year
from taihang.core.quantities import Energy
from taihang.standards import shanxi_2021_479, shanxi_2026_15

NEW = shanxi_2026_15.SCHEDULE
OLD = shanxi_2021_479.SCHEDULE


def kinds_of(period: Period, *, sharp_applies: bool = True) -> list[PeriodKind]:
    index = kind_index(
        NEW, period=period, zone=ZONE, holidays=HOLIDAYS_2026, sharp_applies=sharp_applies
    )
    return [KINDS[int(i)] for i in index]


@pytest.mark.parametrize("schedule", [NEW, OLD], ids=lambda schedule: schedule.family)
def test_schedule__covers_every_quarter_of_every_month_exactly_once(
    schedule: shanxi_2026_15.TouSchedule,
) -> None:
    covered = np.zeros((12, 96), np.int64)

    for season in schedule.seasons:
        for first, last in (*season.sharp, *season.peak, *season.flat, *season.valley):
            for one in season.months:
                covered[one - 1, int(first * 4) : int(last * 4)] += 1

    assert covered.tolist() == np.ones((12, 96), np.int64).tolist()


@given(
    cuts=st.lists(st.integers(1, 95), min_size=3, max_size=12, unique=True),
    drop=st.booleans(),
)
def test_season__accepts_partitions_and_refuses_gaps_and_overlaps(
    cuts: list[int], *, drop: bool
) -> None:
    edges = [0, *sorted(cuts), 96]
    spans = [(a / 4, b / 4) for a, b in pairwise(edges)]

    def season(extra: Hours, kept: list[tuple[float, float]]) -> TouSeason:
        return TouSeason(
            name="s",
            months=tuple(range(1, 13)),
            peak=tuple(kept[0::3]),
            flat=tuple(kept[1::3]),
            valley=(*kept[2::3], *extra),
        )

    day = season((), spans).by_quarter(sharp_applies=True)

    for n, (a, b) in enumerate(spans):
        expected = (PeriodKind.PEAK, PeriodKind.FLAT, PeriodKind.VALLEY)[n % 3]
        assert {KINDS[k] for k in day[int(a * 4) : int(b * 4)].tolist()} == {expected}
    with pytest.raises(TouTableError):
        season((), spans[1:]) if drop else season((spans[0],), spans)


@pytest.mark.parametrize("hours", [((6.1, 8),), ((8, 6),), ((-1, 8),), ((20, 25),)])
def test_season__refuses_hours_that_are_no_stretch_of_a_day(hours: Hours) -> None:
    with pytest.raises(TouTableError, match="whole quarters"):
        TouSeason(name="s", months=(1,), peak=hours, flat=(), valley=())


def test_schedule__refuses_a_month_left_out() -> None:
    with pytest.raises(TouTableError, match="each of the months"):
        replace(NEW, seasons=NEW.seasons[1:])


def test_kind_index__one_summer_day_of_2026() -> None:
    kinds = kinds_of(days(date(2026, 8, 5), 1, ZONE))

    # read off the published table, hour by hour
    hours = "FFVVVFPPFFDDDDDFFFSSSPPP".replace("D", "V")
    letters = {"F": PeriodKind.FLAT, "V": PeriodKind.VALLEY, "P": PeriodKind.PEAK}
    expected = [letters.get(h, PeriodKind.SHARP) for h in hours for _ in range(4)]
    assert expected == kinds


def test_kind_index__season_changes_at_local_midnight_of_the_month_end() -> None:
    kinds = kinds_of(days(date(2026, 8, 31), 2, ZONE))

    assert kinds[18 * 4] == PeriodKind.SHARP  # 31 August
    assert kinds[96 + 18 * 4] == PeriodKind.PEAK  # 1 September
    assert kinds[95] == PeriodKind.PEAK  # 23:45 local is 15:45 UTC
    assert kinds[96] == PeriodKind.FLAT


def test_kind_index__sharp_is_peak_for_users_without_it() -> None:
    period = days(date(2026, 12, 1), 1, ZONE)

    with_sharp, without = kinds_of(period), kinds_of(period, sharp_applies=False)

    assert with_sharp.count(PeriodKind.SHARP) == 3 * 4
    assert [PeriodKind.PEAK if k is PeriodKind.SHARP else k for k in with_sharp] == without


def test_kind_index__deep_valley_on_holidays_from_13_to_15_only() -> None:
    kinds = kinds_of(days(date(2026, 9, 30), 5, ZONE))

    deep = [i for i, kind in enumerate(kinds) if kind is PeriodKind.DEEP_VALLEY]
    expected = [day * 96 + quarter for day in (1, 2, 3) for quarter in range(52, 60)]
    assert expected == deep


def test_kind_index__needs_holiday_dates_for_the_days_asked() -> None:
    period = days(date(2027, 1, 1), 1, ZONE)

    with pytest.raises(HolidaysUnknownError, match="2027-01-01"):
        kinds_of(period)
    with pytest.raises(HolidaysUnknownError, match="pass a holiday calendar"):
        kind_index(NEW, period=period, zone=ZONE, holidays=None, sharp_applies=True)


def test_holiday_calendar__refuses_days_it_does_not_cover() -> None:
    with pytest.raises(HolidaysUnknownError):
        HolidayCalendar(
            valid_from=date(2026, 1, 1),
            valid_to=date(2027, 1, 1),
            days=frozenset({date(2027, 1, 1)}),
            source="wrong",
        )


def test_kind_index__whole_year_has_only_kinds_of_the_text() -> None:
    period = Period(month("2026-05", ZONE).start, month("2026-12", ZONE).end)

    kinds = kinds_of(period)

    local = [(period.start + timedelta(minutes=15 * i)).astimezone(ZONE) for i in range(len(kinds))]
    sharp_hours = {
        (t.month, t.hour) for t, k in zip(local, kinds, strict=True) if k is PeriodKind.SHARP
    }
    assert period.n_steps == len(kinds)
    assert {(m, h) for m in (6, 7, 8) for h in (18, 19, 20)} | {
        (12, h) for h in (17, 18, 19)
    } == sharp_hours


def test_kind_index__follows_the_local_clock_through_a_daylight_saving_change() -> None:
    zone = ZoneInfo("Europe/Berlin")
    schedule = replace(NEW, valid_from=date(2020, 1, 1), holiday_deep_valley=())
    period = days(date(2026, 3, 29), 1, zone)  # 23 hours long: 02:00 does not exist

    index = kind_index(schedule, period=period, zone=zone, holidays=None, sharp_applies=True)

    kinds = [KINDS[int(i)] for i in index]
    assert len(kinds) == 92
    assert kinds.count(PeriodKind.PEAK) == (2 + 7) * 4
    assert kinds.count(PeriodKind.VALLEY) == (2 + 6) * 4  # 02–05 lost one hour


@pytest.mark.parametrize(("schedule", "day"), [(NEW, date(2026, 4, 30)), (OLD, date(2026, 5, 1))])
def test_kind_index__refuses_days_out_of_force(
    schedule: shanxi_2026_15.TouSchedule, day: date
) -> None:
    with pytest.raises(TariffNotInForceError, match=day.isoformat()):
        kind_index(
            schedule,
            period=days(day, 1, ZONE),
            zone=ZONE,
            holidays=HOLIDAYS_2026,
            sharp_applies=True,
        )


def test_schedule_in_force__changes_on_the_first_of_may_2026() -> None:
    found = [
        schedule_in_force([NEW, OLD], region="Shanxi", on=day).family
        for day in (date(2026, 4, 30), date(2026, 5, 1))
    ]

    assert found == ["shanxi-2021-479", "shanxi-2026-15"]


@pytest.mark.parametrize(
    ("region", "on"), [("Shanxi", date(2021, 12, 31)), ("Hebei", date(2026, 6, 1))]
)
def test_schedule_in_force__refuses_what_it_does_not_know(region: str, on: date) -> None:
    with pytest.raises(TariffNotInForceError, match=on.isoformat()):
        schedule_in_force([NEW, OLD], region=region, on=on)


def test_ratios__of_both_texts() -> None:
    new = ratios(NEW, book=BOOK, on=date(2026, 5, 1))
    old = ratios(OLD, book=BOOK, on=date(2026, 4, 30))

    assert {kind.value: str(fact.value) for kind, fact in new.items()} == {
        "sharp": "1.92",
        "peak": "1.60",
        "flat": "1",
        "valley": "0.45",
        "deep-valley": "0.36",
    }
    assert new[PeriodKind.SHARP].value == new[PeriodKind.PEAK].value * Decimal("1.2")
    assert new[PeriodKind.DEEP_VALLEY].value == new[PeriodKind.VALLEY].value * Decimal("0.8")
    assert {kind: fact.value for kind, fact in old.items()} == {
        kind: fact.value for kind, fact in new.items() if kind is not PeriodKind.DEEP_VALLEY
    }
    with pytest.raises(FactOutOfForceError):
        ratios(NEW, book=BOOK, on=date(2026, 4, 30))


def test_shift_gain__one_mwh_from_summer_evening_to_midday() -> None:
    # acceptance fact of system S05: (1.92 − 0.45) × flat floating price
    kinds = kinds_of(days(date(2026, 7, 1), 1, ZONE))
    gain = shift_gain_cny(
        Energy(1_000_000),
        leaves=kinds[18 * 4],
        enters=kinds[10 * 4],
        kind_ratios=ratios(NEW, book=BOOK, on=date(2026, 7, 1)),
        floating_price_cny_per_kwh=Decimal("0.4"),
    )

    assert gain == (Decimal("1.92") - Decimal("0.45")) * 1000 * Decimal("0.4") == Decimal(588)


@given(day=st.dates(date(2026, 5, 1), date(2026, 12, 31)), quarter=st.integers(0, 95))
def test_kind_index__of_an_interval_is_the_same_in_any_period(day: date, quarter: int) -> None:
    whole = kinds_of(days(day, 1, ZONE))
    start = datetime(day.year, day.month, day.day, tzinfo=ZONE) + timedelta(minutes=15 * quarter)

    alone = kinds_of(Period(start, start + timedelta(minutes=15)))

    assert [whole[quarter]] == alone


def test_kind_index__a_year_of_the_older_text_needs_no_holidays() -> None:
    index = kind_index(OLD, period=year("2025", ZONE), zone=ZONE, holidays=None, sharp_applies=True)

    counts = {KINDS[int(i)]: int((index == i).sum()) // 4 for i in np.unique(index)}
    assert counts == {
        PeriodKind.SHARP: 2 * (31 * 4),
        PeriodKind.PEAK: 9 * 365 - 2 * (31 * 4),
        PeriodKind.FLAT: 6 * 365,
        PeriodKind.VALLEY: 9 * 365,
    }
