"""Gaps are exactly what is missing, each with what its registers know."""

from datetime import UTC, datetime, timedelta

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from taihang.core.metering.energy import RegisterEnergy, interval_energy
from taihang.core.metering.estimate.gap import Gap, gaps_of
from taihang.core.metering.readings import ReadingBlock
from taihang.core.periods import Period
from taihang.core.series import EnergySeries, Quality, Quantity

START = datetime(2026, 6, 1, tzinfo=UTC)
MODULUS = 1_000
MOST_WH = 100


def law(counts: list[int | None]) -> RegisterEnergy:
    period = Period(START, START + timedelta(minutes=15 * (len(counts) - 1)))
    values = np.array([-1 if each is None else each for each in counts], np.int64)
    block = ReadingBlock(
        point="M",
        quantity=Quantity.REGISTER,
        unit="Wh",
        scale="1",
        modulus=MODULUS,
        times_s=period.start_s + 900 * np.arange(len(counts), dtype=np.int64),
        counts=values,
        quality=np.where(values < 0, Quality.MISSING, Quality.MEASURED).astype(np.uint8),
    )
    return interval_energy(
        register=block,
        scale=1,
        modulus=MODULUS,
        max_interval_wh=MOST_WH,
        events=(),
        period=period,
    )


def gaps(counts: list[int | None]) -> list[Gap]:
    energy = law(counts)
    everywhere = np.ones(len(counts) - 1, np.bool_)
    return gaps_of(energy.series, spans=energy.spans, in_service=everywhere)


def test_gaps_of__a_lost_register_is_a_gap_of_two_intervals_with_a_known_sum() -> None:
    assert gaps([10, 20, None, 60, 70]) == [Gap(1, 2, 40, 1, 2)]


def test_gaps_of__an_open_end_has_no_known_sum() -> None:
    assert gaps([None, 20, 30, None]) == [Gap(0, 1, None, 0, 1), Gap(2, 1, None, 2, 1)]


def test_gaps_of__a_register_in_the_middle_cuts_the_run() -> None:
    assert gaps([10, None, 30, None, None, 90, 95]) == [Gap(0, 2, 20, 0, 5), Gap(2, 3, 60, 0, 5)]


def test_gaps_of__a_refused_difference_says_nothing() -> None:
    # 20 -> 0 is a reset; the meter goes on from 0.
    assert gaps([10, 20, 0, 10]) == [Gap(1, 1, None, 1, 1)]


def test_gaps_of__nothing_is_missing_out_of_service() -> None:
    energy = law([10, None, None, 20])

    assert gaps_of(energy.series, spans=energy.spans, in_service=np.zeros(3, np.bool_)) == []


def test_gaps_of__what_was_read_by_interval_is_left_out_of_the_sum() -> None:
    energy = law([10, 20, None, None, 60])
    series = EnergySeries(
        energy.series.start_s, energy.series.wh.copy(), energy.series.quality.copy()
    )
    series.wh[3], series.quality[3] = 25, Quality.MEASURED

    found = gaps_of(series, spans=energy.spans, in_service=np.ones(4, np.bool_))

    assert found == [Gap(1, 2, 15, 1, 2)]


@given(st.lists(st.one_of(st.none(), st.integers(0, MODULUS - 1)), min_size=2, max_size=40))
def test_gaps_of__are_exactly_what_is_missing_and_hold_the_whole_gap_energy(
    counts: list[int | None],
) -> None:
    energy = law(counts)

    found = gaps(counts)

    covered: NDArray[np.bool_] = np.zeros(len(counts) - 1, np.bool_)
    for gap in found:
        assert not covered[gap.first : gap.first + gap.n].any()
        assert gap.run_first <= gap.first
        assert gap.first + gap.n <= gap.run_first + gap.run_n
        covered[gap.first : gap.first + gap.n] = True
    assert covered.tolist() == (~energy.series.present).tolist()
    assert sum(gap.register_wh or 0 for gap in found) == energy.gap_wh
