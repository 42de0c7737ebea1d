"""A park of many points at one minute, as sealed batches say it: for the cases of the lake.

Of ten points six are counters of 0.01 kWh that start again at 1 000 000 kWh, three are powers of
0.1 kW and one a voltage of 0.1 V, all with 8 % noise; one gateway speaks for 100 points and sends
every 10 minutes. Everything is worked out in whole days, so the clock need not watch it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from taihang.core.metering.batch_index import BatchRow
from taihang.core.metering.readings import Place, ReadingRows

START_S: Final = 1_767_225_600
"""2026-01-01 in UTC."""
DAY_S: Final = 86_400
MINUTES: Final = 1_440
MODULUS: Final = 100_000_000
POINTS_OF_GATEWAY: Final = 100
BATCH_MINUTES: Final = 10
_SEED: Final = 5
_NOISE_RATIO: Final = 0.08


@dataclass(frozen=True, slots=True)
class Day:
    """What all gateways sent of one day."""

    rows: ReadingRows
    batches: list[BatchRow]


class ManyPoints:
    """Makes day after day of a park; the same days for the same numbers."""

    def __init__(self, n_points: int) -> None:
        self.n_points = n_points
        self.places: tuple[Place, ...] = tuple(
            (f"P{code:05d}", "register" if code % 10 < 6 else "sample") for code in range(n_points)
        )
        self._random = np.random.default_rng(_SEED)
        code = np.arange(n_points)
        self._is_counter = code % 10 < 6
        self._is_power = (code % 10 >= 6) & (code % 10 < 9)
        self._load_kw = np.exp(self._random.normal(4, 1.5, n_points))
        near_end = MODULUS - 1_000
        start = self._random.integers(0, 90_000_000, n_points)
        self._register = np.where(code % 50 == 0, near_end, start)
        self._n_days = 0

    @property
    def n_gateways(self) -> int:
        return -(-self.n_points // POINTS_OF_GATEWAY)

    def days(self, n_days: int) -> Iterator[Day]:
        for _ in range(n_days):
            yield self._day()

    def _day(self) -> Day:
        shape = (self.n_points, MINUTES)
        minute = np.arange(MINUTES)
        noise = self._random.normal(1, _NOISE_RATIO, shape)
        profile = 0.6 + 0.4 * np.sin((minute / 60 - 8) / 24 * 2 * np.pi)
        power_kw = np.maximum(self._load_kw[:, None] * profile * noise, 0)
        steps = np.round(power_kw / 60 * 100).astype(np.int64)
        register = (self._register[:, None] + np.cumsum(steps, axis=1)) % MODULUS
        voltage = np.round(2_300 + (noise - 1) * 600).astype(np.int64)
        other = np.where(self._is_power[:, None], np.round(power_kw * 10).astype(np.int64), voltage)
        count = np.where(self._is_counter[:, None], register, other)
        self._register = np.where(self._is_counter, register[:, -1], self._register)
        day, self._n_days = self._n_days, self._n_days + 1
        return Day(self._rows(day, count), self._batches(day))

    def _rows(self, day: int, count: NDArray[np.int64]) -> ReadingRows:
        """Put the readings in order of arrival: batch after batch, in each point after point."""
        n_slots = MINUTES // BATCH_MINUTES
        slots = count.reshape(self.n_points, n_slots, BATCH_MINUTES).transpose(1, 0, 2)
        code = np.arange(self.n_points, dtype=np.int32)
        minute = np.arange(MINUTES).reshape(n_slots, 1, BATCH_MINUTES)
        time_s = START_S + day * DAY_S + 60 * np.broadcast_to(minute, slots.shape)
        first = day * n_slots * self.n_gateways
        slot = np.arange(n_slots)[:, None] * self.n_gateways
        batch = first + slot + code[None, :] // POINTS_OF_GATEWAY
        return ReadingRows(
            points=self.places,
            code=np.broadcast_to(code[None, :, None], slots.shape).ravel(),
            time_s=time_s.ravel(),
            count=slots.ravel(),
            quality=np.zeros(slots.size, np.uint8),
            batch=np.broadcast_to(batch[:, :, None], slots.shape).ravel(),
        )

    def _batches(self, day: int) -> list[BatchRow]:
        n_slots = MINUTES // BATCH_MINUTES
        return [
            BatchRow(
                f"GW{gateway:03d}",
                day * n_slots + slot + 1,
                START_S + day * DAY_S + (slot + 1) * BATCH_MINUTES * 60,
            )
            for slot in range(n_slots)
            for gateway in range(self.n_gateways)
        ]
