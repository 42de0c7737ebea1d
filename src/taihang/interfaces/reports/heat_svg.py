"""A heat map of hours as inline SVG: one column a day, one row an hour; no script, no outside file.

The colours are one ramp from light to dark, so that they read without colour vision and in print;
hours that are not known are hatched, never coloured as zero.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

_HOURS: Final = 24
_LEFT: Final = 46.0
_TOP: Final = 20.0
_WIDTH: Final = 880.0
_ROW: Final = 8.0
_WIDEST: Final = 26.0
"""A day is no wider than this, so that a month does not become stripes."""
_GAP: Final = 14.0
_SWATCH: Final = 12.0
_ZERO: Final = "#f3efe3"
_RAMP: Final = (
    (5, "#d7e9dc"),
    (10, "#b3dacb"),
    (20, "#86c7ba"),
    (40, "#52b0ab"),
    (60, "#2a9294"),
    (80, "#117275"),
    (100, "#0b4f5c"),
)
"""Upper end of each class in percent, and its colour; below 100, for 100 has its own."""
_WHOLE: Final = "#072c3b"
_TICKS: Final = (0, 6, 12, 18, 24)
_FONT: Final = "Noto Sans CJK SC, Noto Sans SC, PingFang SC, Microsoft YaHei, sans-serif"


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatWords:
    """What is written beside the map."""

    label: str
    """What the map is of, for readers who hear it."""
    missing: str
    """What a hatched hour means."""
    no_load: str
    """What an empty hour means: nothing was used."""
    months: Mapping[str, str]
    """Name of each month by ``YYYY-MM``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatDay:
    """One local day: the share of each hour [%], None where there is no share to tell."""

    day: str
    percent: tuple[float | None, ...]
    known: tuple[bool, ...]


def heat_svg(days: Sequence[HeatDay], *, words: HeatWords) -> str:
    """Draw the hours of some days.

    Args:
        days: The days in order.
        words: What is written beside them.

    Returns:
        An ``<svg>`` element; every word in it is escaped.

    Example:
        >>> words = HeatWords(label="CFE", missing="?", no_load="0", months={"2026-06": "Jun"})
        >>> day = HeatDay(day="2026-06-01", percent=(50.0,) * 24, known=(True,) * 24)
        >>> heat_svg([day], words=words).count("<path")
        1
    """
    width = min(_WIDEST, _WIDTH / max(len(days), 1))
    height = _TOP + _HOURS * _ROW + _GAP + _SWATCH + 8
    paths: dict[str, list[str]] = {}
    for at, day in enumerate(days):
        for first, last, fill in _runs(day):
            x, y = _LEFT + at * width, _TOP + first * _ROW
            piece = f"M{_short(x)} {_short(y)}h{_short(width)}v{_short((last - first) * _ROW)}"
            paths.setdefault(fill, []).append(f"{piece}h-{_short(width)}z")
    drawn = "".join(
        f'<path fill="{fill}" d="{"".join(pieces)}"/>' for fill, pieces in sorted(paths.items())
    )
    return (
        f'<svg class="heat" role="img" aria-label="{escape(words.label)}" '
        f'viewBox="0 0 {_LEFT + _WIDTH + 8:.0f} {height:.0f}" '
        f'font-family="{_FONT}" font-size="11" fill="#17212e" '
        'xmlns="http://www.w3.org/2000/svg">'
        f"{_HATCH}{drawn}{_frame(days, width)}{_axes(days, width, words)}{_legend(words)}</svg>"
    )


_MISSING: Final = "url(#hatch)"
_HATCH: Final = (
    '<defs><pattern id="hatch" width="4" height="4" patternUnits="userSpaceOnUse">'
    '<rect width="4" height="4" fill="#ffffff"/>'
    '<line x1="0" y1="4" x2="4" y2="0" stroke="#8a5100" stroke-width="1"/></pattern></defs>'
)


def _runs(day: HeatDay) -> list[tuple[int, int, str]]:
    """Join hours of one look: first hour, hour after the last, fill."""
    found: list[tuple[int, int, str]] = []
    for hour, (percent, known) in enumerate(zip(day.percent, day.known, strict=True)):
        fill = _MISSING if not known else "#ffffff" if percent is None else colour_of(percent)
        if found and found[-1][2] == fill and found[-1][1] == hour:
            found[-1] = (found[-1][0], hour + 1, fill)
        else:
            found.append((hour, hour + 1, fill))
    return found


def colour_of(percent: float) -> str:
    """Return the colour of a share.

    Example:
        >>> colour_of(0) != colour_of(0.1), colour_of(99.9) != colour_of(100)
        (True, True)
    """
    if percent <= 0:
        return _ZERO
    if percent >= _RAMP[-1][0]:
        return _WHOLE
    return next(colour for most, colour in _RAMP if percent <= most)


def _frame(days: Sequence[HeatDay], width: float) -> str:
    return (
        f'<rect x="{_LEFT}" y="{_TOP}" width="{_short(len(days) * width)}" '
        f'height="{_HOURS * _ROW}" fill="none" stroke="#4a5768" stroke-width=".6"/>'
    )


def _axes(days: Sequence[HeatDay], width: float, words: HeatWords) -> str:
    found = [
        f'<text x="{_LEFT - 6}" y="{_short(_TOP + hour * _ROW + 4)}" text-anchor="end">'
        f"{hour:02d}:00</text>"
        for hour in _TICKS
    ]
    for at, day in enumerate(days):
        if at == 0 or day.day[:7] != days[at - 1].day[:7]:
            x = _LEFT + at * width
            name = escape(words.months.get(day.day[:7], day.day[:7]))
            found.append(f'<text x="{_short(x + 2)}" y="{_TOP - 6}">{name}</text>')
            if at:
                end = _TOP + _HOURS * _ROW
                found.append(
                    f'<line x1="{_short(x)}" y1="{_TOP}" x2="{_short(x)}" y2="{end}" '
                    'stroke="#4a5768" stroke-width=".5"/>'
                )
    return "".join(found)


def _legend(words: HeatWords) -> str:
    y = _TOP + _HOURS * _ROW + _GAP
    entries = [(_ZERO, "0 %"), *((colour, f"≤ {most} %") for most, colour in _RAMP[:-1])]
    entries += [(_RAMP[-1][1], "< 100 %"), (_WHOLE, "100 %")]
    entries += [("#ffffff", words.no_load), (_MISSING, words.missing)]
    step, found = 66.0, ""
    for at, (fill, name) in enumerate(entries):
        x = _LEFT + at * step
        found += (
            f'<rect x="{x}" y="{y}" width="{_SWATCH}" height="{_SWATCH}" fill="{fill}" '
            'stroke="#4a5768" stroke-width=".5"/>'
            f'<text x="{x + _SWATCH + 4}" y="{y + 10}">{escape(name)}</text>'
        )
    return found


def _short(value: float) -> str:
    """Write a length with two decimals and no zeros behind.

    Example:
        >>> _short(2.5), _short(3.0)
        ('2.5', '3')
    """
    return f"{value:.2f}".rstrip("0").rstrip(".")
