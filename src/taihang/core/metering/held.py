"""Readings whose times cannot be right: kept as evidence, held out of every account (F23, F24).

Nothing is ever moved in time. Whether readings are held follows from what the gateway signed and
from the instant at which the journal received it, so a replay gives the same.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

import numpy as np

from taihang.core.metering.readings import MeterEvent, ReadingRows
from taihang.core.series import Quality

MAX_CLOCK_LEAD_S: Final = 60
"""A batch sent so much later than it was received comes from a clock that is wrong. [s]"""
MAX_READING_LEAD_S: Final = 300
"""A reading so much later than its receipt lies in the future. [s]"""


class Held(StrEnum):
    """Why readings are held."""

    CLOCK_AHEAD = "clock-ahead"
    """The gateway's clock is ahead: all readings and events of the batch are held."""
    IN_FUTURE = "in-future"
    """Readings or events lie in the future: those are held."""


@dataclass(frozen=True, slots=True)
class Judged:
    """Rows and events after the judgement."""

    rows: ReadingRows
    events: tuple[MeterEvent, ...]
    """Those that count."""
    held: Held | None


def judge_times(
    rows: ReadingRows, *, events: tuple[MeterEvent, ...], sent_at_s: int, received_at_s: int
) -> Judged:
    """Mark the readings of one batch that are held as rejected, and leave out its held events.

    Args:
        rows: Its readings.
        events: Its meter events.
        sent_at_s: When the gateway sent it, by its own clock. [s since 1970-01-01T00:00Z]
        received_at_s: When the journal received it; 0 where that is not known. [s]

    Returns:
        Rows and events; a reading that is missing stays missing.
    """
    if not received_at_s:
        return Judged(rows, events, None)
    if sent_at_s > received_at_s + MAX_CLOCK_LEAD_S:
        return Judged(_rejected(rows, latest_s=None), (), Held.CLOCK_AHEAD)
    latest_s = received_at_s + MAX_READING_LEAD_S
    times = (int(rows.time_s.max(initial=0)), *(event.at_s for event in events))
    if max(times) <= latest_s:
        return Judged(rows, events, None)
    kept = tuple(event for event in events if event.at_s <= latest_s)
    return Judged(_rejected(rows, latest_s=latest_s), kept, Held.IN_FUTURE)


def _rejected(rows: ReadingRows, *, latest_s: int | None) -> ReadingRows:
    wrong = rows.quality != Quality.MISSING
    if latest_s is not None:
        wrong &= rows.time_s > latest_s
    return replace(rows, quality=np.where(wrong, Quality.REJECTED, rows.quality).astype(np.uint8))
