"""The cases of the lake at a quick scale: they find what they claim to find."""

from pathlib import Path

import numpy as np
from benchmarks.cases.lake import ask, backfill, busy
from benchmarks.lake_data import MINUTES, ManyPoints

from taihang.core.metering.batch_index import BatchIndex


def test_days__are_the_same_again_and_every_batch_is_of_its_gateway() -> None:
    one, two = (next(ManyPoints(130).days(1)) for _ in range(2))

    assert np.array_equal(one.rows.count, two.rows.count)
    assert len(one.rows) == 130 * MINUTES
    batches = BatchIndex(one.batches)
    assert batches.find("GW001", 144) == len(batches) - 1
    gateways = np.array(batches.gateways)[batches.code[one.rows.batch]]
    assert set(zip(one.rows.code // 100, gateways, strict=True)) == {(0, "GW000"), (1, "GW001")}
    late_s = batches.sent_at_s[one.rows.batch] - one.rows.time_s
    assert 0 < late_s.min() <= late_s.max() == 600


def test_cases__at_a_quick_scale_find_every_reading(tmp_path: Path) -> None:
    sealed = backfill(tmp_path / "year", n_points=20, n_days=2)
    asked = ask(tmp_path / "year", n_points=20, n_days=2)
    live = busy(tmp_path / "busy", n_points=20, n_hours=1)

    assert sealed.items == asked.items == 20 * 2 * MINUTES
    assert live.items == 20 * 60
    assert 0 < sealed.figures["sealed_bytes_per_reading"] < 4
    assert asked.figures["point_year_as_of_ratio"] > 0
