"""The hard limits of the platform's speed and size: every one of them, with its source."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from benchmarks.result import Outcome, Run

_SOURCE: Final = "the project's founding issue"
_EVIDENCE: Final = "the issue on evidence"
_ACCOUNTS: Final = "the issue on accounts"
_GREEN: Final = "the issue on green power"
_PLANNING: Final = "the issue on planning"
_PAGES: Final = "the issue on pages"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """A measure of a case that must stay below a number."""

    case: str
    measure: str
    below: float
    says: str
    """What the source asks for."""
    source: str = _SOURCE


class Verdict(StrEnum):
    """Whether a limit holds."""

    HOLDS = "holds"
    BROKEN = "BROKEN"
    NOT_MEASURED = "not measured"


@dataclass(frozen=True, slots=True)
class Judged:
    """A limit and what was found."""

    limit: Limit
    found: float | None
    verdict: Verdict


LIMITS: Final = (
    Limit(
        case="ratio-windows",
        measure="cpu_s",
        below=1.0,
        says="the annual ratios of a park-year by interval and over twelve months in 1 CPU s",
        source=_GREEN,
    ),
    Limit(
        case="ratio-forecast",
        measure="cpu_s",
        below=2.0,
        says="1 000 ends of the year with the cheapest remedies in 2 CPU s",
        source=_GREEN,
    ),
    Limit(
        case="prove-hour",
        measure="proof_bytes",
        below=3_000.5,
        says="the proof of one meter-hour in at most 3 000 bytes",
        source=_EVIDENCE,
    ),
    Limit(
        case="prove-hour",
        measure="check_ms",
        below=1.0,
        says="and checked by the platform in 1 ms",
        source=_EVIDENCE,
    ),
    Limit(
        case="verify-bill",
        measure="cpu_s",
        below=30.0,
        says="a month's bill of 3 000 intervals × 20 meters verified by the one file in 30 CPU s",
        source=_EVIDENCE,
    ),
    Limit(
        case="demo-year",
        measure="cpu_s",
        below=60.0,
        says="taihang demo --no-serve, a simulated year, under 60 CPU s on a 2-core machine",
    ),
    Limit(
        case="demo-year",
        measure="peak_rss_mb",
        below=1_500.0,
        says="the same under 1.5 GB of memory",
    ),
    Limit(
        case="settle",
        measure="cpu_s",
        below=5.0,
        says="settling a park-year of 80 points × 35 040 intervals under 5 CPU s",
    ),
    Limit(
        case="bill-year",
        measure="cpu_s",
        below=3.0,
        says="54 enterprises × 12 months of bills from 15 min data in 3 CPU s",
        source=_ACCOUNTS,
    ),
    Limit(
        case="revenue-year",
        measure="cpu_s",
        below=5.0,
        says="a park-year of plants, users and operator settled, with its bills, in 5 CPU s",
    ),
    Limit(
        case="match-year",
        measure="cpu_s",
        below=2.0,
        says="54 users × 21 sources × 35 040 intervals matched one-to-many in 2 CPU s",
        source=_GREEN,
    ),
    Limit(
        case="match-year",
        measure="peak_rss_mb",
        below=400.0,
        says="and in 400 MB",
        source=_GREEN,
    ),
    Limit(
        case="match-year",
        measure="arrays_over_plain_ratio",
        below=1 / 50,
        says="at least 50 × as fast as a plain loop over intervals that finds the same",
        source=_GREEN,
    ),
    Limit(
        case="match-many",
        measure="growth_exponent_ratio",
        below=1.1,
        says="many park-years cost in proportion: exponent of the growth",
        source=_GREEN,
    ),
    Limit(
        case="green-trace",
        measure="trace_99th_ms",
        below=50.0,
        says="a trace of any matched kWh of a settled park-year in 50 ms",
        source=_GREEN,
    ),
    Limit(
        case="lot-ledger",
        measure="act_ms",
        below=0.5,
        says="2 000 durable lot operations a second on SQLite, in groups",
        source=_GREEN,
    ),
    Limit(
        case="bill-many",
        measure="cpu_s",
        below=60.0,
        says="10 000 enterprise-months of bills in 60 CPU s",
        source=_ACCOUNTS,
    ),
    Limit(
        case="bill-many",
        measure="peak_rss_mb",
        below=1_000.0,
        says="and in 1 GB",
        source=_ACCOUNTS,
    ),
    Limit(
        case="bill-many",
        measure="growth_exponent_ratio",
        below=1.1,
        says="cost grows linearly to 10 000 enterprises: exponent of the fit",
        source=_ACCOUNTS,
    ),
    Limit(
        case="restate-late-day",
        measure="late_day_ratio",
        below=1 / 50,
        says="restating one late day of one meter: at most 1/50 of the CPU of the whole year",
        source=_ACCOUNTS,
    ),
    Limit(
        case="restate-late-day",
        measure="late_day_billed_ratio",
        below=1 / 50,
        says="the same in a month with bills",
        source=_ACCOUNTS,
    ),
    Limit(
        case="demo-30-days",
        measure="first_number_s",
        below=10.0,
        says="the first verified number of a new user within 10 s, with --days 30",
    ),
    Limit(
        case="evidence-on-off",
        measure="cpu_over_plain_ratio",
        below=1 / 0.85,
        says="with evidence at least 0.85 of the CPU efficiency of plain durable idempotent rows",
    ),
    Limit(
        case="evidence-on-off",
        measure="journal_bytes_per_reading",
        below=6.0,
        says="at most 6 bytes a reading in the journal for readings of every minute",
    ),
    Limit(
        case="evidence-on-off",
        measure="evidence_bytes_per_reading",
        below=0.15,
        says="at most 0.15 bytes of evidence a reading at 1 000 readings a signature",
    ),
    Limit(
        case="ingest-vs-postgres",
        measure="wall_over_postgres_ratio",
        below=1 / 5,
        says="durable and idempotent, 5 × as fast as upserts of PostgreSQL on the same rows",
    ),
    Limit(
        case="lake-backfill",
        measure="sealed_bytes_per_reading",
        below=1.5,
        says="at most 1.5 bytes a reading sealed and compacted",
        source=_EVIDENCE,
    ),
    Limit(
        case="lake-backfill",
        measure="hourly_bytes_per_reading",
        below=0.2,
        says="at most 0.2 bytes a reading in hourly roll-ups",
        source=_EVIDENCE,
    ),
    Limit(
        case="lake-backfill",
        measure="park_year_sealed_gb",
        below=8.0,
        says="a park-year of 5.3e9 readings under 8 GB sealed, from the bytes of one reading",
        source=_EVIDENCE,
    ),
    Limit(
        case="lake-ask",
        measure="last_of_all_points_cpu_ms",
        below=50.0,
        says="last value of all points within 50 ms",
        source=_EVIDENCE,
    ),
    Limit(
        case="lake-ask",
        measure="point_year_quarters_from_raw_cpu_ms",
        below=300.0,
        says="one point, one year to 15 min within 300 ms from raw months",
        source=_EVIDENCE,
    ),
    Limit(
        case="lake-ask",
        measure="point_year_quarters_from_rollups_cpu_ms",
        below=60.0,
        says="the same within 60 ms from roll-ups",
        source=_EVIDENCE,
    ),
    Limit(
        case="lake-ask",
        measure="point_year_as_of_ratio",
        below=1.3,
        says="an as-of query within 1.3 of the plain one",
        source=_EVIDENCE,
    ),
    Limit(
        case="lake-ask",
        measure="park_year_by_hour_cpu_ms",
        below=700.0,
        says="park total by hour, a year from roll-ups, within 700 ms at 1 000 points",
        source=_EVIDENCE,
    ),
    Limit(
        case="lake-busy",
        measure="peak_rss_mb",
        below=1_500.0,
        says="memory under 1.5 GB while ingesting, sealing and querying together",
        source=_EVIDENCE,
    ),
    Limit(
        case="score",
        measure="cpu_s",
        below=4.0,
        says="the hourly scores of a park-year for 54 enterprises and the park in 4 CPU s",
        source=_GREEN,
    ),
    Limit(
        case="score",
        measure="peak_rss_mb",
        below=600.0,
        says="and in less than 600 MB",
        source=_GREEN,
    ),
    Limit(case="help", measure="cpu_s", below=0.5, says="taihang --help under 0.5 CPU s"),
    Limit(
        case="plan-year",
        measure="total_over_solver_ratio",
        below=1.15,
        says="a year of 8 760 h: at most 1.15 of the CPU of the solver alone",
        source=_PLANNING,
    ),
    Limit(
        case="plan-year-quarters",
        measure="peak_rss_mb",
        below=450.0,
        says="the same in 35 040 quarters within 450 MB",
        source=_PLANNING,
    ),
    Limit(
        case="size-year",
        measure="search_over_lp_ratio",
        below=1.0 / 40.0,
        says="sizing a year of hours: 40 times as fast as the best HiGHS method on the same model",
        source=_PLANNING,
    ),
    Limit(
        case="size-quarters",
        measure="cpu_s",
        below=2.0,
        says="sizing a year of quarters within 2 CPU s",
        source=_PLANNING,
    ),
    Limit(
        case="size-ten-years",
        measure="cpu_s",
        below=4.0,
        says="sizing for ten years of weather within 4 CPU s",
        source=_PLANNING,
    ),
    Limit(
        case="size-ten-years",
        measure="peak_rss_mb",
        below=400.0,
        says="the same within 400 MB",
        source=_PLANNING,
    ),
    Limit(
        case="size-front",
        measure="front_over_one_ratio",
        below=15.0,
        says="a front of 50 points: at most 15 times one sizing",
        source=_PLANNING,
    ),
    Limit(
        case="rolling-year",
        measure="year_cpu_s",
        below=90.0,
        says="a year of 35 040 rolling steps by the linear programme within 90 CPU s",
        source=_PLANNING,
    ),
    Limit(
        case="rolling-step",
        measure="ring_over_rebuilt_ratio",
        below=0.5,
        says="a step of the ring takes less than half of one that is built anew",
    ),
    Limit(
        case="slope-step",
        measure="step_cpu_ms",
        below=2_320.0 / 15_000,
        says="a step by the exact programme 15 000 × as fast as the 2 320 ms of a PyPSA rebuild",
        source=_PLANNING,
    ),
    Limit(
        case="slope-year",
        measure="year_cpu_s",
        below=10.0,
        says="a year of 35 040 rolling steps by the exact programme within 10 CPU s",
        source=_PLANNING,
    ),
    Limit(
        case="enterprise-month",
        measure="programme_over_model_ratio",
        below=1 / 20,
        says="months of enterprises 20 × as fast as the linear model one by one",
        source=_PLANNING,
    ),
    Limit(
        case="journal-start",
        measure="wall_s",
        below=10.0,
        says="a journal of a million records opened for writing within 10 s",
        source="issue 3, evidence (F1)",
    ),
    Limit(
        case="merkle",
        measure="inclusion_proof_cpu_us",
        below=1e6 / 15_000,
        says="15 000 inclusion proofs a second or more in a log of 1e6 leaves",
        source="issue 3, evidence",
    ),
    Limit(
        case="page-ready",
        measure="ready_over_prototype_ratio",
        below=1.0,
        says="ready in headless chromium no slower than the prototype measured in the same run",
        source=_PAGES,
    ),
    Limit(
        case="siege",
        measure="times_as_slow",
        below=2.0,
        says="receipts under 300 half-sent requests and 20 huge queries: p99 twice the idle one",
        source=_PAGES,
    ),
    Limit(
        case="siege",
        measure="peak_rss_mb",
        below=1_500.0,
        says="door, pages and their workers under siege below 1.5 GB",
        source=_PAGES,
    ),
    Limit(
        case="pages",
        measure="page_p95_wall_ms",
        below=60.0,
        says="the overview of a park-year in 60 ms server time, 95 of 100",
        source=_PAGES,
    ),
    Limit(
        case="pages",
        measure="overview_kb",
        below=950.0,
        says="the overview in 950 kB on the wire, uncompressed",
        source=_PAGES,
    ),
    Limit(
        case="pages",
        measure="requests",
        below=7.0,
        says="the overview in 6 requests",
        source=_PAGES,
    ),
    Limit(
        case="pages",
        measure="viewers_cpu_percent",
        below=2.0,
        says="200 live viewers at most 2 % of a core",
        source=_PAGES,
    ),
    Limit(
        case="install",
        measure="size_mb",
        below=350.0,
        says="the whole environment from requirements.lock under 350 MB",
    ),
)


def judged(run: Run, limits: tuple[Limit, ...] = LIMITS) -> tuple[Judged, ...]:
    """Hold a run against the limits; a limit whose case failed is broken, never forgotten."""
    return tuple(_judged(run, limit) for limit in limits)


def _judged(run: Run, limit: Limit) -> Judged:
    result = run.of_case(limit.case)
    if result is None or result.outcome is Outcome.SKIPPED:
        return Judged(limit, None, Verdict.NOT_MEASURED)
    found = result.measure(limit.measure)
    holds = found is not None and found < limit.below
    return Judged(limit, found, Verdict.HOLDS if holds else Verdict.BROKEN)
