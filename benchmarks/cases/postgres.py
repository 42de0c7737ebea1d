"""A private PostgreSQL for one run: a cluster in a scratch folder, on a socket, with fsync."""

import os
import pwd
import shutil
import stat
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from itertools import takewhile
from pathlib import Path
from typing import IO, Final

import numpy as np
from benchmarks.case import NotHereError
from benchmarks.cases.uploads import Rows

_OUT: Final = "out"
"""The folder below which all folders of a run lie."""
_PLACES: Final = "/usr/lib/postgresql"
_DONE: Final = "stored"
_TABLES: Final = """
CREATE TABLE readings (point int, time_s bigint, count bigint, quality smallint, batch bigint,
  PRIMARY KEY (point, time_s));
CREATE UNLOGGED TABLE staging (LIKE readings);
"""
_UPSERT: Final = """
INSERT INTO readings SELECT * FROM staging
  ON CONFLICT (point, time_s) DO UPDATE SET count = excluded.count, quality = excluded.quality,
  batch = excluded.batch;
TRUNCATE staging;
COMMIT;
"""


class Postgres:
    """One session of psql: rows are copied to a staging table and put in by point and time."""

    def __init__(self, session: "subprocess.Popen[bytes]") -> None:
        self._session = session
        self._say(_TABLES)
        self._wait()

    def commit_text(self, lines: str) -> None:
        """Store rows that are text already, tab between columns."""
        self._say(f"BEGIN;\nCOPY staging FROM STDIN;\n{lines}\n\\.\n{_UPSERT}")
        self._wait()

    def count(self) -> int:
        """Return how many rows the table has."""
        self._say("SELECT count(*) FROM readings;")
        return int(next(word for word in self._wait() if word.isdecimal()))

    def _say(self, text: str) -> None:
        _pipe(self._session.stdin).write(f"{text}\n\\echo {_DONE}\n".encode())
        _pipe(self._session.stdin).flush()

    def _wait(self) -> list[str]:
        said: list[str] = []
        for line in _pipe(self._session.stdout):
            said.append(line.decode().strip())
            if said[-1] == _DONE:
                return said
        raise AssertionError("psql has ended")


@contextmanager
def private_postgres(scratch: Path) -> Generator[Postgres]:
    """Make a cluster, start it, and throw it away.

    Args:
        scratch: A folder on the disk that is measured.

    Yields:
        A session with empty tables.

    Raises:
        NotHereError: If PostgreSQL is not installed.
    """
    places = sorted(Path(_PLACES).glob("*/bin/initdb")) if Path(_PLACES).is_dir() else []
    if not places or shutil.which("psql") is None:
        raise NotHereError("PostgreSQL is not installed: no initdb below /usr/lib/postgresql")
    programs, data = places[-1].parent, scratch / "cluster"
    scratch.mkdir(parents=True, exist_ok=True)
    user = _plain_user(scratch)

    def run(*words: str) -> None:
        subprocess.run(words, check=True, capture_output=True, user=user, cwd="/")

    run(str(programs / "initdb"), "-D", str(data), "-A", "trust", "-U", "bench", "--no-locale")
    options = f"-k {scratch} -c listen_addresses='' -c fsync=on -c synchronous_commit=on"
    control = (str(programs / "pg_ctl"), "-D", str(data), "-w", "-l", str(data / "log"))
    run(*control, "-o", options, "start")
    words = ("psql", "-X", "-q", "-h", str(scratch), "-U", "bench", "-v", "ON_ERROR_STOP=1",
             "-d", "postgres")  # fmt: skip
    session = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        yield Postgres(session)
    finally:
        _pipe(session.stdin).close()
        session.wait()
        run(*control, "-m", "fast", "stop")


def text_of(rows: Rows) -> str:
    """Return rows as COPY reads them."""
    columns = (rows.point, rows.time_s, rows.count, rows.quality, rows.batch)
    table = np.stack([column.astype(np.int64) for column in columns], axis=1)
    return "\n".join("\t".join(map(str, row)) for row in table.tolist())


def _plain_user(scratch: Path) -> int | None:
    """Return who runs the server: it refuses to run as the superuser."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name: entry.pw_uid for entry in pwd.getpwall()}
    user = names.get("postgres", names["nobody"])
    os.chown(scratch, user, -1)
    # The folders of a run are for their owner only; the server has to pass through them.
    # Whatever lies above them is not ours to open.
    for folder in takewhile(lambda folder: folder.name != _OUT, scratch.parents):
        folder.chmod(folder.stat().st_mode | stat.S_IXGRP | stat.S_IXOTH)
    return user


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    assert pipe is not None
    return pipe
