"""Where the electricity of a stretch came from and went: park, feeder, enterprise, meter.

Only intervals whose balance is closed count, on every level, so that the levels add up to the
watt-hour; how many stayed open is told. Charge and discharge are two ends, never netted.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from taihang.core.errors import InputError
from taihang.core.park.assets import PlantKind
from taihang.core.park.park import PARK_SUBJECT
from taihang.core.park.topology import Direction, Feeder
from taihang.core.periods import Period
from taihang.core.quantities import WH_PER_KWH
from taihang.services.flow_table import (
    EndKind,
    FlowEnd,
    FlowTable,
    closed,
    grouped,
    summed,
)
from taihang.services.ports import Columns, Ports, Slabs
from taihang.services.sight_rules import demand_whole

UNIT: Final = "kWh"
KIND_OF: Final[Mapping[PlantKind, EndKind]] = {
    PlantKind.PV: EndKind.PV,
    PlantKind.WIND: EndKind.WIND,
}


class NoFlowSubjectError(InputError):
    """Flows are asked for of what has none."""

    code = "input.no-flow-subject"


@dataclass(frozen=True, slots=True, kw_only=True)
class ElectricFlows:
    """Flows of a stretch, and on how many of its intervals they rest."""

    table: FlowTable
    n_intervals: int
    """Intervals of the asked stretch."""
    n_settled: int
    n_closed: int
    n_estimated: int
    """Closed intervals in which a substitute stands in some meter."""

    @property
    def n_open(self) -> int:
        """Settled intervals whose balance stayed open: they are in no flow."""
        return self.n_settled - self.n_closed


def electric_flows(period: Period, *, of: str, ports: Ports) -> ElectricFlows | None:
    """Return the flows of electricity over a stretch.

    Args:
        period: Whole local days.
        of: ``park``, a feeder, an enterprise or a charging station.
        ports: The outside world.

    Returns:
        The flows; None where nothing of the stretch is settled.

    Raises:
        NoFlowSubjectError: If there is no such subject.
    """
    demand_whole(ports, "the flows of the park")
    demand_flow_subject(of, ports)
    balance = ports.lake.read("balance", period, columns=("wh", "closed", "estimated"))
    if not balance:
        return None
    load = balance["load",]
    case = _Case(period, load["time_s"][load["closed"] == 1], balance, ports)
    estimated = (load["closed"] == 1) & (load["estimated"] == 1)
    return ElectricFlows(
        table=case.table(of),
        n_intervals=period.n_steps,
        n_settled=len(load["time_s"]),
        n_closed=len(case.closed_s),
        n_estimated=int(estimated.sum()),
    )


def demand_flow_subject(of: str, ports: Ports) -> None:
    """Refuse a subject that has no flows.

    Raises:
        NoFlowSubjectError: If it is neither the park, a feeder, an enterprise nor a station.
    """
    park = ports.park
    if of != PARK_SUBJECT and of not in {*park.feeders, *park.users}:
        raise NoFlowSubjectError(
            given=repr(of[:40]),
            expected="park, a feeder, an enterprise or a charging station",
            remedy="go there from the picture of the park",
        )


@dataclass(frozen=True, slots=True, eq=False)
class _Case:
    """The closed intervals of a stretch."""

    period: Period
    closed_s: NDArray[np.int64]
    balance: Slabs
    ports: Ports

    def table(self, of: str) -> FlowTable:
        """Return the flows of a subject."""
        if of == PARK_SUBJECT:
            return self._park()
        feeder = self.ports.park.feeders.get(of)
        return self._user(of) if feeder is None else self._feeder(feeder)

    def _park(self) -> FlowTable:
        park = self.ports.park
        kwh = {key: self._kwh(rows, "total_wh") for key, rows in self._matching().items()}
        flow = {name: self._kwh(rows, "wh") for (name,), rows in self.balance.items()}
        users = {node: amount for (role, node), amount in kwh.items() if role == "user"}
        sources = [
            summed(end, "", [kwh["plant", each.id] for each in chosen])
            for kind, end in KIND_OF.items()
            if (
                chosen := [
                    p for p in park.plants.values() if p.kind is kind and ("plant", p.id) in kwh
                ]
            )
        ]
        sinks = [*grouped(park, users)]
        stations = [users[each] for each in park.stations if each in users]
        if stations:
            sinks.append(summed(EndKind.STATION, "", stations))
        if park.batteries:
            sources.append(FlowEnd(EndKind.DISCHARGE, "", flow["discharge"]))
            sinks.append(FlowEnd(EndKind.CHARGE, "", flow["charge"]))
        sources.append(FlowEnd(EndKind.IMPORT, "", flow["import"]))
        sinks.append(FlowEnd(EndKind.EXPORT, "", flow["export"]))
        return self._closed(PARK_SUBJECT, sources, sinks)

    def _feeder(self, feeder: Feeder) -> FlowTable:
        park, matching = self.ports.park, self._matching()
        sources: list[FlowEnd] = []
        sinks: list[FlowEnd] = []
        for node in feeder.members:
            if ("plant", node) in matching:
                amount = self._kwh(matching["plant", node], "total_wh")
                sources.append(FlowEnd(KIND_OF[park.plants[node].kind], node, amount))
            elif ("user", node) in matching:
                kind = EndKind.STATION if node in park.stations else EndKind.ENTERPRISE
                sinks.append(FlowEnd(kind, node, self._kwh(matching["user", node], "total_wh")))
            elif node in park.batteries:
                sources.append(
                    FlowEnd(EndKind.DISCHARGE, node, self._node(node, Direction.DISCHARGE))
                )
                sinks.append(FlowEnd(EndKind.CHARGE, node, self._node(node, Direction.CHARGE)))
        table = FlowTable(subject=feeder.id, unit=UNIT, sources=tuple(sources), sinks=tuple(sinks))
        return closed(table, lacking=EndKind.REST_OUT, missing=EndKind.REST_IN)

    def _user(self, node: str) -> FlowTable:
        rows = self.ports.lake.read("matching", self.period, node).get(("user", node))
        sources: tuple[FlowEnd, ...] = ()
        if rows is not None:
            line, pool, total = (
                self._kwh(rows, column) for column in ("line_wh", "pool_wh", "total_wh")
            )
            sources = (
                FlowEnd(EndKind.LINE, "", line),
                FlowEnd(EndKind.POOL, "", pool),
                FlowEnd(EndKind.GRID, "", total - line - pool),
            )
        sinks = [
            FlowEnd(EndKind.METER, meter.id, amount)
            for meter in self.ports.park.meters.values()
            if (meter.node, meter.measures) == (node, Direction.CONSUMPTION)
            and (amount := self._meter(meter.id)) is not None
        ]
        return self._closed(node, [each for each in sources if each.amount], sinks)

    def _closed(self, of: str, sources: Iterable[FlowEnd], sinks: Iterable[FlowEnd]) -> FlowTable:
        table = FlowTable(subject=of, unit=UNIT, sources=tuple(sources), sinks=tuple(sinks))
        return closed(table, lacking=EndKind.LOSSES, missing=EndKind.SURPLUS)

    def _matching(self) -> Slabs:
        return self.ports.lake.read("matching", self.period, columns=("total_wh",))

    def _node(self, node: str, direction: Direction) -> float | None:
        """Return what the meters of one flow of a node counted; None without any."""
        meters = self.ports.park.meters.values()
        counted = [
            self._meter(each.id)
            for each in meters
            if (each.node, each.measures) == (node, direction)
        ]
        known = [each for each in counted if each is not None]
        return sum(known) if known else None

    def _meter(self, meter: str) -> float | None:
        rows = self.ports.lake.read("intervals", self.period, meter, columns=("wh",)).get((meter,))
        return None if rows is None else self._kwh(rows, "wh")

    def _kwh(self, rows: Columns, column: str) -> float:
        """Sum a column over the closed intervals; a node that joined later has fewer rows."""
        inside = np.isin(rows["time_s"], self.closed_s, assume_unique=True)
        return int(rows[column][inside].sum()) / WH_PER_KWH
