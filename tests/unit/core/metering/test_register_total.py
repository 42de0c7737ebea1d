"""The total of a period is the register difference, or nothing."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from small_park import DAY
from taihang.core.metering.energy import interval_energy
from taihang.core.metering.readings import ReadingBlock
from taihang.core.metering.register_total import total_between
from taihang.core.periods import STEP_S
from taihang.core.series import Quality, Quantity

_MODULUS = 10_000
_LIMIT = 50_000


def _total(counts: list[int], kept: list[int], *, scale: int = 10) -> int | None:
    times_s = DAY.start_s + STEP_S * np.array(kept, np.int64)
    block = ReadingBlock(
        "Q",
        Quantity.REGISTER,
        "varh",
        str(scale),
        _MODULUS,
        times_s,
        np.array([counts[i] for i in kept], np.int64),
        np.full(len(kept), Quality.MEASURED, np.uint8),
    )
    found = interval_energy(
        register=block,
        scale=scale,
        modulus=_MODULUS,
        max_interval_wh=_LIMIT,
        events=(),
        period=DAY,
    )
    return total_between(found, period=DAY)


@given(
    first=st.integers(0, _MODULUS - 1),
    steps=st.lists(st.integers(0, 100), min_size=96, max_size=96),
    between=st.sets(st.integers(1, 95)),
)
def test_total_between__is_the_sum_whichever_readings_lie_between(
    first: int, steps: list[int], between: set[int]
) -> None:
    counts = [int(c) % _MODULUS for c in np.concatenate([[first], first + np.cumsum(steps)])]

    # The dial holds 10 000 counts and the day at most 9 600: one turn can always be told.
    assert _total(counts, [0, *sorted(between), 96]) == sum(steps) * 10


@given(kept=st.sets(st.integers(0, 96), max_size=96))
def test_total_between__without_both_ends_is_nothing(kept: set[int]) -> None:
    whole = {0, 96} <= kept

    assert (_total(list(range(97)), sorted(kept)) is not None) is whole


def test_total_between__with_a_refused_difference_is_nothing() -> None:
    counts = [0] * 50 + [9_000] + [9_000] * 46

    assert _total(counts, list(range(97))) is None
