"""Opens figures to the ground and checks every step: what is shown adds up, and opens to itself."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Final

import money_park
import small_park
from taihang.core.figure.story import FigureInput, FigureStory, Ground
from taihang.services.open_figure import figures_of, open_figure
from taihang.services.ports import Ports

LAST: Final = frozenset(
    (Ground.READING, Ground.FACT, Ground.ACTIVITY, Ground.PARAMETER, Ground.COUNT)
)
"""Grounds on which a way down may end."""
_ENDS: Final = frozenset((Ground.FACT, Ground.ACTIVITY))
_WIDE: Final = 3
"""So many inputs of a long sum are opened beside every flagged one; all of them are added up."""


@cache
def closed_park() -> Path:
    """A park with bills, matching, storage and a metered gateway, closed for August."""
    root = small_park.make(Path(mkdtemp(prefix="taihang-figures-")) / "park", money_park.PARK)
    with money_park.opened(root) as ports:
        money_park.closed(ports)
    return root


@dataclass
class Walk:
    """Opens figures once each, and keeps what was seen."""

    ports: Ports
    stories: dict[str, FigureStory] = field(default_factory=dict[str, FigureStory])
    faults: list[str] = field(default_factory=list[str])
    grounds: Counter[str] = field(default_factory=Counter[str])

    def open(self, key: str) -> FigureStory:
        """Open a figure, and say what is wrong with it."""
        if key not in self.stories:
            story = self.stories[key] = open_figure(key, ports=self.ports)
            self.grounds[story.ground.value] += 1
            if story.adds_up is False:
                self.faults.append(f"{key} is {story.value}, its parts give {_told(story)}")
        return self.stories[key]

    def statements(self, ids: Iterable[str]) -> int:
        """Open every number of some statements and of what is one level below."""
        n = 0
        for name in ids:
            for key in figures_of(name, ports=self.ports):
                self.level(key)
                n += 1
        return n

    def level(self, key: str) -> FigureStory:
        """Open a figure and its inputs: what it shows of them is what they say themselves."""
        story = self.open(key)
        for each in _chosen(story):
            below = self.open(each.key)
            said, shown = (below.value, below.unit), (each.value, each.unit)
            if below.value != each.value or {below.unit, each.unit} - {""} != {below.unit} - {""}:
                self.faults.append(f"{key} shows {shown} of {each.key}, which says {said}")
        return story

    def down(self, key: str) -> set[Ground]:
        """Follow a figure to its grounds and return them; what is missing rests on nothing."""
        story, below = self.level(key), set[Ground]()
        # Beside a fact or a form stand its other editions, each of which has this one beside it.
        for each in () if story.ground in _ENDS else _chosen(story):
            below |= self.down(each.key)
        return below or ({story.ground} if story.value is not None else set())


def place(key: str) -> str:
    """Return where a number of a statement stands, without the name of the line it is in."""
    _, name, *path = key.split("/")
    shown = (path[0], *path[2:]) if len(path) > 2 else path
    return "/".join((name.partition(".")[0], *shown))


def stated_only(walk: Walk, *kinds: str) -> set[str]:
    """Return the places of numbers that are known and lead no further, in statements of kinds."""
    starts = tuple(f"statement/{kind}." for kind in kinds)
    return {
        place(key)
        for key, story in walk.stories.items()
        if key.startswith(starts) and story.ground is Ground.STATED and story.value is not None
    }


def walked(ports: Ports, *kinds: str) -> Walk:
    """Open every number of every statement of some kinds, and what is one level below."""
    walk = Walk(ports)
    named = [each.id for each in ports.registry.roll() if each.kind in kinds]
    found = {ports.registry.statement(each).kind for each in named}
    assert found == {*kinds}, f"no statement of {sorted({*kinds} - found)}"
    walk.statements(named)
    assert not walk.faults, "\n".join(walk.faults[:20])
    return walk


def _chosen(story: FigureStory) -> list[FigureInput]:
    """Return the inputs that are opened: all of a short list, of a long one the odd ones too."""
    inputs = story.inputs
    if len(inputs) <= 2 * _WIDE:
        return [*inputs]
    odd = [each for each in inputs if each.flag][:_WIDE]
    middle = len(inputs) // 2
    return [*inputs[:1], *inputs[middle : middle + 1], *inputs[-1:], *odd]


def _told(story: FigureStory) -> str:
    result = story.derivation.result
    return "nothing" if result is None else str(Decimal(result.numerator) / result.denominator)
