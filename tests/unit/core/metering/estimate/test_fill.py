"""Substitutes are flagged, raw values stay, and not one watt-hour appears or is lost."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from taihang.core.metering.energy import RegisterEnergy, interval_energy
from taihang.core.metering.estimate.fill import Filled, Try, fill_gaps
from taihang.core.metering.estimate.gap import Gap, gaps_of
from taihang.core.metering.estimate.shapes import Method, Shape
from taihang.core.metering.readings import ReadingBlock
from taihang.core.periods import Period
from taihang.core.series import Quality, Quantity

START = datetime(2026, 6, 1, tzinfo=UTC)
MODULUS = 1_000
MOST_WH = 100


def never(_: Gap) -> Shape:
    return ()


def flat(gap: Gap) -> Shape:
    return [Fraction(7, 2)] * gap.n


def uneven(gap: Gap) -> Shape:
    return [Fraction(place % 5, 3) for place in range(gap.n)]


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


def filled(energy: RegisterEnergy, methods: Sequence[Try]) -> Filled:
    everywhere = np.ones(len(energy.series.wh), np.bool_)
    gaps = gaps_of(energy.series, spans=energy.spans, in_service=everywhere)
    return fill_gaps(energy.series, gaps=gaps, methods=methods, max_interval_wh=MOST_WH)


def test_fill_gaps__takes_the_first_method_that_applies() -> None:
    found = filled(law([10, 20, None, 60, 70]), [(Method.LINEAR, never), (Method.LIKE_DAY, flat)])

    assert found.series.wh.tolist() == [10, 20, 20, 10]
    assert found.series.quality.tolist() == [0, Quality.ESTIMATED, Quality.ESTIMATED, 0]
    assert found.method.tolist() == [0, Method.LIKE_DAY, Method.LIKE_DAY, 0]
    assert (found.of_registers_wh, found.free_wh, found.n_left) == (40, 0, 0)
    assert found.n_estimated == 2


def test_fill_gaps__without_a_method_leaves_everything_as_it_is() -> None:
    energy = law([10, None, 30])

    found = filled(energy, [])

    assert found.series.quality.tolist() == [Quality.MISSING] * 2
    assert (found.n_left, found.n_estimated) == (2, 0)


def test_fill_gaps__never_touches_what_was_read() -> None:
    energy = law([10, 20, None, 60, 70])
    before = energy.series.wh.tolist(), energy.series.quality.tolist()

    filled(energy, [(Method.LINEAR, flat)])

    assert (energy.series.wh.tolist(), energy.series.quality.tolist()) == before


def test_fill_gaps__an_estimate_of_the_source_keeps_its_origin() -> None:
    energy = law([10, 20, 30])
    energy.series.quality[1] = Quality.ESTIMATED

    found = filled(energy, [])

    assert found.method.tolist() == [Method.NONE, Method.AT_SOURCE]
    assert found.n_estimated == 0, "this step has estimated nothing"


@settings(max_examples=200)
@given(
    st.lists(st.one_of(st.none(), st.integers(0, MODULUS - 1)), min_size=2, max_size=60),
    st.sampled_from([never, flat, uneven]),
)
def test_fill_gaps__conserve_the_register_difference(
    counts: list[int | None], shape: Callable[[Gap], Shape]
) -> None:
    energy = law(counts)

    found = filled(energy, [(Method.LINEAR, shape)])

    read = [each for each in counts if each is not None]
    falls = sum(b < a for a, b in pairwise(read))
    unrolled = (read[-1] - read[0] if read else 0) + MODULUS * energy.n_rollover
    assert energy.n_rollover <= falls
    left_in_gaps_wh = energy.gap_wh - found.of_registers_wh
    measured_wh = found.series.total_wh - found.of_registers_wh - found.free_wh
    assert measured_wh == energy.series.total_wh
    assert measured_wh + found.of_registers_wh + left_in_gaps_wh + energy.rejected_wh == unrolled
    assert left_in_gaps_wh in {0, energy.gap_wh}, "all gaps are filled by their registers, or none"
    assert found.series.wh.min(initial=0) >= 0
    assert found.series.wh.max(initial=0) <= MOST_WH
