"""What is worth saying about readings that came in: found in the data, never assumed."""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from taihang.core.metering.readings import ReadingBlock
from taihang.core.periods import STEP_S
from taihang.core.quantities import SECONDS_PER_HOUR
from taihang.core.series import Quality

_STEPS_PER_HOUR: Final = SECONDS_PER_HOUR // STEP_S
_LEAST_CHANGES: Final = 24
"""Changes from hour to hour below which equal quarter hours prove nothing."""


def hourly_remarks(blocks: Sequence[ReadingBlock]) -> Iterator[str]:
    """Yield a remark for each series whose quarter hours are whole hours written four times."""
    for block in blocks:
        n_hours = hours_written_four_times(block)
        if n_hours:
            yield (
                f"{block.point}: hourly in substance, written four times: in all {n_hours} whole "
                "hours the four quarter hours are equal"
            )


def hours_written_four_times(block: ReadingBlock) -> int:
    """Count the whole hours of a series, if in every one of them the four values are equal.

    Args:
        block: Readings of one point.

    Returns:
        How many whole hours there are; 0 if one of them has unequal values, or if so little changes
        from hour to hour that equality proves nothing.
    """
    present = block.quality < Quality.MISSING
    times_s, counts = block.times_s[present], block.counts[present]
    n = len(times_s) - _STEPS_PER_HOUR + 1
    if n < _LEAST_CHANGES:
        return 0
    span_s = times_s[_STEPS_PER_HOUR - 1 :] - times_s[:n]
    whole = (times_s[:n] % SECONDS_PER_HOUR == 0) & (span_s == SECONDS_PER_HOUR - STEP_S)
    starts = np.flatnonzero(whole)
    four = counts[starts[:, None] + np.arange(_STEPS_PER_HOUR)]
    if not np.all(four == four[:, :1]):
        return 0
    return len(starts) if np.count_nonzero(np.diff(four[:, 0])) >= _LEAST_CHANGES else 0
