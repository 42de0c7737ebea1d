"""The pages of a park-year over loopback HTTP: what the overview weighs, takes, what viewers cost.

The server is the command itself in a process of its own; its CPU time is read from the kernel.
"""

import http.client
import json
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Final

import numpy as np
from benchmarks.case import Room, Sample
from benchmarks.cases.http_ingest import Served

N_ASKED: Final = 200
"""How often the overview is asked for; 95 % of the answers are faster than what is told."""
N_VIEWERS: Final = 200
WATCHED_S: Final = 20.0
"""How long the viewers look, one frame a second each."""
_MS_PER_S: Final = 1_000
_KB: Final = 1_000
_RUN: Final = "from taihang.interfaces.cli.main import run; run()"
_LINK: Final = re.compile(r'(?:href|src)="(/static/[^"]+)"')


def serve_pages(room: Room) -> Sample:
    """Ask for the overview of a park-year, then let two hundred people look at it."""
    with serve_park(room.park) as server:
        cookie = member_cookie(room.park)
        first_s = _ask(server, "/", cookie)[1]
        page, _ = _ask(server, "/", cookie)
        cpu_s, started_s = server.cpu_s(), time.perf_counter()
        each_s = [_ask(server, "/", cookie)[1] for _ in range(N_ASKED)]
        wall_s, page_cpu_s = time.perf_counter() - started_s, server.cpu_s() - cpu_s
        files = sorted(set(_LINK.findall(page.decode())))
        weight = len(page) + sum(len(_ask(server, link, cookie)[0]) for link in files)
        watching = _watched(server, cookie)
        peak_mb = server.peak_rss_mb()
    figures = {
        "first_page_wall_ms": first_s * _MS_PER_S,
        "page_p95_wall_ms": float(np.percentile(each_s, 95)) * _MS_PER_S,
        "page_p50_wall_ms": float(np.percentile(each_s, 50)) * _MS_PER_S,
        "server_cpu_per_page_ms": page_cpu_s / N_ASKED * _MS_PER_S,
        "overview_kb": weight / _KB,
        "requests": 1 + len(files),
        **watching,
    }
    return Sample(
        cpu_s=page_cpu_s, wall_s=wall_s, peak_rss_mb=peak_mb, items=N_ASKED, figures=figures
    )


def _watched(server: Served, cookie: str) -> dict[str, float]:
    """Open many streams and return what they cost and carry."""
    with ExitStack() as stack:
        lines = [stack.enter_context(_stream(server.port, cookie)) for _ in range(N_VIEWERS)]
        time.sleep(2)
        for line in lines:
            _drained(line)
        cpu_s, started_s = server.cpu_s(), time.perf_counter()
        time.sleep(WATCHED_S)
        spent_s, passed_s = server.cpu_s() - cpu_s, time.perf_counter() - started_s
        ticks = [_drained(line).count(b"event: tick") for line in lines]
    if min(ticks) < WATCHED_S * 0.8:
        raise AssertionError(f"a viewer heard {min(ticks)} ticks in {WATCHED_S:g} s")
    return {
        "viewers": float(len(ticks)),
        "viewers_cpu_percent": 100 * spent_s / passed_s,
        "ticks_least": float(min(ticks)),
    }


@contextmanager
def _stream(port: int, cookie: str) -> Generator[socket.socket]:
    with socket.create_connection(("127.0.0.1", port), timeout=30) as line:
        line.sendall(f"GET /live HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookie}\r\n\r\n".encode())
        head = line.recv(4_096)
        if b" 200 " not in head.split(b"\r\n")[0]:
            raise AssertionError(head)
        line.settimeout(0)
        yield line


def _drained(line: socket.socket) -> bytes:
    found = b""
    with suppress(BlockingIOError):
        while part := line.recv(65_536):
            found += part
    return found


def _ask(server: Served, address: str, cookie: str) -> tuple[bytes, float]:
    line = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    started_s = time.perf_counter()
    line.request("GET", address, headers={"Cookie": cookie})
    answer = line.getresponse()
    body = answer.read()
    taken_s = time.perf_counter() - started_s
    line.close()
    if answer.status != http.HTTPStatus.OK:
        raise AssertionError(f"{address}: {answer.status}")
    return body, taken_s


def member_cookie(park: Path) -> str:
    """Make a regulator of the park who is signed in, and return the cookie."""
    words = "import sys; from pathlib import Path; from taihang.config.django_settings import "
    script = (
        f"{words}ensure_django; ensure_django(); "
        "from benchmarks.member import signed_in; print(signed_in(Path(sys.argv[1])))"
    )
    found = subprocess.run(
        [sys.executable, "-c", script, str(park)], capture_output=True, text=True, check=True
    )
    return found.stdout.strip()


@contextmanager
def serve_park(park: Path) -> Generator[Served]:
    """Serve the pages of a park and say where; process and memory are those of the worker."""
    words = [sys.executable, "-c", _RUN, "serve", str(park), "--port", "0", "--json"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        try:
            told = json.loads(process.stdout.readline() if process.stdout else "{}")
            worker = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text("ascii")
            port = int(str(told["address"]).rstrip("/").rpartition(":")[2])
            yield Served(port, int(worker.split()[0]))
        finally:
            process.send_signal(signal.SIGTERM)
    if process.returncode:
        raise AssertionError(f"the server ended with {process.returncode}")
