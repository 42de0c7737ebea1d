"""What the page of matching shows: a day or a month, or one day by the quarter of an hour."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from taihang.core.access.aggregate import GroupSum
from taihang.core.figure.key import key_of
from taihang.core.park.park import PARK_SUBJECT
from taihang.interfaces.web.pages.green.place import Place, last_month, place_of
from taihang.interfaces.web.stretch import Stretch, StretchKind, parse_stretch
from taihang.services.figure_matching import FLOW
from taihang.services.green_flows import GreenDay, GreenPeriod, green_day, green_period
from taihang.services.park_sums import GREEN, park_sums
from taihang.services.ports import Ports


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchingView:
    """The matching of a day or a month."""

    place: Place
    stretch: Stretch | None
    """None while nothing is settled and no stretch is named."""
    found: GreenPeriod | None
    """None where not all of the stretch is settled."""
    flow_keys: Mapping[str, str] = field(default_factory=dict[str, str])
    """Key of a flow of the park's balance, by flow, where it is the same watt-hours."""
    others: tuple[GroupSum, ...] = ()
    """Sums over at least five enterprises, for one who sees only its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DayView:
    """The matching of one day, by the quarter of an hour."""

    place: Place
    stretch: Stretch | None
    of: str
    found: GreenDay | None


def build_matching(ports: Ports, word: str) -> MatchingView:
    """Return the matching of a day or a month.

    Args:
        ports: The park, as far as the viewer sees it.
        word: The day or month; empty for the last month that is settled as a whole.
    """
    place = place_of(ports)
    stretch = parse_stretch(word) if word else last_month(place)
    if stretch is None:
        return MatchingView(place=place, stretch=None, found=None)
    found = green_period(stretch.period(ports.park.zone), ports=ports)
    asks = found is not None and not place.is_whole and stretch.kind is StretchKind.MONTH
    others = park_sums(stretch.word, ports=ports) if asks else ()
    return MatchingView(
        place=place,
        stretch=stretch,
        found=found,
        flow_keys=dict(_flow_keys(found, stretch, ports)) if found and place.is_whole else {},
        others=tuple(each for each in others if each.measure == GREEN),
    )


def build_day(ports: Ports, word: str, of: str) -> DayView:
    """Return the matching of one day, by the quarter of an hour.

    Args:
        ports: The park, as far as the viewer sees it.
        word: The day; empty for the last settled one.
        of: ``park``, a plant or a user; empty for what the viewer sees most of.

    Raises:
        NoGreenSubjectError: If the viewer sees no such subject.
    """
    place = place_of(ports)
    subject = of or (PARK_SUBJECT if place.is_whole else next(iter(place.users), ""))
    last = place.last_settled
    stretch = parse_stretch(word) if word else None
    if stretch is None and last is not None:
        stretch = parse_stretch(last.isoformat())
    if stretch is None:
        return DayView(place=place, stretch=None, of=subject, found=None)
    found = green_day(subject, stretch.period(ports.park.zone), ports=ports)
    return DayView(place=place, stretch=stretch, of=subject, found=found)


def _flow_keys(found: GreenPeriod, stretch: Stretch, ports: Ports) -> Iterator[tuple[str, str]]:
    """Yield flows whose story tells the very sums of the page: those of closed intervals only."""
    wanted = {
        "generation": sum(each.generated_wh for each in found.plants),
        "load": sum(each.load_wh for each in found.users),
    }
    rows = ports.lake.read("balance", stretch.period(ports.park.zone))
    for flow, sum_wh in wanted.items():
        if (flow,) in rows and int(rows[flow,]["wh"].sum()) == sum_wh:
            yield flow, key_of(FLOW, flow, stretch.word)
