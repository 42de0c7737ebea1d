"""Which of several readings of one point and time counts: the one whose batch was sent last.

Nothing is overwritten (§3): the others stay in the lake and in the journal. The order of sending is
(sending time, gateway, counter), so the order of arrival changes nothing.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray


def current_rows(
    rows: Mapping[str, NDArray[np.int64]], *, batch_rank: NDArray[np.int64], as_of: int
) -> dict[str, NDArray[np.int64]]:
    """Return one row for each time: the current one, as known at a size of the journal.

    Args:
        rows: Columns of equal length with ``time_s`` ascending and ``batch``, the leaf index.
        batch_rank: Rank of every batch in the order of sending, by leaf index.
        as_of: Only batches below this leaf index are known.

    Returns:
        The columns cut to the current rows; ``time_s`` strictly increasing.

    Example:
        >>> rows = {"time_s": np.array([0, 0, 900]), "count": np.array([5, 6, 7]),
        ...     "batch": np.array([0, 1, 0])}
        >>> current_rows(rows, batch_rank=np.array([0, 1]), as_of=2)["count"].tolist()
        [6, 7]
    """
    known = {name: column[rows["batch"] < as_of] for name, column in rows.items()}
    times_s = known["time_s"]
    if np.all(times_s[1:] > times_s[:-1]):
        return known
    order = np.lexsort((batch_rank[known["batch"]], times_s))
    last = np.append(times_s[order][1:] != times_s[order][:-1], np.True_)
    return {name: column[order[last]] for name, column in known.items()}
