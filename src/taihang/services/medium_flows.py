"""Where gas, coal, heat, water and all media together came from and went, month by month.

The figures are those of the energy accounts: what enterprises stated and meters of media counted.
Each medium stands in one unit; all together in standard coal at equivalent value.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, cast

from taihang.core.activity.unit import are_of_one_kind, in_unit
from taihang.core.park.park import PARK_SUBJECT
from taihang.core.seal.canonical import JsonValue
from taihang.services import energy_account
from taihang.services.electric_flows import demand_flow_subject
from taihang.services.flow_table import EndKind, FlowEnd, FlowTable, closed
from taihang.services.ports import Ports
from taihang.services.sight_rules import demand_whole

ALL: Final = "all"
"""All media together, in standard coal."""
_TCE: Final = "tce"
_FLOAT_RATIO: Final = 1e-9
_NOT_HERE: Final = ("electricity", "material.")
"""Electricity has its own flows; what goes into products is no energy."""
_NETWORK: Final = energy_account.NETWORK
_SOURCES: Final[Mapping[str, EndKind]] = {
    "purchased": EndKind.BOUGHT,
    "conversion-output": EndKind.MADE,
    "recovered": EndKind.RECOVERED,
}
_SINKS: Final[Mapping[str, EndKind]] = {
    "conversion-input": EndKind.CONVERTED,
    "supplied": EndKind.PASSED_ON,
}
Body = Mapping[str, JsonValue]


@dataclass(frozen=True, slots=True, kw_only=True)
class MediumFlows:
    """Flows of one medium, and the media of which anything is known."""

    table: FlowTable | None
    """None where nothing is known of the medium in this period."""
    media: tuple[str, ...]
    """Every energy and carrier of the period but electricity, in the order of their names."""
    n_gaps: int
    """What the accounts name as not known."""


def medium_flows(period: str, medium: str, *, of: str, ports: Ports) -> MediumFlows:
    """Return the flows of a medium in a month or a year.

    Args:
        period: ``2026-08`` or ``2026``.
        medium: An item of the accounts, or ``all``.
        of: ``park``, an enterprise or a station; a feeder carries no other medium.
        ports: The outside world.

    Raises:
        NoFlowSubjectError: If there is no such subject.
    """
    demand_whole(ports, "the flows of the park")
    demand_flow_subject(of, ports)
    bodies = {each.subject: each.body for each in energy_account.drafts(period, ports=ports)}
    park = bodies.pop(PARK_SUBJECT, {})
    chosen = {of: bodies[of]} if of in bodies else bodies if of == PARK_SUBJECT else {}
    media = sorted({item for body in bodies.values() for item in _items(body)})
    table = _coal(park, chosen, of) if medium == ALL else _medium(medium, chosen, of)
    gaps = park if of == PARK_SUBJECT else chosen.get(of, {})
    return MediumFlows(table=table, media=tuple(media), n_gaps=len(_rows(gaps, "not_assessed")))


def _rows(body: Body, name: str) -> list[Body]:
    return cast("list[Body]", body.get(name, []))


def _items(body: Body) -> Iterable[str]:
    yield from (
        item
        for row in _rows(body, "balances")
        if not (item := str(row["item"])).startswith(_NOT_HERE)
    )


# -- one medium ----------------------------------------------------------------------------------


def _medium(medium: str, bodies: Mapping[str, Body], of: str) -> FlowTable | None:
    """Return the flows of one medium; nobody who uses it is None."""
    found = [
        (subject, row)
        for subject, body in bodies.items()
        for row in _rows(body, "balances")
        if row["item"] == medium
    ]
    if not found:
        return None
    unit = str(found[0][1]["unit"])
    same = [(s, row) for s, row in found if are_of_one_kind((unit, str(row["unit"])))]
    sums = _Sums({}, {})
    used: dict[str, Decimal] = {}
    for subject, row in same:
        amounts = _amounts(row, unit)
        sums.add(amounts)
        if row.get("opening") is not None and "closing-stock" in amounts:
            opening = in_unit(Decimal(str(row["opening"])), unit=str(row["unit"]), to=unit)
            sums.draw(opening - amounts["closing-stock"])
        if "consumed" in amounts:
            # What was converted is a part of what was consumed, and is drawn by itself.
            converted = amounts.get("conversion-input", Decimal(0))
            used[subject] = amounts["consumed"] - converted
    kind = EndKind.ENTERPRISE if of == PARK_SUBJECT else EndKind.USED
    sinks = [FlowEnd(kind, each if of == PARK_SUBJECT else "", float(used[each])) for each in used]
    table = FlowTable(
        subject=of,
        unit=unit,
        sources=tuple(FlowEnd(end, "", float(amount)) for end, amount in sums.came.items()),
        sinks=(*sinks, *(FlowEnd(end, "", float(amount)) for end, amount in sums.went.items())),
    )
    return closed(table, lacking=EndKind.LOSSES, missing=EndKind.NOT_STATED)


def _amounts(row: Body, unit: str) -> dict[str, Decimal]:
    """Return the stated flows of a balance in one unit; what nobody stated is not there."""
    named = {*_SOURCES, *_SINKS, "consumed", "closing-stock"}
    return {
        name: in_unit(Decimal(str(row[name])), unit=str(row["unit"]), to=unit)
        for name in sorted(named & row.keys())
        if row[name] is not None
    }


@dataclass(slots=True)
class _Sums:
    """What came and went, while balances are added up."""

    came: dict[EndKind, Decimal]
    went: dict[EndKind, Decimal]

    def add(self, amounts: Mapping[str, Decimal]) -> None:
        """Add the stated flows of one balance."""
        for into, ends in ((self.came, _SOURCES), (self.went, _SINKS)):
            for name, end in ends.items():
                if name in amounts:
                    into[end] = into.get(end, Decimal(0)) + amounts[name]

    def draw(self, drawn: Decimal) -> None:
        """Add what was drawn from stock, or put there."""
        into = self.came if drawn > 0 else self.went
        if drawn:
            into[EndKind.STOCK] = into.get(EndKind.STOCK, Decimal(0)) + abs(drawn)


# -- all media -----------------------------------------------------------------------------------


def _coal(park: Body, bodies: Mapping[str, Body], of: str) -> FlowTable | None:
    """Return all media in standard coal, by who used them."""
    lines = [line for body in (park,) for line in _used(body)]
    if of != PARK_SUBJECT:
        lines = [line for body in bodies.values() for line in _used(body)]
    if not lines:
        return None
    sources = tuple(FlowEnd(EndKind.MEDIUM, item, tce) for item, tce in _by_item(lines).items())
    if of == PARK_SUBJECT:
        sinks = [
            FlowEnd(EndKind.ENTERPRISE, subject, sum(tce for _, tce in _used(body)))
            for subject, body in bodies.items()
            if _used(body)
        ]
        network = sum(tce for item, tce in lines if item == _NETWORK)
        if network:
            sinks.append(FlowEnd(EndKind.NETWORK, "", network))
    else:
        sinks = [FlowEnd(EndKind.USED, "", sum(tce for _, tce in lines))]
    table = FlowTable(subject=of, unit=_TCE, sources=sources, sinks=tuple(sinks))
    return _settled(table)


def _settled(table: FlowTable) -> FlowTable:
    """Close a table whose sides are the same but for the last digits of floats."""
    came, went = table.total, sum(each.amount for each in table.sinks if each.amount is not None)
    if came is not None and abs(came - went) <= _FLOAT_RATIO * max(abs(came), 1.0):
        return table
    return closed(table, lacking=EndKind.LOSSES, missing=EndKind.NOT_STATED)


def _used(body: Body) -> Sequence[tuple[str, float]]:
    """Return the lines of energy that count into the total; carriers such as water do not."""
    return [
        (str(row["item"]), float(Decimal(str(row["equivalent_tce"]))))
        for row in _rows(body, "lines")
        if not row["is_medium"]
    ]


def _by_item(lines: Iterable[tuple[str, float]]) -> dict[str, float]:
    found: dict[str, float] = {}
    for item, tce in lines:
        found[item] = found.get(item, 0.0) + tce
    return dict(sorted(found.items(), key=lambda pair: -pair[1]))
