"""A Sankey diagram as inline SVG: bands as wide as what they carry, no script, no outside file."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

_WIDTH: Final = 960.0
_MARGIN: Final = 190.0
"""Room for the names at both sides."""
_HEIGHT: Final = 300.0
"""What the fullest layer takes, gaps apart."""
_NODE: Final = 12.0
_LEAST: Final = 20.0
"""A node takes at least this much, so that names do not touch."""
_THINNEST: Final = 1.0
_COLOURS: Final = (
    "#0b6e6e", "#c0762b", "#5b6fa8", "#8a9a3a", "#a4516b", "#4b8fb3", "#7a5aa0", "#6b7785",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """What goes from one node to another."""

    source: str
    target: str
    item: str
    """Bands of one item have one colour."""
    size: float
    told: str
    """Shown where a reader points at it."""


@dataclass(slots=True)
class _Place:
    x: float
    y: float
    height: float
    out_y: float
    in_y: float


def sankey_svg(bands: Sequence[Band], *, names: Mapping[str, str], label: str) -> str:
    """Draw bands between nodes.

    Args:
        bands: Without a circle; those of size 0 are not drawn.
        names: What each node is called.
        label: What the drawing is of, for readers who hear it.

    Returns:
        An ``<svg>`` element; every word in it is escaped. Empty where there is nothing to draw.
    """
    drawn = [band for band in bands if band.size > 0]
    if not drawn:
        return ""
    layers = _layers(drawn)
    sizes = _sizes(drawn)
    places, height = _places(layers, sizes)
    items = list(dict.fromkeys(band.item for band in sorted(drawn, key=lambda b: -b.size)))
    colours = {item: _COLOURS[i % len(_COLOURS)] for i, item in enumerate(items)}
    scale = _scale(layers, sizes)
    paths = [
        _path(band, places, colours[band.item], scale=scale) for band in _ordered(drawn, places)
    ]
    last = max(layers.values())
    nodes = [
        _node(places[node], names.get(node, node), at=at, last=last) for node, at in layers.items()
    ]
    return (
        f'<svg class="sankey" role="img" aria-label="{escape(label)}" '
        f'viewBox="0 0 {_WIDTH:.0f} {height:.0f}" font-size="12.5" fill="#17212e" xmlns="http://www.w3.org/2000/svg">'
        f"{''.join(paths)}{''.join(nodes)}</svg>"
    )


def _layers(bands: Iterable[Band]) -> dict[str, int]:
    """Return the layer of each node: the longest way to it; ends stand in the last."""
    before: dict[str, set[str]] = defaultdict(set)
    sources: set[str] = set()
    for band in bands:
        before[band.target].add(band.source)
        sources.add(band.source)
    found: dict[str, int] = {}

    def layer(node: str) -> int:
        if node not in found:
            found[node] = 1 + max((layer(each) for each in sorted(before[node])), default=-1)
        return found[node]

    for node in sorted({*before, *sources}):
        layer(node)
    last = max(found.values())
    return {node: at if node in sources else last for node, at in found.items()}


def _sizes(bands: Iterable[Band]) -> dict[str, float]:
    comes, goes = defaultdict[str, float](float), defaultdict[str, float](float)
    for band in bands:
        goes[band.source] += band.size
        comes[band.target] += band.size
    return {node: max(comes[node], goes[node]) for node in {*comes, *goes}}


def _scale(layers: Mapping[str, int], sizes: Mapping[str, float]) -> float:
    sums = defaultdict[int, float](float)
    for node, at in layers.items():
        sums[at] += sizes[node]
    return _HEIGHT / max(sums.values())


def _places(
    layers: Mapping[str, int], sizes: Mapping[str, float]
) -> tuple[dict[str, _Place], float]:
    scale, last = _scale(layers, sizes), max(layers.values())
    step = (_WIDTH - 2 * _MARGIN - _NODE) / max(last, 1)
    places: dict[str, _Place] = {}
    heights: list[float] = []
    for at in range(last + 1):
        y = 8.0
        for node in sorted((n for n, of in layers.items() if of == at), key=lambda n: -sizes[n]):
            height = max(sizes[node] * scale, _THINNEST)
            top = y + max(_LEAST - height, 0) / 2
            places[node] = _Place(_MARGIN + at * step, top, height, top, top)
            y += max(height, _LEAST) + 8
        heights.append(y)
    return places, max(heights)


def _ordered(bands: Iterable[Band], places: Mapping[str, _Place]) -> list[Band]:
    """Bands leave and arrive in the order of the other end, so that they cross least."""
    return sorted(bands, key=lambda band: (places[band.source].y, places[band.target].y, band.item))


def _path(band: Band, places: Mapping[str, _Place], colour: str, *, scale: float) -> str:
    source, target = places[band.source], places[band.target]
    width = max(band.size * scale, _THINNEST)
    x0, x1 = source.x + _NODE, target.x
    y0, y1 = source.out_y + width / 2, target.in_y + width / 2
    source.out_y += width
    target.in_y += width
    middle = (x0 + x1) / 2
    curve = f"C{middle:.1f} {y0:.1f} {middle:.1f} {y1:.1f} {x1:.1f} {y1:.1f}"
    return (
        f'<path d="M{x0:.1f} {y0:.1f}{curve}"'
        f' fill="none" stroke="{colour}" stroke-opacity=".42" stroke-width="{width:.2f}">'
        f"<title>{escape(band.told)}</title></path>"
    )


def _node(place: _Place, name: str, *, at: int, last: int) -> str:
    middle = place.y + place.height / 2 + 4
    x, anchor = {
        0: (place.x - 6, "end"),
        last: (place.x + _NODE + 6, "start"),
    }.get(at, (place.x + _NODE + 4, "start"))
    return (
        f'<rect x="{place.x:.1f}" y="{place.y:.1f}" width="{_NODE:.0f}" '
        f'height="{place.height:.1f}" rx="2" fill="#17212e"/>'
        f'<text x="{x:.1f}" y="{middle:.1f}" text-anchor="{anchor}">{escape(name)}</text>'
    )
