"""The key figures of flows: what went through, what does not close, on what it rests."""

from dataclasses import dataclass

from taihang.core.park.park import PARK_SUBJECT
from taihang.interfaces.catalogue import Lang, text
from taihang.interfaces.web.pages.flows.build import EnergyView, PowerView
from taihang.interfaces.web.pages.flows.ends import Scale, scale_of
from taihang.interfaces.web.wording import DASH, number, percent
from taihang.services.electric_flows import ElectricFlows
from taihang.services.flow_table import EndKind, FlowTable, total_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One key figure, ready to print."""

    code: str
    label: str
    value: str
    unit: str
    note: str
    tone: str = ""


def energy_cards(view: EnergyView, lang: Lang) -> tuple[Card, ...]:
    """Return the key figures of energy over a stretch."""
    table = view.table
    if table is None:
        return ()
    scale = scale_of(table)
    cards = [_total(table, scale, lang)]
    cards += _difference(table, scale, lang)
    if view.electric is not None:
        cards.append(_intervals(view.electric, lang))
    elif view.other is not None:
        cards.append(
            Card(
                code="gaps",
                label=text("flows.card.gaps", lang),
                value=str(view.other.n_gaps),
                unit="",
                note=text("flows.card_note.gaps", lang),
                tone="warn" if view.other.n_gaps else "",
            )
        )
    return tuple(cards)


def power_cards(view: PowerView, lang: Lang) -> tuple[Card, ...]:
    """Return the key figures of power in a quarter."""
    now = view.now
    if now is None:
        return ()
    scale = scale_of(now.table)
    n_read = now.n_meters - len(now.missing)
    read = Card(
        code="read",
        label=text("flows.card.read", lang),
        value=f"{n_read} / {now.n_meters}",
        unit="",
        note=text("flows.card_note.read", lang),
        tone="warn" if now.missing else "",
    )
    return (_total(now.table, scale, lang), *_difference(now.table, scale, lang), read)


def _total(table: FlowTable, scale: Scale, lang: Lang) -> Card:
    return Card(
        code="total",
        label=text("flows.card.total", lang),
        value=scale.told(table.total),
        unit=scale.unit,
        note=text("flows.card_note.total", lang, n=len(table.sources)),
    )


def _difference(table: FlowTable, scale: Scale, lang: Lang) -> list[Card]:
    """Return what does not close, with its sign; nothing where the subject has no such end."""
    ends = {each.kind: each for each in (*table.sources, *table.sinks)}
    lost, surplus = ends.get(EndKind.LOSSES), ends.get(EndKind.SURPLUS)
    if table.subject != PARK_SUBJECT:
        return []
    total = table.total
    amount = 0.0
    if lost is not None:
        amount = lost.amount or 0.0
    elif surplus is not None:
        amount = -(surplus.amount or 0.0)
    is_known = total is not None and total_of(table.sinks) is not None
    share = amount / total if is_known and total else None
    return [
        Card(
            code="difference",
            label=text("flows.card.difference", lang),
            value=scale.told(amount) if is_known else DASH,
            unit=scale.unit,
            note=text("flows.card_note.difference", lang, share=percent(share, digits=2)),
            tone="bad" if surplus is not None else "",
        )
    ]


def _intervals(electric: ElectricFlows, lang: Lang) -> Card:
    return Card(
        code="closed",
        label=text("flows.card.closed", lang),
        value=number(electric.n_closed, digits=0),
        unit=f"/ {number(electric.n_intervals, digits=0)}",
        note=text(
            "flows.card_note.closed",
            lang,
            open=number(electric.n_open, digits=0),
            unsettled=number(electric.n_intervals - electric.n_settled, digits=0),
            estimated=number(electric.n_estimated, digits=0),
        ),
        tone="warn" if electric.n_closed < electric.n_intervals else "",
    )
