"""A PostgreSQL of the tests' own: a cluster in a new folder, on a socket, gone when they end."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Final

SKIP: Final = "no PostgreSQL server is installed here (initdb, pg_ctl): its tests are skipped"
_PLACES: Final = ("/usr/lib/postgresql", "/usr/local/pgsql")
_USERS: Final = ("postgres", "nobody")
_NUMBERS: Final = count(1)
_WAIT_S: Final = 60


class Server:
    """A running cluster."""

    def __init__(self, folder: Path, *, tools: Path, user: str | None) -> None:
        self._folder = folder
        self._tools = tools
        self._user = user

    def start(self) -> None:
        """Make the cluster and start it; commits are forced to the disk as in earnest."""
        data = self._folder / "data"
        self._run("initdb", "-D", str(data), "-U", "park", "-A", "trust", "-E", "UTF8")
        options = f"-k {self._folder} -c listen_addresses= -c fsync=on -c max_connections=100"
        log = str(self._folder / "log")
        self._run("pg_ctl", "-D", str(data), "-l", log, "-w", "-o", options, "start")

    def stop(self) -> None:
        """Stop it at once."""
        self._run("pg_ctl", "-D", str(self._folder / "data"), "-m", "immediate", "stop")

    def database(self) -> str:
        """Make an empty database and return its URL."""
        name = f"register{next(_NUMBERS)}_{os.getpid()}"
        self._run("createdb", "-h", str(self._folder), "-U", "park", name)
        return f"postgresql://park@/{name}?host={self._folder}"

    def query(self, url: str, sql: str) -> list[str]:
        """Return the lines that a statement gives, as ``psql`` writes them."""
        name = url.split("/")[3].split("?", maxsplit=1)[0]
        told = self._run(
            "psql", "-h", str(self._folder), "-U", "park", "-At", "-F", "|", "-c", sql, name
        )
        return told.splitlines()

    def _run(self, tool: str, *words: str) -> str:
        done = subprocess.run(  # tools of an installed server, words of this file
            [str(self._tools / tool), *words],
            user=self._user,
            cwd=self._folder,
            check=True,
            capture_output=True,
            text=True,
            timeout=_WAIT_S,
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"},
        )
        return done.stdout


def tools_of() -> Path | None:
    """Return the folder of the server's tools; None where it is not installed."""
    found = shutil.which("initdb")
    if found and shutil.which("pg_ctl"):
        return Path(found).resolve().parent
    folders = (path for place in _PLACES for path in sorted(Path(place).glob("**/bin/initdb")))
    last = max(folders, default=None, key=str)
    return last.parent if last else None


@contextmanager
def running(tools: Path) -> Generator[Server]:
    """Run a cluster in a folder of its own; the server refuses to run as root."""
    folder = Path(tempfile.mkdtemp(prefix="taihang-pg-"))
    user = _other_user() if os.geteuid() == 0 else None
    if user is not None:
        shutil.chown(folder, user)
    server = Server(folder, tools=tools, user=user)
    try:
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _other_user() -> str:
    known: Sequence[str] = [entry.pw_name for entry in pwd.getpwall()]
    return next(name for name in _USERS if name in known)
