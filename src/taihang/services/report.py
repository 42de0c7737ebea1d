"""Bring the settled figures of one period together, each recomputed or read from its statement."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from taihang.core.balance.balance import FLOWS, Balance
from taihang.core.certificates.lot import whole_certificates
from taihang.core.errors import StateError
from taihang.core.park.assets import PlantKind
from taihang.core.park.topology import Direction
from taihang.core.periods import STEP_S, Period, months_in
from taihang.core.quantities import SECONDS_PER_HOUR
from taihang.core.seal.issued import IssuedStatement
from taihang.core.series import Quality
from taihang.services.account import PARK_SUBJECT, project_ratios
from taihang.services.ports import Columns, Ports
from taihang.services.settled_rows import CURTAILMENT
from taihang.standards.ndrc_650 import Ratios650

_STEPS_PER_HOUR = SECONDS_PER_HOUR // STEP_S
Totals = Mapping[tuple[str, str], Decimal]
"""Sum of statement values by kind and subject."""


class NotReportableError(StateError):
    """Nothing of the period is settled."""

    code = "state.not-reportable"


@dataclass(frozen=True, slots=True, kw_only=True)
class EnterpriseFigures:
    """One enterprise over the period; None means that no statement gives the figure."""

    id: str
    load_wh: int
    peak_w: int
    """Greatest mean power of an interval [W]."""
    green_wh: int
    standard_coal_tce: Decimal | None
    scope2_location_tco2: Decimal | None
    scope2_market_tco2: Decimal | None
    bill_cny: Decimal | None
    n_missing: int
    n_estimated: int
    """Intervals in which a substitute stands."""
    n_intervals: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PlantFigures:
    """One plant over the period."""

    id: str
    kind: PlantKind
    generated_wh: int
    """What it gave, over the intervals in which it gave [Wh]."""
    own_use_wh: int
    """What it drew, over the intervals in which it drew [Wh]."""
    matched_line_wh: int
    matched_pool_wh: int
    n_missing: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ParkReport:
    """The park over one settled period."""

    label: str
    period: Period
    n_intervals: int
    n_open: int
    """Intervals whose balance stays open because a reading is missing."""
    n_derived: int
    """Intervals in which import and export follow from the balance: no meter at the connection."""
    flows_wh: Mapping[str, int]
    curtailed_wh: int | None
    """What plants could have generated and did not, over closed intervals; None: not metered."""
    """The seven flows over the closed intervals [Wh]."""
    closed_wh: Mapping[str, int]
    """Net generation of each plant and load of each user over the closed intervals [Wh]."""
    import_wh: int
    """Drawn from the public grid: as metered, else as it follows from the balance [Wh]."""
    max_closure_error_wh: int
    """Largest closure error of any interval, recomputed from what is stored [Wh]."""
    n_alarms: int
    """Intervals with negative losses or losses above the alarm share."""
    load_wh: int
    """Energy used by all users, over all their usable intervals [Wh]."""
    generated_wh: Mapping[PlantKind, int]
    """Generation by technology, without own use [Wh]."""
    own_use_wh: int
    """Own use of plants [Wh]."""
    matched_wh: int
    n_overmatched: int
    """Plant- and user-intervals whose matched energy exceeds generation or load; 0 or a defect."""
    n_meter_intervals: int
    n_missing: int
    """Meter-intervals without a usable value."""
    n_estimated: int
    """Meter-intervals in which a substitute stands: usable, and no coverage."""
    ratios: Ratios650
    enterprises: tuple[EnterpriseFigures, ...]
    plants: tuple[PlantFigures, ...]
    standard_coal_tce: Decimal | None
    scope2_location_tco2: Decimal | None
    scope2_market_tco2: Decimal | None
    bills_cny: Decimal | None
    n_bills: int
    lots_wh: Mapping[str, int]
    """Energy of the lots of each plant [Wh]."""
    n_lots: int
    months_of: Mapping[str, tuple[str, ...]]
    """Months that have statements of a kind; a sum over a kind covers these months only."""
    statement_ids: tuple[str, ...]
    """Latest version of every statement of the whole months inside, in order."""

    @property
    def coverage_ratio(self) -> float:
        """Meter-intervals that were read over all [1]; an estimate covers nothing."""
        n_unread = self.n_missing + self.n_estimated
        return 1 - n_unread / self.n_meter_intervals if self.n_meter_intervals else 0.0

    @property
    def certificates(self) -> tuple[int, int]:
        """Whole 1 MWh certificates, plant by plant, and the sum of what is carried on [Wh]."""
        each = [whole_certificates(wh) for wh in self.lots_wh.values()]
        return sum(whole for whole, _ in each), sum(rest_wh for _, rest_wh in each)

    @property
    def months(self) -> tuple[str, ...]:
        """The whole months inside that have any statement."""
        return self.months_of.get("energy", ())


def report(period: Period, *, label: str, ports: Ports) -> ParkReport:
    """Bring together what is settled and stated of a period.

    Args:
        period: Whole local days.
        label: How the period is called, for example ``2022``.
        ports: The outside world.

    Returns:
        The report.

    Raises:
        NotReportableError: If nothing of the period is settled.
    """
    # 1. The balance, and whether it closes in every interval.
    rows = {flow: rows for (flow,), rows in ports.lake.read("balance", period).items()}
    if not rows:
        raise NotReportableError(
            given=label,
            expected="a settled period",
            remedy="run `taihang settle` for it first",
        )
    balance = _stored_balance(rows)
    closed_s = rows["load"]["time_s"][balance.closed]
    alarm_ratio = ports.park.accounting.loss_alarm_ratio
    # 2. The matching, and whether it stays within generation and load in every interval.
    matching = ports.lake.read("matching", period)
    plants = {
        node: matching["plant", node] for node in ports.park.plants if ("plant", node) in matching
    }
    users = {node: rows for (role, node), rows in matching.items() if role == "user"}
    # 3. The statements.
    issued = _statements(period, ports)
    totals = _totals(issued)
    # 4. Together.
    n_meter_intervals, n_missing, n_estimated = _coverage(period, ports)
    lots = {plant: rows for (plant,), rows in ports.lake.read("lots", period).items()}
    flows_wh = {flow: int(wh.sum()) for flow, wh in balance.flows_wh.items()}
    return ParkReport(
        label=label,
        period=period,
        n_intervals=len(balance.closed),
        n_open=int((~balance.closed).sum()),
        n_derived=int((~balance.grid_metered).sum()),
        flows_wh=flows_wh,
        curtailed_wh=int(rows[CURTAILMENT]["wh"].sum()) if CURTAILMENT in rows else None,
        closed_wh={node: _within_wh(rows, closed_s) for (_, node), rows in matching.items()},
        import_wh=_import_wh(period, ports, derived_wh=flows_wh["import"]),
        max_closure_error_wh=int(np.abs(balance.closure_error_wh).max(initial=0)),
        n_alarms=int(balance.suspicious(loss_alarm_ratio=alarm_ratio).sum()),
        load_wh=sum(_usable_wh(rows) for rows in users.values()),
        generated_wh=_by_kind(plants, ports),
        own_use_wh=sum(_own_use_wh(rows) for rows in plants.values()),
        matched_wh=sum(int((r["line_wh"] + r["pool_wh"]).sum()) for r in users.values()),
        n_overmatched=sum(_n_over(rows) for rows in matching.values()),
        n_meter_intervals=n_meter_intervals,
        n_missing=n_missing,
        n_estimated=n_estimated,
        ratios=project_ratios(period, ports=ports),
        enterprises=tuple(
            _enterprise(node, users[node], totals)
            for node in ports.park.enterprises
            if node in users
        ),
        plants=tuple(_plant(node, rows, ports) for node, rows in plants.items()),
        standard_coal_tce=totals.get(("standard-coal", PARK_SUBJECT)),
        scope2_location_tco2=totals.get(("scope2-location", PARK_SUBJECT)),
        scope2_market_tco2=_sum_kind(totals, "scope2-market"),
        bills_cny=_sum_kind(totals, "bill"),
        n_bills=sum(each.kind == "bill" for each in issued),
        lots_wh={plant: int(rows["wh"].sum()) for plant, rows in lots.items()},
        n_lots=sum(len(rows["wh"]) for rows in lots.values()),
        months_of=_months_of(issued),
        statement_ids=tuple(each.id for each in issued),
    )


def settled_span(ports: Ports) -> Period | None:
    """Return the stretch from the first to the last settled interval; None while there is none."""
    settlements = ports.registry.settlements()
    if not settlements:
        return None
    first = min(settlements, key=lambda settlement: settlement.start_s)
    last = max(settlements, key=lambda settlement: settlement.end_s)
    return Period.of_s(first.start_s, last.end_s)


def _stored_balance(rows: Mapping[str, Columns]) -> Balance:
    return Balance(
        flows_wh={flow: rows[flow]["wh"] for flow in FLOWS},
        closed=rows["load"]["closed"].astype(np.bool_),
        grid_metered=rows["load"]["metered"].astype(np.bool_),
    )


def _usable(rows: Columns) -> NDArray[np.bool_]:
    return rows["quality"] < Quality.MISSING


def _usable_wh(rows: Columns) -> int:
    """Return usable energy at or above zero: what a user drew or a plant gave [Wh]."""
    return int(np.maximum(rows["total_wh"][_usable(rows)], 0).sum())


def _within_wh(rows: Columns, times_s: NDArray[np.int64]) -> int:
    """Return energy at some instants; a node that joined later has fewer rows [Wh]."""
    return int(rows["total_wh"][np.isin(rows["time_s"], times_s)].sum())


def _own_use_wh(rows: Columns) -> int:
    return -int(np.minimum(rows["total_wh"][_usable(rows)], 0).sum())


def _by_kind(plants: Mapping[str, Columns], ports: Ports) -> dict[PlantKind, int]:
    return {
        kind: sum(
            _usable_wh(rows)
            for node, rows in plants.items()
            if ports.park.plants[node].kind is kind
        )
        for kind in PlantKind
    }


def _n_over(rows: Columns) -> int:
    return int((rows["line_wh"] + rows["pool_wh"] > np.maximum(rows["total_wh"], 0)).sum())


def _coverage(period: Period, ports: Ports) -> tuple[int, int, int]:
    n_all = n_missing = n_estimated = 0
    for rows in ports.lake.read("intervals", period).values():
        n_all += len(rows["wh"])
        n_missing += int((~_usable(rows)).sum())
        n_estimated += int((rows["quality"] == Quality.ESTIMATED).sum())
    return n_all, n_missing, n_estimated


def _statements(period: Period, ports: Ports) -> list[IssuedStatement]:
    """Return the latest statements of every whole month, of what the park has today."""
    subjects = {PARK_SUBJECT, *ports.park.assets}
    return [
        issued
        for name in months_in(period, ports.park.zone)
        for issued in ports.registry.latest_statements(name)
        if issued.subject in subjects
    ]


def _totals(issued: Iterable[IssuedStatement]) -> Totals:
    """Sum statement values by kind and subject."""
    totals: dict[tuple[str, str], Decimal] = {}
    for each in issued:
        value = json.loads(each.document).get("value")
        if value is not None:
            key = (each.kind, each.subject)
            totals[key] = totals.get(key, Decimal(0)) + Decimal(value)
    return totals


def _months_of(issued: Iterable[IssuedStatement]) -> dict[str, tuple[str, ...]]:
    months: dict[str, set[str]] = {}
    for each in issued:
        months.setdefault(each.kind, set()).add(each.period)
    return {kind: tuple(sorted(found)) for kind, found in months.items()}


def _import_wh(period: Period, ports: Ports, *, derived_wh: int) -> int:
    meters = [m for m in ports.park.meters.values() if m.measures is Direction.IMPORT]
    rows = ports.lake.read("intervals", period)
    metered = [rows[m.id,] for m in meters if (m.id,) in rows]
    if not metered:
        return derived_wh
    return sum(int(r["wh"][_usable(r)].sum()) for r in metered)


def _sum_kind(totals: Totals, kind: str) -> Decimal | None:
    values = [value for (found, _), value in totals.items() if found == kind]
    return sum(values, Decimal(0)) if values else None


def _enterprise(node: str, rows: Columns, totals: Totals) -> EnterpriseFigures:
    usable = _usable(rows)
    return EnterpriseFigures(
        id=node,
        load_wh=int(rows["total_wh"][usable].sum()),
        peak_w=int(rows["total_wh"][usable].max(initial=0)) * _STEPS_PER_HOUR,
        green_wh=int((rows["line_wh"] + rows["pool_wh"]).sum()),
        standard_coal_tce=totals.get(("standard-coal", node)),
        scope2_location_tco2=totals.get(("scope2-location", node)),
        scope2_market_tco2=totals.get(("scope2-market", node)),
        bill_cny=totals.get(("bill", node)),
        n_missing=int((~usable).sum()),
        n_estimated=int((rows["quality"] == Quality.ESTIMATED).sum()),
        n_intervals=len(usable),
    )


def _plant(node: str, rows: Columns, ports: Ports) -> PlantFigures:
    return PlantFigures(
        id=node,
        kind=ports.park.plants[node].kind,
        generated_wh=_usable_wh(rows),
        own_use_wh=_own_use_wh(rows),
        matched_line_wh=int(rows["line_wh"].sum()),
        matched_pool_wh=int(rows["pool_wh"].sum()),
        n_missing=int((~_usable(rows)).sum()),
    )
