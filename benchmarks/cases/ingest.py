"""From readings to the disk: sealed by the gateways, checked, forced, put into the lake."""

import time
from pathlib import Path
from typing import Final
from unittest.mock import patch

from benchmarks.case import Room, Sample
from benchmarks.state import FIRST_DAY, demo_ports, make_empty
from benchmarks.stopwatch import Watch, stopwatch
from typing_extensions import override

from taihang import wiring
from taihang.adapters import system
from taihang.core.periods import days
from taihang.core.seal.batch import ClockState
from taihang.interfaces.cli.demo import DAYS_MAX
from taihang.interfaces.cli.parser import DEFAULT_SEED
from taihang.services.collect import CollectCount, collect
from taihang.services.ingest import ingest
from taihang.services.ports import Ports, Upload

_MS_PER_S: Final = 1_000


class CountingDisk(system.PosixDisk):
    """The disk, with a clock at the door of every forced write."""

    def __init__(self) -> None:
        self.n_fsyncs = 0
        self.fsync_s = 0.0

    @override
    def fsync(self, path: Path) -> None:
        started_s = time.perf_counter()
        super().fsync(path)
        self.fsync_s += time.perf_counter() - started_s
        self.n_fsyncs += 1


def ingest_year(room: Room) -> Sample:
    """Seal a year of readings, then take the batches in; what the devices saw is made before."""
    make_empty(room.park)
    disk = CountingDisk()
    # The park's files are opened by the wiring, which asks this class for a disk.
    with patch.object(system, "PosixDisk", lambda: disk), demo_ports(room.park, writing=True) as p:
        _, found = wiring.simulated(p, first_day=FIRST_DAY, n_days=DAYS_MAX, seed=DEFAULT_SEED)
        uploads, count = list(found), CollectCount()
        with stopwatch() as sealing:
            batches = _sealed(uploads, p, count)
        n_before, s_before = disk.n_fsyncs, disk.fsync_s
        with stopwatch() as taking:
            n_receipts = sum(1 for _ in ingest(batches, ports=p))
    fsync_s, n_fsyncs = disk.fsync_s - s_before, disk.n_fsyncs - n_before
    if n_receipts != count.batches or not n_fsyncs:
        raise AssertionError(f"{n_receipts} receipts of {count.batches}, {n_fsyncs} forced writes")
    figures = {
        "batch_count": count.batches,
        "seal_cpu_s": sealing.cpu_s,
        "take_in_cpu_s": taking.cpu_s,
        "fsync_count": n_fsyncs,
        "fsync_wall_ms": fsync_s * _MS_PER_S,
        "fsync_share_of_wall_ratio": fsync_s / (sealing.wall_s + taking.wall_s),
        "journal_bytes_per_reading": _bytes_in(room.park / "journal") / count.sealed,
        "lake_bytes_per_reading": _bytes_in(room.park / "lake") / count.sealed,
    }
    return _together(sealing, taking).sample(items=count.sealed, figures=figures)


def _sealed(uploads: list[Upload], ports: Ports, count: CollectCount) -> list[bytes]:
    return list(
        collect(
            uploads,
            ports=ports,
            period=days(FIRST_DAY, DAYS_MAX + 1, ports.park.zone),
            origin={"kind": "simulator", "seed": str(DEFAULT_SEED)},
            clock=ClockState.SYNCHRONISED,
            count=count,
        )
    )


def _together(one: Watch, other: Watch) -> Watch:
    return Watch(
        cpu_s=one.cpu_s + other.cpu_s,
        wall_s=one.wall_s + other.wall_s,
        peak_rss_mb=max(one.peak_rss_mb, other.peak_rss_mb),
    )


def _bytes_in(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
