"""How good the readings of each meter and day are: rows for the lake, and the report on a month."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from taihang.core.errors import StateError
from taihang.core.metering.batch_index import BatchIndex
from taihang.core.metering.vee.clock_rules import clock_skew_s, skew_is_wrong
from taihang.core.metering.vee.day_grid import DayGrid
from taihang.core.metering.vee.rule import FACTS, Hits, Rule
from taihang.core.metering.vee.score import DayQuality, Grade, grade_of
from taihang.core.park.park import Park
from taihang.core.periods import STEP_S, Period
from taihang.core.series import EnergySeries, Quality
from taihang.services.collect import IMPORT_GATEWAY
from taihang.services.ports import Columns, Ports

_DAY_S: Final = 86_400
UNKNOWN_LATENCY_S: Final = -1
"""Stands where no gateway told when it sent; latency is 0 or more otherwise."""
_COLUMN: Final[Mapping[Quality, str]] = {quality: quality.name.lower() for quality in Quality}


class NotJudgedError(StateError):
    """Nothing of the stretch is settled, so nothing was judged."""

    code = "state.not-judged"


@dataclass(frozen=True, slots=True)
class Judged:
    """One meter as it was settled, with what the rules found."""

    meter: str
    series: EnergySeries
    in_service: NDArray[np.bool_]
    hits: Sequence[Hits]
    sent_after_s: NDArray[np.int64]
    """How long after the last reading of each local day its batch was sent, shape (n_days,);
    ``UNKNOWN_LATENCY_S`` where it is not known. [s]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One rule at one meter: how often, and where first."""

    rule: Rule
    n: int
    first_s: int
    """Start of the first interval [s]."""
    value: int
    limit: int
    """Both in the unit of the rule."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterQuality:
    """One meter over a stretch of time."""

    meter: str
    node: str
    score: int
    """Mean of its days, rounded down, 0 … 100."""
    worst_score: int
    worst_day_s: int
    """Start of its worst local day [s]."""
    counts: Mapping[Quality, int]
    latency_s: int | None
    """Longest time between the last reading of a day and its sending [s]."""
    evidence: tuple[Evidence, ...]

    @property
    def grade(self) -> Grade:
        """The score in one word."""
        return grade_of(self.score)


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayClock:
    """What the batches of one gateway prove about its clock."""

    gateway: str
    ahead_s: int
    """At least so far ahead of the platform's [s]; 0 where nothing proves it."""
    is_wrong: bool
    """Whether that is more than the park allows: the rule ``vee.clock-skew``."""


def gateway_clocks(period: Period, *, ports: Ports) -> list[GatewayClock]:
    """Compare sending with receiving, gateway by gateway, from the journal itself.

    When a batch was received depends on how it travelled, so this is never part of the lake, whose
    state must not depend on the order of arrival (P2).

    Args:
        period: Batches that were sent in it are looked at.
        ports: The outside world.

    Returns:
        The clocks in order of their gateways; none without ``[validation]``, and none of the
        import gateway, which has no clock.
    """
    rules = ports.park.validation
    if rules is None:
        return []
    batches = ports.lake.batches()
    inside = (batches.sent_at_s >= period.start_s) & (batches.sent_at_s < period.end_s)
    inside &= batches.is_batch
    clocks: list[GatewayClock] = []
    for code, gateway in enumerate(batches.gateways):
        leaves = np.flatnonzero(inside & (batches.code == code))
        if gateway == IMPORT_GATEWAY or not len(leaves):
            continue
        received = [ports.journal.received_at_s(int(leaf)) for leaf in leaves]
        ahead_s, _ = clock_skew_s(batches.sent_at_s[leaves], np.array(received, np.int64))
        wrong = skew_is_wrong(ahead_s, most_s=int(rules.skew_most_s))
        clocks.append(GatewayClock(gateway=gateway, ahead_s=ahead_s, is_wrong=wrong))
    return sorted(clocks, key=lambda clock: clock.gateway)


def quality(period: Period, *, ports: Ports, meter: str | None = None) -> list[MeterQuality]:
    """Report how good the readings of a settled stretch are, worst meters first.

    Args:
        period: Whole local days.
        ports: The outside world.
        meter: Only this meter; None for all.

    Returns:
        The meters in order of their score, then of their worst day.

    Raises:
        NotJudgedError: If nothing of the stretch was settled.
    """
    # 1. What the settlements stored.
    days = ports.lake.read("quality", period, meter)
    findings = ports.lake.read("findings", period, meter)
    if not days:
        raise NotJudgedError(
            given=f"{period.start.isoformat()} … {period.end.isoformat()}"
            + ("" if meter is None else f" of {meter}"),
            expected="a settled stretch in which the meter was in service",
            remedy="run `taihang settle` for it first",
        )
    # 2. One line a meter.
    lines = [_of_meter(name, rows, findings, ports.park) for (name,), rows in days.items()]
    # 3. The worst first.
    return sorted(lines, key=lambda line: (line.score, line.worst_score, line.meter))


def quality_rows(
    judged: Sequence[Judged], *, grid: DayGrid, period: Period
) -> dict[tuple[str, ...], Columns]:
    """Return the rows of the table ``quality``: one for each meter and local day.

    Args:
        judged: The meters.
        grid: The local days of the period.
        period: The period that was settled.

    Returns:
        Columns by meter; a day on which the meter did not belong to the park has no row.
    """
    starts_s = period.grid_s()[grid.starts]
    rows: dict[tuple[str, ...], Columns] = {}
    for item in judged:
        counts = {
            kind: grid.count(item.in_service & (item.series.quality == kind)) for kind in Quality
        }
        day = DayQuality(counts, _penalties(item.hits, grid))
        there = day.expected > 0
        columns = {_COLUMN[kind]: n[there] for kind, n in counts.items()}
        rows[item.meter,] = {
            "time_s": starts_s[there],
            **columns,
            "penalty": day.penalties[there],
            "latency_s": item.sent_after_s[there],
            "score": day.scores[there],
        }
    return rows


def finding_rows(judged: Sequence[Judged], *, period: Period) -> dict[tuple[str, ...], Columns]:
    """Return the rows of the table ``findings``: every hit with its value and its limit.

    Args:
        judged: The meters.
        period: The period that was settled.

    Returns:
        Columns by meter and rule.
    """
    rows: dict[tuple[str, ...], Columns] = {}
    for item in judged:
        for hits in _merged(item.hits):
            rows[item.meter, hits.rule.value] = {
                "time_s": period.start_s + STEP_S * hits.at.astype(np.int64),
                "found": hits.value,
                "allowed": hits.limit,
            }
    return rows


def sent_after_s(
    rows: Columns | None, ends_s: NDArray[np.int64], batches: BatchIndex
) -> NDArray[np.int64]:
    """Return how long after the last reading of each local day its batch was sent.

    A file that a person imports says nothing about a gateway's delay.

    Args:
        rows: Current registers of one meter; None where it has none.
        ends_s: End of each local day, shape (n_days,). [s]
        batches: The batches of the park.

    Returns:
        Delays, shape (n_days,); ``UNKNOWN_LATENCY_S`` where none is known. [s]
    """
    after_s = np.full(len(ends_s), UNKNOWN_LATENCY_S, np.int64)
    if rows is None or not len(rows["time_s"]):
        return after_s
    edges = np.searchsorted(rows["time_s"], np.concatenate([[ends_s[0] - _DAY_S], ends_s]))
    there = np.diff(edges) > 0
    last = edges[1:][there] - 1
    leaves = rows["batch"][last]
    by_hand = batches.code[leaves] == _code_of(batches, IMPORT_GATEWAY)
    delay_s = np.maximum(batches.sent_at_s[leaves] - rows["time_s"][last], 0)
    after_s[there] = np.where(by_hand, UNKNOWN_LATENCY_S, delay_s)
    return after_s


def _code_of(batches: BatchIndex, gateway: str) -> int:
    names = batches.gateways
    return names.index(gateway) if gateway in names else -1


def _merged(hits: Sequence[Hits]) -> list[Hits]:
    """Join the hits of one rule that came from two sides, in order of time."""
    by_rule: dict[Rule, list[Hits]] = {}
    for each in hits:
        by_rule.setdefault(each.rule, []).append(each)
    merged: list[Hits] = []
    for rule, parts in sorted(by_rule.items()):
        at = np.concatenate([part.at for part in parts])
        order = np.argsort(at, kind="stable")
        value = np.concatenate([part.value for part in parts])[order]
        limit = np.concatenate([part.limit for part in parts])[order]
        merged.append(Hits(rule, at[order], value, limit))
    return merged


def _penalties(hits: Sequence[Hits], grid: DayGrid) -> NDArray[np.int64]:
    penalties = np.zeros(grid.n_days, np.int64)
    for each in _merged(hits):
        penalties[np.unique(grid.day[each.at])] += each.facts.penalty
    return penalties


def _of_meter(
    name: str,
    rows: Columns,
    findings: Mapping[tuple[str, ...], Columns],
    park: Park,
) -> MeterQuality:
    worst = int(np.argmin(rows["score"]))
    latency_s = int(rows["latency_s"].max())
    known = park.meters.get(name)
    return MeterQuality(
        meter=name,
        node=name if known is None else known.node,
        score=int(rows["score"].sum()) // len(rows["score"]),
        worst_score=int(rows["score"][worst]),
        worst_day_s=int(rows["time_s"][worst]),
        counts={kind: int(rows[column].sum()) for kind, column in _COLUMN.items()},
        latency_s=None if latency_s == UNKNOWN_LATENCY_S else latency_s,
        evidence=tuple(
            _evidence(Rule(rule), found)
            for (meter, rule), found in findings.items()
            if meter == name
        ),
    )


def _evidence(rule: Rule, found: Columns) -> Evidence:
    return Evidence(
        rule=rule,
        n=len(found["time_s"]),
        first_s=int(found["time_s"][0]),
        value=int(found["found"][0]),
        limit=int(found["allowed"][0]),
    )


def weight_of(line: MeterQuality) -> int:
    """Return the heaviest penalty among the rules that hit a meter."""
    return max((FACTS[each.rule].penalty for each in line.evidence), default=0)
