"""Close a period: registers to interval energy, balance, green matching; all into the lake.

A settlement is a pure function of the readings known at a size of the journal and of one version of
park.toml. Both are recorded, so a rebuild makes the same rows again, to the bit.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from taihang.core.balance.settlement import Settlement
from taihang.core.errors import StateError
from taihang.core.metering.batch_index import BatchIndex
from taihang.core.metering.current import conflicting_rows, current_rows
from taihang.core.metering.energy import RegisterEnergy, energy_block, interval_energy
from taihang.core.metering.estimate.fill import Filled
from taihang.core.metering.readings import MeterEvent, MeterEventKind, ReadingBlock
from taihang.core.metering.vee.day_grid import DayGrid
from taihang.core.park.park import Park
from taihang.core.park.topology import Direction, Meter
from taihang.core.periods import SETTLEMENT_STEP, STEP_S, Period
from taihang.core.seal.statement import Term
from taihang.core.series import EnergySeries, Quality, Quantity
from taihang.services.estimate import History, estimate
from taihang.services.match_period import match_period
from taihang.services.matching_rows import lots_of, matching_rows, storage_rows
from taihang.services.period_energies import energies_of_parts
from taihang.services.ports import Columns, Ports, Slabs
from taihang.services.quality import Judged, finding_rows, quality_rows, sent_after_s
from taihang.services.replay import without
from taihang.services.settled_rows import (
    Part,
    balance_of,
    balance_rows,
    interval_rows,
    max_interval_wh,
    service_mask,
)
from taihang.services.validate import (
    Found,
    MeterEnergy,
    held,
    validate_meters,
    validate_park,
)


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
    written_off_wh: int
    """Energy in the books of batteries beyond what they can hold [Wh]."""


@dataclass(frozen=True, slots=True)
class MetersAlone:
    """What meters say, each taken by itself: before the park is looked at as a whole."""

    meters: list[MeterEnergy]
    parts: list[Part]
    """By the law, then filled where something stands in."""
    filled: list[Filled]
    found: Found
    sent_after_s: Mapping[str, NDArray[np.int64]]
    """By meter: delay of the last reading of each local day. [s]"""

    def judged(self, odd: Found) -> list[Judged]:
        """Return how good each meter's days are, with every finding and its evidence.

        Args:
            odd: What the rules found that look at the whole park.
        """
        return [
            Judged(
                meter=part.meter.id,
                series=part.series,
                in_service=part.in_service,
                hits=[hits for each in (self.found, odd) for hits in each.get(part.meter.id, ())],
                sent_after_s=self.sent_after_s[part.meter.id],
            )
            for part in self.parts
        ]


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
    # 2. What each meter says, taken by itself; a year of readings is then let go.
    own = settle_meters(ports.park.meters.values(), known=known, settlement=settlement, ports=ports)
    del known
    # 3. The balance of the park, and what parent and children say of each other.
    balance = balance_of(own.parts, period, ports.park)
    odd = validate_park(own.meters, balance, park=ports.park, period=period)
    # 4. Green matching, with what batteries remember; its rows go straight into the lake.
    energies = energies_of_parts(own.parts, balance, period=period, park=ports.park)
    opening = lots_of(period.start_s, ports=ports)
    matched = match_period(energies, park=ports.park, opening=opening)
    ports.lake.replace("matching", period, matching_rows(energies, matched))
    ports.lake.replace("storage", period, storage_rows(matched, park=ports.park))
    written_off_wh = sum(int(each.run.excess_wh.sum()) for each in matched.tracked)
    del energies, matched
    # 5. The rest into the lake.
    ports.lake.replace("intervals", period, interval_rows(own.parts, period))
    ports.lake.replace("balance", period, balance_rows(balance, own.parts, period))
    judged = own.judged(odd)
    grid = DayGrid.of(period, ports.park.zone)
    ports.lake.replace("quality", period, quality_rows(judged, grid=grid, period=period))
    ports.lake.replace("findings", period, finding_rows(judged, period=period))
    # 6. Remember what it was made from.
    if record:
        ports.registry.record_settlement(settlement, at_s=int(ports.clock.now().timestamp()))
    return Settled(
        settlement=settlement,
        n_meters=len(own.meters),
        n_intervals=period.n_steps,
        n_missing=sum(int((p.in_service & ~p.series.present).sum()) for p in own.parts),
        n_estimated=sum(each.n_estimated for each in own.filled),
        estimated_wh=sum(each.of_registers_wh + each.free_wh for each in own.filled),
        n_rejected=sum(m.energy.n_rejected for m in own.meters),
        gap_wh=sum(m.energy.gap_wh for m in own.meters),
        n_rollover=sum(m.energy.n_rollover for m in own.meters),
        n_events=sum(m.energy.n_events for m in own.meters),
        n_open=int((~balance.closed).sum()),
        max_closure_error_wh=int(np.abs(balance.closure_error_wh).max()),
        written_off_wh=written_off_wh,
    )


def settle_meters(
    chosen: Iterable[Meter], *, known: "Known", settlement: Settlement, ports: Ports
) -> MetersAlone:
    """Turn readings into energy, judge it, and fill what is missing: meter by meter.

    What comes out for one meter rests on no other, but for the two meters of one battery and for
    the method ``parent-difference``.

    Args:
        chosen: Meters of the park.
        known: What is known of them.
        settlement: The period, and the size of the journal that is looked at.
        ports: The outside world.
    """
    period, park = period_of(settlement), ports.park
    meters = _meter_energies(chosen, known=known, period=period, park=park)
    grid = DayGrid.of(period, park.zone)
    sent_s = _sent_after_s(meters, known=known, grid=grid, period=period, ports=ports)
    found = validate_meters(meters, park=park, period=period)
    history = _history(settlement.journal_size, ports)
    filled = estimate(meters, found, park=park, period=period, history=history)
    return MetersAlone(meters, _parts(meters, filled, found), filled, found, sent_s)


def known_size(*, ports: Ports) -> int:
    """Return the journal size up to the last batch, or the last event that withdraws one."""
    index = ports.lake.batches()
    # Of the events only those count by which a batch counts no more.
    counted = np.concatenate([np.flatnonzero(index.is_batch), index.withdrawals()])
    return int(counted.max(initial=-1)) + 1


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
    (known,) = known_at_sizes((as_of,), period=period, ports=ports, point=point)
    return known


def known_at_sizes(
    sizes: Sequence[int], *, period: Period, ports: Ports, point: str | None = None
) -> list[Known]:
    """Return what was known of a period at several sizes of the journal, read once.

    Args:
        sizes: Only records below each index are looked at.
        period: Whole settlement intervals; the registers at its end are included.
        ports: The outside world.
        point: Only this point; None for all.
    """
    # One more register than intervals: the closing edge belongs to the next period's readings.
    span = Period(period.start, period.end + SETTLEMENT_STEP)
    batches = ports.lake.batches()
    read = ports.lake.read("readings", span, point)
    happened = ports.lake.read("events", span, point)
    # Of two batches under one number neither counts: nobody knows which hand was the gateway's.
    return [_known_of(read, happened, batches, as_of) for as_of in sizes]


def _known_of(read: Slabs, happened: Slabs, batches: BatchIndex, as_of: int) -> Known:
    rank, withdrawn = batches.rank(), batches.withdrawn(as_of=as_of)
    rows = without(read, withdrawn)
    current = {
        key: current_rows(columns, batch_rank=rank, as_of=as_of) for key, columns in rows.items()
    }
    events = _current_events(without(happened, withdrawn), rank, as_of)
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


def _meter_energies(
    chosen: Iterable[Meter], *, known: Known, period: Period, park: Park
) -> list[MeterEnergy]:
    found: list[MeterEnergy] = []
    for meter in chosen:
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


def _parts(meters: list[MeterEnergy], filled: list[Filled], found: Found) -> list[Part]:
    return [
        Part(
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


def ports_of(settlement: Settlement, *, ports: Ports) -> Ports:
    """Return the ports with the park file that was in force for a settlement."""
    park = ports.read_park(ports.registry.park_version(settlement.park_sha256))
    return replace(ports, park=park, park_sha256=settlement.park_sha256)


def period_of(settlement: Settlement) -> Period:
    """Return the period of a settlement."""
    return Period.of_s(settlement.start_s, settlement.end_s)
