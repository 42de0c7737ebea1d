"""Fill the gaps of one meter by the first method of the park's list that applies."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from taihang.core.metering.estimate.gap import Gap
from taihang.core.metering.estimate.shapes import Method, Shape
from taihang.core.metering.estimate.share_out import share_out_wh
from taihang.core.series import EnergySeries, Quality

Try = tuple[Method, Callable[[Gap], Shape]]
"""A method, and how it is asked; it answers with an empty shape where it does not apply."""


@dataclass(frozen=True, slots=True)
class Filled:
    """A meter's energy with its substitutes, and where each came from."""

    series: EnergySeries
    method: NDArray[np.int64]
    """``Method`` of each interval, shape (n,)."""
    of_registers_wh: int
    """Part of the substitutes that two registers fix: it is taken out of ``gap_wh`` [Wh]."""
    free_wh: int
    """Part of the substitutes that no register fixes [Wh]."""
    n_left: int
    """Intervals in service for which no method applied."""

    @property
    def n_estimated(self) -> int:
        """Intervals that this step filled."""
        return int((self.method > Method.AT_SOURCE).sum())


def fill_gaps(
    series: EnergySeries, *, gaps: Sequence[Gap], methods: Sequence[Try], max_interval_wh: int
) -> Filled:
    """Substitute what is missing; the raw series stays as it is.

    The law of conservation: substitutes between two known registers sum to their difference, so
    measured, estimated, rest of the gaps and rejected energy still add up to the register
    difference of the period, to the watt-hour.

    Args:
        series: Energy by the law.
        gaps: What is missing.
        methods: The methods in the order of the park's list.
        max_interval_wh: Largest honest energy of one interval. [Wh]

    Returns:
        A new series; each substitute has the quality ESTIMATED and its method.
    """
    wh, quality = series.wh.copy(), series.quality.copy()
    method = np.where(quality == Quality.ESTIMATED, Method.AT_SOURCE, Method.NONE).astype(np.int64)
    of_registers_wh = free_wh = n_left = 0
    for gap in gaps:
        chosen, shape = _first_that_applies(gap, methods)
        if chosen is Method.NONE:
            n_left += gap.n
            continue
        inside = slice(gap.first, gap.first + gap.n)
        wh[inside] = share_out_wh(shape, total_wh=gap.register_wh, max_interval_wh=max_interval_wh)
        quality[inside], method[inside] = Quality.ESTIMATED, chosen
        sum_wh = int(wh[inside].sum())
        of_registers_wh += 0 if gap.register_wh is None else sum_wh
        free_wh += sum_wh if gap.register_wh is None else 0
    filled = EnergySeries(series.start_s, wh, quality)
    return Filled(filled, method, of_registers_wh, free_wh, n_left)


def _first_that_applies(gap: Gap, methods: Sequence[Try]) -> tuple[Method, Shape]:
    for method, ask in methods:
        shape = ask(gap)
        if shape:
            return method, shape
    return Method.NONE, ()
