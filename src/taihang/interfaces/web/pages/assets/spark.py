"""A picture of days the size of a word: the expected band, and what came; gaps stay gaps."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

WIDTH: Final = 120.0
HEIGHT: Final = 28.0
_ROOM: Final = 1.0
"""Above and below, so that a line is not cut in half."""

_BAR_SHARE: Final = 0.8


@dataclass(frozen=True, slots=True)
class Spark:
    """Paths of an SVG of ``WIDTH`` × ``HEIGHT``; empty where nothing is known."""

    band: str
    line: str


def band_and_line(
    low: Sequence[float | None],
    high: Sequence[float | None],
    actual: Sequence[float | None],
    *,
    between: tuple[float, float],
) -> Spark:
    """Return the band of what was expected and the line of what came.

    Args:
        low: Lower end of the band by day.
        high: Upper end.
        actual: What came.
        between: Values at the foot and at the head; what lies beyond is drawn at the edge.

    Example:
        >>> band_and_line([1.0, None], [1.0, None], [0.5, None], between=(0.0, 1.0)).line
        'M0 14.0h60.0'
    """
    if not actual:
        return Spark("", "")
    width = WIDTH / len(actual)
    lows, highs, line = ([_y(each, between) for each in each_of] for each_of in (low, high, actual))
    bands = [
        f"M{first * width:g} {highs[first]}{_steps(highs[first:end], width)}V{lows[end - 1]}"
        f"{_steps(lows[first:end][::-1], -width)}Z"
        for first, end in _runs(high)
    ]
    lines = [
        f"M{first * width:g} {line[first]}{_steps(line[first:end], width)}"
        for first, end in _runs(actual)
    ]
    return Spark("".join(bands), "".join(lines))


def bars(values: Sequence[float | None]) -> str:
    """Return one bar a day, as one path; a day that is not known has none."""
    top = max((each for each in values if each is not None), default=0.0)
    if top <= 0.0:
        return ""
    scale, width = (HEIGHT - 2.0 * _ROOM) / top, WIDTH / len(values)
    wide = f"{_BAR_SHARE * width:.2f}"
    return "".join(
        f"M{day * width:.1f} {HEIGHT:g}v{-max(value * scale, 0.0):.1f}h{wide}V{HEIGHT:g}z"
        for day, value in enumerate(values)
        if value is not None
    )


def _y(value: float | None, between: tuple[float, float]) -> str:
    """Return the height of a value; of one that is not known nothing is drawn."""
    if value is None:
        return ""
    foot, head = between
    share = min(max((value - foot) / (head - foot), 0.0), 1.0)
    return f"{HEIGHT - _ROOM - share * (HEIGHT - 2.0 * _ROOM):.1f}"


def _steps(heights: Sequence[str], width: float) -> str:
    """Return a step for each day: a day is flat between its midnights."""
    found = f"h{width:.1f}"
    for before, height in pairwise(heights):
        found += f"{'' if height == before else f'V{height}'}h{width:.1f}"
    return found


def _runs(values: Sequence[float | None]) -> list[tuple[int, int]]:
    """Return first and end of each run of known values."""
    runs: list[tuple[int, int]] = []
    for place, value in enumerate(values):
        if value is None:
            continue
        if runs and runs[-1][1] == place:
            runs[-1] = (runs[-1][0], place + 1)
        else:
            runs.append((place, place + 1))
    return runs
