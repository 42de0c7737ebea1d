"""Close a period: registers to interval energy, balance, green matching; all into the lake.

A settlement is a pure function of the readings known at a size of the journal and of one version of
park.toml. Both are recorded, so a rebuild makes the same rows again, to the bit.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from taihang.core.balance.balance import Balance, Flow, close_balance
from taihang.core.balance.matching import Line, Matching, match_green
from taihang.core.balance.settlement import Settlement
from taihang.core.errors import StateError
from taihang.core.metering.current import conflicting_rows, current_rows
from taihang.core.metering.energy import RegisterEnergy, energy_block, interval_energy
from taihang.core.metering.estimate.fill import Filled
from taihang.core.metering.readings import MeterEvent, MeterEventKind, ReadingBlock
from taihang.core.metering.vee.day_grid import DayGrid
from taihang.core.park.assets import InService
from taihang.core.park.park import Park
from taihang.core.park.topology import Direction, Meter
from taihang.core.periods import SETTLEMENT_STEP, STEP_S, Period, days
from taihang.core.quantities import SECONDS_PER_HOUR
from taihang.core.seal.statement import Term
from taihang.core.series import EnergySeries, Quality, Quantity
from taihang.services.estimate import History, estimate
from taihang.services.ports import Columns, Ports
from taihang.services.quality import Judged, finding_rows, quality_rows, sent_after_s
from taihang.services.replay import without
from taihang.services.validate import (
    Found,
    MeterEnergy,
    held,
    validate_meters,
    validate_park,
)

_VA_PER_KVA = 1_000


class NothingToSettleError(StateError):
    """No reading at all is known in the period."""

    code = "state.nothing-to-settle"


@dataclass(frozen=True, slots=True)
class Settled:
    """What one settlement found."""

    settlement: Settlement
    n_meters: int
    n_intervals: int
    """Intervals of the period."""
    n_missing: int
    """Meter-intervals without a usable value, after estimation."""
    n_estimated: int
    """Meter-intervals in which a substitute stands."""
    estimated_wh: int
    """Sum of the substitutes, whatever the direction of the meter [Wh]."""
    n_rejected: int
    """Meter-intervals that a rule refused."""
    gap_wh: int
    """Energy between registers that belongs to no single interval [Wh]."""
    n_rollover: int
    n_events: int
    n_open: int
    """Intervals whose balance stays open because a part is missing."""
    max_closure_error_wh: int
    """Largest closure error of any interval [Wh]; 0 or the code is wrong."""


@dataclass(frozen=True, slots=True)
class _Part:
    """One meter as it is settled: by the law, then filled where something stands in."""

    meter: Meter
    series: EnergySeries
    in_service: NDArray[np.bool_]
    """Where the meter and its asset belong to the park, shape (n,)."""
    method: NDArray[np.int64]
    """How each value came to be, shape (n,)."""
    held: NDArray[np.bool_]
    """Where a rule lets measured energy earn no claim, shape (n,)."""


def settle(
    period: Period, *, ports: Ports, as_of: int | None = None, record: bool = True
) -> Settled:
    """Settle a period.

    Args:
        period: Whole settlement intervals.
        ports: The outside world.
        as_of: Look only at records below this index; None for all.
        record: Whether the settlement is remembered; a rebuild makes remembered ones again.

    Returns:
        What was found.

    Raises:
        NothingToSettleError: If the park has no reading in the period.
    """
    # 1. What is known, and from when.
    as_of = known_size(ports=ports) if as_of is None else as_of
    settlement = Settlement(period.start_s, period.end_s, as_of, ports.park_sha256)
    known = _known(period, ports, as_of)
    # 2. Registers to interval energy, meter by meter; a year of readings is then let go.
    meters = _meter_energies(known, period, ports.park)
    grid = DayGrid.of(period, ports.park.zone)
    sent_s = _sent_after_s(meters, known=known, grid=grid, period=period, ports=ports)
    del known
    # 3. Validation: what the rules find odd about each meter.
    found = validate_meters(meters, park=ports.park, period=period)
    # 4. Estimation: what stands in for the missing, by the methods of the park.
    filled = estimate(meters, found, park=ports.park, period=period, history=_history(as_of, ports))
    parts = _parts(meters, filled, found)
    # 5. The balance of the park, and what parent and children say of each other.
    balance = _balance(parts, period, ports.park)
    odd = validate_park(meters, balance, park=ports.park, period=period)
    # 6. Green matching, dedicated lines first; its rows go straight into the lake.
    ports.lake.replace("matching", period, _matching(parts, period, ports.park))
    # 7. The rest into the lake.
    ports.lake.replace("intervals", period, _interval_rows(parts, period))
    ports.lake.replace("balance", period, _balance_rows(balance, parts, period))
    judged = _judged(parts, (found, odd), sent_s)
    ports.lake.replace("quality", period, quality_rows(judged, grid=grid, period=period))
    ports.lake.replace("findings", period, finding_rows(judged, period=period))
    # 8. Remember what it was made from.
    if record:
        ports.registry.record_settlement(settlement, at_s=int(ports.clock.now().timestamp()))
    return Settled(
        settlement=settlement,
        n_meters=len(meters),
        n_intervals=period.n_steps,
        n_missing=sum(int((p.in_service & ~p.series.present).sum()) for p in parts),
        n_estimated=sum(each.n_estimated for each in filled),
        estimated_wh=sum(each.of_registers_wh + each.free_wh for each in filled),
        n_rejected=sum(m.energy.n_rejected for m in meters),
        gap_wh=sum(m.energy.gap_wh for m in meters),
        n_rollover=sum(m.energy.n_rollover for m in meters),
        n_events=sum(m.energy.n_events for m in meters),
        n_open=int((~balance.closed).sum()),
        max_closure_error_wh=int(np.abs(balance.closure_error_wh).max()),
    )


def known_size(*, ports: Ports) -> int:
    """Return the journal size up to the last batch, or the last event that withdraws one."""
    index = ports.lake.batches()
    # Of the events only those count by which a batch counts no more.
    counted = np.concatenate([np.flatnonzero(index.is_batch), index.withdrawals()])
    return int(counted.max(initial=-1)) + 1


def max_interval_wh(meter: Meter) -> int:
    """Return the largest honest energy of one settlement interval of a meter [Wh]."""
    return int(meter.max_kw * _VA_PER_KVA * STEP_S / SECONDS_PER_HOUR)


def lines_of(park: Park) -> list[Line]:
    """Return the dedicated lines as rows of the park's plants and users."""
    plants, users = list(park.plants), list(park.users)
    return [
        Line(
            plants=tuple(plants.index(plant) for plant in line.plants),
            users=tuple(users.index(user) for user in line.users),
            limit_wh=int(line.capacity_kva * _VA_PER_KVA * STEP_S / SECONDS_PER_HOUR),
        )
        for line in park.dedicated_lines.values()
    ]


def service_mask(park: Park, meter: Meter, period: Period) -> NDArray[np.bool_]:
    """Say in which intervals a meter and its asset belong to the park, shape (n_steps,)."""
    grid_s = period.grid_s()
    asset = park.assets[meter.node]
    return _mask(meter.in_service, grid_s, park) & _mask(asset.in_service, grid_s, park)


def _mask(service: InService, grid_s: NDArray[np.int64], park: Park) -> NDArray[np.bool_]:
    mask = np.ones(len(grid_s), np.bool_)
    if service.since is not None:
        mask &= grid_s >= days(service.since, 1, park.zone).start_s
    if service.until is not None:
        mask &= grid_s < days(service.until, 1, park.zone).start_s
    return mask


@dataclass(frozen=True, slots=True)
class Known:
    """What the park knew of its points at one size of the journal."""

    current: dict[tuple[str, ...], dict[str, NDArray[np.int64]]]
    """One row for each time, by point and quantity."""
    events: list[MeterEvent]
    conflicts: dict[tuple[str, ...], dict[str, NDArray[np.int64]]]
    """Times with two usable readings of different value, by point and quantity."""


def known_at(as_of: int, *, period: Period, ports: Ports, point: str | None = None) -> Known:
    """Return what was known of a period at a size of the journal.

    Args:
        as_of: Only records below this index are looked at.
        period: Whole settlement intervals; the registers at its end are included.
        ports: The outside world.
        point: Only this point; None for all.

    Returns:
        The current reading of every time, and the meter events.
    """
    # One more register than intervals: the closing edge belongs to the next period's readings.
    span = Period(period.start, period.end + SETTLEMENT_STEP)
    rank = ports.lake.batches().rank()
    # Of two batches under one number neither counts: nobody knows which hand was the gateway's.
    withdrawn = ports.lake.batches().withdrawn(as_of=as_of)
    rows = without(ports.lake.read("readings", span, point), withdrawn)
    current = {
        key: current_rows(columns, batch_rank=rank, as_of=as_of) for key, columns in rows.items()
    }
    happened = without(ports.lake.read("events", span, point), withdrawn)
    events = _current_events(happened, rank, as_of)
    conflicts = {key: conflicting_rows(columns, as_of=as_of) for key, columns in rows.items()}
    return Known(current, events, conflicts)


def energy_of(term: Term, *, known: Known, period: Period, is_net: bool = False) -> RegisterEnergy:
    """Return the energy of one point, from registers or, where it has none, from interval energy.

    Args:
        term: The point, its scale, dial and limit.
        known: What was known.
        period: Whole settlement intervals.
        is_net: Whether interval energy may be below zero.

    Returns:
        The energy by the law ``register-energy/v1``.
    """
    registers = known.current.get((term.point, Quantity.REGISTER.value))
    intervals = known.current.get((term.point, Quantity.ENERGY.value))
    from_registers = interval_energy(
        register=_block(term, Quantity.REGISTER, registers or _NO_ROWS),
        scale=term.scale,
        modulus=term.modulus,
        max_interval_wh=term.max_interval_wh,
        events=known.events,
        period=period,
    )
    if intervals is None or not len(intervals["time_s"]):
        return from_registers
    from_intervals = energy_block(
        energy=_block(term, Quantity.ENERGY, intervals),
        scale=1,
        max_interval_wh=term.max_interval_wh,
        period=period,
        min_interval_wh=-term.max_interval_wh if is_net else 0,
    )
    return _first_known(from_registers, from_intervals)


def _first_known(registers: RegisterEnergy, intervals: RegisterEnergy) -> RegisterEnergy:
    """Take each interval from the registers where they have two edges, else as it was read."""
    known = registers.series.quality != Quality.MISSING
    quality = np.where(known, registers.series.quality, intervals.series.quality)
    wh = np.where(known, registers.series.wh, intervals.series.wh)
    return replace(
        registers,
        series=EnergySeries(registers.series.start_s, wh, quality.astype(np.uint8)),
        rejected_wh=registers.rejected_wh + intervals.rejected_wh,
        n_missing=int((quality == Quality.MISSING).sum()),
        n_rejected=int((quality == Quality.REJECTED).sum()),
    )


def term_of(meter: Meter) -> Term:
    """Return a meter as a term of a sum of energies."""
    return Term(
        point=meter.id,
        sign=1,
        scale=meter.wh_per_count,
        modulus=meter.modulus,
        max_interval_wh=max_interval_wh(meter),
    )


_NO_ROWS: Columns = {name: np.array([], np.int64) for name in ("time_s", "count", "quality")}


def _known(period: Period, ports: Ports, as_of: int) -> Known:
    known = known_at(as_of, period=period, ports=ports)
    if not known.current:
        raise NothingToSettleError(
            given=f"{period.start.isoformat()} … {period.end.isoformat()}",
            expected="a period with readings",
            remedy="import or simulate readings of the period first",
        )
    return known


def _meter_energies(known: Known, period: Period, park: Park) -> list[MeterEnergy]:
    found: list[MeterEnergy] = []
    for meter in park.meters.values():
        mask = service_mask(park, meter, period)
        if mask.any():
            energy = _energy_of_meter(meter, known, period)
            found.append(
                MeterEnergy(
                    meter,
                    energy,
                    mask,
                    intervals=_as_read(meter, known, period),
                    conflicts=tuple(
                        rows for (point, _), rows in known.conflicts.items() if point == meter.id
                    ),
                )
            )
    return found


def _energy_of_meter(meter: Meter, known: Known, period: Period) -> RegisterEnergy:
    # A plant's meter may count own use against generation (F42).
    is_net = meter.measures is Direction.GENERATION
    return energy_of(term_of(meter), known=known, period=period, is_net=is_net)


def _as_read(meter: Meter, known: Known, period: Period) -> EnergySeries | None:
    """Return what a meter gave by interval, unjudged; None if it gave registers only."""
    rows = known.current.get((meter.id, Quantity.ENERGY.value))
    if rows is None or not len(rows["time_s"]):
        return None
    series = EnergySeries.missing(period)
    inside = (rows["time_s"] >= period.start_s) & (rows["time_s"] < period.end_s)
    at = (rows["time_s"][inside] - period.start_s) // STEP_S
    series.quality[at] = rows["quality"][inside].astype(np.uint8)
    series.wh[at] = np.where(series.quality[at] < Quality.MISSING, rows["count"][inside], 0)
    return series


def _history(as_of: int, ports: Ports) -> History:
    """Return how to ask for the energy of a meter in an earlier stretch, as known then."""

    def ask(meter: Meter, before: Period) -> EnergySeries:
        known = known_at(as_of, period=before, ports=ports, point=meter.id)
        return _energy_of_meter(meter, known, before).series

    return ask


def _parts(meters: list[MeterEnergy], filled: list[Filled], found: Found) -> list[_Part]:
    return [
        _Part(
            meter=item.meter,
            series=own.series,
            in_service=item.in_service,
            method=own.method,
            held=held(found.get(item.meter.id, ()), len(item.in_service)),
        )
        for item, own in zip(meters, filled, strict=True)
    ]


def _sent_after_s(
    meters: list[MeterEnergy], *, known: Known, grid: DayGrid, period: Period, ports: Ports
) -> dict[str, NDArray[np.int64]]:
    """Return by meter how long after the last reading of each local day its batch was sent [s]."""
    batches = ports.lake.batches()
    ends_s = np.append(period.grid_s()[grid.starts[1:]], period.end_s)
    names = (item.meter.id for item in meters)
    return {
        name: sent_after_s(known.current.get((name, Quantity.REGISTER.value)), ends_s, batches)
        for name in names
    }


def _judged(
    parts: list[_Part], found: tuple[Found, ...], sent_s: Mapping[str, NDArray[np.int64]]
) -> list[Judged]:
    """Return how good each meter's days are, with every finding and its evidence."""
    return [
        Judged(
            meter=part.meter.id,
            series=part.series,
            in_service=part.in_service,
            hits=[hits for each in found for hits in each.get(part.meter.id, ())],
            sent_after_s=sent_s[part.meter.id],
        )
        for part in parts
    ]


def _block(term: Term, quantity: Quantity, rows: Columns) -> ReadingBlock:
    return ReadingBlock(
        point=term.point,
        quantity=quantity,
        unit="Wh",
        scale=str(term.scale),
        modulus=term.modulus,
        times_s=rows["time_s"],
        counts=rows["count"],
        quality=rows["quality"].astype(np.uint8),
    )


def _current_events(
    events: Mapping[tuple[str, ...], Columns], rank: NDArray[np.int64], as_of: int
) -> list[MeterEvent]:
    """Return the known events; of several at one point and instant the last one sent counts."""
    current: dict[tuple[int, str], tuple[tuple[int, int, int], MeterEvent]] = {}
    for (point, kind), rows in events.items():
        columns = (rows[name] for name in ("time_s", "final_count", "initial_count", "batch"))
        for at_s, final, initial, batch in zip(*columns, strict=True):
            if batch >= as_of:
                continue
            event = MeterEvent(point, MeterEventKind(kind), int(at_s), int(final), int(initial))
            found = ((int(rank[batch]), event.final_count, event.initial_count), event)
            place = (event.at_s, point)
            current[place] = max(found, current.get(place, found), key=lambda item: item[0])
    return [current[place][1] for place in sorted(current)]


def _flow(meters: Iterable[_Part], n: int) -> Flow:
    """Sum meters into one flow; a meter counts only while it is in service."""
    wh, present = np.zeros(n, np.int64), np.ones(n, np.bool_)
    for item in meters:
        usable = item.series.present
        wh += np.where(item.in_service & usable, item.series.wh, 0)
        present &= usable | ~item.in_service
    return Flow(wh, present)


def _balance(meters: list[_Part], period: Period, park: Park) -> Balance:
    def flow(direction: Direction) -> Flow:
        return _flow((m for m in meters if m.meter.measures is direction), period.n_steps)

    metered = np.zeros(period.n_steps, np.bool_)
    for item in meters:
        if item.meter.measures is Direction.IMPORT and item.meter.node in park.grids:
            metered |= item.in_service
    return close_balance(
        generation=flow(Direction.GENERATION),
        discharge=flow(Direction.DISCHARGE),
        load=flow(Direction.CONSUMPTION),
        charge=flow(Direction.CHARGE),
        grid=(flow(Direction.IMPORT), flow(Direction.EXPORT)),
        grid_metered=metered,
    )


def _matching(meters: list[_Part], period: Period, park: Park) -> dict[tuple[str, ...], Columns]:
    plants = _stack(meters, Direction.GENERATION, period=period, park=park)
    users = _stack(meters, Direction.CONSUMPTION, period=period, park=park)
    offered_wh = offered_green_wh(plants.measured_wh, users.quality)
    matched = match_green(offered_wh, users.usable_wh, lines=lines_of(park))
    return _matching_rows(plants, users, matched, period)


def offered_green_wh(
    measured_wh: NDArray[np.int64], user_quality: NDArray[np.integer]
) -> NDArray[np.int64]:
    """Return the generation that may be matched.

    What was not measured cannot be claimed, and own use of a plant at night is no generation. Where
    the load of any user is missing nothing is matched at all: its share would go to the others.

    Args:
        measured_wh: Measured net generation, 0 elsewhere, shape (n_plants, n). [Wh]
        user_quality: Quality of each user's load, shape (n_users, n).

    Returns:
        Generation to be matched, shape (n_plants, n). [Wh]
    """
    all_known = (user_quality < Quality.MISSING).all(axis=0)
    return np.where(all_known, np.maximum(measured_wh, 0), 0)


@dataclass(frozen=True, slots=True)
class _Stack:
    """Energies of several nodes under one another."""

    ids: tuple[str, ...]
    usable_wh: NDArray[np.int64]
    measured_wh: NDArray[np.int64]
    """Measured, and held by no rule; of plants alone, for nothing else is matched by it."""
    quality: NDArray[np.uint8]
    held: NDArray[np.bool_]


def _stack(meters: list[_Part], direction: Direction, *, period: Period, park: Park) -> _Stack:
    n = period.n_steps
    is_plant = direction is Direction.GENERATION
    rows = tuple(park.plants) if is_plant else park.users
    usable = np.zeros((len(rows), n), np.int64)
    measured = np.zeros((len(rows) if is_plant else 0, n), np.int64)
    quality = np.full((len(rows), n), Quality.MISSING, np.uint8)
    held_back = np.zeros((len(rows), n), np.bool_)
    grid_s, assets = period.grid_s(), park.assets
    for row, node in enumerate(rows):
        # What does not belong to the park yet has no energy there: that is known, not missing.
        quality[row, ~_mask(assets[node].in_service, grid_s, park)] = Quality.MEASURED
    for item in meters:
        if item.meter.measures is direction and item.meter.node in rows:
            row, series = rows.index(item.meter.node), item.series
            mask = item.in_service
            usable[row] = np.where(mask & series.present, series.wh, usable[row])
            if is_plant:
                claimed = mask & series.measured & ~item.held
                measured[row] = np.where(claimed, series.wh, measured[row])
            held_back[row] |= mask & item.held
            quality[row] = np.where(mask, series.quality, quality[row])
    return _Stack(rows, usable, measured, quality, held_back)


def _matching_rows(
    plants: _Stack, users: _Stack, matched: Matching, period: Period
) -> dict[tuple[str, ...], Columns]:
    grid_s = period.grid_s()
    rows: dict[tuple[str, ...], Columns] = {}
    for stack, role, line, pool in (
        (plants, "plant", matched.line_generation_wh, matched.pool_generation_wh),
        (users, "user", matched.line_load_wh, matched.pool_load_wh),
    ):
        for row, node in enumerate(stack.ids):
            rows[role, node] = {
                "time_s": grid_s,
                "total_wh": stack.usable_wh[row],
                "line_wh": line[row],
                "pool_wh": pool[row],
                "quality": stack.quality[row].astype(np.int64),
                "held": stack.held[row].astype(np.int64),
            }
    return rows


def _interval_rows(meters: list[_Part], period: Period) -> dict[tuple[str, ...], Columns]:
    grid_s = period.grid_s()
    return {
        (item.meter.id,): {
            "time_s": grid_s[item.in_service],
            "wh": item.series.wh[item.in_service],
            "quality": item.series.quality[item.in_service].astype(np.int64),
            "method": item.method[item.in_service],
            "held": item.held[item.in_service].astype(np.int64),
        }
        for item in meters
    }


def _balance_rows(
    balance: Balance, parts: list[_Part], period: Period
) -> dict[tuple[str, ...], Columns]:
    grid_s = period.grid_s()
    closed = balance.closed.astype(np.int64)
    metered = balance.grid_metered.astype(np.int64)
    estimated = np.zeros(period.n_steps, np.bool_)
    for part in parts:
        estimated |= part.in_service & (part.series.quality == Quality.ESTIMATED)
    marks = {"closed": closed, "metered": metered, "estimated": estimated.astype(np.int64)}
    return {(flow,): {"time_s": grid_s, "wh": wh, **marks} for flow, wh in balance.flows_wh.items()}


def series_of(rows: Columns, period: Period) -> EnergySeries:
    """Return settled rows as a series over a whole period; what is not there is missing."""
    series = EnergySeries.missing(period)
    at = (rows["time_s"] - period.start_s) // STEP_S
    series.wh[at] = rows["wh"]
    series.quality[at] = rows["quality"].astype(np.uint8)
    return series


def ports_of(settlement: Settlement, *, ports: Ports) -> Ports:
    """Return the ports with the park file that was in force for a settlement."""
    park = ports.read_park(ports.registry.park_version(settlement.park_sha256))
    return replace(ports, park=park, park_sha256=settlement.park_sha256)


def period_of(settlement: Settlement) -> Period:
    """Return the period of a settlement."""
    return Period.of_s(settlement.start_s, settlement.end_s)
