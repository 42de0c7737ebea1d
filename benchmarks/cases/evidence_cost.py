"""What the evidence costs: the same readings taken in with it and without, group by group.

Three ways take every group, one after the other, so that the mood of the machine is the same for
all: the platform as it is (``on``); the platform without signature check, block root, tree,
checkpoint and receipt (``off``); and the same rows, unpacked beforehand, into a plain durable
idempotent table of DuckDB (``plain``), which knows nothing of batches but their number.
"""

import time
from collections.abc import Callable, Generator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final
from unittest.mock import patch

import duckdb
import numpy as np
from benchmarks.case import Room, Sample
from benchmarks.cases.uploads import (
    GATEWAYS,
    START_S,
    Group,
    Shape,
    clock,
    enrolled_keys,
    groups,
    make_metered_park,
)
from benchmarks.stopwatch import stopwatch

from taihang import wiring
from taihang.adapters.stores.journal import Journal
from taihang.core.errors import TaihangError
from taihang.core.periods import Period
from taihang.core.seal import batch_v2
from taihang.core.tlog.merkle import HASH_BYTES
from taihang.services.ingest import Ingester, Receipt

WIDE: Final = Shape(n_points=100, n_minutes=10)
LONG: Final = Shape(n_points=17, n_minutes=60)
N_GROUPS: Final = 60
_WARM: Final = 5
_ASKED: Final = Period.of_s(START_S, START_S + 900)
_SIGNATURE: Final = 64
_TILE: Final = 32.13
"""What a tile takes for one leaf, with the rows above it. [byte]"""
_FULL_GROUP: Final = 64
"""Batches under one checkpoint where many are waiting."""
_NS: Final = 1e9
_MS: Final = 1_000


def wide(room: Room) -> Sample:
    """Ten uploads of 100 points × 10 minutes."""
    return _compared(room, WIDE)


def long(room: Room) -> Sample:
    """Ten uploads of 17 points × 60 minutes."""
    return _compared(room, LONG)


class Plain:
    """Rows into DuckDB: one transaction a group, the numbers of its batches under a key."""

    def __init__(self, path: Path) -> None:
        self._database = duckdb.connect(str(path), config={"threads": 1})
        self._database.execute(
            "CREATE TABLE batches (gateway INT, counter INT, PRIMARY KEY (gateway, counter))"
        )
        self._database.execute(
            "CREATE TABLE readings"
            " (point INT, time_s BIGINT, count BIGINT, quality UTINYINT, batch BIGINT)"
        )

    def commit(self, group: Group) -> None:
        """Store one group, or none of it."""
        rows = group.rows
        columns = {
            "point": rows.point,
            "time_s": rows.time_s,
            "count": rows.count,
            "quality": rows.quality,
            "batch": rows.batch,
        }
        self._database.execute("BEGIN")
        for gateway in range(GATEWAYS):
            self._database.execute("INSERT INTO batches VALUES (?, ?)", [gateway, group.number])
        self._database.register("incoming", columns)
        self._database.execute("INSERT INTO readings SELECT * FROM incoming")
        self._database.unregister("incoming")
        self._database.execute("COMMIT")


def _compared(room: Room, shape: Shape) -> Sample:
    room.scratch.mkdir(parents=True, exist_ok=True)
    roots = {way: room.scratch / way for way in ("on", "off")}
    for root in roots.values():
        make_metered_park(root, shape)
    cpu_s: dict[str, float] = dict.fromkeys(("on", "off", "plain"), 0.0)
    acknowledged_s: list[float] = []
    with ExitStack() as stack, stopwatch() as watch:
        opened = {
            way: stack.enter_context(wiring.open_park(root, writing=True, clock=clock()))
            for way, root in roots.items()
        }
        keys = enrolled_keys(opened["on"], opened["off"])
        ingesters = {way: Ingester(ports) for way, ports in opened.items()}
        plain = Plain(room.scratch / "plain.duckdb")
        ways: dict[str, Callable[[Group], None]] = {
            "on": lambda group: stored(ingesters["on"].commit(group.batches)),
            "off": lambda group: stored(ingesters["off"].commit(group.batches)),
            "plain": plain.commit,
        }
        for number, group in enumerate(groups(keys, shape, n_groups=_WARM + N_GROUPS)):
            for way in _turn(list(ways), number):
                with without_evidence() if way == "off" else ExitStack():
                    started = time.process_time(), time.perf_counter()
                    ways[way](group)
                    spent = time.process_time() - started[0], time.perf_counter() - started[1]
                if number >= _WARM:
                    cpu_s[way] += spent[0]
                    acknowledged_s += [spent[1]] if way == "on" else []
        # Rows wait as arrays until somebody asks: what the first question pays belongs to them.
        for way, ports in opened.items():
            started_s = time.process_time()
            asked = ports.lake.read("readings", _ASKED, next(iter(ports.park.meters)))
            cpu_s[way] += time.process_time() - started_s
            if not asked:
                raise AssertionError(f"{way}: no reading of a minute that was taken in")
        size = opened["on"].journal.size
    n = N_GROUPS * GATEWAYS * shape.n_readings
    figures = {
        "efficiency_of_off_ratio": cpu_s["off"] / cpu_s["on"],
        "efficiency_of_plain_ratio": cpu_s["plain"] / cpu_s["on"],
        "cpu_over_off_ratio": cpu_s["on"] / cpu_s["off"],
        "cpu_over_plain_ratio": cpu_s["on"] / cpu_s["plain"],
        **{f"{way}_cpu_ns_per_reading": cpu_s[way] / n * _NS for way in cpu_s},
        "acknowledged_p50_ms": float(np.percentile(acknowledged_s, 50)) * _MS,
        "acknowledged_p99_ms": float(np.percentile(acknowledged_s, 99)) * _MS,
        **_sizes(roots["on"], shape, n_batches=size),
    }
    return watch.sample(items=n, figures=figures)


def _sizes(root: Path, shape: Shape, *, n_batches: int) -> dict[str, float]:
    """Return what a reading takes in the journal, and what of it is evidence."""
    segments = sum(path.stat().st_size for path in (root / "journal").glob("segment-*"))
    checkpoints = (root / "journal" / "checkpoints").stat().st_size
    own = _SIGNATURE + HASH_BYTES + batch_v2.SEED_BYTES + 1 + _TILE
    checkpoint = checkpoints / (n_batches / GATEWAYS)
    return {
        "journal_bytes_per_reading": segments / n_batches / shape.n_readings,
        "evidence_bytes_per_reading": (own + checkpoint / _FULL_GROUP) / shape.n_readings,
        "evidence_by_tens_bytes_per_reading": (own + checkpoint / GATEWAYS) / shape.n_readings,
    }


def _turn(ways: list[str], number: int) -> list[str]:
    """Return the ways in another order each time, so that none is always the first."""
    return ways[number % len(ways) :] + ways[: number % len(ways)]


def stored(answers: Sequence[Receipt | TaihangError]) -> None:
    """Fail where a batch was refused: a fast refusal is no result."""
    refused = [answer for answer in answers if not isinstance(answer, Receipt)]
    if refused:
        raise refused[0]


# -- the platform without evidence ---------------------------------------------------------------


@contextmanager
def without_evidence() -> Generator[None]:
    """Take signature check, block root, tree, checkpoint and receipt out of the platform."""
    with ExitStack() as stack:
        for where, name, other in (
            (batch_v2.Front, "check_signature", _believe),
            (batch_v2, "check_blocks", _no_blocks),
            (Journal, "_leaf_of", _no_leaf),
            (Journal, "_publish", _no_checkpoint),
            (Ingester, "_receipt", _bare_receipt),
        ):
            stack.enter_context(patch.object(where, name, other))
        yield


def _believe(_front: batch_v2.Front, _verify: object, *, key: bytes | None = None) -> None:
    assert key is not None


def _no_blocks(*_: object, header: object) -> tuple[bytes, ...]:
    assert header is not None
    return ()


def _no_leaf(_journal: Journal, _data: bytes) -> bytes:
    return bytes(HASH_BYTES)


def _no_checkpoint(_journal: Journal) -> None:
    pass


def _bare_receipt(_ingester: Ingester, number: tuple[str, int], leaf: int, **_: object) -> Receipt:
    return Receipt(*number, leaf, b"", 0, known_before=False, proof="")
