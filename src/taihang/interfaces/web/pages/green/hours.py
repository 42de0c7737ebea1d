"""What the page of hours shows: the score of a month or year, hour by hour."""

from dataclasses import dataclass, replace

from taihang.core.figure.story import Named
from taihang.interfaces.web.pages.green.place import Place, last_month, place_of
from taihang.interfaces.web.stretch import Stretch, parse_stretch
from taihang.services.green_hours import GreenHours, green_hours
from taihang.services.ports import Ports


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HoursView:
    """The hours of a month or year, of every subject that the viewer sees."""

    place: Place
    stretch: Stretch | None
    """None while nothing is settled and no stretch is named."""
    found: GreenHours | None
    """None where no hour is known."""


def build_hours(ports: Ports, word: str) -> HoursView:
    """Return the hours of a month or year.

    Args:
        ports: The park, as far as the viewer sees it.
        word: The month or year; empty for the last month that is settled as a whole.
    """
    place = place_of(ports)
    products = ports.park.carbon.products
    names = {**place.names, **{p.id: Named(p.name_zh, p.name_en) for p in products.values()}}
    place = replace(place, names=names)
    stretch = parse_stretch(word) if word else last_month(place)
    if stretch is None:
        return HoursView(place=place, stretch=None, found=None)
    found = green_hours(stretch.word, ports=ports)
    return HoursView(place=place, stretch=stretch, found=found if found.has_any else None)
