"""Which column is the time, how it is written, and what of its interval it names."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from taihang.adapters.imports.day_columns import clocks_of
from taihang.adapters.imports.guess_rows import is_sum
from taihang.adapters.imports.import_map import EPOCH_S, IN_DATA, Label, Midnight
from taihang.adapters.imports.time_pattern import DAY_S, Pattern, patterns_of
from taihang.core.metering.import_draft import Confidence, Guess

_SHARE: Final = 0.9
"""So many cells of a column must be times."""
_CHECKED: Final = 400
"""Texts that decide between patterns; a month has a day above 12 in some of them."""
_EPOCH: Final = re.compile(r"1[0-9]{9}")
_END_WORDS: Final = re.compile(r"结束|截止|终止|止\b|until|\bend|_end|ending|\bto\b", re.IGNORECASE)
_START_WORDS: Final = re.compile(r"开始|起始|start|begin|\bfrom\b", re.IGNORECASE)
_ACROSS: Final = ("%H:%M", "%H:%M:%S", "%H%M", "%H时%M分", "%H点%M分", "T%H%M")
_NUMBERED: Final = re.compile(r"(.*?)([0-9]{1,4})(\D*)")
_LEAST_ACROSS: Final = 24
_STEPS_A_DAY: Final = frozenset((24, 48, 96, 144, 288))
"""So many numbered columns may be the intervals of a day; other numbers are meters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeGuess:
    """What is known of the times of a table."""

    column: str
    clock: str = ""
    across: str = ""
    format: str
    pattern: Pattern | None = None
    """What reads column and clock together; None for seconds since 1970 and for days across."""
    why: Mapping[str, Guess] = field(default_factory=dict[str, Guess])


def guess_time(names: Sequence[str], texts: Mapping[str, Sequence[str]]) -> TimeGuess | None:
    """Find the column of times.

    Args:
        names: Names of the columns, in order.
        texts: Cells of each column that hold anything.

    Returns:
        The column and how it is written, or None where none is a time.
    """
    read = {name: _patterns(texts[name]) for name in names}
    whole = [(name, found) for name in names if (found := _with(read[name], clock=True))]
    if whole:
        name, patterns = whole[0]
        return _whole(name, patterns, texts[name])
    epoch = [name for name in names if _are_epoch(texts[name])]
    if epoch:
        why = {"time_format": Guess(confidence=Confidence.LIKELY, reason="format.epoch")}
        return TimeGuess(column=epoch[0], format=EPOCH_S, why=why)
    days = [(name, found) for name in names if (found := _with(read[name], clock=False))]
    if not days:
        return None
    name, patterns = days[0]
    return _beside(name, patterns, names, texts)


def step_of(seconds: Sequence[int]) -> int:
    """Return the most usual distance of some times [s]; 0 where there is none.

    Args:
        seconds: Times of one point, in the order of the file.
    """
    waits = Counter(b - a for a, b in pairwise(seconds) if 0 < b - a <= DAY_S)
    return waits.most_common(1)[0][0] if waits else 0


def guess_label(
    name: str, texts: Sequence[str], seconds: Sequence[int], *, step_s: int
) -> tuple[Label, Midnight, Guess]:
    """Say whether times begin or end their interval.

    Args:
        name: Name of the column.
        texts: The cells.
        seconds: What they say, of one point in the order of the file.
        step_s: Length of an interval [s].

    Returns:
        Label, what 00:00 means if they end it, and why.
    """
    end, start = Label.PERIOD_END, Label.PERIOD_START
    if any(re.search(r"\b24:00", text) for text in texts):
        return end, Midnight.NEW_DAY, _sure("label.end-of-day")
    if any(b - a == step_s - DAY_S and b % DAY_S == 0 for a, b in pairwise(seconds)):
        return end, Midnight.OLD_DAY, _sure("label.old-day")
    if _END_WORDS.search(name) or _START_WORDS.search(name):
        label = end if _END_WORDS.search(name) else start
        return label, Midnight.NEW_DAY, _sure("label.word", word=name)
    clocks = (seconds[0] % DAY_S, seconds[-1] % DAY_S) if seconds else (0, 0)
    if step_s < DAY_S and clocks in {(step_s, 0), (0, DAY_S - step_s)}:
        label = start if clocks[0] == 0 else end
        return label, Midnight.NEW_DAY, _likely("label.first-last", clocks)
    return start, Midnight.NEW_DAY, Guess(confidence=Confidence.UNSURE, reason="label.unknown")


def guess_across_label(names: Sequence[str], across: str) -> tuple[Label, Midnight, Guess]:
    """Say the same of times of day that stand across."""
    if "{}" in across:
        return Label.PERIOD_START, Midnight.NEW_DAY, _sure("label.numbered")
    seconds = [second for _, second in clocks_of(names, across)]
    told = (seconds[0], seconds[-1])
    if seconds[0] == 0:
        return Label.PERIOD_START, Midnight.NEW_DAY, _sure("label.first-last", **_clock_pair(told))
    midnight = Midnight.NEW_DAY if seconds[-1] == DAY_S else Midnight.OLD_DAY
    return Label.PERIOD_END, midnight, _sure("label.first-last", **_clock_pair(told))


def guess_zone(pattern: Pattern | None, *, is_epoch: bool, park_zone: str) -> tuple[str, Guess]:
    """Say in which zone the times are."""
    if is_epoch or (pattern is not None and pattern.has_offset):
        return IN_DATA, _sure("zone.in-data")
    return park_zone, Guess(
        confidence=Confidence.LIKELY, reason="zone.park", said={"zone": park_zone}
    )


def _patterns(texts: Sequence[str]) -> list[Pattern]:
    """Return what reads nearly all cells of a column; sums below a table are no times."""
    checked = [text for text in texts[:: max(len(texts) // _CHECKED, 1)] if not is_sum(text)]
    none: list[Pattern] = []
    first = next((found for text in checked[:5] if (found := patterns_of([text]))), none)
    kept = [(pattern, _share(pattern, checked)) for pattern in first]
    best = max((share for _, share in kept), default=0.0)
    return [pattern for pattern, share in kept if share >= max(_SHARE, best)]


def _share(pattern: Pattern, texts: Sequence[str]) -> float:
    return sum(pattern.second(text) is not None for text in texts) / len(texts)


def _with(patterns: Sequence[Pattern], *, clock: bool) -> list[Pattern]:
    return [each for each in patterns if each.has_day and each.has_clock == clock]


def _are_epoch(texts: Sequence[str]) -> bool:
    return bool(texts) and all(_EPOCH.fullmatch(text) for text in texts)


def _whole(name: str, patterns: Sequence[Pattern], texts: Sequence[str]) -> TimeGuess:
    pattern, why = _decided(patterns, texts)
    return TimeGuess(
        column=name, format=pattern.strptime, pattern=pattern, why={"time_format": why}
    )


def _decided(patterns: Sequence[Pattern], texts: Sequence[str]) -> tuple[Pattern, Guess]:
    """Choose between patterns that all fit: day and month are told apart by equal steps."""
    if len(patterns) == 1:
        return patterns[0], _sure("format.one", format=patterns[0].strptime)
    steps = {pattern: _evenness(pattern, texts) for pattern in patterns}
    best = max(patterns, key=lambda pattern: steps[pattern])
    said = {"format": best.strptime, "other": next(p.strptime for p in patterns if p != best)}
    if sum(evenness == steps[best] for evenness in steps.values()) == 1:
        return best, Guess(confidence=Confidence.LIKELY, reason="format.steps", said=said)
    return best, Guess(confidence=Confidence.UNSURE, reason="format.several", said=said)


def _evenness(pattern: Pattern, texts: Sequence[str]) -> float:
    read = [second for text in texts if (second := pattern.second(text)) is not None]
    waits = Counter(b - a for a, b in pairwise(read) if b != a)
    return waits.most_common(1)[0][1] / waits.total() if waits else 0.0


def _beside(
    name: str, patterns: Sequence[Pattern], names: Sequence[str], texts: Mapping[str, Sequence[str]]
) -> TimeGuess:
    """Find the time of day beside a day: in a column of its own, or across."""
    day, why = _decided(patterns, texts[name])
    across = _across(names)
    if across:
        reason = Guess(confidence=Confidence.SURE, reason="across", said={"across": across})
        return TimeGuess(
            column=name,
            across=across,
            format=day.strptime,
            pattern=None,
            why={"time_format": why, "across": reason},
        )
    for other in names:
        clocks = [each for each in _patterns(texts[other]) if not each.has_day and each.has_clock]
        if other != name and clocks and _is_clock(clocks[0], texts[other]):
            both = f"{day.strptime} {clocks[0].strptime}"
            joined = patterns_of([f"{texts[name][0]} {texts[other][0]}"])
            pattern = next((each for each in joined if each.strptime == both), None)
            reason = _sure("clock", column=other)
            return TimeGuess(
                column=name,
                clock=other,
                format=both,
                pattern=pattern,
                why={"time_format": why, "clock_column": reason},
            )
    return TimeGuess(column=name, format=day.strptime, pattern=day, why={"time_format": why})


def _is_clock(pattern: Pattern, texts: Sequence[str]) -> bool:
    """Say whether a column goes through the day; a few whole numbers may be anything."""
    return pattern.strptime != "%H%M" and len(set(texts)) >= _LEAST_ACROSS


def _across(names: Sequence[str]) -> str:
    for pattern in _ACROSS:
        if len({second for _, second in clocks_of(names, pattern)}) >= _LEAST_ACROSS:
            return pattern
    numbered = [match for name in names if (match := _NUMBERED.fullmatch(name.strip()))]
    forms = Counter((match[1], match[3]) for match in numbered)
    if not forms or (most := forms.most_common(1)[0])[1] not in _STEPS_A_DAY:
        return ""
    head, tail = most[0]
    numbers = {int(match[2]) for match in numbered if (match[1], match[3]) == (head, tail)}
    return f"{head}{{}}{tail}" if numbers == set(range(1, len(numbers) + 1)) else ""


def _sure(reason: str, **said: str) -> Guess:
    return Guess(confidence=Confidence.SURE, reason=reason, said=said)


def _likely(reason: str, clocks: tuple[int, int]) -> Guess:
    return Guess(confidence=Confidence.LIKELY, reason=reason, said=_clock_pair(clocks))


def _clock_pair(clocks: tuple[int, int]) -> dict[str, str]:
    first, last = (f"{each // 3_600:02}:{each % 3_600 // 60:02}" for each in clocks)
    return {"first": first, "last": last}
