"""What all pages of green power share: names, what is settled, the ways between the pages."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from taihang.core.figure.story import Named
from taihang.core.periods import months_in
from taihang.interfaces.catalogue import Lang, text
from taihang.interfaces.web.page_query import PageQuery
from taihang.interfaces.web.stretch import Stretch, StretchKind, parse_stretch
from taihang.interfaces.web.stretch_choice import Choice
from taihang.services.ports import Ports
from taihang.services.report import settled_span

KINDS: Final = (StretchKind.DAY, StretchKind.MONTH)
_TABS: Final = {
    "matching": "/green/",
    "certificates": "/green/certificates/",
    "ratios": "/green/ratios/",
    "hours": "/green/hours/",
}
_OF_PARK: Final = frozenset(("ratios",))
"""Pages of what belongs to the park as a whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The park as a viewer sees it, and which days of it are settled."""

    zone: str
    is_whole: bool
    names: Mapping[str, Named]
    kinds: Mapping[str, str]
    """Technology of every plant."""
    users: tuple[str, ...]
    first_settled: date | None = None
    last_settled: date | None = None
    months: tuple[str, ...] = ()
    """Months between the first and the last settled interval, in order."""

    def name(self, id_: str, lang: Lang) -> str:
        """Return how something is called; its id where the park file has it no more."""
        named = self.names.get(id_)
        if named is None:
            return id_
        return named.zh if lang == "zh" else named.en


def place_of(ports: Ports) -> Place:
    """Return the park as far as the viewer sees it."""
    park, span = ports.park, settled_span(ports)
    things = (*park.assets.values(), *park.parties.values())
    place = Place(
        zone=park.time_zone,
        is_whole=ports.scope.is_whole,
        names={each.id: Named(each.name_zh, each.name_en) for each in things},
        kinds={plant.id: plant.kind.value for plant in park.plants.values()},
        users=tuple(park.users),
    )
    if span is None:
        return place
    last = (span.end - timedelta(microseconds=1)).astimezone(park.zone).date()
    return replace(
        place,
        first_settled=span.start.astimezone(park.zone).date(),
        last_settled=last,
        months=tuple(months_in(span, park.zone)) or (last.isoformat()[:7],),
    )


def last_month(place: Place) -> Stretch | None:
    """Return the last whole settled month; None while nothing is settled."""
    return parse_stretch(place.months[-1]) if place.months else None


def tabs(here: str, *, look: PageQuery, is_whole: bool) -> tuple[Choice, ...]:
    """Return the pages of green power, as one goes between them.

    Args:
        here: The page that is open.
        look: The reader's language and the address of the page.
        is_whole: Whether the viewer sees the whole park.
    """
    return tuple(
        Choice(
            label=text(f"green.tab.{code}", look.lang),
            href=replace(look, path=address, words={}).with_words(),
            is_here=code == here,
        )
        for code, address in _TABS.items()
        if is_whole or code not in _OF_PARK
    )
