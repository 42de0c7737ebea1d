"""What stands on the terminal: a planted slowdown and a broken limit can not be overlooked."""

from io import StringIO

import pytest
from benchmarks.case import Case, Sample
from benchmarks.compare import compare
from benchmarks.limits import Limit, judged
from benchmarks.result import Outcome, Result, Run, Yardstick, combined
from benchmarks.table import number, print_run, show
from rich.console import Console

_MACHINE: dict[str, object] = {
    "cpu": "Some CPU",
    "cores": 2,
    "memory_gb": 24.0,
    "system": "Linux x86_64",
    "python": "CPython 3.11.7",
    "versions": {"numpy": "2.4.6"},
    "load_at_start": 0.5,
}
_CASE = Case(name="settle", about="", unit="intervals", runner="")
_LIMITS = (Limit(case="settle", measure="cpu_s", below=5.0, says=""),)


def _run(cpu_s: float, *, spread_ratio: float = 1.0, cpu: str = "Some CPU") -> Run:
    yardstick = Yardstick(cpu_s=1.0, wall_s=1.0, spread_ratio=spread_ratio)
    figures = {"fsync_count": 173.0}
    sample = Sample(cpu_s=cpu_s, wall_s=cpu_s, peak_rss_mb=442.0, items=2_803_200, figures=figures)
    result = combined(_CASE, [sample], yardstick)
    return Run(machine={**_MACHINE, "cpu": cpu}, yardstick=yardstick, results=(result,))


def _printed(run: Run, baseline: Run | None) -> str:
    changes = compare(run, baseline) if baseline else ()
    parts = show(run, changes=changes, limits=judged(run, _LIMITS), baseline=baseline)
    file = StringIO()
    print_run(Console(file=file, width=170), parts)
    return file.getvalue()


def _row(printed: str) -> str:
    return next(line for line in printed.splitlines() if line.strip().startswith("settle"))


def test_show__reports_a_planted_slowdown() -> None:
    printed = _printed(_run(3.0), _run(2.0))

    assert "1.50 SLOWER" in _row(printed)
    assert "✗ settle: SLOWER: cpu_ratio 3, baseline 2, quotient 1.50" in printed


def test_show__is_calm_where_nothing_changed() -> None:
    printed = _printed(_run(2.0), _run(2.0))

    assert _row(printed).split()[-2:] == ["1.00", "1.00"]
    assert "SLOWER" not in printed
    assert "✗" not in printed


def test_show__reports_a_broken_limit() -> None:
    printed = _printed(_run(6.0), None)

    assert "BROKEN" in printed
    assert "no baseline: nothing is compared" in printed


def test_show__names_the_machine_and_the_figures() -> None:
    printed = _printed(_run(2.0), None)

    assert "Some CPU · 2 cores · 24.0 GB" in printed
    assert "numpy 2.4.6" in printed
    assert "2 803 200" in _row(printed)
    assert "fsync_count" in printed


def test_show__tells_why_a_case_has_no_row() -> None:
    skipped = Result(case="import", unit="readings", outcome=Outcome.SKIPPED, reason="no data")
    run = Run(machine=_MACHINE, yardstick=_run(1.0).yardstick, results=(skipped,))

    assert "import: skipped: no data" in _printed(run, None)


def test_show__warns_of_an_unsteady_machine_and_of_another_one() -> None:
    printed = _printed(_run(2.0, spread_ratio=1.4), _run(2.0, cpu="Other CPU"))

    assert "the machine was unsteady" in printed
    assert "the baseline is of another machine: Other CPU" in printed


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, "–"),
        (0.0, "0"),
        (0.01234, "0.0123"),
        (1.234, "1.23"),
        (12.34, "12.3"),
        (123.4, "123"),
        (350.0, "350"),
        (1_234_567.8, "1 234 568"),
    ],
)
def test_number__shows_three_digits_or_so(value: float | None, expected: str) -> None:
    assert number(value) == expected
