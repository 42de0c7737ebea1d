"""Meter-hours: what one point showed in one UTC hour, as a leaf that can be shown alone.

A day is sealed over the salted leaves of all its meter-hours, in order of (hour, point, quantity).
A meter-hour is canonical JSON, so that a reader sees the readings with the naked eye; differences
keep it short. The layout is in docs/formats/proof.md, section 8.1.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from taihang.core.errors import InputError
from taihang.core.quantities import SECONDS_PER_HOUR
from taihang.core.seal.canonical import INT64_MIN, JsonValue
from taihang.core.series import Quality

HOUR_FORM: Final = "%Y-%m-%dT%H"
_2_64: Final = 1 << 64
_HOUR: Final = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}", re.ASCII)
# The encoder of canonical JSON without its checks: here is nothing but texts and whole numbers.
_ENCODE: Final = json.JSONEncoder(
    ensure_ascii=False, check_circular=False, sort_keys=True, separators=(",", ":")
).encode


class MeterHourError(InputError):
    """A text names no hour of a meter."""

    code = "input.meter-hour"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dial:
    """How the counts of a point are to be read."""

    unit: str
    """Unit of the value; empty where the park file does not know the point any more."""
    scale: str
    """What one count is worth, as a plain decimal [``unit``]."""
    modulus: int
    """Counts at which it starts again from 0; 0 where it never does."""


def meter_hours(
    key: tuple[str, str], *, rows: Mapping[str, NDArray[np.int64]], dial: Dial
) -> Iterator[tuple[int, bytes]]:
    """Cut the readings of one point into hours.

    Args:
        key: The point and the quantity.
        rows: ``time_s`` strictly increasing, ``count`` and ``quality``, shape (n,).
        dial: How its counts are read.

    Yields:
        Start of the hour [s since 1970-01-01T00:00Z] and the meter-hour as canonical JSON.

    Example:
        >>> rows = {"time_s": np.array([0, 900, 3600]), "count": np.array([7, 9, 9]),
        ...     "quality": np.array([0, 0, 0])}
        >>> dial = Dial(unit="Wh", scale="10", modulus=100)
        >>> [hour for _, hour in meter_hours(("M1", "register"), rows=rows, dial=dial)][1].decode()
        '{"counts":[9],"hour":"1970-01-01T01","modulus":100,"point":"M1","quality":[0],"quantity":"register","scale":"10","times_s":[0],"unit":"Wh"}'
    """
    hours = rows["time_s"] // SECONDS_PER_HOUR
    edges = np.flatnonzero(np.diff(hours, prepend=-1, append=-1)).tolist()
    times_s, quality = rows["time_s"].tolist(), rows["quality"].tolist()
    counts, steps = rows["count"].tolist(), np.diff(rows["count"], prepend=0).tolist()
    gaps = (rows["quality"] == Quality.MISSING).tolist()
    steps_s, has_gaps = np.diff(rows["time_s"], prepend=0).tolist(), any(gaps)
    frame = _frame(key, dial)
    for first, end in pairwise(edges):
        hour_s = int(hours[first]) * SECONDS_PER_HOUR
        told: list[JsonValue] = [counts[first], *steps[first + 1 : end]]
        if has_gaps:
            told = _differences(counts[first:end], gaps[first:end])
        offsets = [times_s[first] - hour_s, *_shortest(steps_s[first + 1 : end])]
        lists = (_listed(each) for each in (told, _shortest(quality[first:end]), offsets))
        yield hour_s, (frame % (next(lists), hour_text(hour_s), *lists)).encode()


def _frame(key: tuple[str, str], dial: Dial) -> str:
    """Return what never changes: a park has a quarter of a million meter-hours a day."""
    named = (*key, dial.scale, dial.unit)
    point, quantity, scale, unit = (_ENCODE(each).replace("%", "%%") for each in named)
    return (
        f'{{"counts":[%s],"hour":"%s","modulus":{dial.modulus},"point":{point},"quality":[%s],'
        f'"quantity":{quantity},"scale":{scale},"times_s":[%s],"unit":{unit}}}'
    )


def written_readings(
    rows: Mapping[str, NDArray[np.int64]], *, start_s: int
) -> dict[str, JsonValue]:
    """Return readings as a proof file writes them: differences, one for all that are equal.

    Args:
        rows: ``time_s`` strictly increasing, ``count`` and ``quality``, shape (n,), n of 1 or more.
        start_s: What the first time is counted from. [s since 1970-01-01T00:00Z]

    Example:
        >>> rows = {"time_s": np.array([900, 1800, 2700]), "count": np.array([7, 9, 12]),
        ...     "quality": np.array([0, 0, 0])}
        >>> written_readings(rows, start_s=0)
        {'counts': [7, 2, 3], 'quality': [0], 'times_s': [900, 900]}
    """
    times_s, counts = rows["time_s"].tolist(), rows["count"].tolist()
    gaps = (rows["quality"] == Quality.MISSING).tolist()
    return {
        "counts": _differences(counts, gaps),
        "quality": _shortest(rows["quality"].tolist()),
        "times_s": [times_s[0] - start_s, *_shortest(np.diff(rows["time_s"]).tolist())],
    }


@lru_cache(maxsize=64)
def hour_text(hour_s: int) -> str:
    """Return an hour as its name, for example ``2026-06-09T02``."""
    return datetime.fromtimestamp(hour_s, UTC).strftime(HOUR_FORM)


def parse_hour(text: str) -> int:
    """Return the start of a named hour [s since 1970-01-01T00:00Z].

    Raises:
        MeterHourError: If the text names no hour.

    Example:
        >>> parse_hour("2026-06-09T02")
        1780970400
    """
    try:
        if _HOUR.fullmatch(text):
            return int(datetime.strptime(text, HOUR_FORM).replace(tzinfo=UTC).timestamp())
    except ValueError:
        pass  # 31 June; said below
    raise MeterHourError(
        given=f"the hour {text!r}",
        expected="a UTC hour as 2026-06-09T02",
        remedy="name point and hour as M-E17@2026-06-09T02",
    )


def _listed(values: list[JsonValue]) -> str:
    return ",".join("null" if value is None else str(value) for value in values)


def _shortest(values: list[int]) -> list[JsonValue]:
    """Return one value where all are the same."""
    return [*values[:1]] if values.count(values[0] if values else 0) == len(values) else [*values]


def _differences(counts: list[int], gaps: list[bool]) -> list[JsonValue]:
    """Return the first count, then differences to the last one that was read; None for a gap."""
    found: list[JsonValue] = []
    last = 0
    for count, missing in zip(counts, gaps, strict=True):
        # Modulo 2^64: between two wild counts lies more than 64 bits can say.
        found.append(None if missing else (count - last - INT64_MIN) % _2_64 + INT64_MIN)
        last = last if missing else count
    return found
