"""Charts of a study as inline SVG: bars, areas, lines and spans; no script, no outside file."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from taihang.interfaces.reports.chart_frame import (
    INK,
    INK_2,
    LEFT,
    LINE,
    RIGHT,
    WIDTH,
    ChartWords,
    Frame,
    Series,
    drawing,
    frame_of,
    legend,
    scale,
    short,
)
from taihang.interfaces.text_width import width_of

_HEIGHT: Final = 230.0
_FOOT: Final = 30.0
_HEAD: Final = 30.0
_BAR: Final = 0.68
_WIDEST: Final = 110.0
_NAMES: Final = 200.0
_SPAN_ROW: Final = 34.0
_SPAN_BAR: Final = 16.0
_TOLD: Final = 92.0
_FELT: Final = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """A word under the axis."""

    share: float
    """Where, from 0 at the left to 1 at the right."""
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SpanBar:
    """From where to where a figure goes, told at both ends."""

    name: str
    low: float
    high: float
    low_told: str
    high_told: str
    """What was changed at each end, for example ``×0.8``."""


def stacked_bars(
    names: Sequence[str],
    series: Sequence[Series],
    *,
    words: ChartWords,
    line: Series | None = None,
) -> str:
    """Draw bars of several parts: income above the axis, costs below it.

    Args:
        names: What stands under each bar.
        series: The parts, one value for each bar.
        words: What is written at the chart.
        line: A line over the bars.

    Returns:
        An ``<svg>`` element; every word in it is escaped.

    Example:
        >>> part = Series(name="PV", fill="#e3b21c", values=(1.0, -2.0))
        >>> stacked_bars(["a", "b"], [part], words=ChartWords(label="x", unit="GWh")).count("<rect")
        3
    """
    drawn = [one for one in series if any(abs(each) > _FELT for each in one.values)]
    frame, head = _framed(drawn, line, words)
    wide = 1.0 / max(len(names), 1)
    parts = [head]
    for at, name in enumerate(names):
        parts += _column(frame, drawn, at=at, wide=wide)
        if _is_shown(at, names):
            parts.append(_under(frame, (at + 0.5) * wide, name))
    if line is not None:
        middle = [(at + 0.5) * wide for at in range(len(names))]
        parts.append(_polyline(frame, middle, line, has_dots=True))
    return drawing("".join(parts), words, height=frame.bottom + _FOOT)


def stacked_areas(
    ticks: Sequence[Tick], series: Sequence[Series], *, words: ChartWords, line: Series
) -> str:
    """Draw what flows in each interval, stacked, with a line over it.

    Args:
        ticks: Words under the axis.
        series: The parts; what leaves is negative.
        words: What is written at the chart.
        line: Usually the load.

    Returns:
        An ``<svg>`` element; every word in it is escaped.
    """
    drawn = [one for one in series if any(abs(each) > _FELT for each in one.values)]
    frame, head = _framed(drawn, line, words)
    above, below = [0.0] * len(line.values), [0.0] * len(line.values)
    parts = [head]
    for one in drawn:
        tops, bases = list[float](), list[float]()
        for at, value in enumerate(one.values):
            side = above if value >= 0.0 else below
            bases.append(side[at])
            side[at] += value
            tops.append(side[at])
        parts.append(f'<path fill="{one.fill}" d="{_band(frame, tops, bases)}"/>')
    parts.append(
        f'<path d="{_steps(frame, line.values)}" fill="none" stroke="{line.fill}" '
        'stroke-width="1.8" stroke-linejoin="round"/>'
    )
    parts += [_under(frame, tick.share, tick.words) for tick in ticks]
    return drawing("".join(parts), words, height=frame.bottom + _FOOT)


def curves(ticks: Sequence[Tick], series: Sequence[Series], *, words: ChartWords) -> str:
    """Draw lines over one axis, each from its left end to its right.

    Args:
        ticks: Words under the axis.
        series: The lines.
        words: What is written at the chart.

    Returns:
        An ``<svg>`` element; every word in it is escaped.
    """
    marks, end = legend([(one.name, one.fill, True) for one in series])
    values = [each for one in series for each in one.values]
    frame = frame_of(values, top=end + _HEAD, height=_HEIGHT)
    parts = [marks, scale(frame, words.unit)]
    for one in series:
        last = max(len(one.values) - 1, 1)
        shares = [at / last for at in range(len(one.values))]
        parts.append(_polyline(frame, shares, one, has_dots=False))
    parts += [_under(frame, tick.share, tick.words) for tick in ticks]
    return drawing("".join(parts), words, height=frame.bottom + _FOOT)


def spans(bars: Sequence[SpanBar], *, words: ChartWords) -> str:
    """Draw how far a figure moves with each assumption, from the middle out.

    Args:
        bars: The assumptions, the strongest first; 0 is the figure as it is.
        words: What is written at the chart.

    Returns:
        An ``<svg>`` element; every word in it is escaped.
    """
    widest = max((abs(end) for bar in bars for end in (bar.low, bar.high)), default=0.0) or 1.0
    room = (WIDTH - _NAMES - 2 * _TOLD - 12) / 2
    middle = _NAMES + _TOLD + room
    height = _SPAN_ROW * len(bars) + 34.0
    head = (
        f'<text x="{short(middle)}" y="16" text-anchor="middle" fill="{INK_2}">'
        f"{escape(words.unit)}</text>"
        f'<path d="M{short(middle)} 24V{short(height - 4)}" stroke="{INK_2}"/>'
    )
    parts = [head]
    for at, bar in enumerate(bars):
        y = 26.0 + _SPAN_ROW * at + _SPAN_ROW / 2
        parts.append(f'<text x="0" y="{short(y + 4)}">{escape(bar.name)}</text>')
        for value, told in ((bar.low, bar.low_told), (bar.high, bar.high_told)):
            parts.append(_end(y, value / widest * room, told, middle=middle))
    return drawing("".join(parts), words, height=height)


def cloud(points: Sequence[tuple[float, float]], *, words: ChartWords, axis: str) -> str:
    """Draw points and the line through them, such as a front.

    Args:
        points: Across and up, in the order of the line.
        words: What is written at the chart.
        axis: What is across.

    Returns:
        An ``<svg>`` element; every word in it is escaped.
    """
    left, right = min(x for x, _ in points), max(x for x, _ in points)
    frame = frame_of((y for _, y in points), top=_HEAD + 4, height=_HEIGHT, has_zero=False)
    shares = [(x - left) / ((right - left) or 1.0) for x, _ in points]
    line = Series(name="", fill="#0b6e6e", values=tuple(y for _, y in points))
    ends = f"{_under(frame, 0.0, f'{left:g}')}{_under(frame, 1.0, f'{right:g}')}"
    body = (
        f"{scale(frame, words.unit)}{_polyline(frame, shares, line, has_dots=True)}"
        f"{_under(frame, 0.5, axis)}{ends}"
    )
    return drawing(body, words, height=frame.bottom + _FOOT)


def _framed(series: Sequence[Series], line: Series | None, words: ChartWords) -> tuple[Frame, str]:
    entries = [(one.name, one.fill, False) for one in series]
    if line is not None:
        entries.append((line.name, line.fill, True))
    marks, end = legend(entries)
    reach = [] if line is None else [*line.values]
    for column in zip(*(one.values for one in series), strict=True):
        reach.append(sum((each for each in column if each > 0.0), 0.0))
        reach.append(sum((each for each in column if each < 0.0), 0.0))
    frame = frame_of(reach, top=end + _HEAD, height=_HEIGHT)
    return frame, marks + scale(frame, words.unit)


def _column(frame: Frame, series: Sequence[Series], *, at: int, wide: float) -> list[str]:
    above = below = 0.0
    parts = list[str]()
    room = min((frame.x(1.0) - frame.x(0.0)) * wide * _BAR, _WIDEST)
    x = frame.x((at + 0.5) * wide) - room / 2
    for one in series:
        value = one.values[at]
        if abs(value) <= _FELT:
            continue
        base = above if value > 0.0 else below
        y, foot = frame.y(max(base, base + value)), frame.y(min(base, base + value))
        above, below = (base + value, below) if value > 0.0 else (above, base + value)
        parts.append(
            f'<rect x="{short(x)}" y="{short(y)}" width="{short(room)}" '
            f'height="{short(foot - y)}" fill="{one.fill}"/>'
        )
    return parts


def _is_shown(at: int, names: Sequence[str]) -> bool:
    """Leave words out where they would touch."""
    room = (WIDTH - LEFT - RIGHT) / max(len(names), 1)
    widest = max(map(width_of, names), default=1) * 6.7 + 8
    return at % max(1, -int(-widest // room)) == 0


def _under(frame: Frame, share: float, words: str) -> str:
    anchor = "start" if share <= 0.0 else "end" if share >= 1.0 else "middle"
    return (
        f'<text x="{short(frame.x(share))}" y="{short(frame.bottom + 18)}" '
        f'text-anchor="{anchor}" fill="{INK_2}">{escape(words)}</text>'
    )


def _polyline(frame: Frame, shares: Sequence[float], line: Series, *, has_dots: bool) -> str:
    places = [
        (short(frame.x(share)), short(frame.y(value)))
        for share, value in zip(shares, line.values, strict=True)
    ]
    path = (
        f'<path d="M{"L".join(f"{x} {y}" for x, y in places)}" fill="none" '
        f'stroke="{line.fill}" stroke-width="2" stroke-linejoin="round"/>'
    )
    if not has_dots:
        return path
    return path + "".join(
        f'<circle cx="{x}" cy="{y}" r="2.6" fill="#ffffff" stroke="{line.fill}" '
        'stroke-width="1.6"/>'
        for x, y in places
    )


def _steps(frame: Frame, values: Sequence[float]) -> str:
    n, parts = len(values), list[str]()
    for at, value in enumerate(values):
        first = "M" if at == 0 else "L"
        y = short(frame.y(value))
        parts.append(f"{first}{short(frame.x(at / n))} {y}H{short(frame.x((at + 1) / n))}")
    return "".join(parts)


def _band(frame: Frame, tops: Sequence[float], bases: Sequence[float]) -> str:
    n = len(tops)
    back = list[str]()
    for at in range(n - 1, -1, -1):
        y = short(frame.y(bases[at]))
        back.append(f"L{short(frame.x((at + 1) / n))} {y}H{short(frame.x(at / n))}")
    return _steps(frame, tops) + "".join(back) + "z"


def _end(y: float, length: float, told: str, *, middle: float) -> str:
    fill = "#1d7258" if length > 0.0 else "#b31508"
    x = middle + min(length, 0.0)
    is_right = length > 0.0
    at = middle + length + (6 if is_right else -6)
    return (
        f'<rect x="{short(x)}" y="{short(y - _SPAN_BAR / 2)}" width="{short(abs(length))}" '
        f'height="{_SPAN_BAR}" rx="2" fill="{fill}" fill-opacity=".78"/>'
        f'<text x="{short(at)}" y="{short(y + 4)}" text-anchor="{"start" if is_right else "end"}" '
        f'fill="{INK}">{escape(told)}</text>'
        f'<path d="M0 {short(y + _SPAN_ROW / 2)}H{WIDTH:.0f}" stroke="{LINE}" stroke-width=".6"/>'
    )
