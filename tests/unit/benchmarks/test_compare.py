"""A slowdown that is planted is reported; a slower machine is not."""

import pytest
from benchmarks.case import Case, Sample
from benchmarks.compare import BETTER_BELOW, WORSE_FROM, Trend, compare
from benchmarks.result import Outcome, Result, Run, Yardstick, combined
from hypothesis import given
from hypothesis import strategies as st

_CASE = Case(name="settle", about="", unit="intervals", runner="")


def _sample(cpu_s: float, peak_rss_mb: float = 100.0, **figures: float) -> Sample:
    return Sample(cpu_s=cpu_s, wall_s=cpu_s, peak_rss_mb=peak_rss_mb, items=10, figures=figures)


def _run(*results: Result, yardstick_cpu_s: float = 1.0) -> Run:
    yardstick = Yardstick(cpu_s=yardstick_cpu_s, wall_s=1.0, spread_ratio=1.0)
    return Run(machine={}, yardstick=yardstick, results=results)


def _measured(
    cpu_s: float, *, yardstick_cpu_s: float = 1.0, peak_rss_mb: float = 100.0, **figures: float
) -> Run:
    yardstick = Yardstick.of([_sample(yardstick_cpu_s)])
    result = combined(_CASE, [_sample(cpu_s, peak_rss_mb, **figures)], yardstick)
    return _run(result, yardstick_cpu_s=yardstick_cpu_s)


def _trends(now: Run, before: Run) -> dict[str, Trend]:
    return {change.measure: change.trend for change in compare(now, before)}


@pytest.mark.parametrize(
    ("cpu_s", "expected"),
    [
        (3.0, Trend.SLOWER),
        (2.1, Trend.SAME),
        (2.0, Trend.SAME),
        (1.9, Trend.SAME),
        (1.0, Trend.FASTER),
    ],
)
def test_compare__planted_change_of_time_is_reported(cpu_s: float, expected: Trend) -> None:
    before = _measured(2.0)

    changes = compare(_measured(cpu_s), before)

    time = next(change for change in changes if change.measure == "cpu_ratio")
    assert (time.case, time.trend) == ("settle", expected)
    assert time.quotient == pytest.approx(cpu_s / 2.0)


def test_compare__planted_growth_of_memory_is_reported() -> None:
    before = _measured(2.0, peak_rss_mb=100.0)

    trends = _trends(_measured(2.0, peak_rss_mb=130.0), before)

    assert trends == {"cpu_ratio": Trend.SAME, "peak_rss_mb": Trend.BIGGER}


def test_compare__larger_proof_and_smaller_install_are_reported() -> None:
    before = _measured(2.0, proof_bytes=1_000, size_mb=300.0)

    trends = _trends(_measured(2.0, proof_bytes=2_000, size_mb=200.0), before)

    assert (trends["proof_bytes"], trends["size_mb"]) == (Trend.BIGGER, Trend.SMALLER)


@given(slowness=st.floats(0.01, 100.0))
def test_compare__slower_machine_is_no_slowdown(slowness: float) -> None:
    before = _measured(2.0, yardstick_cpu_s=1.0)
    now = _measured(2.0 * slowness, yardstick_cpu_s=slowness)

    trends = _trends(now, before)

    assert trends["cpu_ratio"] is Trend.SAME


@given(quotient=st.floats(0.05, 20.0))
def test_compare__trend_follows_the_two_bounds(quotient: float) -> None:
    trend = _trends(_measured(quotient), _measured(1.0))["cpu_ratio"]

    assert (trend is Trend.SLOWER) == (quotient > WORSE_FROM)
    assert (trend is Trend.FASTER) == (quotient < BETTER_BELOW)


def test_compare__case_without_baseline_is_left_out() -> None:
    changes = compare(_measured(2.0), _run())

    assert changes == ()


def test_compare__failed_case_is_left_out() -> None:
    failed = Result(case="settle", unit="intervals", outcome=Outcome.FAILED, reason="exit 1")

    changes = compare(_run(failed), _measured(2.0))

    assert changes == ()
