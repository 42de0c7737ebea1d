"""A hard limit that is broken is never called anything else."""

import pytest
from benchmarks.cases.catalogue import CASES
from benchmarks.limits import LIMITS, Limit, Verdict, judged
from benchmarks.result import Outcome, Result, Run, Yardstick

_LIMIT = Limit(case="settle", measure="cpu_s", below=5.0, says="")


def _run(*results: Result) -> Run:
    yardstick = Yardstick(cpu_s=1.0, wall_s=1.0, spread_ratio=1.0)
    return Run(machine={}, yardstick=yardstick, results=results)


def _settle(outcome: Outcome = Outcome.MEASURED, *, cpu_s: float | None = None) -> Result:
    return Result(case="settle", unit="intervals", outcome=outcome, cpu_s=cpu_s)


def test_limits__hold_every_line_of_the_issues() -> None:
    found = {(limit.case, limit.measure): limit.below for limit in LIMITS}

    assert found == {
        ("demo-year", "cpu_s"): 60.0,
        ("demo-year", "peak_rss_mb"): 1_500.0,
        ("evidence-on-off", "cpu_over_plain_ratio"): 1 / 0.85,
        ("evidence-on-off", "journal_bytes_per_reading"): 6.0,
        ("evidence-on-off", "evidence_bytes_per_reading"): 0.15,
        ("ingest-vs-postgres", "wall_over_postgres_ratio"): 1 / 5,
        ("prove-hour", "proof_bytes"): 3_000.5,
        ("prove-hour", "check_ms"): 1.0,
        ("verify-bill", "cpu_s"): 30.0,
        ("settle", "cpu_s"): 5.0,
        ("revenue-year", "cpu_s"): 5.0,
        ("ratio-windows", "cpu_s"): 1.0,
        ("ratio-forecast", "cpu_s"): 2.0,
        ("match-year", "cpu_s"): 2.0,
        ("match-year", "peak_rss_mb"): 400.0,
        ("match-year", "arrays_over_plain_ratio"): 1 / 50,
        ("match-many", "growth_exponent_ratio"): 1.1,
        ("green-trace", "trace_99th_ms"): 50.0,
        ("lot-ledger", "act_ms"): 0.5,
        ("score", "cpu_s"): 4.0,
        ("score", "peak_rss_mb"): 600.0,
        ("bill-year", "cpu_s"): 3.0,
        ("bill-many", "cpu_s"): 60.0,
        ("bill-many", "peak_rss_mb"): 1_000.0,
        ("bill-many", "growth_exponent_ratio"): 1.1,
        ("demo-30-days", "first_number_s"): 10.0,
        ("lake-backfill", "sealed_bytes_per_reading"): 1.5,
        ("lake-backfill", "hourly_bytes_per_reading"): 0.2,
        ("lake-backfill", "park_year_sealed_gb"): 8.0,
        ("lake-ask", "last_of_all_points_cpu_ms"): 50.0,
        ("lake-ask", "point_year_quarters_from_raw_cpu_ms"): 300.0,
        ("lake-ask", "point_year_quarters_from_rollups_cpu_ms"): 60.0,
        ("lake-ask", "point_year_as_of_ratio"): 1.3,
        ("lake-ask", "park_year_by_hour_cpu_ms"): 700.0,
        ("lake-busy", "peak_rss_mb"): 1_500.0,
        ("help", "cpu_s"): 0.5,
        ("install", "size_mb"): 350.0,
        ("pages", "page_p95_wall_ms"): 60.0,
        ("pages", "overview_kb"): 950.0,
        ("pages", "requests"): 7.0,
        ("pages", "viewers_cpu_percent"): 2.0,
        ("page-ready", "ready_over_prototype_ratio"): 1.0,
        ("siege", "times_as_slow"): 2.0,
        ("siege", "peak_rss_mb"): 1_500.0,
        ("plan-year", "total_over_solver_ratio"): 1.15,
        ("plan-year-quarters", "peak_rss_mb"): 450.0,
        ("size-year", "search_over_lp_ratio"): 1.0 / 40.0,
        ("size-quarters", "cpu_s"): 2.0,
        ("size-ten-years", "cpu_s"): 4.0,
        ("size-ten-years", "peak_rss_mb"): 400.0,
        ("size-front", "front_over_one_ratio"): 15.0,
        ("rolling-year", "year_cpu_s"): 90.0,
        ("rolling-step", "ring_over_rebuilt_ratio"): 0.5,
        ("slope-step", "step_cpu_ms"): 2_320.0 / 15_000,
        ("slope-year", "year_cpu_s"): 10.0,
        ("enterprise-month", "programme_over_model_ratio"): 1 / 20,
        ("journal-start", "wall_s"): 10.0,
        ("merkle", "inclusion_proof_cpu_us"): 1e6 / 15_000,
        ("restate-late-day", "late_day_ratio"): 1 / 50,
        ("restate-late-day", "late_day_billed_ratio"): 1 / 50,
    }
    assert all(limit.source and limit.says for limit in LIMITS)


def test_limits__name_cases_that_exist() -> None:
    unknown = {limit.case for limit in LIMITS} - {case.name for case in CASES}

    assert unknown == set()


@pytest.mark.parametrize(
    ("cpu_s", "expected"), [(4.99, Verdict.HOLDS), (5.0, Verdict.BROKEN), (7.0, Verdict.BROKEN)]
)
def test_judged__number_must_be_below(cpu_s: float, expected: Verdict) -> None:
    (found,) = judged(_run(_settle(cpu_s=cpu_s)), (_LIMIT,))

    assert (found.found, found.verdict) == (cpu_s, expected)


@pytest.mark.parametrize(
    ("results", "expected"),
    [
        ((), Verdict.NOT_MEASURED),
        ((_settle(Outcome.SKIPPED),), Verdict.NOT_MEASURED),
        ((_settle(Outcome.FAILED),), Verdict.BROKEN),
        ((_settle(),), Verdict.BROKEN),
    ],
    ids=["not asked for", "skipped", "failed", "measured without the measure"],
)
def test_judged__case_without_a_number(results: tuple[Result, ...], expected: Verdict) -> None:
    (found,) = judged(_run(*results), (_LIMIT,))

    assert (found.found, found.verdict) == (None, expected)


def test_judged__figure_of_a_case_counts_like_a_measure() -> None:
    limit = Limit(case="install", measure="size_mb", below=350.0, says="")
    install = Result(
        case="install", unit="files", outcome=Outcome.MEASURED, figures={"size_mb": 360.0}
    )

    (found,) = judged(_run(install), (limit,))

    assert found.verdict is Verdict.BROKEN
