"""The page for Prometheus: counters that count, histograms whose buckets add up."""

import re

from taihang.interfaces.ingest.metrics import Metrics

_LINE = re.compile(r"[a-z_]+(?:\{[a-z]+=\"[^\"]*\"\})? -?[0-9.]+")


def _values(metrics: Metrics) -> dict[str, float]:
    text = metrics.text({"taihang_some_bytes": ("Some.", 1.5), "taihang_a_total": ("A.", True)})
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    assert all(_LINE.fullmatch(line) for line in lines), lines
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}


def test_metrics__count_stored_replayed_and_refused() -> None:
    metrics = Metrics()
    for _ in range(3):
        metrics.stored(n_bytes=100, replayed=False)
    metrics.stored(n_bytes=100, replayed=True)
    for code in ("input.token", "integrity.counter-fork", "integrity.counter-fork"):
        metrics.refused(code)

    found = _values(metrics)

    assert found['taihang_ingest_batches_total{outcome="stored"}'] == 3
    assert found['taihang_ingest_batches_total{outcome="replayed"}'] == 1
    assert found["taihang_ingest_bytes_total"] == 300
    assert found['taihang_ingest_refused_total{code="input.token"}'] == 1
    assert found["taihang_ingest_forks_total"] == 2
    assert (found["taihang_some_bytes"], found["taihang_a_total"]) == (1.5, 1)


def test_metrics__buckets_hold_all_that_is_no_longer() -> None:
    metrics = Metrics()
    for seconds in (0.0005, 0.001, 0.0011, 3.0, 99.0):
        metrics.committed(seconds)
    metrics.forced(0.3)

    found = _values(metrics)

    name = "taihang_ingest_commit_seconds"
    bucket = [found[f'{name}_bucket{{le="{bound}"}}'] for bound in ("0.001", "0.0025", "5.0")]
    assert bucket == [2, 3, 4]
    assert found[f'{name}_bucket{{le="+Inf"}}'] == found[f"{name}_count"] == 5
    assert found[f"{name}_sum"] == 102.0026
    assert found["taihang_ingest_fsync_seconds_count"] == 1


def test_metrics__tell_the_kind_of_each_value() -> None:
    text = Metrics().text({"taihang_x_total": ("X.", 1), "taihang_y": ("Y.", 1)})

    assert "# TYPE taihang_x_total counter" in text
    assert "# TYPE taihang_y gauge" in text
    assert text.endswith("\n")


def test_metrics__keep_a_bounded_number_of_codes() -> None:
    metrics = Metrics()
    for number in range(1_000):
        metrics.refused(f"input.n{number}")

    assert sum("refused_total{" in line for line in metrics.text({}).splitlines()) == 200
