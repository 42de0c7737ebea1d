"""Three ratios as bars beside what is asked of them, as inline SVG; it says what the table says."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

_LEFT: Final = 200.0
_WIDTH: Final = 880.0
_RIGHT: Final = 130.0
_ROW: Final = 40.0
_BAR: Final = 16.0
_TOP: Final = 8.0
_GROUND: Final = "#eef1f5"
_MET: Final = "#1d7258"
_MISSED: Final = "#b31508"
_INK: Final = "#17212e"
_FONT: Final = "Noto Sans CJK SC, Noto Sans SC, PingFang SC, Microsoft YaHei, sans-serif"


@dataclass(frozen=True, slots=True, kw_only=True)
class RatioBar:
    """One ratio."""

    name: str
    percent: float | None
    """Where it stands; None where there is none."""
    threshold_percent: float
    is_met: bool | None
    told: str
    """What is written behind the bar."""


def ratio_svg(bars: Sequence[RatioBar], *, label: str) -> str:
    """Draw ratios from 0 to 100 %, each with a mark at what is asked.

    Args:
        bars: The ratios in order.
        label: What the drawing is of, for readers who hear it.

    Returns:
        An ``<svg>`` element; every word in it is escaped.
    """
    height = _TOP * 2 + _ROW * len(bars)
    parts = [_bar(bar, _TOP + at * _ROW) for at, bar in enumerate(bars)]
    return (
        f'<svg class="heat" role="img" aria-label="{escape(label)}" '
        f'viewBox="0 0 {_WIDTH:.0f} {height:.0f}" font-family="{_FONT}" font-size="13" '
        f'fill="{_INK}">{"".join(parts)}</svg>'
    )


def _bar(bar: RatioBar, top: float) -> str:
    room = _WIDTH - _LEFT - _RIGHT
    middle = top + _ROW / 2
    at = _LEFT + room * min(max(bar.threshold_percent, 0.0), 100.0) / 100
    parts = [
        f'<text x="0" y="{middle + 4:.1f}">{escape(bar.name)}</text>',
        _rect(middle, room, _GROUND),
    ]
    if bar.percent is not None:
        wide = room * min(max(bar.percent, 0.0), 100.0) / 100
        parts.append(_rect(middle, wide, _MET if bar.is_met else _MISSED))
    parts.append(
        f'<path d="M{at:.1f} {middle - _BAR:.1f}V{middle + _BAR:.1f}" stroke="{_INK}" '
        f'stroke-width="2"/>'
    )
    parts.append(
        f'<text x="{_WIDTH - _RIGHT + 12:.1f}" y="{middle + 4:.1f}">{escape(bar.told)}</text>'
    )
    return "".join(parts)


def _rect(middle: float, width: float, fill: str) -> str:
    top = middle - _BAR / 2
    return (
        f'<rect x="{_LEFT:.1f}" y="{top:.1f}" width="{width:.1f}" height="{_BAR}" fill="{fill}"/>'
    )
