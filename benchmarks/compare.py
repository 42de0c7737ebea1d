"""Holds a run against a baseline, measure by measure, as quotients of ratios."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from benchmarks.result import Outcome, Result, Run

WORSE_FROM: Final = 1.25
BETTER_BELOW: Final = 0.8
COMPARED: Final = ("cpu_ratio", "peak_rss_mb", "size_mb", "proof_bytes")
"""Times are compared as multiples of the yardstick, so another machine is no change by itself."""
_TIMES: Final = frozenset(("cpu_ratio",))


class Trend(StrEnum):
    """Where a measure went."""

    SAME = "same"
    SLOWER = "SLOWER"
    FASTER = "faster"
    BIGGER = "BIGGER"
    SMALLER = "smaller"


@dataclass(frozen=True, slots=True)
class Change:
    """One measure of one case beside its baseline."""

    case: str
    measure: str
    now: float
    before: float
    trend: Trend

    @property
    def quotient(self) -> float:
        """Now over before."""
        return self.now / self.before


def compare(run: Run, baseline: Run) -> tuple[Change, ...]:
    """Compare every measure that both runs have.

    Returns:
        One change for each, those that stayed the same included.
    """
    changes: list[Change] = []
    for result in run.results:
        before = baseline.of_case(result.case)
        if before is not None and result.outcome is before.outcome is Outcome.MEASURED:
            changes += _changes(result, before)
    return tuple(changes)


def _changes(result: Result, before: Result) -> list[Change]:
    found: list[Change] = []
    for measure in COMPARED:
        now, then = result.measure(measure), before.measure(measure)
        if now is not None and then:
            trend = _trend(now / then, is_time=measure in _TIMES)
            found.append(Change(result.case, measure, now, then, trend))
    return found


def _trend(quotient: float, *, is_time: bool) -> Trend:
    if quotient > WORSE_FROM:
        return Trend.SLOWER if is_time else Trend.BIGGER
    if quotient < BETTER_BELOW:
        return Trend.FASTER if is_time else Trend.SMALLER
    return Trend.SAME
