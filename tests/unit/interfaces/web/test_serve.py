"""The server: loopback only, one owner of a port, a clean end."""

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

_TESTS = Path(__file__).parents[3]
_START = """
import sys
sys.path.insert(0, {tests!r})
from taihang.config.django_settings import ensure_django
ensure_django()
from demo_overview import {source}
from taihang.interfaces.web.serve import serve
serve({source}, bind="127.0.0.1", port=0, announce=lambda address: print(address, flush=True))
"""


@contextmanager
def _served(source: str) -> Generator[tuple["subprocess.Popen[str]", int]]:
    script = _START.format(tests=str(_TESTS), source=source)
    process = subprocess.Popen(
        [sys.executable, "-c", script],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline().strip()
        found = re.fullmatch(r"http://127\.0\.0\.1:(\d+)/", line)
        assert found, line
        yield process, int(found[1])
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def _get(port: int, path: str) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request("GET", path)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_serve__answers_and_ends_cleanly(number: signal.Signals) -> None:
    with _served("open_demo") as (process, port):
        statuses = [_get(port, path).status for path in ("/healthz", "/readyz", "/")]
        # A terminal sends Ctrl-C to the whole group, so the worker gets it too.
        os.killpg(process.pid, number)
        _, errors = process.communicate(timeout=20)

    assert statuses == [200, 200, 302]
    assert process.returncode == 0
    assert errors == ""


def test_serve__gives_way_to_the_door() -> None:
    with _served("open_demo") as (process, _):
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text("ascii")
        (worker,) = map(int, children.split())

        assert os.getpriority(os.PRIO_PROCESS, worker) > os.getpriority(os.PRIO_PROCESS, 0)


def test_serve__a_header_over_its_limit_is_refused() -> None:
    with _served("open_demo") as (_, port), socket.create_connection(("127.0.0.1", port)) as line:
        line.settimeout(20)
        line.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * 40_000 + b"\r\n")

        answer = line.recv(100)

    assert b" 431 " in answer


def test_serve__a_park_that_cannot_be_opened_is_one_line_and_exit_code_1() -> None:
    script = _START.format(tests=str(_TESTS), source="open_broken")

    ended = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=20, check=False
    )

    assert ended.returncode == 1
    assert ended.stderr == "link: given no lake; expected a lake; run taihang rebuild\n"
