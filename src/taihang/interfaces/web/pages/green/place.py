"""What all pages of green power share: names, what is settled, the ways between the pages."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from taihang.core.figure.story import Named
from taihang.core.periods import months_in
from taihang.interfaces.catalogue import Lang, text
from taihang.interfaces.web.page_query import PageQuery
from taihang.interfaces.web.stretch import Stretch, StretchKind, parse_stretch
from taihang.services.ports import Ports
from taihang.services.report import settled_span

KINDS: Final = (StretchKind.DAY, StretchKind.MONTH)
_TABS: Final = {
    "matching": "/green/",
    "certificates": "/green/certificates/",
}


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Something that one can go to."""

    label: str
    href: str
    is_here: bool = False


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


def tabs(here: str, *, look: PageQuery) -> tuple[Choice, ...]:
    """Return the pages of green power, as one goes between them.

    Args:
        here: The page that is open.
        look: The reader's language and the address of the page.
    """
    return tuple(
        Choice(
            label=text(f"green.tab.{code}", look.lang),
            href=replace(look, path=address, words={}).with_words(),
            is_here=code == here,
        )
        for code, address in _TABS.items()
    )


def stretch_choices(stretch: Stretch | None, place: Place, look: PageQuery) -> dict[str, object]:
    """Return the days that one can go to from some days.

    Args:
        stretch: The days that are shown; None for none.
        place: What is settled.
        look: The address of the page.
    """
    if stretch is None:
        return {}
    around, last = stretch.words(), place.last_settled
    is_last = last is not None and stretch.last >= last
    return {
        "label": stretch.word,
        "before": look.with_words(period=stretch.moved(-1)),
        "after": "" if is_last else look.with_words(period=stretch.moved(1)),
        "kinds": tuple(_kinds(stretch, around, look)),
    }


def _kinds(
    stretch: Stretch, around: Mapping[StretchKind, str], look: PageQuery
) -> Iterator[Choice]:
    for kind in KINDS:
        yield Choice(
            label=text(f"stretch.kind.{kind.value}", look.lang),
            href=look.with_words(period=around[kind]),
            is_here=kind is stretch.kind,
        )


def span_words(place: Place, lang: Lang) -> str:
    """Return which days are settled; empty while none is."""
    if place.first_settled is None or place.last_settled is None:
        return ""
    first, last = place.first_settled.isoformat(), place.last_settled.isoformat()
    return text("assets.settled", lang, first=first, last=last)
