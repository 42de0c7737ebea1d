"""Readings whose times cannot be right are held, never moved."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence_kit import block
from taihang.core.metering.held import (
    MAX_CLOCK_LEAD_S,
    MAX_READING_LEAD_S,
    Held,
    Judged,
    judge_times,
)
from taihang.core.metering.readings import MeterEvent, MeterEventKind, ReadingRows
from taihang.core.series import Quality

NOW_S = 1_780_000_000


def judged(
    offsets_s: list[int], *, sent_s: int = 0, received_at_s: int = NOW_S, event_s: int = 0
) -> Judged:
    rows = ReadingRows.of_blocks(
        [block("M", [None, *range(len(offsets_s))], start_s=NOW_S - 86_400)], batch=3
    )
    times = np.array([NOW_S - 86_400, *(NOW_S + s for s in offsets_s)], np.int64)
    rows = ReadingRows(rows.points, rows.code, times, rows.count, rows.quality, rows.batch)
    event = MeterEvent("M", MeterEventKind.SWAP, NOW_S + event_s, 1, 2)
    return judge_times(rows, events=(event,), sent_at_s=NOW_S + sent_s, received_at_s=received_at_s)


@given(
    offsets_s=st.lists(st.integers(-2_000, 2_000), max_size=10),
    sent_s=st.integers(-5_000, 300),
    event_s=st.integers(-1_000, 1_000),
)
def test_judge_times__changes_nothing_but_the_quality(
    offsets_s: list[int], sent_s: int, event_s: int
) -> None:
    found = judged(offsets_s, sent_s=sent_s, event_s=event_s)

    is_ahead = sent_s > MAX_CLOCK_LEAD_S
    expected = [Quality.MISSING] + [
        Quality.REJECTED if is_ahead or s > MAX_READING_LEAD_S else Quality.MEASURED
        for s in offsets_s
    ]
    assert found.rows.quality.tolist() == expected
    assert found.rows.time_s.tolist()[1:] == [NOW_S + s for s in offsets_s]
    assert found.rows.quality.dtype == np.uint8
    assert len(found.events) == (not is_ahead and event_s <= MAX_READING_LEAD_S)


@pytest.mark.parametrize(
    ("offset_s", "sent_s", "held"),
    [
        (0, 60, None),
        (0, 61, Held.CLOCK_AHEAD),
        (300, 0, None),
        (301, 0, Held.IN_FUTURE),
        (301, 420, Held.CLOCK_AHEAD),
        (-86_400, -86_400, None),
    ],
)
def test_judge_times__says_why(offset_s: int, sent_s: int, held: Held | None) -> None:
    assert judged([offset_s], sent_s=sent_s).held is held


def test_judge_times__without_a_time_of_receipt_judges_nothing() -> None:
    """Frames of the first form do not say when they came."""
    assert judged([90_000], sent_s=90_000, received_at_s=0).held is None
