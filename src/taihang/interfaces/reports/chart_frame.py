"""The frame that charts stand in: scale, grid lines, legend, as inline SVG without a script."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from taihang.interfaces.text_width import width_of

WIDTH: Final = 880.0
LEFT: Final = 66.0
RIGHT: Final = 18.0
LINE: Final = "#dde3ea"
INK: Final = "#17212e"
INK_2: Final = "#4a5768"
_FONT: Final = "Noto Sans CJK SC, Noto Sans SC, PingFang SC, Microsoft YaHei, sans-serif"
_LETTER: Final = 6.7
"""Width of half a Chinese character at this size."""
_ROW: Final = 19.0
_SWATCH: Final = 11.0
_TICKS: Final = 6
_FIRST: Final = 16.0
_LEAST: Final = 1e-9
"""A chart of less than this is a chart of nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One colour of a chart."""

    name: str
    fill: str
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartWords:
    """What is written at a chart."""

    label: str
    """What it shows, for readers who hear it."""
    unit: str
    """At the axis."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """Where values lie on the paper."""

    top: float
    height: float
    low: float
    high: float
    step: float
    """From one grid line to the next; ``low`` and ``high`` are grid lines."""

    @property
    def bottom(self) -> float:
        """The lower edge."""
        return self.top + self.height

    def y(self, value: float) -> float:
        """Return how far down a value lies."""
        return self.bottom - self.height * (value - self.low) / (self.high - self.low)

    def x(self, share: float) -> float:
        """Return how far right a share of the width lies."""
        return LEFT + (WIDTH - LEFT - RIGHT) * share


def frame_of(values: Iterable[float], *, top: float, height: float, has_zero: bool = True) -> Frame:
    """Return a frame that holds some values, and zero with them, between two of its grid lines."""
    given = [*values, 0.0] if has_zero else [*values]
    low, high = min(given), max(given)
    if high - low < _LEAST:
        low, high = (0.0, 1.0) if has_zero else (low - 0.5, low + 0.5)
    step = _step(high - low)
    return Frame(
        top=top,
        height=height,
        low=math.floor(low / step + 1e-9) * step,
        high=math.ceil(high / step - 1e-9) * step,
        step=step,
    )


def _step(span: float) -> float:
    """Return the distance of grid lines: 1, 2 or 5 of a power of ten.

    Example:
        >>> _step(10.0), _step(0.7), _step(3100.0)
        (2.0, 0.2, 1000.0)
    """
    rough = span / _TICKS
    power = 10.0 ** math.floor(math.log10(rough))
    return next(each * power for each in (1.0, 2.0, 5.0, 10.0) if each * power >= rough * 0.999)


def scale(frame: Frame, unit: str) -> str:
    """Draw the grid lines with their values, and the unit above them."""
    step, parts = frame.step, list[str]()
    digits = max(0, -math.floor(math.log10(step) + 1e-9))
    for at in range(round((frame.high - frame.low) / step) + 1):
        value = frame.low + at * step
        y = short(frame.y(value))
        is_zero = abs(value) < step * 1e-6
        parts.append(
            f'<path d="M{LEFT} {y}H{WIDTH - RIGHT}" stroke="{INK_2 if is_zero else LINE}" '
            f'stroke-width="1"/>'
            f'<text x="{LEFT - 7}" y="{short(frame.y(value) + 4)}" text-anchor="end" '
            f'fill="{INK_2}">{plain(value, digits)}</text>'
        )
    parts.append(
        f'<text x="{LEFT - 7}" y="{short(frame.top - 12)}" text-anchor="end" fill="{INK_2}">'
        f"{escape(unit)}</text>"
    )
    return "".join(parts)


def legend(entries: Sequence[tuple[str, str, bool]]) -> tuple[str, float]:
    """Draw a legend in as many rows as it needs.

    Args:
        entries: Name, colour, and whether it is a line.

    Returns:
        The drawing, and where it ends.
    """
    x, y, parts = LEFT, _FIRST, list[str]()
    for name, colour, is_line in entries:
        room = _SWATCH + 6 + width_of(name) * _LETTER + 16
        if x > LEFT and x + room > WIDTH - RIGHT:
            x, y = LEFT, y + _ROW
        if is_line:
            mark = (
                f'<path d="M{short(x)} {short(y - 4)}h{_SWATCH}" stroke="{colour}" '
                f'stroke-width="2.4"/>'
            )
        else:
            mark = (
                f'<rect x="{short(x)}" y="{short(y - 10)}" width="{_SWATCH}" height="{_SWATCH}" '
                f'rx="2" fill="{colour}"/>'
            )
        parts.append(
            f'{mark}<text x="{short(x + _SWATCH + 6)}" y="{short(y)}">{escape(name)}</text>'
        )
        x += room
    return "".join(parts), y


def drawing(body: str, words: ChartWords, *, height: float) -> str:
    """Return an ``<svg>`` element around a drawing."""
    return (
        f'<svg class="heat" role="img" aria-label="{escape(words.label)}" '
        f'viewBox="0 0 {WIDTH:.0f} {height:.0f}" font-family="{_FONT}" font-size="12" '
        f'fill="{INK}" xmlns="http://www.w3.org/2000/svg">{body}</svg>'
    )


def plain(value: float, digits: int) -> str:
    """Write a number with a true minus sign.

    Example:
        >>> plain(-1234.5, 1), plain(-0.0, 0)
        ('−1,234.5', '0')
    """
    return f"{value + 0.0:,.{digits}f}".replace("-", "−")


def short(value: float) -> str:
    """Write a length with one decimal and no zero behind.

    Example:
        >>> short(2.55), short(3.0)
        ('2.5', '3')
    """
    return f"{value:.1f}".removesuffix(".0")
