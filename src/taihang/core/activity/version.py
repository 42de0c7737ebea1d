"""Which of the lines that are handed in say something new, and which contradict what is there.

The same id with the same content is the same act and adds nothing; with other content it is the
next version, and says so itself with its number and its reason. So neither a retry nor an old copy
of a form can change what counts without being seen.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from taihang.core.activity.record import METERED, ActivityRecord, Origin

_YEAR_SIGNS: Final = 4


@dataclass(frozen=True, slots=True)
class FormProblem:
    """One thing that is wrong with a form."""

    where: str
    """The cell, for example ``C7``."""
    what: str
    expected: str

    @property
    def told(self) -> str:
        """Place, what is there, and what should be.

        Example:
            >>> FormProblem("F3", "amount: -1", "0 or more").told
            'F3: amount: -1 (expected 0 or more)'
        """
        return f"{self.where}: {self.what} (expected {self.expected})"


@dataclass(frozen=True, slots=True)
class Judged:
    """What lines that were handed in come to."""

    new: tuple[ActivityRecord, ...]
    """Versions that are to be added, in the order of the form."""
    known: tuple[ActivityRecord, ...]
    """What was there already, word for word."""
    problems: tuple[FormProblem, ...]


def judge_versions(
    lines: Sequence[tuple[ActivityRecord, str]], *, held: Iterable[ActivityRecord]
) -> Judged:
    """Compare lines with every version that is there.

    Args:
        lines: What is handed in, each with its place.
        held: Every version of every line of the park.

    Returns:
        What is new, what is known, and what contradicts.
    """
    versions: dict[str, dict[int, ActivityRecord]] = {}
    for record in held:
        versions.setdefault(record.id, {})[record.version] = record
    problems: list[FormProblem] = []
    fresh: list[tuple[ActivityRecord, str]] = []
    known: list[ActivityRecord] = []
    seen: dict[str, str] = {}
    for record, where in lines:
        of_id = versions.get(record.id, {})
        if record.id in seen:
            what = f"the line {record.id!r} again, as in {seen[record.id]}"
            problems.append(FormProblem(where, what, "each line once on a form"))
        elif (back := _taken_back(record, of_id)) is not None:
            problems.append(FormProblem(where, *back))
        elif says_the_same(record, of_id.get(record.version)):
            known.append(record)
        elif (wrong := _wrong_version(record, of_id)) is not None:
            problems.append(FormProblem(where, *wrong))
        else:
            fresh.append((record, where))
        seen.setdefault(record.id, where)
    problems += _overlaps(fresh, versions)
    return Judged(tuple(record for record, _ in fresh), tuple(known), tuple(problems))


def says_the_same(record: ActivityRecord, other: ActivityRecord | None) -> bool:
    """Say whether a line says what a version says that is there, whenever and why it was said."""
    return other is not None and _content(record) == _content(other)


def _content(record: ActivityRecord) -> tuple[object, ...]:
    return (
        record.id,
        record.version,
        record.series,
        record.period,
        record.amount,
        record.unit,
        record.origin,
        frozenset(record.evidence),
        record.uncertainty_ratio,
        record.withdrawn_by,
    )


def _taken_back(
    record: ActivityRecord, of_id: Mapping[int, ActivityRecord]
) -> tuple[str, str] | None:
    """A line that was withdrawn does not come back with an old form, as if nothing had been."""
    last = of_id[max(of_id)] if of_id else None
    if last is None or last.withdrawn_by is None or record.version > last.version:
        return None
    what = f"{record.id!r}, which {last.withdrawn_by} withdrew: {last.reason}"
    return what, f"version {last.version + 1} with its reason, if it is to count again"


def _wrong_version(
    record: ActivityRecord, of_id: Mapping[int, ActivityRecord]
) -> tuple[str, str] | None:
    last = max(of_id, default=0)
    if record.origin is Origin.FORM and record.id.startswith(METERED):
        return f"the id {record.id!r}", f"an id of its own: only meters say {METERED}…"
    if record.version == last + 1:
        return None
    if not last:
        return f"version {record.version} of {record.id!r}, which nobody has said", "version 1"
    there = of_id.get(record.version)
    if there is None:
        what = f"version {record.version} of {record.id!r}, whose last one is {last}"
    else:
        told = f"{there.amount} {there.unit} with {len(there.evidence)} files of evidence"
        what = f"{record.id!r} version {record.version} said otherwise before: {told}"
    return what, f"the same again, or version {last + 1} with its reason"


def _overlaps(
    fresh: Sequence[tuple[ActivityRecord, str]],
    versions: Mapping[str, Mapping[int, ActivityRecord]],
) -> Iterator[FormProblem]:
    """Find lines that speak of an amount that another line speaks of as well."""
    counts = {id_: of_id[max(of_id)] for id_, of_id in versions.items()}
    counts |= {record.id: record for record, _ in fresh}
    counts = {id_: record for id_, record in counts.items() if record.withdrawn_by is None}
    series: dict[tuple[str, str, str], list[ActivityRecord]] = {}
    for record in counts.values():
        series.setdefault(record.series, []).append(record)
    for record, where in fresh:
        for other in series[record.series]:
            # What meters say and what a form says stand beside each other: see ``ActivityBook``.
            if other.id == record.id or other.origin is not record.origin:
                continue
            if _overlap(record.period, other.period):
                what = f"{record.id!r} speaks of {record.period}, {other.id!r} of {other.period}"
                expected = "one line a period, and no year beside its months"
                yield FormProblem(where, f"{what}: {' '.join(record.series)}", expected)


def _overlap(period: str, other: str) -> bool:
    is_year = _YEAR_SIGNS in {len(period), len(other)}
    return period == other or (is_year and period[:_YEAR_SIGNS] == other[:_YEAR_SIGNS])
