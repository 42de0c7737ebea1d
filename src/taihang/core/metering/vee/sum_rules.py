"""What several readings say together: registers and intervals, storage, parent and children."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from taihang.core.metering.energy import Spans
from taihang.core.metering.vee.rule import Hits, Rule, hits_where, some
from taihang.core.periods import STEP_S, Period
from taihang.core.series import EnergySeries


def sum_check_hits(
    spans: Spans, *, intervals: EnergySeries, slack_wh: int, period: Period
) -> list[Hits]:
    """Compare the intervals that a meter gave with its own registers (F45).

    Args:
        spans: Differences between the registers of the meter.
        intervals: Energy that the same meter gave by interval.
        slack_wh: What the digits of the two registers may hide. [Wh]
        period: The period of both.

    Returns:
        The hits, one for each difference wholly covered by intervals, at its first interval; the
        limit is the register difference.
    """
    on_grid = (spans.starts_s % STEP_S == 0) & (spans.lengths_s % STEP_S == 0) & ~spans.refused
    first = (spans.starts_s - period.start_s) // STEP_S
    last = first + spans.lengths_s // STEP_S
    present = np.concatenate([[0], np.cumsum(intervals.present)])
    sums_wh = np.concatenate([[0], np.cumsum(np.where(intervals.present, intervals.wh, 0))])
    first, last = np.where(on_grid, first, 0), np.where(on_grid, last, 0)
    covered = on_grid & (present[last] - present[first] == last - first)
    found_wh = sums_wh[last] - sums_wh[first]
    # Each interval is rounded to its own last digit, so a sum may be off by one for each.
    off = covered & (np.abs(found_wh - spans.wh) > slack_wh + (last - first))
    if not off.any():
        return []
    return [Hits(Rule.SUM_CHECK, first[off].astype(np.intp), found_wh[off], spans.wh[off])]


def storage_hits(
    discharge_wh: NDArray[np.int64],
    *,
    charge_wh: NDArray[np.int64],
    usable: NDArray[np.bool_],
    efficiency_ratio: float,
    stored_wh: int,
) -> list[Hits]:
    """Find discharge that no charge of this battery explains, over every window at once (F48).

    In no stretch of time can a battery give more than what it took in it, times its efficiency,
    and what it can hold. Where a value is missing the account begins anew.

    Args:
        discharge_wh: Energy given, shape (n,). [Wh]
        charge_wh: Energy taken, shape (n,). [Wh]
        usable: Where both are known, shape (n,).
        efficiency_ratio: Of the way in and out together. [1]
        stored_wh: What it can give out of its full store, and what the dials may hide. [Wh]

    Returns:
        The hits: discharge while the account is overdrawn; the value is the overdraft of the
        worst window that ends here, the limit what the store can give.

    Example:
        >>> hits = storage_hits(np.array([0, 90, 30]), charge_wh=np.array([100, 0, 0]),
        ...     usable=np.ones(3, bool), efficiency_ratio=0.9, stored_wh=100)
        >>> [(each.at.tolist(), each.value.tolist()) for each in hits]
        [([2], [120])]
    """
    taken_wh = np.floor(np.where(usable, charge_wh, 0) * efficiency_ratio).astype(np.int64)
    given_wh = np.where(usable, discharge_wh, 0)
    level_wh = np.concatenate([[0], np.cumsum(given_wh - taken_wh)])
    lowest_wh = _lowest_since_gap(level_wh, usable)
    window_wh = level_wh[1:] - lowest_wh[:-1]
    where = usable & (given_wh > 0) & (window_wh > stored_wh)
    return some(hits_where(Rule.STORAGE_ROUND_TRIP, where, value=window_wh, limit=stored_wh))


def _lowest_since_gap(level_wh: NDArray[np.int64], usable: NDArray[np.bool_]) -> NDArray[np.int64]:
    lowest_wh = np.minimum.accumulate(level_wh)
    for place in np.flatnonzero(~usable) + 1:
        lowest_wh[place:] = np.minimum.accumulate(level_wh[place:])
    return lowest_wh


@dataclass(frozen=True, slots=True)
class Suspect:
    """A child that would explain what the parent and its children disagree about."""

    row: int
    """Which child."""
    explained_ratio: float
    """Share of the disagreement that one wrong ratio of this child would explain [1]."""


def rank_suspects(
    residual_wh: NDArray[np.int64], *, children_wh: NDArray[np.int64]
) -> list[Suspect]:
    """Rank the children of a parent by how much of a disagreement each explains alone (F46).

    A child whose ratio is wrong, or that was moved or bypassed, leaves its own shape in the
    difference between the parent and the sum.

    Args:
        residual_wh: Parent less children less the usual losses, shape (n,). [Wh]
        children_wh: Energy of each child, shape (m, n). [Wh]

    Returns:
        The children in order, the likeliest first; those that explain nothing are left out.

    Example:
        >>> children_wh = np.array([[10, 20, 10, 30], [5, 5, 6, 5]])
        >>> rank_suspects(np.array([90, 180, 90, 270]), children_wh=children_wh)[0].row
        0
    """
    residual, children = residual_wh.astype(np.float64), children_wh.astype(np.float64)
    total = float(residual @ residual)
    if not total:
        return []
    own = np.maximum((children * children).sum(axis=1), 1.0)
    share = (children @ residual) ** 2 / own / total
    order = np.argsort(-share, kind="stable")
    return [Suspect(int(row), float(share[row])) for row in order if share[row] > 0]
