"""The ends of flows in words: how each is called, where it leads, how much it is."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import log10
from typing import Final

from taihang.core.park.park import PARK_SUBJECT
from taihang.interfaces.account_words import item_name
from taihang.interfaces.catalogue import Lang, text
from taihang.interfaces.web.page_query import PageQuery
from taihang.interfaces.web.pages.flows.build import ELECTRICITY, Place
from taihang.interfaces.web.pages.flows.keys import KeyOf, no_key
from taihang.interfaces.web.wording import number, percent
from taihang.services.energy_statement import GREEN
from taihang.services.flow_table import EndKind, FlowEnd, FlowTable, total_of

MOST_ENDS: Final = 14
"""So many ends on one side are drawn one by one; the table has all."""
_LARGER: Final[Mapping[str, tuple[str, float]]] = {"kWh": ("MWh", 1e3), "kW": ("MW", 1e3)}
_LARGE: Final = 1e4
_TONES: Final[Mapping[EndKind, str]] = {
    EndKind.PV: "pv",
    EndKind.WIND: "wind",
    EndKind.DISCHARGE: "storage",
    EndKind.CHARGE: "storage",
    EndKind.IMPORT: "grid",
    EndKind.EXPORT: "grid",
    EndKind.GRID: "grid",
    EndKind.REST_IN: "grid",
    EndKind.REST_OUT: "grid",
    EndKind.LINE: "green",
    EndKind.POOL: "green",
    EndKind.STATION: "ev",
}
_COLLAPSED: Final = frozenset((EndKind.ENTERPRISE, EndKind.METER, EndKind.PV, EndKind.WIND))


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One flow in words."""

    way: str
    """``in`` or ``out``."""
    name: str
    href: str
    amount: str
    share: str
    sort: str
    share_sort: str
    key: str = ""
    """Of its figure; empty where no figure of record says the same."""


@dataclass(frozen=True, slots=True)
class Scale:
    """The unit and the digits in which a table is shown."""

    unit: str
    by: float
    digits: int

    def told(self, amount: float | None) -> str:
        """Return an amount in the shown unit."""
        return number(None if amount is None else amount / self.by, digits=self.digits)

    def shown(self, amount: float | None) -> float | None:
        """Return an amount in the shown unit, for the picture."""
        return None if amount is None else round(amount / self.by, 6)


def scale_of(table: FlowTable) -> Scale:
    """Return unit and digits: kilowatt-hours by thousands become megawatt-hours.

    Example:
        >>> scale_of(FlowTable(subject="park", unit="kWh", sources=(), sinks=())).digits
        2
    """
    known = [e.amount for e in (*table.sources, *table.sinks) if e.amount is not None]
    largest = max((abs(each) for each in known), default=0.0)
    unit, by = table.unit, 1.0
    if largest >= _LARGE and unit in _LARGER:
        unit, by = _LARGER[unit]
    magnitude = int(log10(largest / by)) if largest >= by else 0
    return Scale(unit, by, max(0, min(2, 3 - magnitude)))


def name_of(of: str, place: Place, lang: Lang) -> str:
    """Return how a subject is called."""
    if of == PARK_SUBJECT:
        return text("flows.park", lang)
    zh, en = place.names[of]
    return zh if lang == "zh" else en


def without(look: PageQuery, name: str) -> str:
    """Return the address of the page without one of its words."""
    words = {key: value for key, value in look.words.items() if key != name}
    return replace(look, words=words).with_words()


def _label(end: FlowEnd, place: Place, lang: Lang) -> str:
    if end.kind is EndKind.MEDIUM:
        return item_name(end.id, lang)
    if end.id in place.names:
        zh, en = place.names[end.id]
        return zh if lang == "zh" else en
    if end.kind is EndKind.METER:
        return end.id
    return text(f"flows.end.{end.kind.value}", lang)


def _href(end: FlowEnd, place: Place, look: PageQuery) -> str:
    """Return where an end leads; empty where it leads nowhere."""
    if not end.id or end.id == place.of:
        return ""
    if end.kind is EndKind.METER:
        return f"/points/{end.id}/"
    if end.kind is EndKind.MEDIUM:
        is_power = end.id.startswith(ELECTRICITY)
        return without(look, "medium") if is_power else look.with_words(medium=end.id)
    if end.id in place.plants:
        period = look.words.get("period", "")
        return f"/assets/{end.id}/{f'?period={period}' if period else ''}"
    if end.kind in {EndKind.FEEDER, EndKind.ENTERPRISE, EndKind.STATION}:
        return look.with_words(of=end.id)
    return ""


def rows_of(
    table: FlowTable, place: Place, look: PageQuery, *, key: KeyOf = no_key
) -> tuple[Row, ...]:
    """Return every flow in words, those that came first."""
    scale, lang = scale_of(table), look.lang
    found: list[Row] = []
    for way, ends in (("in", table.sources), ("out", table.sinks)):
        total = total_of(ends)
        for end in ends:
            share = end.amount / total if end.amount is not None and total else None
            found.append(
                Row(
                    way=text(f"flows.way.{way}", lang),
                    name=_label(end, place, lang),
                    href=_href(end, place, look),
                    amount=scale.told(end.amount),
                    share=percent(share, digits=1),
                    sort="" if end.amount is None else str(end.amount),
                    share_sort="" if share is None else str(share),
                    key=key(end),
                )
            )
    return tuple(found)


def picture_of(table: FlowTable, place: Place, look: PageQuery) -> dict[str, object]:
    """Return what the picture draws."""
    scale = scale_of(table)

    def drawn(ends: tuple[FlowEnd, ...]) -> list[dict[str, object]]:
        return [
            {
                "label": _label(end, place, look.lang),
                "value": scale.shown(end.amount),
                "figure": scale.told(end.amount) if end.amount is not None else None,
                "tone": _tone(end),
                "href": _href(end, place, look),
            }
            for end in collapsed(ends)
        ]

    return {
        "unit": scale.unit,
        "digits": scale.digits,
        "bus": name_of(place.of, place, look.lang),
        "sentence": "flows.sentence",
        "total": scale.told(table.total) if table.total is not None else None,
        "sources": drawn(table.sources),
        "sinks": drawn(table.sinks),
    }


def _tone(end: FlowEnd) -> str:
    if end.kind is EndKind.MEDIUM:
        if end.id == GREEN:
            return "green"
        return "grid" if end.id.startswith(ELECTRICITY) else "fuel"
    return _TONES.get(end.kind, "use")


def collapsed(ends: tuple[FlowEnd, ...]) -> tuple[FlowEnd, ...]:
    """Return ends of which the smallest nodes stand together; order stays that of the file.

    Args:
        ends: All ends of one side.
    """
    nodes = [each for each in ends if each.kind in _COLLAPSED and each.amount is not None]
    n_over = len(ends) - MOST_ENDS
    if n_over <= 0 or len(nodes) <= n_over:
        return ends
    ranked = sorted(nodes, key=lambda each: each.amount or 0.0)
    small = {each.id for each in ranked[: n_over + 1]}
    rest = sum(each.amount or 0.0 for each in ranked[: n_over + 1])
    kept = [each for each in ends if each.id not in small or each.kind not in _COLLAPSED]
    # Behind the last node, before storage, export and losses.
    place = max(place for place, each in enumerate(kept) if each.kind in _COLLAPSED) + 1
    return (*kept[:place], FlowEnd(EndKind.OTHERS, "", rest), *kept[place:])
