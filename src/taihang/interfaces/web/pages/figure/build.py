"""What a page of a figure is made from: its story, and what the park calls things."""

from collections.abc import Mapping
from dataclasses import dataclass

from taihang.core.figure.story import FigureStory, Named
from taihang.services.open_figure import open_figure
from taihang.services.ports import Ports
from taihang.services.prove import prove
from taihang.services.sight_rules import PartOfParkError


@dataclass(frozen=True, slots=True, kw_only=True)
class FigurePage:
    """A figure as a page shows it."""

    story: FigureStory | None
    """None where it belongs to others."""
    zone: str
    names: Mapping[str, Named]
    park: str
    """What the folder of the park is called in examples of commands."""


def build_figure(ports: Ports, key: str) -> FigurePage:
    """Open a figure for a page.

    Args:
        ports: The park, as far as the reader sees it.
        key: The key of the figure.
    """
    try:
        story = open_figure(key, ports=ports)
    except PartOfParkError:
        story = None
    park = ports.park
    names = {node: Named(asset.name_zh, asset.name_en) for node, asset in park.assets.items()}
    return FigurePage(story=story, zone=park.time_zone, names=names, park=park.id)


def build_proof(ports: Ports, claim: str) -> bytes:
    """Return the proof file of a claim, made now.

    Args:
        ports: The park, as far as the reader sees it.
        claim: What is to be proven.
    """
    return prove(claim, ports=ports)
