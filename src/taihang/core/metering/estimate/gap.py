"""Which intervals need a substitute, and what the registers know of them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from taihang.core.metering.energy import Spans
from taihang.core.metering.vee.law_rules import runs_of
from taihang.core.periods import STEP_S
from taihang.core.series import EnergySeries


@dataclass(frozen=True, slots=True)
class Gap:
    """Neighbouring intervals without a usable value."""

    first: int
    """Place of the first interval."""
    n: int
    """How many intervals."""
    register_wh: int | None
    """Their sum by the two registers at the ends; None where one of them is not known [Wh]."""
    run_first: int
    """Place of the first interval of the whole run that this gap is part of."""
    run_n: int
    """How many intervals the whole run has."""


def gaps_of(series: EnergySeries, *, spans: Spans, in_service: NDArray[np.bool_]) -> list[Gap]:
    """Return the gaps of a meter, cut where a register says what lies between.

    Args:
        series: Energy by the law.
        spans: Differences between the registers of the meter.
        in_service: Where the meter belongs to the park, shape (n,).

    Returns:
        The gaps in order of time; together they are exactly the intervals in service that have no
        usable value.
    """
    wanted = ~series.present & in_service
    known = _known_sums(series, spans, wanted)
    gaps: list[Gap] = []
    for first, n in zip(*map(np.ndarray.tolist, runs_of(wanted)), strict=True):
        cuts = sorted({first, *(edge for edge in known if first < edge < first + n)})
        # A gap ends where a register difference begins or ends, or where the run ends.
        ends = {start + length for start, (length, _) in known.items()}
        cuts = sorted({*cuts, *(edge for edge in ends if first < edge < first + n)})
        for start, end in zip(cuts, [*cuts[1:], first + n], strict=True):
            length, sum_wh = known.get(start, (0, 0))
            gaps.append(
                Gap(start, end - start, sum_wh if length == end - start else None, first, n)
            )
    return gaps


def _known_sums(
    series: EnergySeries, spans: Spans, wanted: NDArray[np.bool_]
) -> dict[int, tuple[int, int]]:
    """Return length and sum of every accepted difference that lies over wanted intervals only."""
    on_grid = (spans.starts_s % STEP_S == 0) & (spans.lengths_s % STEP_S == 0)
    chosen = on_grid & ~spans.refused & ~spans.whole
    known: dict[int, tuple[int, int]] = {}
    for start_s, length_s, sum_wh in zip(
        spans.starts_s[chosen].tolist(),
        spans.lengths_s[chosen].tolist(),
        spans.wh[chosen].tolist(),
        strict=True,
    ):
        first, n = (start_s - series.start_s) // STEP_S, length_s // STEP_S
        inside = slice(first, first + n)
        places = np.flatnonzero(wanted[inside])
        left_wh = sum_wh - int(series.wh[inside][series.present[inside]].sum())
        # Intervals that were read one by one stay; what is left belongs to one run or to none.
        if len(places) and left_wh >= 0 and places[-1] - places[0] + 1 == len(places):
            known[first + int(places[0])] = (len(places), left_wh)
    return known
