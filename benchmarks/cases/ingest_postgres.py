"""The same rows taken in by the platform, with all its evidence, and upserted by PostgreSQL.

Both ways are durable and idempotent, take the same groups in turn, and are timed until the answer.
What PostgreSQL gets is text that was made before the clock started.
"""

import time
from typing import Final

import numpy as np
from benchmarks.case import Room, Sample
from benchmarks.cases.evidence_cost import WIDE, stored
from benchmarks.cases.postgres import private_postgres, text_of
from benchmarks.cases.uploads import GATEWAYS, clock, enrolled_keys, groups, make_metered_park
from benchmarks.stopwatch import stopwatch

from taihang import wiring
from taihang.services.ingest import Ingester

N_GROUPS: Final = 40
_WARM: Final = 3
_MS: Final = 1_000


def compare(room: Room) -> Sample:
    """Take ten uploads of 1 000 readings in, both ways, forty times."""
    make_metered_park(room.park, WIDE)
    spent_s: dict[str, list[float]] = {"taihang": [], "postgres": []}
    with (
        private_postgres(room.scratch) as postgres,
        wiring.open_park(room.park, writing=True, clock=clock()) as ports,
        stopwatch() as watch,
    ):
        keys = enrolled_keys(ports)
        ingester = Ingester(ports)
        for number, group in enumerate(groups(keys, WIDE, n_groups=_WARM + N_GROUPS)):
            lines = text_of(group.rows)
            for way in ("taihang", "postgres") if number % 2 else ("postgres", "taihang"):
                started_s = time.perf_counter()
                if way == "taihang":
                    stored(ingester.commit(group.batches))
                else:
                    postgres.commit_text(lines)
                if number >= _WARM:
                    spent_s[way].append(time.perf_counter() - started_s)
        n_rows = postgres.count()
    n_group = GATEWAYS * WIDE.n_readings
    if n_rows != (_WARM + N_GROUPS) * n_group:
        raise AssertionError(f"PostgreSQL holds {n_rows} rows")
    median_s = {way: float(np.median(times)) for way, times in spent_s.items()}
    figures = {
        "over_postgres_ratio": median_s["postgres"] / median_s["taihang"],
        "wall_over_postgres_ratio": median_s["taihang"] / median_s["postgres"],
        "taihang_readings_per_wall_s": n_group / median_s["taihang"],
        "postgres_readings_per_wall_s": n_group / median_s["postgres"],
        "taihang_p99_ms": float(np.percentile(spent_s["taihang"], 99)) * _MS,
        "postgres_p99_ms": float(np.percentile(spent_s["postgres"], 99)) * _MS,
    }
    return watch.sample(items=N_GROUPS * n_group, figures=figures)
