"""Repeated runs become one result, and a result survives its file."""

import json

import pytest
from benchmarks.case import Case, Sample
from benchmarks.result import (
    Outcome,
    Result,
    ResultFormatError,
    Run,
    Yardstick,
    combined,
    read_run,
    write_run,
)

_CASE = Case(name="ingest", about="", unit="readings", runner="")
_YARDSTICK = Yardstick(cpu_s=0.5, wall_s=0.8, spread_ratio=1.1)


def _sample(cpu_s: float, wall_s: float, peak_rss_mb: float, **figures: float) -> Sample:
    return Sample(cpu_s=cpu_s, wall_s=wall_s, peak_rss_mb=peak_rss_mb, items=1_000, figures=figures)


def test_combined__takes_the_least_times_and_the_most_memory() -> None:
    samples = [_sample(4.0, 9.0, 100.0), _sample(2.0, 8.0, 120.0), _sample(3.0, 4.0, 110.0)]

    result = combined(_CASE, samples, _YARDSTICK)

    assert (result.cpu_s, result.wall_s, result.peak_rss_mb) == (2.0, 4.0, 120.0)
    assert (result.cpu_ratio, result.wall_ratio) == (4.0, 5.0)
    assert (result.items, result.items_per_cpu_s) == (1_000, 500.0)


def test_combined__takes_the_best_of_every_figure_that_is_a_time_or_a_rate() -> None:
    samples = [
        _sample(2.0, 8.0, 1.0, fsync_wall_ms=30.0, appends_per_cpu_s=10.0, fsync_count=5),
        _sample(3.0, 4.0, 1.0, fsync_wall_ms=20.0, appends_per_cpu_s=90.0, fsync_count=6),
    ]

    result = combined(_CASE, samples, _YARDSTICK)

    expected = {"fsync_wall_ms": 20.0, "appends_per_cpu_s": 90.0, "fsync_count": 5}
    assert expected == result.figures


def test_combined__case_without_times_has_no_ratio() -> None:
    sample = Sample(cpu_s=None, wall_s=None, peak_rss_mb=None, items=3, figures={"size_mb": 9.5})

    result = combined(_CASE, [sample], _YARDSTICK)

    assert (result.cpu_ratio, result.wall_ratio, result.items_per_cpu_s) == (None, None, None)
    assert result.measure("size_mb") == 9.5


def test_yardstick__is_the_fastest_and_names_the_spread() -> None:
    samples = [_sample(1.2, 2.0, 1.0), _sample(1.0, 3.0, 1.0), _sample(1.5, 1.1, 1.0)]

    yardstick = Yardstick.of(samples)

    assert yardstick == Yardstick(cpu_s=1.0, wall_s=1.1, spread_ratio=1.5)


def test_read_run__gives_back_what_was_written() -> None:
    measured = combined(_CASE, [_sample(2.0, 4.0, 120.0, fsync_count=5)], _YARDSTICK)
    skipped = Result(case="import", unit="readings", outcome=Outcome.SKIPPED, reason="no data")
    run = Run(
        machine={"cpu": "some", "versions": {"numpy": "2"}},
        yardstick=_YARDSTICK,
        results=(measured, skipped),
    )

    assert run == read_run(write_run(run))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        json.dumps({"format": 2}),
        json.dumps({"format": 1, "machine": {}, "yardstick": {}, "cases": {}}),
        json.dumps(
            {
                "format": 1,
                "machine": {},
                "yardstick": {"cpu_s": 1, "wall_s": 1, "spread_ratio": 1},
                "cases": {"help": {"unit": "answers", "outcome": "guessed"}},
            }
        ),
    ],
)
def test_read_run__refuses_another_file(text: str) -> None:
    with pytest.raises(ResultFormatError):
        read_run(text)


def test_write_run__names_no_folder_and_no_moment() -> None:
    run = Run(machine={"cpu": "some"}, yardstick=_YARDSTICK, results=())

    document = json.loads(write_run(run))

    assert set(document) == {"format", "machine", "yardstick", "cases"}
