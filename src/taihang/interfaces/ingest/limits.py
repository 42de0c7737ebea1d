"""The bounds of the door (§10), and the two that have a state: rate of a gateway, bytes in flight.

Whatever has no limit gets one from the machine, at the worst moment. All of them are printed when
the door opens, and stand in docs/api/ingest.md.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from taihang.core.errors import InputError, StateError

HEADER_TIMEOUT_S: Final = 10
"""A client that has not sent its header by then, or says nothing for so long, is dropped."""
MAX_HEADER_BYTES: Final = 16_384
MAX_CONNECTIONS: Final = 1_024
BURST: Final = 4
"""How many minutes of its contract a gateway may send at once, after it was cut off."""
_GATEWAYS_REMEMBERED: Final = 10_000
_S_PER_MIN: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The bounds that an operator may set."""

    batches_per_min: int = 60
    """Batches of one gateway: its contract; ``BURST`` times as many may come at once."""
    max_body_bytes: int = 8 * 1024 * 1024
    max_in_flight_bytes: int = 64 * 1024 * 1024
    """Bodies that are being received or wait to be stored, all together."""
    max_queue: int = 256
    """Batches that wait to be stored."""
    max_group: int = 64
    """Batches that are stored with one forced write."""
    body_timeout_s: float = 60.0
    """A body has to be here by then."""
    silence_timeout_s: float = 10.0
    """A sender that stops in the middle of its body is dropped after so long."""
    lock_wait_s: float = 5.0
    """How long a group waits for another job to end its writing."""


class QueueFullError(StateError):
    """More is being sent than the disk takes; nothing was stored of this."""

    code = "state.queue-full"


class TooFastError(InputError):
    """A gateway sends more batches than its contract has."""

    code = "input.too-fast"

    def __init__(self, *, gateway: str, batches_per_min: int, wait_s: int) -> None:
        super().__init__(
            given=f"more than {BURST * batches_per_min} batches of {gateway} at once",
            expected=f"{batches_per_min} a minute",
            remedy=f"keep the batch and send it again in {wait_s} s",
        )
        self.wait_s = wait_s
        """When to send again. [s]"""


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at_s: float


class Rates:
    """How fast each gateway has been sending.

    Only batches whose sender is known are charged: a stranger that uses a gateway's name takes
    nothing away from it.

    Args:
        batches_per_min: The contract of every gateway.
        monotonic_s: A clock that never steps back. [s]

    Example:
        >>> rates = Rates(batches_per_min=1, monotonic_s=lambda: 0.0)
        >>> for _ in range(4):
        ...     rates.check("GW1")
        ...     rates.charge("GW1")
        >>> rates.check("GW1")
        Traceback (most recent call last):
        ...
        taihang.interfaces.ingest.limits.TooFastError: input.too-fast: given more than 4 batches \
of GW1 at once; expected 1 a minute; keep the batch and send it again in 60 s
    """

    def __init__(self, *, batches_per_min: int, monotonic_s: Callable[[], float]) -> None:
        self._per_min = batches_per_min
        self._monotonic_s = monotonic_s
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def check(self, gateway: str) -> None:
        """Refuse a gateway that has used up its burst.

        Args:
            gateway: The name it gives itself.

        Raises:
            TooFastError: If it has.
        """
        bucket = self._buckets.get(gateway)
        if bucket is None:
            return
        self._fill(bucket)
        if bucket.tokens < 1:
            wait_s = (1 - bucket.tokens) * _S_PER_MIN / self._per_min
            raise TooFastError(
                gateway=gateway, batches_per_min=self._per_min, wait_s=max(1, round(wait_s))
            )

    def charge(self, gateway: str) -> None:
        """Count one batch of a gateway that has proven to be the one."""
        bucket = self._buckets.get(gateway)
        if bucket is None:
            bucket = _Bucket(float(BURST * self._per_min), self._monotonic_s())
            self._buckets[gateway] = bucket
            if len(self._buckets) > _GATEWAYS_REMEMBERED:
                self._buckets.popitem(last=False)
        self._fill(bucket)
        bucket.tokens -= 1
        self._buckets.move_to_end(gateway)

    def _fill(self, bucket: _Bucket) -> None:
        now_s = self._monotonic_s()
        gained = (now_s - bucket.at_s) * self._per_min / _S_PER_MIN
        bucket.tokens = min(bucket.tokens + gained, float(BURST * self._per_min))
        bucket.at_s = now_s


class InFlight:
    """Bytes of bodies that the door holds; what would go beyond the bound is refused.

    Bytes count as they arrive, not as they are announced: a slow sender holds little.
    """

    def __init__(self, *, limit_bytes: int) -> None:
        self._limit_bytes = limit_bytes
        self.bytes = 0
        """Held at present."""

    def take(self, n_bytes: int) -> None:
        """Count bytes that have arrived.

        Raises:
            QueueFullError: If there is no room for them; they are not counted.
        """
        if self.bytes + n_bytes > self._limit_bytes:
            raise QueueFullError(
                given=f"bodies of {self._limit_bytes} bytes that wait to be stored",
                expected="room for one more",
                remedy="keep the batch and send it again in a second",
            )
        self.bytes += n_bytes

    def give_back(self, n_bytes: int) -> None:
        """Forget bytes that are stored or refused."""
        self.bytes -= n_bytes
