"""Which plant's energy went to which user: pairs that keep both sides to the watt-hour.

Inside one step of the matching (a dedicated line, or the pool) every user takes every plant's
energy in the same proportion. The whole watt-hours that rounding down leaves over are paired in the
order of the rows (north-west corner), so that the pairs of a plant sum to what it gave and the
pairs of a user to what it received.
"""

import numpy as np
from numpy.typing import NDArray

from taihang.core.balance.matching import DIRECT, Matching


def trace_matching(matching: Matching) -> NDArray[np.int64]:
    """Return the energy of every pair of plant and user over all steps of a matching.

    What a battery released is no energy of a plant in that interval, and is left out.

    Args:
        matching: Who gave and who received.

    Returns:
        Pairs, shape (n_plants, n_users, n); over a dedicated line only its own plants and users
        are paired. [Wh]
    """
    shape = (matching.n_plants, matching.n_users, matching.n_intervals)
    pairs_wh = np.zeros(shape, np.int64)
    for share in matching.shares:
        if share.route.kind in DIRECT:
            rows = np.ix_(share.plants, share.takers)
            pairs_wh[rows] += trace_pairs(share.given_wh, share.received_wh)
    return pairs_wh


def trace_pairs(given_wh: NDArray[np.int64], received_wh: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the energy of every pair of plant and user.

    Args:
        given_wh: What each plant gave, shape (n_plants, n). [Wh]
        received_wh: What each user received, shape (n_users, n); columns sum to those of
            ``given_wh``. [Wh]

    Returns:
        Pairs, shape (n_plants, n_users, n), 0 or more. [Wh]

    Example:
        >>> trace_pairs(np.array([[3], [1]]), np.array([[2], [2]])).squeeze().tolist()
        [[2, 1], [0, 1]]
    """
    total_wh = np.maximum(given_wh.sum(axis=0), 1)
    pairs_wh = given_wh[:, None, :] * received_wh[None, :, :] // total_wh
    left_given_wh = given_wh - pairs_wh.sum(axis=1)
    left_received_wh = received_wh - pairs_wh.sum(axis=0)
    given_end, received_end = left_given_wh.cumsum(axis=0), left_received_wh.cumsum(axis=0)
    given_start, received_start = given_end - left_given_wh, received_end - left_received_wh
    overlap = np.minimum(given_end[:, None, :], received_end[None, :, :])
    overlap -= np.maximum(given_start[:, None, :], received_start[None, :, :])
    return pairs_wh + np.maximum(overlap, 0)
