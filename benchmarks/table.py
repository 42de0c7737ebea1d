"""Shows a run on a terminal: the machine, the cases, their figures, the limits."""

from collections.abc import Iterator, Sequence
from typing import Final

from benchmarks.compare import Change, Trend
from benchmarks.limits import Judged, Verdict
from benchmarks.machine import same_machine
from benchmarks.result import Outcome, Result, Run
from rich import box
from rich.console import Console
from rich.table import Table

UNSTEADY_RATIO: Final = 1.2
_THOUSAND: Final = 1_000
_HUNDRED: Final = 100
_TEN: Final = 10
_NONE: Final = "–"
_WORSE: Final = frozenset((Trend.SLOWER, Trend.BIGGER))


def show(
    run: Run, *, changes: Sequence[Change], limits: Sequence[Judged], baseline: Run | None
) -> Iterator[Table | str]:
    """Yield what is printed, part by part.

    Args:
        run: What was measured.
        changes: What the comparison with the baseline found.
        limits: What the hard limits say.
        baseline: The run that was compared with, None if there is none.
    """
    yield from _head(run, baseline)
    yield _cases(run, changes)
    yield _figures(run)
    for result in run.results:
        if result.outcome is not Outcome.MEASURED:
            yield f"{result.case}: {result.outcome}: {result.reason}"
    yield _limits(limits)
    for change in changes:
        if change.trend is not Trend.SAME:
            yield _sentence(change)


def print_run(console: Console, parts: Iterator[Table | str]) -> None:
    """Print the parts, no word of them read as markup."""
    for part in parts:
        console.print(part, markup=False, highlight=False)


def number(value: float | None) -> str:
    """Return a number as people read it: three digits or so, thousands apart.

    Example:
        >>> number(0.01234), number(12.34), number(1234567.8), number(None)
        ('0.0123', '12.3', '1 234 568', '–')
    """
    if value is None:
        return _NONE
    if value == int(value) or abs(value) >= _THOUSAND:
        return f"{round(value):,}".replace(",", " ")
    if abs(value) >= _HUNDRED:
        return f"{value:.0f}"
    if abs(value) >= _TEN:
        return f"{value:.1f}"
    return f"{value:.2f}" if abs(value) >= 1 else f"{value:.3g}"


def _head(run: Run, baseline: Run | None) -> Iterator[str]:
    machine = run.machine
    yield (
        f"{machine['cpu']} · {machine['cores']} cores · {machine['memory_gb']} GB · "
        f"{machine['system']} · {machine['python']} · load at start {machine['load_at_start']}"
    )
    versions = machine["versions"]
    if isinstance(versions, dict):
        pairs = ((str(name), str(each)) for name, each in versions.items())  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
        yield " · ".join(f"{name} {each}" for name, each in pairs)
    yield (
        f"yardstick {run.yardstick.cpu_s:.3f} CPU s, {run.yardstick.wall_s:.3f} s wall; "
        f"slowest over fastest {run.yardstick.spread_ratio:.2f}"
    )
    if run.yardstick.spread_ratio > UNSTEADY_RATIO:
        yield "the machine was unsteady: judge small changes with care"
    if baseline is None:
        yield "no baseline: nothing is compared"
    elif not same_machine(dict(machine), dict(baseline.machine)):
        yield f"the baseline is of another machine: {baseline.machine['cpu']}"


def _cases(run: Run, changes: Sequence[Change]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, title="least of the repeated runs", title_justify="left")
    table.add_column("case", no_wrap=True)
    for name in ("CPU s", "× yardstick", "wall s", "peak MB", "items"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("", no_wrap=True)
    for name in ("items per CPU s", "time ÷ baseline", "memory ÷ baseline"):
        table.add_column(name, justify="right", no_wrap=True)
    for result in run.results:
        if result.outcome is Outcome.MEASURED:
            table.add_row(*_row(result, changes))
    return table


def _row(result: Result, changes: Sequence[Change]) -> tuple[str, ...]:
    of_case = {change.measure: change for change in changes if change.case == result.case}
    return (
        result.case,
        number(result.cpu_s),
        number(result.cpu_ratio),
        number(result.wall_s),
        number(result.peak_rss_mb),
        number(result.items),
        result.unit,
        number(result.items_per_cpu_s),
        _quotient(of_case.get("cpu_ratio")),
        _quotient(of_case.get("peak_rss_mb") or of_case.get("size_mb")),
    )


def _quotient(change: Change | None) -> str:
    if change is None:
        return _NONE
    word = "" if change.trend is Trend.SAME else f" {change.trend}"
    return f"{change.quotient:.2f}{word}"


def _figures(run: Run) -> Table:
    table = Table(box=box.SIMPLE_HEAD, title="figures", title_justify="left", show_header=False)
    table.add_column("case", no_wrap=True)
    table.add_column("figure", no_wrap=True)
    table.add_column("value", justify="right", no_wrap=True)
    for result in run.results:
        for place, (name, value) in enumerate(result.figures.items()):
            table.add_row("" if place else result.case, name, number(value))
    return table


def _limits(limits: Sequence[Judged]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, title="hard limits", title_justify="left")
    for name in ("case", "measure"):
        table.add_column(name, no_wrap=True)
    for name in ("found", "below"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("verdict", no_wrap=True)
    for each in limits:
        limit = each.limit
        style = "bold red" if each.verdict is Verdict.BROKEN else None
        words = (limit.case, limit.measure, number(each.found), number(limit.below), each.verdict)
        table.add_row(*words, style=style)
    return table


def _sentence(change: Change) -> str:
    mark = "✗" if change.trend in _WORSE else "✓"
    return (
        f"{mark} {change.case}: {change.trend}: {change.measure} {number(change.now)}, "
        f"baseline {number(change.before)}, quotient {change.quotient:.2f}"
    )
