"""Pages under siege while readings come in: half-sent requests and questions that are too large.

Door and pages are the commands themselves, each in a process of its own, over one park-year. A
receipt is timed by whoever waits for it, first with nobody at the pages, then under siege.
"""

import http.client
import os
import resource
import socket
import time
from collections import Counter
from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count, cycle
from multiprocessing import get_context
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Event
from pathlib import Path
from threading import Thread
from typing import Final

import numpy as np
from benchmarks.case import Room, Sample
from benchmarks.cases.http_ingest import Served, open_door, sealed_batches
from benchmarks.cases.pages import member_cookie, serve_park
from benchmarks.state import demo_ports
from benchmarks.stopwatch import BYTES_PER_MB

from taihang.interfaces.first_served import be_served_first

N_HALF: Final = 300
"""Requests that never end: at the pages, and at the door with half a header or half a body."""
N_LARGE: Final = 20
"""Askers of large questions, each with the next one as soon as it is answered."""
LASTS_S: Final = 60.0
PER_S: Final = 10
"""Batches a second; a gateway that sends each minute stands for 600 of them."""
READINGS: Final = 100
_COUNTED: Final = 1_000_000
"""More batches than the gateway sent in its year."""
_HEAD: Final = b"GET /api/v1/park HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: "
_BODY: Final = (
    b"POST /api/v1/batches HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100000\r\n"
    b"Content-Type: application/vnd.taihang.batch\r\n\r\n"
)
_MS_PER_S: Final = 1_000
_WAIT: Final = frozenset((429, 503))
_HELD_LEAST: Final = 0.9
_BEGINS_WITHIN_S: Final = 20.0
_ENDS_WITHIN_S: Final = 100.0
_BOUNDED: Final = frozenset((200, 400, 413, 422, 429, 503))
"""What a bounded service answers to too much."""


@dataclass(slots=True)
class Siege:
    """Who keeps door and pages busy, and what they were told."""

    door: Served
    pages: Served
    cookie: str
    points: Sequence[str]
    laid: Event
    over: Event
    told: "Queue[tuple[Counter[int], list[float], list[int]]]"
    """Where those who besiege, in a process of their own, say at the end what they saw."""
    answers: Counter[int] = field(default_factory=Counter)
    peaks_mb: list[float] = field(default_factory=list)
    """What the worker of the pages and its children hold together."""
    half_open: list[int] = field(default_factory=list)

    def demand_true(self) -> None:
        """Refuse a measurement in which nothing was besieged, or something gave way."""
        unbounded = set(self.answers) - _BOUNDED
        if unbounded or min(self.half_open) < N_HALF * _HELD_LEAST or not self.answers:
            raise AssertionError(f"answers {self.answers}, half open {self.half_open}")

    def figures(self) -> dict[str, float]:
        """Return what it was."""
        answered = self.answers[http.client.OK]
        return {
            "door_mb": self.door.peak_rss_mb(),
            "pages_mb": self.pages.peak_rss_mb(),
            "pages_and_workers_mb": max(self.peaks_mb),
            "half_open_least": float(min(self.half_open)),
            "large_answered": float(answered),
            "large_refused": float(self.answers.total() - answered),
        }


def siege(room: Room) -> Sample:
    """Time receipts in peace and under siege; every batch has to be in the journal afterwards."""
    n_each = int(LASTS_S * PER_S)
    with demo_ports(room.park, writing=True) as ports:
        size_before, points = ports.journal.size, tuple(ports.park.meters)
        batches = sealed_batches(ports, first=1, n=2 * n_each, n_readings=READINGS, after=_COUNTED)
    cookie = member_cookie(room.park)
    with open_door(room.park) as door, serve_park(room.park) as pages:
        # Whoever waits for the receipt sits elsewhere: what it waits for its own processor is not
        # the door's.
        be_served_first()
        started_s, before_s = time.perf_counter(), door.cpu_s() + pages.cpu_s()
        in_peace_s = _paced(door.port, batches[:n_each])
        with _besieged(door, pages, cookie, points) as laid:
            under_siege_s = _paced(door.port, batches[n_each:])
        laid.demand_true()
        figures = laid.figures()
        wall_s, cpu_s = time.perf_counter() - started_s, door.cpu_s() + pages.cpu_s() - before_s
    with demo_ports(room.park, writing=False) as ports:
        lost = len(batches) - (ports.journal.size - size_before)
    if lost:
        raise AssertionError(f"{lost} batches lost")
    times = {**_times("in_peace", in_peace_s), **_times("under_siege", under_siege_s)}
    slower = times["receipt_p99_under_siege_ms"] / times["receipt_p99_in_peace_ms"]
    return Sample(
        cpu_s=cpu_s,
        wall_s=wall_s,
        peak_rss_mb=figures["door_mb"] + figures["pages_and_workers_mb"],
        items=len(batches),
        figures={**times, **figures, "times_as_slow": slower},
    )


def _times(when: str, each_s: Sequence[float]) -> dict[str, float]:
    p50_s, p99_s = np.percentile(each_s, (50, 99))
    return {
        f"receipt_p50_{when}_ms": float(p50_s) * _MS_PER_S,
        f"receipt_p99_{when}_ms": float(p99_s) * _MS_PER_S,
    }


def _paced(port: int, batches: Sequence[bytes]) -> list[float]:
    """Send batches at their moments over one connection; return how long receipts took. [s]"""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {"content-type": "application/vnd.taihang.batch"}
    found: list[float] = []
    started_s = time.perf_counter()
    for number, batch in enumerate(batches):
        due_s = started_s + number / PER_S
        time.sleep(max(0.0, due_s - time.perf_counter()))
        # From when it was due: whoever has to wait for the one before waits as well.
        line.request("POST", "/api/v1/batches", batch, headers)
        answer = line.getresponse()
        text = answer.read()
        found.append(time.perf_counter() - due_s)
        if answer.status != http.HTTPStatus.CREATED:
            raise AssertionError(text)
    line.close()
    return found


@contextmanager
def _besieged(door: Served, pages: Served, cookie: str, points: Sequence[str]) -> Generator[Siege]:
    """Keep door and pages busy for as long as the block lasts."""
    context = get_context("fork")
    laid, over, told = context.Event(), context.Event(), context.Queue()
    siege = Siege(door, pages, cookie, points, laid, over, told)
    besiegers = context.Process(target=_besiege, args=(siege,))
    besiegers.start()
    try:
        # Measured is the siege, not how it begins.
        siege.laid.wait(_BEGINS_WITHIN_S)
        yield siege
    finally:
        siege.over.set()
        siege.answers, siege.peaks_mb, siege.half_open = told.get(timeout=_ENDS_WITHIN_S)
        besiegers.join()


def _besiege(siege: Siege) -> None:
    """Besiege until it is over; in a process that gives way, as whoever does it sits elsewhere."""
    os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    threads = [
        Thread(target=_hold_half_open, args=(siege,)),
        Thread(target=_watch_memory, args=(siege,)),
        *(Thread(target=_ask_large, args=(siege, number)) for number in range(N_LARGE)),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    siege.told.put((siege.answers, siege.peaks_mb, siege.half_open))


def _hold_half_open(siege: Siege) -> None:
    """Keep so many requests half sent, a byte each second; what is hung up on begins anew."""
    door, pages = siege.door.port, siege.pages.port
    kinds = ((pages, _HEAD), (door, _HEAD), (door, _BODY))
    wanted = [kinds[number % len(kinds)] for number in range(N_HALF)]
    lines: list[socket.socket | None] = [None] * N_HALF
    while not siege.over.is_set():
        for number, (port, start) in enumerate(wanted):
            lines[number] = _dripped(lines[number], port, start)
        siege.half_open.append(sum(line is not None for line in lines))
        siege.laid.set()
        siege.over.wait(1)
    for line in lines:
        if line is not None:
            line.close()


def _dripped(line: socket.socket | None, port: int, start: bytes) -> socket.socket | None:
    """Send one more byte of a request; where the server has hung up, begin a new one."""
    if line is not None:
        with suppress(OSError):
            if not _is_ended(line):
                line.send(b"x")
                return line
        line.close()
    try:
        line = socket.create_connection(("127.0.0.1", port), timeout=5)
        line.sendall(start)
    except OSError:
        return None
    line.settimeout(0)
    return line


def _is_ended(line: socket.socket) -> bool:
    """Say whether the server has hung up; an answer to half a request is an end as well."""
    with suppress(BlockingIOError):
        line.recv(4_096)
        return True
    return False


def _ask_large(siege: Siege, number: int) -> None:
    """Ask for as much as one may, and for more, again and again."""
    points = siege.points
    all_points = "%2C".join(points)
    months = cycle(f"2025-{month}" for month in ("10", "11", "12"))
    kinds = count(number)
    while not siege.over.is_set():
        month = next(months)
        few = "%2C".join(points[number : number + 30])
        addresses = (
            f"/api/v1/exports/readings.csv?points={few}&period={month}",
            f"/api/v1/exports/readings.parquet?points={all_points}&period=2026",
            f"/api/v1/readings/{points[number % len(points)]}?period={month}&step=raw",
            "/api/v1/balance?period=2026&step=15min",
            f"/flows/?period={month}",
            f"/carbon/?month={month}",
        )
        address = addresses[next(kinds) % len(addresses)]
        line = http.client.HTTPConnection("127.0.0.1", siege.pages.port, timeout=90)
        with suppress(OSError, http.client.HTTPException):
            line.request("GET", address, headers={"Cookie": siege.cookie})
            answer = line.getresponse()
            answer.read()
            siege.answers[answer.status] += 1
            # One who was told to wait does.
            if answer.status in _WAIT:
                siege.over.wait(0.2)
        line.close()


def _watch_memory(siege: Siege) -> None:
    worker = siege.pages.pid
    while not siege.over.wait(0.5):
        children = Path(f"/proc/{worker}/task/{worker}/children")
        with suppress(OSError):
            pids = [worker, *map(int, children.read_text("ascii").split())]
            siege.peaks_mb.append(sum(map(_rss_mb, pids)))


def _rss_mb(pid: int) -> float:
    with suppress(OSError):
        pages = int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[1])
        return pages * resource.getpagesize() / BYTES_PER_MB
    return 0.0
