"""The energy of a meter as a figure: a month, its days, their intervals, two readings.

``meter/M-E17/2026-09/48213`` is the energy by the law ``register-energy/v1``, as the journal was
known at a size; ``settled/M-E17/2026-09`` is what was settled, substitutes included.
"""

from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from taihang.core.figure.derive import added, beside
from taihang.core.figure.formula import Constant, Formula, Given, Less, Product, Sum
from taihang.core.figure.key import NoSuchFigureError, key_of, taken
from taihang.core.figure.story import (
    UNDERIVED,
    Coverage,
    Decision,
    Derivation,
    FigureInput,
    FigureStory,
    Ground,
    Label,
    ProofOf,
    Words,
)
from taihang.core.metering.estimate.shapes import Method
from taihang.core.metering.readings import MeterEvent
from taihang.core.metering.vee.rule import FACTS, Rule
from taihang.core.park.topology import Direction, Meter
from taihang.core.periods import STEP_S, Period
from taihang.core.series import EnergySeries, Quality, Quantity
from taihang.services.figure_reading import reading_input
from taihang.services.figure_rule import rule_named
from taihang.services.figure_span import Span, span_of
from taihang.services.month_sums import counted
from taihang.services.ports import Columns, Ports
from taihang.services.settle import Known, energy_of, known_at, term_of

METER: Final = "meter"
SETTLED: Final = "settled"
_LAW: Final = "register-energy/v1"
_SETTLED_RULE: Final = "settled-interval/v1"
_WH: Final = "Wh"
_NAMES: Final = ("meter", "stretch", "size")


def meter_input(point: str, span: str, size: int, *, value_wh: int | None) -> FigureInput:
    """Return the energy of a meter by the law as an input of a figure above it.

    Args:
        point: The meter.
        span: The stretch, as a key writes it.
        size: The journal as it was known.
        value_wh: The energy; None where nothing was read [Wh].
    """
    return FigureInput(
        key=key_of(METER, point, span, str(size)),
        name=Label("meter_energy", {"meter": point, "span": span}),
        value=None if value_wh is None else Decimal(value_wh),
        unit=_WH,
        flag="missing" if value_wh is None else "",
    )


def settled_input(point: str, span: str, *, value_wh: int | None, flag: str = "") -> FigureInput:
    """Return the settled energy of a meter as an input of a figure above it.

    Args:
        point: The meter.
        span: The stretch, as a key writes it.
        value_wh: The energy; None where nothing stands [Wh].
        flag: Its quality, where it is not measured.
    """
    return FigureInput(
        key=key_of(SETTLED, point, span),
        name=Label("meter_settled", {"meter": point, "span": span}),
        value=None if value_wh is None else Decimal(value_wh),
        unit=_WH,
        flag=flag or ("missing" if value_wh is None else ""),
    )


def coverage_of(quality: NDArray[np.integer], wh: NDArray[np.int64]) -> Coverage:
    """Return how much of some settled intervals was measured.

    Args:
        quality: One for each interval, shape (n,).
        wh: Energy, shape (n,). [Wh]
    """
    estimated = quality == Quality.ESTIMATED
    return Coverage(
        n_intervals=len(quality),
        n_missing=int((quality >= Quality.MISSING).sum()),
        n_estimated=int(estimated.sum()),
        estimated_wh=int(wh[estimated].sum()),
    )


def quality_word(quality: int) -> str:
    """Return a quality as pages name it; empty where a value was measured."""
    found = Quality(quality)
    return "" if found is Quality.MEASURED else found.name.lower()


# -- by the law ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Asked:
    """A meter, a stretch of time, and how far the journal is looked at."""

    meter: Meter
    span: Span
    size: int
    ports: Ports

    def known(self) -> Known:
        """Return what was known of the stretch."""
        return known_at(self.size, period=self.span.period, ports=self.ports, point=self.meter.id)


def open_meter(parts: tuple[str, ...], ports: Ports) -> FigureStory:
    """Open the energy of a meter by the law, as known at a size of the journal.

    Args:
        parts: Meter, stretch, size of the journal.
        ports: The outside world.

    Returns:
        Days of a month, intervals of a day, or the readings of an interval.

    Raises:
        NoSuchFigureError: If there is no such meter or size.
    """
    asked = _asked(parts, ports)
    known, span = asked.known(), asked.span
    series = energy_of(term_of(asked.meter), known=known, period=span.period).series
    chosen = counted(series.wh, series.quality)
    derivation, notes = (
        _of_interval(asked, known)
        if span.is_interval
        else (added(_lower(asked, part, series, chosen) for part in span.parts()), ())
    )
    return FigureStory(
        key=key_of(METER, *parts),
        name=Label("meter_energy", {"meter": asked.meter.id, "span": span.name}),
        value=Decimal(int(series.wh[chosen].sum())) if chosen.any() else None,
        unit=_WH,
        ground=Ground.FORMULA,
        term="register",
        derivation=derivation,
        coverage=_law_coverage(chosen),
        rule=rule_named(_LAW),
        decisions=_decisions(asked.meter.id, span.period, ports) if span.is_interval else (),
        notes=(Label("as_known", {"size": str(asked.size)}), *notes),
        code_version=ports.version,
        proof=_proof(asked),
    )


def _asked(parts: tuple[str, ...], ports: Ports) -> _Asked:
    expected = "a meter of park.toml, a stretch of time and a size of the journal"
    point, span, size = taken(METER, parts, names=_NAMES)
    meter = ports.park.meters.get(point)
    if meter is None or not (size.isascii() and size.isdigit()):
        raise NoSuchFigureError(key_of(METER, *parts), expected=expected)
    if not 0 < int(size) <= ports.journal.size:
        raise NoSuchFigureError(key_of(METER, *parts), expected=expected)
    return _Asked(meter, span_of(span, ports.park.zone), int(size), ports)


def _lower(
    asked: _Asked, part: Span, series: EnergySeries, chosen: NDArray[np.bool_]
) -> FigureInput:
    first = (part.period.start_s - series.start_s) // STEP_S
    inside = slice(first, first + part.period.n_steps)
    known = chosen[inside]
    value_wh = int(series.wh[inside][known].sum()) if known.any() else None
    return meter_input(asked.meter.id, part.name, asked.size, value_wh=value_wh)


def _law_coverage(chosen: NDArray[np.bool_]) -> Coverage:
    # The law counts what was read and no substitute: everything else is missing for it.
    return Coverage(n_intervals=len(chosen), n_missing=int((~chosen).sum()), n_estimated=0)


def _proof(asked: _Asked) -> ProofOf:
    if not asked.span.is_interval:
        return ProofOf("", Label("proof_of_sum"))
    return ProofOf(f"{asked.meter.id}@{asked.span.name}", Label("proof_of_interval"))


# -- one interval, from its readings -------------------------------------------------------------


def _of_interval(asked: _Asked, known: Known) -> tuple[Derivation, tuple[Words, ...]]:
    """Derive an interval from its two registers, or from the one value that was read of it."""
    meter, start_s = asked.meter, asked.span.period.start_s
    registers = known.current.get((meter.id, Quantity.REGISTER.value))
    edges = [_count_at(registers, each) for each in (start_s, start_s + STEP_S)]
    at = [
        reading_input((meter.id, Quantity.REGISTER, each), asked.size, count=count)
        for each, count in zip((start_s, start_s + STEP_S), edges, strict=True)
    ]
    if edges[0] is not None and edges[1] is not None:
        steps = [event for event in known.events if start_s < event.at_s <= start_s + STEP_S]
        return _difference(meter, (edges[0], edges[1]), steps, at)
    intervals = known.current.get((meter.id, Quantity.ENERGY.value))
    read = _count_at(intervals, start_s)
    if read is not None:
        one = reading_input((meter.id, Quantity.ENERGY, start_s), asked.size, count=read)
        return Derivation(Given(0), (one,)), (Label("read_as_energy"),)
    return beside(*at), (Label("edge_missing"),)


def _difference(
    meter: Meter, edges: tuple[int, int], events: list[MeterEvent], at: list[FigureInput]
) -> tuple[Derivation, tuple[Words, ...]]:
    scale = Constant(Decimal(meter.wh_per_count))
    turned: Formula = Less(Given(1), Given(0))
    notes: list[Words] = []
    if events:
        # What the old dial still counted, and what the new one has counted since.
        turned, notes = _over_events(events), [Label("meter_event", {"n": str(len(events))})]
    elif edges[1] < edges[0] and meter.modulus:
        turned = Less(Sum((Given(1), Constant(Decimal(meter.modulus)))), Given(0))
        notes = [Label("rolled_over", {"modulus": str(meter.modulus)})]
    return Derivation(Product((turned, scale)), tuple(at)), tuple(notes)


def _over_events(events: list[MeterEvent]) -> Formula:
    first, last = events[0], events[-1]
    ended = Less(Constant(Decimal(first.final_count)), Given(0))
    begun = Less(Given(1), Constant(Decimal(last.initial_count)))
    between = [
        Less(Constant(Decimal(now.final_count)), Constant(Decimal(was.initial_count)))
        for was, now in pairwise(events)
    ]
    return Sum((ended, *between, begun))


def _count_at(rows: Columns | None, time_s: int) -> int | None:
    """Return the usable count at an instant; None where there is none."""
    if rows is None:
        return None
    at = int(np.searchsorted(rows["time_s"], time_s))
    there = at < len(rows["time_s"]) and int(rows["time_s"][at]) == time_s
    if not there or int(rows["quality"][at]) >= Quality.MISSING:
        return None
    return int(rows["count"][at])


def _decisions(point: str, period: Period, ports: Ports) -> tuple[Decision, ...]:
    """Return what the rules of validation found at an interval, as it was settled."""
    found: list[Decision] = []
    for (_, rule), rows in ports.lake.read("findings", period, point).items():
        unit = FACTS[Rule(rule)].unit
        for value, limit in zip(rows["found"].tolist(), rows["allowed"].tolist(), strict=True):
            found.append(Decision(rule, value, limit, unit))
    return tuple(found)


# -- as it was settled ---------------------------------------------------------------------------


def open_settled(parts: tuple[str, ...], ports: Ports) -> FigureStory:
    """Open the settled energy of a meter: read, or a substitute where a rule allows one.

    Args:
        parts: Meter, stretch.
        ports: The outside world.

    Raises:
        NoSuchFigureError: If there is no such meter, or nothing of it was settled then.
    """
    point, name = taken(SETTLED, parts, names=_NAMES[:2])
    meter = ports.park.meters.get(point)
    expected = "a meter of park.toml and a settled stretch of time"
    if meter is None:
        raise NoSuchFigureError(key_of(SETTLED, *parts), expected=expected)
    span = span_of(name, ports.park.zone)
    rows = ports.lake.read("intervals", span.period, point).get((point,))
    if rows is None or not len(rows["time_s"]):
        raise NoSuchFigureError(key_of(SETTLED, *parts), expected=expected)
    usable = rows["quality"] < Quality.MISSING
    one = _Row(meter, rows, ports)
    derivation, notes, ground = (
        one.derived(span)
        if span.is_interval
        else (added(one.lower(part) for part in span.parts()), (), Ground.FORMULA)
    )
    return FigureStory(
        key=key_of(SETTLED, *parts),
        name=Label("meter_settled", {"meter": point, "span": name}),
        value=Decimal(int(rows["wh"][usable].sum())) if usable.any() else None,
        unit=_WH,
        ground=ground,
        term="settlement",
        derivation=derivation,
        coverage=coverage_of(rows["quality"], rows["wh"]),
        rule=rule_named(_SETTLED_RULE),
        decisions=_decisions(point, span.period, ports) if span.is_interval else (),
        notes=notes,
        code_version=ports.version,
        proof=ProofOf("", Label("proof_of_settled")),
    )


@dataclass(frozen=True, slots=True)
class _Row:
    """The settled rows of one meter."""

    meter: Meter
    rows: Columns
    ports: Ports

    def lower(self, part: Span) -> FigureInput:
        """Return a part of the stretch as an input."""
        times_s = self.rows["time_s"]
        first, last = np.searchsorted(times_s, [part.period.start_s, part.period.end_s])
        wh, quality = self.rows["wh"][first:last], self.rows["quality"][first:last]
        usable = quality < Quality.MISSING
        worst = int(quality.max(initial=Quality.MEASURED)) if len(quality) else Quality.MISSING
        return settled_input(
            self.meter.id,
            part.name,
            value_wh=int(wh[usable].sum()) if usable.any() else None,
            flag=quality_word(worst),
        )

    def derived(self, span: Span) -> tuple[Derivation, tuple[Words, ...], Ground]:
        """Derive one settled interval: from its readings, or by its method."""
        quality, method = int(self.rows["quality"][0]), int(self.rows["method"][0])
        if quality >= Quality.MISSING:
            return UNDERIVED, (Label(f"settled_{quality_word(quality)}"),), Ground.FORMULA
        if method != Method.NONE:
            why = Label("substituted", {"method": Method(method).name.lower()})
            return UNDERIVED, (why,), Ground.ESTIMATE
        size = size_behind(span.period, self.ports)
        asked = _Asked(self.meter, span, size, self.ports)
        derivation, notes = _of_interval(asked, asked.known())
        if int(self.rows["held"][0]):
            notes = (*notes, Label("held_back"))
        return derivation, notes, Ground.FORMULA


def size_behind(period: Period, ports: Ports) -> int:
    """Return the size of the journal that the last settlement of a stretch looked at.

    Args:
        period: The stretch.
        ports: The outside world.

    Returns:
        The size; the present one where nobody settled it.
    """
    for each in reversed(ports.registry.settlements()):
        if each.start_s <= period.start_s and period.end_s <= each.end_s:
            return each.journal_size
    return ports.journal.size


def directions_of(node: str, direction: Direction, ports: Ports) -> tuple[Meter, ...]:
    """Return the meters of a node that count one direction, in the order of the park file."""
    meters = ports.park.meters.values()
    return tuple(each for each in meters if each.node == node and each.measures is direction)
