"""The door over loopback HTTP: how long a receipt takes, how many come in a second, what it holds.

The server is the command itself in a process of its own; its CPU time and memory are read from the
kernel. The wall times are orientation: they contain this machine's disk and whoever else uses it.
"""

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
from benchmarks.case import Room, Sample
from benchmarks.state import demo_ports, make_empty
from benchmarks.stopwatch import BYTES_PER_MB

from taihang.core.metering.readings import ReadingBlock
from taihang.core.park.park import Park
from taihang.core.seal import batch_v2
from taihang.core.seal.batch import ClockState, Envelope
from taihang.core.series import Quality, Quantity
from taihang.services.keys import gateway_signer
from taihang.services.ports import Ports

N_LARGE: Final = 200
"""Two million readings: enough that the lake moves rows to files while nobody pauses."""
READINGS_LARGE: Final = 10_000
N_SMALL: Final = 2_000
READINGS_SMALL: Final = 20
LINES: Final = 8
_START_S: Final = int(datetime(2025, 6, 1, tzinfo=UTC).timestamp())
_STEP_S: Final = 60
_MS_PER_S: Final = 1_000
_RUN: Final = "from taihang.interfaces.cli.main import run; run()"
_WORDS: Final = ("--port", "0", "--json", "--batches-per-minute", "10000000")


@dataclass(frozen=True, slots=True)
class Served:
    """A door that is open."""

    port: int
    pid: int

    def cpu_s(self) -> float:
        fields = Path(f"/proc/{self.pid}/stat").read_text("ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def peak_rss_mb(self) -> float:
        lines = Path(f"/proc/{self.pid}/status").read_text("ascii").splitlines()
        (line,) = (line for line in lines if line.startswith("VmHWM:"))
        return int(line.split()[1]) * 1_024 / BYTES_PER_MB


@dataclass(frozen=True, slots=True)
class Sent:
    """What it took to have batches stored."""

    each_s: Sequence[float]
    wall_s: float
    cpu_s: float
    """Of the server."""

    def percentile_ms(self, share: float) -> float:
        return float(np.percentile(self.each_s, share)) * _MS_PER_S


def http_ingest(room: Room) -> Sample:
    """Send large batches over one connection, then small ones over eight."""
    make_empty(room.park)
    with demo_ports(room.park, writing=True) as ports:
        large = sealed_batches(ports, first=1, n=N_LARGE, n_readings=READINGS_LARGE)
        small = sealed_batches(ports, first=N_LARGE + 1, n=N_SMALL, n_readings=READINGS_SMALL)
    with open_door(room.park) as door:
        _send(door.port, large[:5])
        rss_before_mb = door.peak_rss_mb()
        one_line = _measured(door, [large[5:]])
        eight_lines = _measured(door, [small[at::LINES] for at in range(LINES)])
        peak_mb = door.peak_rss_mb()
    n_large = len(one_line.each_s)
    figures = {
        "receipt_p50_wall_ms": one_line.percentile_ms(50),
        "receipt_p99_wall_ms": one_line.percentile_ms(99),
        "receipt_max_wall_ms": one_line.percentile_ms(100),
        "server_cpu_per_large_batch_ms": one_line.cpu_s / n_large * _MS_PER_S,
        "readings_per_cpu_s": READINGS_LARGE * n_large / one_line.cpu_s,
        "small_batches_per_wall_s": N_SMALL / eight_lines.wall_s,
        "small_receipt_p99_wall_ms": eight_lines.percentile_ms(99),
        "server_cpu_per_small_batch_ms": eight_lines.cpu_s / N_SMALL * _MS_PER_S,
        "memory_growth_mb": peak_mb - rss_before_mb,
        "large_batch_bytes": sum(map(len, large)) / N_LARGE,
    }
    return Sample(
        cpu_s=one_line.cpu_s + eight_lines.cpu_s,
        wall_s=one_line.wall_s + eight_lines.wall_s,
        peak_rss_mb=peak_mb,
        items=READINGS_LARGE * n_large + READINGS_SMALL * N_SMALL,
        figures=figures,
    )


def _measured(door: Served, shares: Sequence[Sequence[bytes]]) -> Sent:
    """Send batches, each share over a connection of its own."""
    cpu_s, started_s = door.cpu_s(), time.perf_counter()
    with ThreadPoolExecutor(len(shares)) as lines:
        parts = list(lines.map(partial(_send, door.port), shares))
    wall_s = time.perf_counter() - started_s
    return Sent([s for part in parts for s in part], wall_s, door.cpu_s() - cpu_s)


def sealed_batches(
    ports: Ports, *, first: int, n: int, n_readings: int, after: int = 0
) -> list[bytes]:
    """Seal batches of the gateway with the most meters, minute by minute.

    Args:
        ports: The park.
        first: Number of the first batch; readings begin so many batches after the first minute.
        n: How many batches.
        n_readings: Readings of each.
        after: What the gateway has counted to before.
    """
    park = ports.park
    gateway = max(park.gateways.values(), key=lambda gateway: len(gateway.meters))
    key = gateway_signer(gateway.id, ports=ports)
    points = gateway.meters[: max(1, min(len(gateway.meters), n_readings // 10))]
    found: list[bytes] = []
    for counter in range(first, first + n):
        envelope = Envelope(
            gateway=gateway.id,
            counter=after + counter,
            sent_at_s=_START_S + counter * _STEP_S * n_readings,
            clock=ClockState.SYNCHRONISED,
            origin={"kind": "benchmark"},
        )
        blocks = _blocks(park, points, counter=counter, n_readings=n_readings)
        (seed,) = ports.keys.salts(f"{gateway.id}/{after + counter}", 1)
        found.append(batch_v2.seal_batch(envelope, blocks=blocks, seed=seed, sign=key.sign))
    return found


def _blocks(
    park: Park, points: Sequence[str], *, counter: int, n_readings: int
) -> list[ReadingBlock]:
    """Return registers of so many readings in all, shared among the points."""
    shares = np.array_split(np.arange(n_readings, dtype=np.int64), len(points))
    found: list[ReadingBlock] = []
    for number, (point, share) in enumerate(zip(points, shares, strict=True)):
        meter = park.meters[point]
        noise = np.random.default_rng([counter, number]).integers(0, 40, len(share))
        found.append(
            ReadingBlock(
                point=point,
                quantity=Quantity.REGISTER,
                unit="Wh",
                scale=str(meter.wh_per_count),
                modulus=meter.modulus,
                times_s=_START_S + _STEP_S * (counter * n_readings + np.arange(len(share))),
                counts=(counter * 20 * n_readings + np.cumsum(noise)) % meter.modulus,
                quality=np.full(len(share), Quality.MEASURED, np.uint8),
            )
        )
    return found


def _send(port: int, batches: Sequence[bytes]) -> list[float]:
    """Send batches over one connection; return how long each receipt took. [s]"""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {"content-type": "application/vnd.taihang.batch"}
    found: list[float] = []
    for batch in batches:
        started_s = time.perf_counter()
        line.request("POST", "/api/v1/batches", batch, headers)
        answer = line.getresponse()
        text = answer.read()
        found.append(time.perf_counter() - started_s)
        if answer.status != http.HTTPStatus.CREATED:
            raise AssertionError(text)
    line.close()
    return found


@contextmanager
def open_door(park: Path) -> Generator[Served]:
    """Open the door of a park and say where it is."""
    words = [sys.executable, "-c", _RUN, "ingest", str(park), *_WORDS]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        try:
            address = json.loads(process.stdout.readline() if process.stdout else "{}")["address"]
            yield Served(int(address.rpartition(":")[2]), process.pid)
        finally:
            process.send_signal(signal.SIGTERM)
    if process.returncode:
        raise AssertionError(f"the door ended with {process.returncode}")
