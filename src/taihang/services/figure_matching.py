"""Settled flows and matching as figures: of the park, a plant or a user, down to one interval.

``matched/user/E17/line_wh/2026-09``   what a user received over dedicated lines
``flow/import/2026-09-14``             a flow of the park's balance
``route/user/E17/pool_wh/2026-09-14T02:15Z`` … one interval is told route by route
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Final

import numpy as np

from taihang.core.balance.balance import FLOWS
from taihang.core.balance.matching import DIRECT, RouteKind
from taihang.core.figure.derive import added, beside, signed
from taihang.core.figure.key import NoSuchFigureError, key_of, taken
from taihang.core.figure.story import (
    Coverage,
    Derivation,
    FigureInput,
    FigureStory,
    Ground,
    Label,
    ProofOf,
    Words,
)
from taihang.core.park.topology import Direction
from taihang.core.series import Quality
from taihang.services.figure_meter import (
    coverage_of,
    directions_of,
    quality_word,
    settled_input,
)
from taihang.services.figure_rule import rule_named
from taihang.services.figure_span import Span, span_of
from taihang.services.match_period import rule_name
from taihang.services.ports import Columns, Ports
from taihang.services.settled_rows import CURTAILMENT
from taihang.services.sight_rules import PartOfParkError
from taihang.services.trace import Traced, trace

MATCHED: Final = "matched"
FLOW: Final = "flow"
PAIR: Final = "pair"
COLUMNS: Final = ("total_wh", "line_wh", "pool_wh")
ROLES: Final = ("plant", "user")
_WH: Final = "Wh"
_DIRECTIONS: Final[Mapping[str, Direction]] = {
    "generation": Direction.GENERATION,
    "load": Direction.CONSUMPTION,
    "import": Direction.IMPORT,
    "export": Direction.EXPORT,
    "charge": Direction.CHARGE,
    "discharge": Direction.DISCHARGE,
    CURTAILMENT: Direction.CURTAILMENT,
}
_INFLOWS: Final = ("generation", "import", "discharge")


def matched_input(
    role: str, node: str, column: str, span: str, *, value_wh: int | None, flag: str = ""
) -> FigureInput:
    """Return a settled energy of a plant or user as an input of a figure above it."""
    return FigureInput(
        key=key_of(MATCHED, role, node, column, span),
        name=Label(f"matched_{column}", {"node": node, "span": span}),
        value=None if value_wh is None else Decimal(value_wh),
        unit=_WH,
        flag=flag or ("missing" if value_wh is None else ""),
    )


def flow_input(flow: str, span: str, *, value_wh: int | None) -> FigureInput:
    """Return a flow of the park as an input of a figure above it."""
    return FigureInput(
        key=key_of(FLOW, flow, span),
        name=Label("flow", {"flow": flow, "span": span}),
        value=None if value_wh is None else Decimal(value_wh),
        unit=_WH,
        flag="missing" if value_wh is None else "",
    )


# -- a plant or user -----------------------------------------------------------------------------


def open_matched(parts: tuple[str, ...], ports: Ports) -> FigureStory:
    """Open a settled energy of a plant or user.

    Args:
        parts: Role, node, column, stretch.
        ports: The outside world.

    Raises:
        NoSuchFigureError: If there is no such node, or nothing of it was settled then.
    """
    names = ("role", "node", "column", "stretch")
    role, node, column, name = taken(MATCHED, parts, names=names)
    key = key_of(MATCHED, *parts)
    if role not in ROLES or column not in COLUMNS:
        raise NoSuchFigureError(
            key, expected=f"{' or '.join(ROLES)}, a node and {', '.join(COLUMNS)}"
        )
    span = span_of(name, ports.park.zone)
    rows = ports.lake.read("matching", span.period, node).get((role, node))
    if rows is None or not len(rows["time_s"]):
        raise NoSuchFigureError(key, expected="a plant or user and a settled stretch of time")
    derivation, notes, ground = (
        _of_interval(parts, span, rows, ports)
        if span.is_interval
        else (added(_lower(parts, rows, part) for part in span.parts()), (), Ground.FORMULA)
    )
    return FigureStory(
        key=key,
        name=Label(f"matched_{column}", {"node": node, "span": name}),
        value=_value(rows, column),
        unit=_WH,
        ground=ground,
        term="settlement" if column == "total_wh" else "matching",
        derivation=derivation,
        coverage=coverage_of(rows["quality"], rows["total_wh"]),
        rule=rule_named(rule_name(span.period, ports.park)),
        notes=notes,
        code_version=ports.version,
        proof=ProofOf("", Label("proof_of_matching")),
    )


def _value(rows: Columns, column: str) -> Decimal | None:
    """Return the energy over the usable intervals; None where none is usable."""
    if column != "total_wh":
        return Decimal(int(rows[column].sum()))
    usable = rows["quality"] < Quality.MISSING
    return Decimal(int(rows[column][usable].sum())) if usable.any() else None


def _lower(parts: tuple[str, ...], rows: Columns, part: Span) -> FigureInput:
    role, node, column, _ = parts
    first, last = np.searchsorted(rows["time_s"], [part.period.start_s, part.period.end_s])
    inside = {name: values[first:last] for name, values in rows.items()}
    value = _value(inside, column) if last > first else None
    worst = int(inside["quality"].max(initial=Quality.MEASURED))
    return matched_input(
        role,
        node,
        column,
        part.name,
        value_wh=None if value is None else int(value),
        flag=quality_word(worst) if last > first else "missing",
    )


def _of_interval(
    parts: tuple[str, ...], span: Span, rows: Columns, ports: Ports
) -> tuple[Derivation, tuple[Words, ...], Ground]:
    role, node, column, _ = parts
    if column == "total_wh":
        return _metered(role, node, span, ports), (), Ground.FORMULA
    if not int(rows[column][0]):
        return beside(*_metered(role, node, span, ports).operands), (), Ground.FORMULA
    try:
        traced = trace(node, span.period, ports=ports).rows
    except PartOfParkError:
        # Who does not see the whole park cannot work its matching out again.
        return beside(), (Label("of_others"),), Ground.HIDDEN
    kinds = {RouteKind.LINE} if column == "line_wh" else {*DIRECT} - {RouteKind.LINE}
    routes = [each for each in traced if each.route in {kind.value for kind in kinds}]
    return added(_pair_input(each, span) for each in routes), (), Ground.FORMULA


def _metered(role: str, node: str, span: Span, ports: Ports) -> Derivation:
    """Derive the energy of a node in an interval from its meter in service."""
    direction = Direction.GENERATION if role == "plant" else Direction.CONSUMPTION
    inputs: list[FigureInput] = []
    for meter in directions_of(node, direction, ports):
        rows = ports.lake.read("intervals", span.period, meter.id).get((meter.id,))
        if rows is not None and len(rows["time_s"]):
            quality = int(rows["quality"][0])
            wh = int(rows["wh"][0]) if quality < Quality.MISSING else None
            inputs.append(
                settled_input(meter.id, span.name, value_wh=wh, flag=quality_word(quality))
            )
    # A meter that was replaced ends where the next one begins: one of them is in service.
    return added(inputs)


# -- one route in one interval -------------------------------------------------------------------


def _pair_input(row: Traced, span: Span) -> FigureInput:
    plant, taker, route = row.plant or "", row.taker or "", row.route_id or ""
    return FigureInput(
        key=key_of(PAIR, plant, taker, row.route or "", route, span.name),
        name=Label("pair", {"plant": plant, "user": taker, "route": route, "span": span.name}),
        value=Decimal(row.wh),
        unit=_WH,
    )


def open_pair(parts: tuple[str, ...], ports: Ports) -> FigureStory:
    """Open what one plant gave one user over one route in one interval.

    Args:
        parts: Plant, user, kind of route, route, interval.
        ports: The outside world.

    Returns:
        The energy as the matching gives it again, with what plant and user had in the interval.

    Raises:
        NoSuchFigureError: If nothing went that way.
    """
    names = ("plant", "user", "kind", "route", "interval")
    plant, user, kind, route, name = taken(PAIR, parts, names=names)
    key, expected = key_of(PAIR, *parts), "plant, user, route and interval of a settled matching"
    span = span_of(name, ports.park.zone)
    if not span.is_interval or user not in ports.park.users:
        raise NoSuchFigureError(key, expected=expected)
    rows = [
        row
        for row in trace(user, span.period, ports=ports).rows
        if (row.plant, row.route, row.route_id) == (plant, kind, route)
    ]
    if not rows:
        raise NoSuchFigureError(key, expected=expected)
    named = {"plant": plant, "user": user, "route": route, "span": name}
    contract = rows[0].contract
    return FigureStory(
        key=key,
        name=Label("pair", named),
        value=Decimal(sum(row.wh for row in rows)),
        unit=_WH,
        ground=Ground.MATCHING,
        term="matching",
        derivation=beside(
            *_metered("plant", plant, span, ports).operands,
            *_metered("user", user, span, ports).operands,
        ),
        rule=rule_named(rule_name(span.period, ports.park)),
        facts={} if contract is None else {"contract": contract},
        notes=(Label("matched_again"),),
        code_version=ports.version,
        proof=ProofOf("", Label("proof_of_matching")),
    )


# -- the balance of the park ---------------------------------------------------------------------


def open_flow(parts: tuple[str, ...], ports: Ports) -> FigureStory:
    """Open a flow of the park's balance, over closed intervals.

    Args:
        parts: Flow, stretch.
        ports: The outside world.

    Raises:
        NoSuchFigureError: If there is no such flow, or nothing was settled then.
    """
    flow, name = taken(FLOW, parts, names=("flow", "stretch"))
    span = span_of(name, ports.park.zone)
    balance = {each: rows for (each,), rows in ports.lake.read("balance", span.period).items()}
    if flow not in balance or not len(balance[flow]["time_s"]):
        raise NoSuchFigureError(
            key_of(FLOW, *parts), expected=f"one of {', '.join(FLOWS)}, and a settled stretch"
        )
    rows = balance[flow]
    notes: tuple[Words, ...] = ()
    if span.is_interval:
        derivation, notes = _closed_interval(flow, span, balance, ports)
    else:
        derivation = added(_flow_lower(flow, rows, part) for part in span.parts())
    return FigureStory(
        key=key_of(FLOW, *parts),
        name=Label("flow", {"flow": flow, "span": name}),
        value=Decimal(int(rows["wh"].sum())) if (rows["closed"] == 1).any() else None,
        unit=_WH,
        ground=Ground.FORMULA,
        term=flow if flow in _TERMS else "closure-error",
        derivation=derivation,
        coverage=Coverage(
            n_intervals=len(rows["wh"]),
            n_missing=int((rows["closed"] == 0).sum()),
            n_estimated=int(((rows["estimated"] == 1) & (rows["closed"] == 1)).sum()),
        ),
        rule=rule_named("balance/v1"),
        notes=notes,
        code_version=ports.version,
        proof=ProofOf("", Label("proof_of_balance")),
    )


_TERMS: Final = frozenset(("generation", "load", "import", "export", "losses"))


def _flow_lower(flow: str, rows: Columns, part: Span) -> FigureInput:
    first, last = np.searchsorted(rows["time_s"], [part.period.start_s, part.period.end_s])
    closed = bool((rows["closed"][first:last] == 1).any())
    return flow_input(
        flow, part.name, value_wh=int(rows["wh"][first:last].sum()) if closed else None
    )


def _closed_interval(
    flow: str, span: Span, balance: Mapping[str, Columns], ports: Ports
) -> tuple[Derivation, tuple[Words, ...]]:
    """Derive a flow of one interval: from its meters, or from the law where it has none."""
    rows = balance[flow]
    if not int(rows["closed"][0]):
        return beside(*_meters_of(flow, span, ports)), (Label("interval_open"),)
    if flow == "losses" or (flow in {"import", "export"} and not int(rows["metered"][0])):
        return _by_the_law(flow, span, balance), (Label("by_the_law"),)
    return added(_meters_of(flow, span, ports)), ()


def _meters_of(flow: str, span: Span, ports: Ports) -> Iterable[FigureInput]:
    direction = _DIRECTIONS.get(flow)
    slabs = ports.lake.read("intervals", span.period)
    for meter in ports.park.meters.values():
        rows = slabs.get((meter.id,))
        if meter.measures is direction and rows is not None and len(rows["time_s"]):
            quality = int(rows["quality"][0])
            wh = int(rows["wh"][0]) if quality < Quality.MISSING else None
            yield settled_input(meter.id, span.name, value_wh=wh, flag=quality_word(quality))


def _by_the_law(flow: str, span: Span, balance: Mapping[str, Columns]) -> Derivation:
    """Derive what must have been for the balance to close: the other six flows, by their sign."""
    comes_in = flow in _INFLOWS
    others = [name for name in FLOWS if name != flow]
    return signed(
        [
            (
                1 if (name in _INFLOWS) != comes_in else -1,
                flow_input(name, span.name, value_wh=int(balance[name]["wh"][0])),
            )
            for name in others
        ]
    )
