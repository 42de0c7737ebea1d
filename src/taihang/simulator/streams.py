"""Random numbers by name: the same name and seed give the same numbers, for ever and everywhere.

Every physical thing draws from a stream of its own, named by what it is, which asset and which
year. So adding an asset moves nobody else's numbers, and a longer run begins like a shorter one.
Only the raw 64-bit words of PCG64 are used: numpy keeps those stable between versions, which it
does not promise for its normal and Poisson numbers.
"""

import hashlib
from typing import Final

import numpy as np

from taihang.core.sky.portable_math import Floats

_SCHEME: Final = "taihang-simulator/1"
"""Part of every seed; a new number here means other numbers everywhere."""
_SEED_BYTES: Final = 16
_MANTISSA_SHIFT: Final = 11
_MANTISSA_STEP: Final = 2.0**-53
_LANES: Final = 4
_LANE_SUM_MEAN: Final = 131_070.0
"""Mean of the sum of four uniform 16-bit words."""
_LANE_SUM_SD: Final = 37_837.227
"""Standard deviation of that sum: sqrt(4 · (65536² − 1) / 12)."""


class Stream:
    """A named sequence of random numbers."""

    def __init__(self, seed: int, *name: str | int) -> None:
        text = "/".join([_SCHEME, str(seed), *(str(part) for part in name)])
        digest = hashlib.sha256(text.encode()).digest()
        self._words = np.random.PCG64(int.from_bytes(digest[:_SEED_BYTES], "big"))

    def uniform(self, n: int) -> Floats:
        """Return the next n numbers, evenly spread over [0, 1), shape (n,)."""
        words = self._words.random_raw(n)
        return (words >> np.uint64(_MANTISSA_SHIFT)).astype(np.float64) * _MANTISSA_STEP

    def bell(self, n: int) -> Floats:
        """Return the next n numbers of a bell curve of mean 0 and variance 1, shape (n,).

        Each is the sum of the four 16-bit parts of one word. It never leaves ±3.47, which suits
        noise on a load or a cloud: no simulation dies of a six-sigma draw.
        """
        lanes = self._words.random_raw(n).view(np.uint16).reshape(n, _LANES)
        total = lanes.sum(axis=1, dtype=np.int64).astype(np.float64)
        return (total - _LANE_SUM_MEAN) / _LANE_SUM_SD

    def one(self) -> float:
        """Return the next number, evenly spread over [0, 1)."""
        return float(self.uniform(1)[0])

    def below(self, limit: int) -> int:
        """Return the next whole number from 0 up to, not including, a limit."""
        return int(self.one() * limit)
