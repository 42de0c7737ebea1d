"""One late day of one meter: what restating it costs, against closing the whole year again."""

import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Final

import numpy as np
from benchmarks.case import Room, Sample
from benchmarks.state import demo_ports, demo_year
from benchmarks.stopwatch import Watch, stopwatch

from taihang.core.metering.current import current_rows
from taihang.core.metering.readings import ReadingBlock
from taihang.core.periods import Period, days
from taihang.core.seal.envelope import ClockState
from taihang.core.series import Quality, Quantity
from taihang.services.close_period import close_period
from taihang.services.collect import CollectCount, Collected, collect
from taihang.services.ingest import ingest
from taihang.services.ports import Ports
from taihang.services.restate import Work, restate
from taihang.simulator.devices import NO_COUNT

METER: Final = "M-E17"
UNBILLED_DAY: Final = date(2026, 6, 9)
"""Of a month whose T&D prices are not published: no bill rests on it."""
BILLED_DAY: Final = date(2026, 9, 9)
"""Of a month in which 54 enterprises and 5 stations are billed."""


def late_day(room: Room) -> Sample:
    """Let a day come late, restate it, and compare with the year closed again, to the byte.

    The day was first not there at all, so substitutes stood in for it and statements rested on
    them. The year is closed again on a copy of the same park, which has the same late readings.
    """
    plain, work, full, same = _restated(room.park, UNBILLED_DAY, room.scratch / "plain")
    billed, billed_work, full_billed, same_billed = _restated(
        room.park, BILLED_DAY, room.scratch / "billed"
    )
    if not (same and same_billed):
        raise AssertionError("restating a day gave something else than closing the year again")
    if work.whole_because or billed_work.whole_because:
        raise AssertionError(f"{work.whole_because or billed_work.whole_because}: not restated")
    return plain.sample(
        items=work.n_hours,
        figures={
            "restate_cpu_ms": plain.cpu_s * 1_000,
            "full_cpu_ms": full.cpu_s * 1_000,
            "late_day_ratio": plain.cpu_s / full.cpu_s,
            "restate_billed_cpu_ms": billed.cpu_s * 1_000,
            "late_day_billed_ratio": billed.cpu_s / full_billed.cpu_s,
            "statement_count": work.n_statements,
            "statement_billed_count": billed_work.n_statements,
            "meter_interval_count": work.n_meter_intervals,
        },
    )


def _restated(park: Path, day: date, folder: Path) -> tuple[Watch, Work, Watch, bool]:
    """Return the watch of the restatement, its work, the watch of the year, and if they agree."""
    late, whole = folder / "late", folder / "whole"
    shutil.copytree(park, late)
    with demo_ports(late, writing=True) as ports:
        block = _registers(ports, days(day, 1, ports.park.zone))
        _send(ports, _unread(block))
        restate(ports=ports)
        _send(ports, block)
    shutil.copytree(late, whole)
    with demo_ports(late, writing=True) as ports:
        with stopwatch() as watch:
            done = restate(ports=ports)
        of_day = _said(ports)
    with demo_ports(whole, writing=True) as ports:
        with stopwatch() as full:
            close_period(demo_year(ports), ports=ports)
        of_year = _said(ports)
    (work,) = done.work
    if not done.changed:
        raise AssertionError("the late day changed no statement")
    return watch, work, full, of_day == of_year


def _said(ports: Ports) -> tuple[str, dict[str, str]]:
    """Return everything that is settled as one hash, and every latest statement."""
    periods = {entry.period for entry in ports.registry.roll()}
    issued = [each for name in sorted(periods) for each in ports.registry.latest_statements(name)]
    return ports.lake.state_hash(), {each.id: each.document for each in issued}


def _registers(ports: Ports, period: Period) -> ReadingBlock:
    """Return what the meter showed inside a day; the registers at its two edges are not part."""
    meter = ports.park.meters[METER]
    inside = Period.of_s(period.start_s + 1, period.end_s)
    rows = current_rows(
        ports.lake.read("readings", inside, METER)[METER, Quantity.REGISTER.value],
        batch_rank=ports.lake.batches().rank(),
        as_of=ports.journal.size,
    )
    return ReadingBlock(
        point=METER,
        quantity=Quantity.REGISTER,
        unit="Wh",
        scale=str(meter.wh_per_count),
        modulus=meter.modulus,
        times_s=rows["time_s"],
        counts=rows["count"],
        quality=rows["quality"].astype(np.uint8),
    )


def _unread(block: ReadingBlock) -> ReadingBlock:
    return replace(
        block,
        counts=np.full_like(block.counts, NO_COUNT),
        quality=np.full_like(block.quality, Quality.MISSING),
    )


def _send(ports: Ports, block: ReadingBlock) -> None:
    """Let the gateway of the meter send a block, after everything that it has sent so far."""
    (gateway,) = (each.id for each in ports.park.gateways.values() if METER in each.meters)
    newest_s = int(ports.lake.batches().sent_at_s.max())
    span = Period.of_s(int(block.times_s[0]), int(block.times_s[-1]) + 1)
    batches = collect(
        [Collected(gateway, newest_s + 60, (block,))],
        ports=ports,
        period=span,
        origin={"kind": "late"},
        clock=ClockState.SYNCHRONISED,
        count=CollectCount(),
    )
    if not [*ingest(batches, ports=ports)]:
        raise AssertionError("the late day was not taken in")
