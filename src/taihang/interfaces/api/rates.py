"""How often one enterprise asks, and how many of its large questions are worked out at once."""

import math
from collections import Counter, OrderedDict
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock
from typing import Final

from taihang.interfaces.api.bounds import (
    AT_ONCE_MOST,
    BURST,
    PER_S,
    TooManyAtOnceError,
    TooOftenError,
)

_REMEMBERED: Final = 10_000


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at_s: float


class Rates:
    """Counts by who asks; safe for several threads.

    Args:
        monotonic_s: A clock that never steps back. [s]
    """

    def __init__(self, *, monotonic_s: Callable[[], float]) -> None:
        self._monotonic_s = monotonic_s
        self._lock = Lock()
        self._buckets = OrderedDict[str, _Bucket]()
        self._at_once = Counter[str]()

    def charge(self, who: str) -> None:
        """Count a request.

        Args:
            who: An enterprise, or the park.

        Raises:
            TooOftenError: If it has used up its burst; this request is not counted.
        """
        now_s = self._monotonic_s()
        with self._lock:
            bucket = self._buckets.setdefault(who, _Bucket(float(BURST), now_s))
            bucket.tokens = min(bucket.tokens + (now_s - bucket.at_s) * PER_S, float(BURST))
            bucket.at_s = now_s
            self._buckets.move_to_end(who)
            if len(self._buckets) > _REMEMBERED:
                self._buckets.popitem(last=False)
            if bucket.tokens < 1:
                raise TooOftenError(wait_s=max(1, math.ceil((1 - bucket.tokens) / PER_S)))
            bucket.tokens -= 1

    @contextmanager
    def large(self, who: str) -> Generator[None]:
        """Count a large question while it is worked out inside.

        Args:
            who: An enterprise, or the park.

        Raises:
            TooManyAtOnceError: If too many of its are worked out already.
        """
        with self._lock:
            if self._at_once[who] >= AT_ONCE_MOST:
                raise TooManyAtOnceError
            self._at_once[who] += 1
        try:
            yield
        finally:
            with self._lock:
                self._at_once[who] -= 1
