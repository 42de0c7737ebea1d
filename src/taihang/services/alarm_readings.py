"""Alarms of what was read: gaps, estimates, registers that run backwards, days of poor quality."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from taihang.core.alarm.condition import (
    Cause,
    CauseKind,
    Condition,
    Episode,
    episodes,
    found,
    stretches,
)
from taihang.core.alarm.rule import AlarmRule
from taihang.core.metering.vee.rule import FACTS, Consequence, Rule
from taihang.core.metering.vee.score import Grade, grade_of
from taihang.core.periods import STEP_S, Period
from taihang.core.series import Quality
from taihang.services.alarm_scene import Scene
from taihang.services.ports import Columns

_DAY_S: Final = 86_400
_APART_DAYS_S: Final = 2 * _DAY_S
_BACKWARDS: Final = frozenset((Rule.RESET, Rule.REVERSE, Rule.SWAP_BROKEN))
_LASTS: Final = frozenset((AlarmRule.READING_UNSURE,))
"""A finding that no program can settle lasts until a person corrected it; it is gone then."""


def alarm_of_rule(rule: Rule) -> AlarmRule | None:
    """Return the alarm that a finding of validation raises.

    Args:
        rule: A rule of validation.

    Returns:
        None where a finding is how an honest meter lives, or is told by another alarm.

    Example:
        >>> alarm_of_rule(Rule.REVERSE), alarm_of_rule(Rule.ROLLOVER)
        (<AlarmRule.REGISTER_BACKWARDS: 'register-backwards'>, None)
    """
    if rule in _BACKWARDS:
        return AlarmRule.REGISTER_BACKWARDS
    if rule is Rule.CONFLICT:
        return AlarmRule.READING_UNSURE
    return _BY_CONSEQUENCE[FACTS[rule].consequence]


_BY_CONSEQUENCE: Final[Mapping[Consequence, AlarmRule | None]] = {
    Consequence.FLAG: None,
    Consequence.NOT_CERTIFIABLE: AlarmRule.READING_UNCERTIFIABLE,
    Consequence.REJECTED: AlarmRule.READING_REFUSED,
    Consequence.PERSON: AlarmRule.READING_UNSURE,
}


def reading_alarms(scene: Scene) -> Iterator[Condition]:
    """Yield what is wrong with what was read, in the last two months of which anything is settled.

    Args:
        scene: The park at an instant.
    """
    for number, period in enumerate(scene.months):
        for (meter, *_), rows in scene.intervals[number].items():
            yield from _gaps(meter, rows, period, scene)
            yield from _share(meter, rows, period, scene)
        yield from _findings(period, scene)
        yield from _poor_days(period, scene)


def _gaps(meter: str, rows: Columns, period: Period, scene: Scene) -> Iterator[Condition]:
    missing = _where(rows["time_s"][rows["quality"] >= Quality.MISSING], period)
    for episode in episodes(missing, period=period, apart_s=scene.apart_s):
        cause = Cause(CauseKind.METER, meter)
        one = found(AlarmRule.GAP_OPEN, meter, episode.start_s, cause=cause)
        values = (
            ("meter", meter),
            ("intervals", len(episode.where)),
            ("since_at_s", episode.start_s),
            ("until_at_s", episode.end_s),
        )
        yield replace(one, values=values, n=episode.n, last_s=episode.last_s)


def _share(meter: str, rows: Columns, period: Period, scene: Scene) -> Iterator[Condition]:
    """Yield the meter of which too much of a month was not measured; it ends with the month."""
    n, quality = len(rows["time_s"]), rows["quality"]
    n_other = n - int(((quality == Quality.MEASURED) | (quality == Quality.MANUAL)).sum())
    if not n or n_other <= scene.limits.not_measured_ratio * n:
        return
    one = found(AlarmRule.NOT_MEASURED, meter, period.start_s, cause=Cause(CauseKind.METER, meter))
    n_estimated = int((quality == Quality.ESTIMATED).sum())
    values = (
        ("meter", meter),
        ("month_at_s", period.start_s),
        ("found_ratio", f"{n_other / n:.4f}"),
        ("estimated_ratio", f"{n_estimated / n:.4f}"),
        ("allowed_ratio", f"{scene.limits.not_measured_ratio:.4f}"),
    )
    yield replace(one, values=values, end_s=None if _is_last(period, scene) else period.end_s)


def _findings(period: Period, scene: Scene) -> Iterator[Condition]:
    """Yield what the rules of validation found, one alarm a meter and sort."""
    hits: dict[tuple[str, AlarmRule], dict[str, NDArray[np.int64]]] = {}
    for (meter, name), rows in scene.ports.lake.read("findings", period).items():
        alarm = alarm_of_rule(Rule(name))
        if alarm is not None and len(rows["time_s"]):
            hits.setdefault((meter, alarm), {})[name] = rows["time_s"]
    for (meter, alarm), by_rule in hits.items():
        every = _where(np.concatenate([*by_rule.values()]), period)
        for episode in episodes(every, period=period, apart_s=max(scene.apart_s, _DAY_S)):
            yield _finding(meter, alarm, by_rule, episode, lasts=_lasts(alarm, episode, period))


def _finding(
    meter: str,
    alarm: AlarmRule,
    by_rule: Mapping[str, NDArray[np.int64]],
    episode: Episode,
    *,
    lasts: bool,
) -> Condition:
    inside = [
        name
        for name, times_s in by_rule.items()
        if ((times_s >= episode.start_s) & (times_s < episode.end_s)).any()
    ]
    one = found(alarm, meter, episode.start_s, cause=Cause(CauseKind.METER, meter))
    values = (
        ("meter", meter),
        ("rules", ",".join(sorted(inside))),
        ("intervals", len(episode.where)),
        ("since_at_s", episode.start_s),
    )
    return replace(
        one,
        values=values,
        n=episode.n,
        last_s=episode.last_s,
        end_s=None if lasts else episode.end_s,
    )


def _lasts(alarm: AlarmRule, episode: Episode, period: Period) -> bool:
    return alarm in _LASTS or episode.end_s == period.end_s


def _poor_days(period: Period, scene: Scene) -> Iterator[Condition]:
    """Yield the meters that had days of the worst grade; it ends with the first better day."""
    for (meter,), rows in scene.ports.lake.read("quality", period).items():
        scores = rows["score"].tolist()
        poor = [at for at, score in enumerate(scores) if grade_of(score) is Grade.POOR]
        starts_s = [int(rows["time_s"][at]) for at in poor]
        ends_s = [start_s + _DAY_S for start_s in starts_s]
        for stretch in stretches(starts_s, ends_s, apart_s=_APART_DAYS_S):
            worst = min(scores[poor[at]] for at in stretch.where.tolist())
            yield _poor(meter, stretch, worst, is_last=stretch.end_s >= period.end_s)


def _poor(meter: str, stretch: Episode, worst: int, *, is_last: bool) -> Condition:
    one = found(AlarmRule.QUALITY_POOR, meter, stretch.start_s, cause=Cause(CauseKind.METER, meter))
    values = (
        ("meter", meter),
        ("days", stretch.n),
        ("worst", worst),
        ("since_at_s", stretch.start_s),
    )
    return replace(
        one,
        values=values,
        n=stretch.n,
        last_s=stretch.last_s,
        end_s=None if is_last else stretch.end_s,
    )


def _where(times_s: Sequence[int] | NDArray[np.int64], period: Period) -> NDArray[np.bool_]:
    """Return which intervals of a period are named, shape (n,)."""
    where = np.zeros(period.n_steps, np.bool_)
    at = (np.asarray(times_s, np.int64) - period.start_s) // STEP_S
    where[at[(at >= 0) & (at < len(where))]] = True
    return where


def _is_last(period: Period, scene: Scene) -> bool:
    return period == scene.months[-1]
