"""The power of every meter in one quarter of an hour, as its readings say it, not yet settled.

The newest quarter is the last one that nine of ten meters have read to its end. A meter that was
not read at both ends is missing: its node, and every sum that needs it, is not known.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from taihang.core.metering.readings import Place
from taihang.core.metering.rollup import advances
from taihang.core.park.park import PARK_SUBJECT
from taihang.core.park.topology import Direction, Feeder, Meter
from taihang.core.periods import STEP_S, Period, instant_of_s
from taihang.core.quantities import SECONDS_PER_HOUR, WH_PER_KWH
from taihang.core.series import Quantity
from taihang.services.electric_flows import KIND_OF, demand_flow_subject
from taihang.services.flow_table import (
    EndKind,
    FlowEnd,
    FlowTable,
    closed,
    grouped,
    summed,
)
from taihang.services.ports import Ports
from taihang.services.sight_rules import demand_whole

UNIT: Final = "kW"
_SILENT_S: Final = 86_400
"""A meter that said nothing for so long before the newest reading does not hold the others up."""
_READ_RATIO: Final = 0.9
"""Share of the meters that must have read a quarter to its end."""
_KW_PER_WH: Final = SECONDS_PER_HOUR / STEP_S / WH_PER_KWH
_COUNTED: Final = (Quantity.REGISTER.value, Quantity.ENERGY.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerNow:
    """Flows of power in one quarter of an hour."""

    at_s: int
    """Start of the quarter."""
    table: FlowTable
    missing: tuple[str, ...]
    """Meters in service that were not read at both ends."""
    n_meters: int


def power_now(*, of: str, at_s: int | None, ports: Ports) -> PowerNow | None:
    """Return the flows of power in a quarter.

    Args:
        of: ``park``, a feeder, an enterprise or a charging station.
        at_s: Start of the quarter; None for the newest. [s since 1970-01-01T00:00Z]
        ports: The outside world.

    Returns:
        The flows; None where no meter has been read.

    Raises:
        NoFlowSubjectError: If there is no such subject.
    """
    demand_whole(ports, "the power of the park")
    demand_flow_subject(of, ports)
    quarter_s = _newest_s(ports) if at_s is None else at_s - at_s % STEP_S
    if quarter_s is None:
        return None
    day = instant_of_s(quarter_s).astimezone(ports.park.zone).date()
    meters = [
        each
        for each in ports.park.meters.values()
        if each.measures is not Direction.CURTAILMENT
        and each.in_service.covers(day)
        and ports.park.assets[each.node].in_service.covers(day)
    ]
    case = _Case(_kw(meters, quarter_s, ports), tuple(meters), ports)
    return PowerNow(
        at_s=quarter_s,
        table=case.table(of),
        missing=tuple(each.id for each in meters if each.id not in case.kw),
        n_meters=len(meters),
    )


def _newest_s(ports: Ports) -> int | None:
    places, rows = ports.lake.last()
    ends = [
        int(time_s) // STEP_S * STEP_S + (STEP_S if places[int(code)][1] == Quantity.ENERGY else 0)
        for code, time_s in zip(rows["code"], rows["last_s"], strict=True)
        if places[int(code)][0] in ports.park.meters
    ]
    if not ends:
        return None
    awake = sorted(each for each in ends if each > max(ends) - _SILENT_S)
    return awake[int(len(awake) * (1.0 - _READ_RATIO))] - STEP_S


def _kw(meters: Sequence[Meter], quarter_s: int, ports: Ports) -> dict[str, float]:
    """Return the mean power of each meter that was read at both ends of a quarter."""
    by_id = {each.id: each for each in meters}
    wide = Period.of_s(quarter_s - STEP_S, quarter_s + 2 * STEP_S)
    places: list[Place] = [(each, quantity) for each in by_id for quantity in _COUNTED]
    found, rows = ports.lake.rollups(STEP_S, wide, places)
    dials = _dials(found, by_id)
    registers = {name: column[dials.is_register[rows["code"]]] for name, column in rows.items()}
    moved = advances(registers, step_s=STEP_S, modulus_count=dials.modulus_count)
    whole = (moved["from_s"] == quarter_s) & (moved["to_s"] == quarter_s + STEP_S)
    stated = ~dials.is_register[rows["code"]] & (rows["time_s"] == quarter_s) & (rows["n"] > 0)
    code = np.concatenate([rows["code"][stated], moved["code"][whole]])
    count = np.concatenate([rows["sum_count"][stated], moved["advance_count"][whole]])
    wh = count * dials.worth_wh[code]
    # Where a meter has both, its register is the later and the one that counts.
    kw: dict[str, float] = {
        found[at][0]: each * _KW_PER_WH for at, each in zip(code.tolist(), wh.tolist(), strict=True)
    }
    return {id_: each for id_, each in kw.items() if _is_honest(by_id[id_], each)}


@dataclass(frozen=True, slots=True, eq=False)
class _Dials:
    """What counts are worth, by code of the place."""

    is_register: NDArray[np.bool_]
    worth_wh: NDArray[np.int64]
    modulus_count: NDArray[np.int64]


def _dials(places: Sequence[Place], meters: Mapping[str, Meter]) -> _Dials:
    """Return the dials of places; the lake names also those that nobody asked for."""
    is_register = [quantity == _COUNTED[0] for _, quantity in places]
    known = [meters.get(id_) for id_, _ in places]
    worth_wh = [
        each.wh_per_count if each is not None and counts else 1
        for each, counts in zip(known, is_register, strict=True)
    ]
    modulus = [0 if each is None else each.modulus for each in known]
    return _Dials(
        np.array(is_register or [False], np.bool_),
        np.array(worth_wh or [0], np.int64),
        np.array(modulus or [0], np.int64),
    )


def _is_honest(meter: Meter, kw: float) -> bool:
    """Say whether a power is one that the meter may show; a swapped dial shows another."""
    least_kw = -meter.max_kw if meter.measures is Direction.GENERATION else 0.0
    return least_kw <= kw <= meter.max_kw


@dataclass(frozen=True, slots=True, eq=False)
class _Case:
    """The power of every meter that is known."""

    kw: Mapping[str, float]
    meters: tuple[Meter, ...]
    ports: Ports

    def table(self, of: str) -> FlowTable:
        """Return the flows of a subject."""
        if of == PARK_SUBJECT:
            return self._park()
        feeder = self.ports.park.feeders.get(of)
        if feeder is not None:
            return self._feeder(feeder)
        sinks = [
            FlowEnd(EndKind.METER, each.id, self.kw.get(each.id))
            for each in self.meters
            if (each.node, each.measures) == (of, Direction.CONSUMPTION)
        ]
        source = summed(EndKind.GRID, "", [each.amount for each in sinks])
        return FlowTable(subject=of, unit=UNIT, sources=(source,), sinks=tuple(sinks))

    def _park(self) -> FlowTable:
        park = self.ports.park
        sources: list[FlowEnd] = []
        for kind, end in KIND_OF.items():
            plants = [each.id for each in park.plants.values() if each.kind is kind]
            sources += self._sum(end, Direction.GENERATION, plants)
        users = {each: self._node(each, Direction.CONSUMPTION) for each in park.enterprises}
        metered = {m.node for m in self.meters if m.measures is Direction.CONSUMPTION}
        sinks = [*grouped(park, {node: kw for node, kw in users.items() if node in metered})]
        sinks += self._sum(EndKind.STATION, Direction.CONSUMPTION, [*park.stations])
        sources += self._sum(EndKind.DISCHARGE, Direction.DISCHARGE, [*park.batteries])
        sinks += self._sum(EndKind.CHARGE, Direction.CHARGE, [*park.batteries])
        sources += self._sum(EndKind.IMPORT, Direction.IMPORT, [*park.grids])
        sinks += self._sum(EndKind.EXPORT, Direction.EXPORT, [*park.grids])
        table = FlowTable(
            subject=PARK_SUBJECT, unit=UNIT, sources=tuple(sources), sinks=tuple(sinks)
        )
        is_metered = any(each.kind is EndKind.IMPORT for each in sources)
        if is_metered:
            return closed(table, lacking=EndKind.LOSSES, missing=EndKind.SURPLUS)
        # Without a meter at the connection what lacks came through it.
        return closed(table, lacking=EndKind.EXPORT, missing=EndKind.IMPORT)

    def _feeder(self, feeder: Feeder) -> FlowTable:
        park = self.ports.park
        sources: list[FlowEnd] = []
        sinks: list[FlowEnd] = []
        for node in feeder.members:
            if node in park.plants:
                sources += self._one(KIND_OF[park.plants[node].kind], Direction.GENERATION, node)
            elif node in park.batteries:
                sources += self._one(EndKind.DISCHARGE, Direction.DISCHARGE, node)
                sinks += self._one(EndKind.CHARGE, Direction.CHARGE, node)
            else:
                kind = EndKind.STATION if node in park.stations else EndKind.ENTERPRISE
                sinks += self._one(kind, Direction.CONSUMPTION, node)
        table = FlowTable(subject=feeder.id, unit=UNIT, sources=tuple(sources), sinks=tuple(sinks))
        return closed(table, lacking=EndKind.REST_OUT, missing=EndKind.REST_IN)

    def _one(self, kind: EndKind, direction: Direction, node: str) -> list[FlowEnd]:
        """Return one node; nothing where it has no meter of this flow."""
        if not self._of(node, direction):
            return []
        return [FlowEnd(kind, node, self._node(node, direction))]

    def _sum(self, kind: EndKind, direction: Direction, nodes: Sequence[str]) -> list[FlowEnd]:
        """Return several nodes together; nothing where none of them has a meter."""
        metered = [each for each in nodes if self._of(each, direction)]
        if not metered:
            return []
        return [summed(kind, "", [self._node(each, direction) for each in metered])]

    def _node(self, node: str, direction: Direction) -> float | None:
        return summed(
            EndKind.METER, node, [self.kw.get(each.id) for each in self._of(node, direction)]
        ).amount

    def _of(self, node: str, direction: Direction) -> list[Meter]:
        return [m for m in self.meters if (m.node, m.measures) == (node, direction)]
