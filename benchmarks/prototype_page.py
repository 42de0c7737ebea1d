"""The prototype of the overview that came with the project's handbook, served with made-up figures.

Its template, scripts and style are read from beside the project; only its figures are made here: as
many as it was drawn for. The page is rendered before it is asked for, so that its server costs
nothing but the sending.
"""

import json
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module
from math import pi, sin
from pathlib import Path
from threading import Thread
from typing import Final

from benchmarks.case import NotHereError
from jinja2 import Environment, FileSystemLoader, select_autoescape
from typing_extensions import override

FOLDER: Final = Path(__file__).parents[1].parent / "shared" / "handbook" / "ui" / "prototype"
_KINDS: Final = {".js": "text/javascript", ".css": "text/css", ".html": "text/html; charset=utf-8"}
_ENTERPRISES: Final = 54
_STEPS: Final = 96
_LINKS: Final = (
    ("pv", "bus", 9.1),
    ("wind", "bus", 6.4),
    ("dis", "bus", 3.0),
    ("imp", "bus", 121.0),
    ("bus", "industry", 96.2),
    ("bus", "data", 21.5),
    ("bus", "building", 14.4),
    ("bus", "ev", 4.1),
    ("bus", "export", 3.3),
)


@contextmanager
def serve_prototype() -> Generator[str]:
    """Serve it on a free port and yield its address.

    Raises:
        NotHereError: If the handbook does not lie beside the project.
    """
    if not FOLDER.is_dir():
        raise NotHereError("the prototype of the handbook does not lie beside the project")
    _Answer.page = _page().encode()
    with ThreadingHTTPServer(("127.0.0.1", 0), _Answer) as server:
        server.daemon_threads = True
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()


class _Answer(BaseHTTPRequestHandler):
    page = b""
    """The page, rendered before it is asked for."""

    @override
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:  # the name is the base class's
        path = self.path.partition("?")[0]
        if path == "/live":
            self._stream()
        elif path == "/":
            self._send(self.page, ".html")
        else:
            found = FOLDER / "static" / Path(path).name
            self._send(found.read_bytes(), found.suffix)

    def _send(self, body: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", _KINDS[kind])
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _stream(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        frame = b"data: " + json.dumps(_snapshot()).encode() + b"\n\n"
        with suppress(OSError):
            while True:
                time.sleep(1)
                self.wfile.write(frame)
                self.wfile.flush()


def _page() -> str:
    sys.path.insert(0, str(FOLDER))
    try:
        words = import_module("i18n").ZH
    finally:
        sys.path.remove(str(FOLDER))
    found = Environment(
        loader=FileSystemLoader(FOLDER / "templates"), autoescape=select_autoescape()
    )
    boot = {"now": _snapshot(), "day": _day(), "cal": _calendar()}
    return found.get_template("overview.html").render(
        T=words, lang="zh", theme="light", wall=0, boot=boot, ents=_rows(), decal=0, flow="svg"
    )


def _snapshot() -> dict[str, object]:
    return {
        "i": 57,
        "kpi": {
            "load": 136.2,
            "green": 11.6,
            "energy": 1_890.4,
            "co2": 1_003.1,
            "soc": 54.0,
            "export": 6.3,
            "price": 0.41,
            "tou": "valley",
            "saving": 48_211,
        },
        "p": {"pv": 9.1, "wind": 6.4, "bat": 3.0, "grid": 121.0, "load": 136.2},
        "links": _LINKS,
        "ent": [(row["id"], row["kw"]) for row in _rows()],
    }


def _rows() -> list[dict[str, object]]:
    return [
        {
            "id": f"E{n:02}",
            "name": f"企业 {n:02}",
            "sector": "电气机械",
            "sector_en": "Electrical machinery",
            "kw": 9_000 // n,
            "kwh": 120_000 // n,
            "co2": 63.1 / n,
            "green": 10 + n % 40,
            "budget": 60 + n % 50,
            "q": ("ok", "ok", "est", "gap")[n % 4],
        }
        for n in range(1, _ENTERPRISES + 1)
    ]


def _day() -> dict[str, list[float]]:
    light = [max(0.0, sin((step - 24) / 48 * pi)) for step in range(_STEPS)]
    load = [110 + 30 * sin(step / _STEPS * 2 * pi) for step in range(_STEPS)]
    return {
        "pv": [12 * each for each in light],
        "wind": [6 + 2 * sin(step / 9) for step in range(_STEPS)],
        "dis": [8.0 if step > 70 else 0.0 for step in range(_STEPS)],
        "chg": [-8.0 if 36 < step < 52 else 0.0 for step in range(_STEPS)],
        "grid": load,
        "export": [-2 * each for each in light],
        "load": load,
    }


def _calendar() -> list[tuple[str, float]]:
    first = date(2026, 1, 1)
    return [(str(first + timedelta(days=n)), 50 + 40 * sin(n / 20)) for n in range(304)]
