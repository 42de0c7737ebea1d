"""Which batches of a gateway are missing between those that came."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Hole:
    """Counters that are missing between two that came."""

    first: int
    last: int
    before_s: int
    """When the batch before the hole was sent [s]."""
    after_s: int
    """When the batch after it was sent [s]."""

    @property
    def n(self) -> int:
        """How many are missing."""
        return self.last - self.first + 1


def holes_of(counter: NDArray[np.int64], sent_at_s: NDArray[np.int64]) -> list[Hole]:
    """Return the holes in the counters of one gateway.

    Args:
        counter: Of each batch that came, in any order, each once or more.
        sent_at_s: When each was sent, of the same shape. [s]

    Returns:
        The holes, in order. What was sent before the first counter that came is not one: a gateway
        may have begun elsewhere.

    Example:
        >>> holes_of(np.array([1, 2, 5, 6]), np.array([10, 20, 50, 60]))
        [Hole(first=3, last=4, before_s=20, after_s=50)]
    """
    numbers, first_at = np.unique(counter, return_index=True)
    times = sent_at_s[first_at]
    return [
        Hole(int(numbers[at]) + 1, int(numbers[at + 1]) - 1, int(times[at]), int(times[at + 1]))
        for at in np.flatnonzero(np.diff(numbers) > 1).tolist()
    ]
