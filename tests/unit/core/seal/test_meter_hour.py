"""Meter-hours: every reading of a day once, in its hour, and readable again."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from taihang.core.seal.block import MISSING_COUNT
from taihang.core.seal.canonical import load_canonical
from taihang.core.seal.meter_hour import Dial, MeterHourError, hour_text, meter_hours, parse_hour
from taihang.core.series import Quality

DIAL = Dial(unit="Wh", scale="10", modulus=10**8)
READING = st.tuples(
    st.integers(0, 3 * 86_400),
    st.integers(-(1 << 63) + 1, (1 << 63) - 1),
    st.sampled_from([*Quality]),
)


def _rows(readings: list[tuple[int, int, int]]) -> dict[str, np.ndarray]:
    return {
        "time_s": np.array([r[0] for r in readings], np.int64),
        "count": np.array(
            [MISSING_COUNT if r[2] == Quality.MISSING else r[1] for r in readings], np.int64
        ),
        "quality": np.array([r[2] for r in readings], np.int64),
    }


def _read(hour_s: int, text: bytes) -> list[tuple[int, int, int]]:
    """Decode a meter-hour by the words of the format, not by the code that wrote it."""
    document = json.loads(text)
    n = len(document["counts"])
    times, quality = document["times_s"], document["quality"]
    steps = times[1:] if len(times) == n else times[1:] * (n - 1)
    found: list[tuple[int, int, int]] = []
    at, last = hour_s + times[0], 0
    for i, difference in enumerate(document["counts"]):
        at += steps[i - 1] if i else 0
        last = (last + (difference or 0) + (1 << 63)) % (1 << 64) - (1 << 63)
        mark = quality[i] if len(quality) == n else quality[0]
        found.append((at, MISSING_COUNT if difference is None else last, mark))
    return found


@given(st.lists(READING, min_size=1, max_size=40, unique_by=lambda r: r[0]))
def test_meter_hours__hold_every_reading_once(readings: list[tuple[int, int, int]]) -> None:
    rows = _rows(sorted(readings))

    hours = list(meter_hours(("M1", "register"), rows=rows, dial=DIAL))

    back = [reading for hour_s, text in hours for reading in _read(hour_s, text)]
    assert back == list(zip(*(rows[name].tolist() for name in rows), strict=True))
    for hour_s, text in hours:
        assert load_canonical(text)
        assert all(hour_s <= at < hour_s + 3_600 for at, _, _ in _read(hour_s, text))
        assert f'"hour":"{hour_text(hour_s)}"'.encode() in text


def test_meter_hours__are_short_for_a_regular_hour() -> None:
    minutes = [(60 * i, 48_210_377 + 8 * i, 0) for i in range(60)]

    ((hour_s, text),) = meter_hours(("M-E17", "register"), rows=_rows(minutes), dial=DIAL)

    assert hour_s == 0
    assert b'"counts":[48210377,8,8,' in text
    assert b'"quality":[0]' in text
    assert b'"times_s":[0,60]' in text
    assert len(text) < 300


def test_parse_hour__is_the_inverse_of_its_text() -> None:
    assert parse_hour(hour_text(1_780_970_400)) == 1_780_970_400
    for wrong in ("2026-06-31T02", "2026-06-09T24", "2026-06-09", "2026-06-09T2", "x"):
        with pytest.raises(MeterHourError):
            parse_hour(wrong)
