"""The energies behind lines of bills as figures: by origin and kind of hour, contract, demand.

``billed/E17/grid/peak/2026-09``      energy from the grid in peak hours; ``all`` for every hour
``billed/G1/grid/all/2026-09``        the same through a grid connection
``supplied/PV05/E17/2026-09``         what one user took of one plant, over every route
``demand/E17/2026-09``                the highest mean power of an interval through the meter
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import numpy as np
from numpy.typing import NDArray

from taihang.core.balance.matching import DIRECT
from taihang.core.balance.tracing import trace_pairs
from taihang.core.figure.derive import added, signed
from taihang.core.figure.formula import Constant, Given, Largest, Less, Product, Quotient
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
from taihang.core.market.bill_line import GREEN, GRID
from taihang.core.market.tariff import prices
from taihang.core.market.tou import KINDS, PeriodKind
from taihang.core.park.topology import Direction
from taihang.core.periods import STEP_S, Period, month
from taihang.core.quantities import SECONDS_PER_HOUR, WH_PER_KWH
from taihang.core.series import Quality
from taihang.services.billed_use import BilledUser, billed_grids, billed_users, terms_of
from taihang.services.figure_matching import flow_input, matched_input, open_matched
from taihang.services.figure_meter import directions_of, settled_input
from taihang.services.figure_rule import rule_named
from taihang.services.figure_span import Span, span_of
from taihang.services.match_period import rule_name
from taihang.services.matched import shares_of
from taihang.services.ports import Columns, Ports
from taihang.services.settled_rows import series_of

BILLED: Final = "billed"
SUPPLIED: Final = "supplied"
DEMAND: Final = "demand"
EVERY: Final = "all"
_WH: Final = "Wh"
_PER_HOUR: Final = int(SECONDS_PER_HOUR) // STEP_S
Energies = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Stretch:
    """Energy of consecutive settlement intervals, as a bill takes it."""

    period: Period
    wh: Energies
    """0 where nothing counts, shape (n,). [Wh]"""
    counted: NDArray[np.bool_]
    """Where an interval is in the sum, shape (n,)."""

    def within(self, span: Span) -> "Stretch":
        """Return a part of it."""
        first = (span.period.start_s - self.period.start_s) // STEP_S
        inside = slice(first, first + span.period.n_steps)
        return Stretch(span.period, self.wh[inside], self.counted[inside])

    @property
    def total_wh(self) -> int | None:
        """Its sum; None where nothing of it counts [Wh]."""
        return int(self.wh[self.counted].sum()) if self.counted.any() else None


def billed_input(user: str, origin: str, kind: str, span: str, *, value_wh: int) -> FigureInput:
    """Return an energy behind a line of a bill as an input of a figure above it."""
    return _input(
        key_of(BILLED, user, origin, kind, span),
        Label(f"billed_{origin}", {"user": user, "kind": kind, "span": span}),
        value_wh,
    )


def supplied_input(plant: str, user: str, span: str, *, value_wh: int) -> FigureInput:
    """Return what a user took of a plant as an input of a figure above it."""
    return _input(
        key_of(SUPPLIED, plant, user, span),
        Label("supplied", {"plant": plant, "user": user, "span": span}),
        value_wh,
    )


def demand_input(user: str, span: str, *, kw: Decimal) -> FigureInput:
    """Return a maximum demand as an input of a figure above it."""
    return FigureInput(
        key=key_of(DEMAND, user, span),
        name=Label("demand", {"user": user, "span": span}),
        value=kw,
        unit="kW",
    )


def _input(key: str, name: Words, value_wh: int | None) -> FigureInput:
    return FigureInput(
        key=key,
        name=name,
        value=None if value_wh is None else Decimal(value_wh),
        unit=_WH,
        flag="missing" if value_wh is None else "",
    )


# -- from the grid, and green, by kind of hour ---------------------------------------------------


def billed_stretch(user: str, origin: str, kind: str, period: Period, *, ports: Ports) -> Stretch:
    """Return the energy of one origin that a bill charges in some kind of hour.

    Args:
        user: A user or a grid connection that a tariff bills.
        origin: ``grid`` or ``green``.
        kind: A kind of hour, or ``all``.
        period: Whole local days of one month, or an interval of it.
        ports: The outside world.

    Raises:
        NoSuchFigureError: If no tariff bills the user.
    """
    every = {each.id: each for each in (*billed_users(ports.park), *billed_grids(ports.park))}
    if user not in every or origin not in {GRID, GREEN}:
        raise NoSuchFigureError(
            key_of(BILLED, user, origin), expected="a party that a tariff bills, grid or green"
        )
    wh, usable = (
        _of_grid(user, period, ports)
        if user in ports.park.grids
        else _of_user(user, origin, period, ports)
    )
    return Stretch(period, wh, usable & _of_kind(every[user], kind, period, ports))


def _of_user(
    user: str, origin: str, period: Period, ports: Ports
) -> tuple[Energies, NDArray[np.bool_]]:
    rows = ports.lake.read("matching", period, user).get(("user", user))
    wh, usable = np.zeros(period.n_steps, np.int64), np.zeros(period.n_steps, np.bool_)
    if rows is None:
        return wh, usable
    at = (rows["time_s"] - period.start_s) // STEP_S
    usable[at] = rows["quality"] < Quality.MISSING
    green_wh = rows["line_wh"] + rows["pool_wh"]
    wh[at] = green_wh if origin == GREEN else rows["total_wh"] - green_wh
    return np.where(usable, wh, 0), usable


def _of_grid(grid: str, period: Period, ports: Ports) -> tuple[Energies, NDArray[np.bool_]]:
    wh, usable = np.zeros(period.n_steps, np.int64), np.zeros(period.n_steps, np.bool_)
    found: list[Columns] = [
        rows
        for meter in directions_of(grid, Direction.IMPORT, ports)
        for rows in ports.lake.read("intervals", period, meter.id).values()
    ]
    for rows in found:
        series = series_of(rows, period)
        wh[series.present], usable[series.present] = series.wh[series.present], True
    if not found:
        flow = ports.lake.read("balance", period, "import").get(("import",))
        if flow is not None:
            at = (flow["time_s"] - period.start_s) // STEP_S
            wh[at], usable[at] = flow["wh"], flow["closed"] == 1
    return wh, usable


def _of_kind(
    user: BilledUser, kind: str, period: Period, ports: Ports
) -> NDArray[np.bool_] | np.bool_:
    """Say which intervals are of a kind of hour; the schedule is that of their whole month."""
    if kind == EVERY:
        return np.True_
    if kind not in set(PeriodKind):
        raise NoSuchFigureError(key_of(BILLED, kind), expected="a kind of hour, or all")
    zone = ports.park.zone
    whole = month(f"{period.start.astimezone(zone):%Y-%m}", zone)
    terms = terms_of(user, whole, ports)
    kinds = prices(terms, book=ports.facts, period=whole, zone=zone).kinds
    first = (period.start_s - whole.start_s) // STEP_S
    return kinds[first : first + period.n_steps] == KINDS.index(PeriodKind(kind))


def open_billed(parts: tuple[str, ...], ports: Ports) -> FigureStory:
    """Open an energy behind a line of a bill.

    Args:
        parts: User, origin, kind of hour, stretch within a month.
        ports: The outside world.
    """
    user, origin, kind, name = taken(BILLED, parts, names=("user", "origin", "kind", "stretch"))
    span = span_of(name, ports.park.zone)
    found = billed_stretch(user, origin, kind, span.period, ports=ports)
    if span.is_interval:
        derivation = _billed_interval(user, origin, span, ports)
    else:
        derivation = _parts(found, span, _named_billed(user, origin, kind))
    return FigureStory(
        key=key_of(BILLED, *parts),
        name=Label(f"billed_{origin}", {"user": user, "kind": kind, "span": name}),
        value=None if found.total_wh is None else Decimal(found.total_wh),
        unit=_WH,
        ground=Ground.FORMULA,
        term="import" if origin == GRID else "matching",
        derivation=derivation,
        coverage=_coverage(found),
        rule=rule_named("shanxi-two-part/v1"),
        notes=() if kind == EVERY else (Label("kind_of_hour", {"kind": kind}),),
        code_version=ports.version,
        proof=ProofOf("", Label("proof_of_bill_energy")),
    )


def _named_billed(user: str, origin: str, kind: str) -> Callable[[Span], tuple[str, Words]]:
    def named(part: Span) -> tuple[str, Words]:
        told = {"user": user, "kind": kind, "span": part.name}
        return key_of(BILLED, user, origin, kind, part.name), Label(f"billed_{origin}", told)

    return named


def _coverage(found: Stretch) -> Coverage:
    return Coverage(n_intervals=int(found.counted.sum()), n_missing=0, n_estimated=0)


def _parts(found: Stretch, span: Span, named: Callable[[Span], tuple[str, Words]]) -> Derivation:
    """Derive a stretch from its parts; intervals that do not count are not among them."""
    inputs: list[FigureInput] = []
    for part in span.parts():
        own = found.within(part)
        if own.counted.any() or not part.is_interval:
            key, name = named(part)
            inputs.append(_input(key, name, own.total_wh))
    return added(inputs)


def _billed_interval(user: str, origin: str, span: Span, ports: Ports) -> Derivation:
    if user in ports.park.grids:
        return _through_connection(user, span, ports)
    rows = ports.lake.read("matching", span.period, user).get(("user", user))
    if rows is None or not len(rows["time_s"]):
        return Derivation()
    own = {
        column: matched_input("user", user, column, span.name, value_wh=int(rows[column][0]))
        for column in ("total_wh", "line_wh", "pool_wh")
    }
    if origin == GREEN:
        return added((own["line_wh"], own["pool_wh"]))
    return signed([(1, own["total_wh"]), (-1, own["line_wh"]), (-1, own["pool_wh"])])


def _through_connection(grid: str, span: Span, ports: Ports) -> Derivation:
    inputs: list[FigureInput] = []
    for meter in directions_of(grid, Direction.IMPORT, ports):
        for rows in ports.lake.read("intervals", span.period, meter.id).values():
            usable = len(rows["wh"]) and int(rows["quality"][0]) < Quality.MISSING
            value_wh = int(rows["wh"][0]) if usable else None
            inputs.append(settled_input(meter.id, span.name, value_wh=value_wh))
    if inputs:
        return added(inputs)
    flow = ports.lake.read("balance", span.period, "import").get(("import",))
    value_wh = None if flow is None or not len(flow["wh"]) else int(flow["wh"][0])
    return added((flow_input("import", span.name, value_wh=value_wh),))


# -- of one plant --------------------------------------------------------------------------------


def supplied_stretch(plant: str, user: str, period: Period, *, ports: Ports) -> Stretch:
    """Return what a user took of a plant in each interval, over every route.

    Args:
        plant: The plant.
        user: The user.
        period: Settled intervals.
        ports: The outside world.

    Raises:
        NoSuchFigureError: If there is no such plant or user.
    """
    if plant not in ports.park.plants or user not in ports.park.users:
        raise NoSuchFigureError(key_of(SUPPLIED, plant, user), expected="a plant and a user")
    matched = shares_of(period, ports=ports)
    row, column = matched.plants.index(plant), matched.users.index(user)
    wh = np.zeros(period.n_steps, np.int64)
    for each in matched.shares:
        if each.route.kind in DIRECT and row in each.plants and column in each.takers:
            at, to = each.plants.index(row), each.takers.index(column)
            there = np.flatnonzero((each.given_wh[at] > 0) & (each.received_wh[to] > 0))
            pairs_wh = trace_pairs(each.given_wh[:, there], each.received_wh[:, there])
            wh[there] += pairs_wh[at, to]
    return Stretch(period, wh, wh > 0)


def open_supplied(parts: tuple[str, ...], ports: Ports) -> FigureStory:
    """Open what a user took of a plant.

    Args:
        parts: Plant, user, stretch.
        ports: The outside world.
    """
    plant, user, name = taken(SUPPLIED, parts, names=("plant", "user", "stretch"))
    span = span_of(name, ports.park.zone)
    if span.is_interval:
        return _supplied_interval(parts, span, ports)
    found = supplied_stretch(plant, user, span.period, ports=ports)
    derivation = _parts(
        found,
        span,
        lambda part: (
            key_of(SUPPLIED, plant, user, part.name),
            Label("supplied", {"plant": plant, "user": user, "span": part.name}),
        ),
    )
    return _supplied_story(parts, Decimal(found.total_wh or 0), derivation, ports)


def _supplied_interval(parts: tuple[str, ...], span: Span, ports: Ports) -> FigureStory:
    """Open one interval: the routes of the user's matching that begin at the plant."""
    plant, user, _ = parts
    found: list[FigureInput] = []
    for column in ("line_wh", "pool_wh"):
        story = open_matched(("user", user, column, span.name), ports)
        found += [each for each in story.inputs if each.key.startswith(f"pair/{plant}/")]
    derivation = added(found)
    result = derivation.result
    return _supplied_story(
        parts, None if result is None else Decimal(int(result)), derivation, ports
    )


def _supplied_story(
    parts: tuple[str, ...], value: Decimal | None, derivation: Derivation, ports: Ports
) -> FigureStory:
    plant, user, name = parts
    return FigureStory(
        key=key_of(SUPPLIED, *parts),
        name=Label("supplied", {"plant": plant, "user": user, "span": name}),
        value=value,
        unit=_WH,
        ground=Ground.FORMULA,
        term="tracing",
        derivation=derivation,
        rule=rule_named(rule_name(span_of(name, ports.park.zone).period, ports.park)),
        code_version=ports.version,
        proof=ProofOf("", Label("proof_of_matching")),
    )


# -- demand --------------------------------------------------------------------------------------


def demand_stretch(user: str, period: Period, *, ports: Ports) -> Stretch:
    """Return the energy through the meter of a party: without what a dedicated line brought.

    Args:
        user: A user or a grid connection.
        period: Settled intervals.
        ports: The outside world.
    """
    if user in ports.park.grids:
        wh, usable = _of_grid(user, period, ports)
        return Stretch(period, wh, usable)
    rows = ports.lake.read("matching", period, user).get(("user", user))
    wh, usable = np.zeros(period.n_steps, np.int64), np.zeros(period.n_steps, np.bool_)
    if rows is not None:
        at = (rows["time_s"] - period.start_s) // STEP_S
        wh[at] = rows["total_wh"] - rows["line_wh"]
        usable[at] = rows["quality"] < Quality.MISSING
    return Stretch(period, wh, usable)


def demand_kw(found: Stretch) -> Decimal | None:
    """Return the highest mean power of a stretch; None where nothing was read [kW]."""
    if not found.counted.any():
        return None
    return Decimal(int(found.wh[found.counted].max())) * _PER_HOUR / WH_PER_KWH


def open_demand(parts: tuple[str, ...], ports: Ports) -> FigureStory:
    """Open a maximum demand.

    Args:
        parts: User or grid connection, stretch.
        ports: The outside world.

    Raises:
        NoSuchFigureError: If there is no such party.
    """
    user, name = taken(DEMAND, parts, names=("user", "stretch"))
    if user not in {*ports.park.users, *ports.park.grids}:
        raise NoSuchFigureError(key_of(DEMAND, *parts), expected="a user or a grid connection")
    span = span_of(name, ports.park.zone)
    found = demand_stretch(user, span.period, ports=ports)
    return FigureStory(
        key=key_of(DEMAND, *parts),
        name=Label("demand", {"user": user, "span": name}),
        value=demand_kw(found),
        unit="kW",
        ground=Ground.FORMULA,
        term="maximum-demand",
        derivation=_demand_derivation(user, found, span, ports),
        coverage=Coverage(
            n_intervals=len(found.wh), n_missing=int((~found.counted).sum()), n_estimated=0
        ),
        rule=rule_named("shanxi-two-part/v1"),
        notes=(Label("demand_through_meter"),),
        code_version=ports.version,
        proof=ProofOf("", Label("proof_of_bill_energy")),
    )


def _demand_derivation(user: str, found: Stretch, span: Span, ports: Ports) -> Derivation:
    if span.is_interval:
        return _demand_interval(user, span, ports)
    inputs = [
        demand_input(user, part.name, kw=kw)
        for part in span.parts()
        if (kw := demand_kw(found.within(part))) is not None
    ]
    parts = tuple(Given(at) for at in range(len(inputs)))
    return Derivation(Largest(parts) if parts else None, tuple(inputs))


def _demand_interval(user: str, span: Span, ports: Ports) -> Derivation:
    """Derive a mean power from the energy of its interval."""
    hours = Constant(Decimal(_PER_HOUR))
    if user in ports.park.grids:
        through = _through_connection(user, span, ports)
        formula = through.formula
        operands = through.operands
    else:
        rows = ports.lake.read("matching", span.period, user).get(("user", user))
        if rows is None or not len(rows["time_s"]):
            return Derivation()
        operands = tuple(
            matched_input("user", user, column, span.name, value_wh=int(rows[column][0]))
            for column in ("total_wh", "line_wh")
        )
        formula = Less(Given(0), Given(1))
    if formula is None:
        return Derivation(None, operands)
    per_kwh = Constant(Decimal(WH_PER_KWH))
    return Derivation(Quotient(Product((formula, hours)), per_kwh), operands)
