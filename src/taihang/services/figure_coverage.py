"""How much was read, as figures: of the park, a plant or user, a meter, down to a day.

``coverage/park/2026-09``            intervals of meters that were read, over all of them
``intervals/M-E17/read/2026-09-14``  how many; ``all`` for how many there are

An estimate is usable and covers nothing: only what was read counts as read.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Final, Literal, get_args

import numpy as np

from taihang.core.figure.derive import added, beside, divided
from taihang.core.figure.key import NoSuchFigureError, key_of, taken
from taihang.core.figure.story import (
    Coverage,
    Derivation,
    FigureInput,
    FigureStory,
    Ground,
    Label,
    ProofOf,
)
from taihang.core.park.park import PARK_SUBJECT
from taihang.core.periods import STEP_S
from taihang.core.series import Quality
from taihang.services.figure_meter import coverage_of, quality_word, settled_input
from taihang.services.figure_rule import rule_named
from taihang.services.figure_span import Span, interval_span, span_of
from taihang.services.ports import Columns, Ports

COVERAGE: Final = "coverage"
INTERVALS: Final = "intervals"
Which = Literal["read", "all"]
_WHICH: Final[tuple[Which, ...]] = get_args(Which)
_DIGITS: Final = 6
_RULE: Final = "settled-interval/v1"


def open_coverage(parts: tuple[str, ...], ports: Ports) -> FigureStory:
    """Open what share of some meters' intervals was read.

    Args:
        parts: Park, plant, user or meter; stretch.
        ports: The outside world.

    Raises:
        NoSuchFigureError: If there is no such subject, or nothing of it was settled then.
    """
    subject, name = taken(COVERAGE, parts, names=("subject", "stretch"))
    span = span_of(name, ports.park.zone)
    meters = _meters(subject, span, ports)
    if not meters:
        raise NoSuchFigureError(key_of(COVERAGE, *parts), expected="what has a settled meter")
    every = _together(meters.values())
    derivation = divided(
        _input(subject, "read", name, n=every.n_measured),
        _input(subject, "all", name, n=every.n_intervals),
        digits=_DIGITS,
    )
    result = derivation.result
    return FigureStory(
        key=key_of(COVERAGE, *parts),
        name=Label("coverage", {"subject": subject, "span": name}),
        value=None if result is None else Decimal(round(result * 10**_DIGITS)).scaleb(-_DIGITS),
        unit="1",
        ground=Ground.FORMULA,
        term="coverage",
        derivation=derivation,
        coverage=every,
        rule=rule_named(_RULE),
        notes=(Label("estimates_cover_nothing"),),
        code_version=ports.version,
        proof=ProofOf("", Label("proof_of_settled")),
    )


def open_intervals(parts: tuple[str, ...], ports: Ports) -> FigureStory:
    """Open how many intervals of some meters there are, or were read.

    Args:
        parts: Park, plant, user or meter; ``read`` or ``all``; stretch.
        ports: The outside world.

    Raises:
        NoSuchFigureError: If there is no such subject, or nothing of it was settled then.
    """
    subject, which, name = taken(INTERVALS, parts, names=("subject", "read or all", "stretch"))
    span = span_of(name, ports.park.zone)
    meters = _meters(subject, span, ports)
    if not meters or which not in _WHICH:
        raise NoSuchFigureError(key_of(INTERVALS, *parts), expected="what has a settled meter")
    every = _together(meters.values())
    is_day = not span.is_interval and span.parts()[0].is_interval
    derivation = _lower(subject, which, span, meters)
    return FigureStory(
        key=key_of(INTERVALS, *parts),
        name=Label(f"intervals_{which}", {"subject": subject, "span": name}),
        value=Decimal(_count(every, which)),
        unit="",
        ground=Ground.COUNT if is_day and subject in meters else Ground.FORMULA,
        term="coverage",
        derivation=derivation,
        coverage=every,
        rule=rule_named(_RULE),
        code_version=ports.version,
        proof=ProofOf("", Label("proof_of_settled")),
    )


def _meters(subject: str, span: Span, ports: Ports) -> Mapping[str, Columns]:
    """Return the settled rows of the meters of a subject."""
    slabs = {meter: rows for (meter,), rows in ports.lake.read("intervals", span.period).items()}
    if subject in slabs:
        return {subject: slabs[subject]}
    return {
        meter: rows
        for meter, rows in slabs.items()
        if subject == PARK_SUBJECT
        or (meter in ports.park.meters and ports.park.meters[meter].node == subject)
    }


def _together(slabs: Iterable[Columns]) -> Coverage:
    rows = [(each["quality"], each["wh"]) for each in slabs]
    qualities, energies = zip(*rows, strict=True)
    return coverage_of(np.concatenate(qualities), np.concatenate(energies))


def _count(coverage: Coverage, which: str) -> int:
    return coverage.n_measured if which == "read" else coverage.n_intervals


def _input(subject: str, which: str, span: str, *, n: int) -> FigureInput:
    return FigureInput(
        key=key_of(INTERVALS, subject, which, span),
        name=Label(f"intervals_{which}", {"subject": subject, "span": span}),
        value=Decimal(n),
        unit="",
    )


def _lower(subject: str, which: str, span: Span, meters: Mapping[str, Columns]) -> Derivation:
    """Derive a count from meters, of a meter from days; a day shows what was not read."""
    if subject not in meters:
        return added(
            _input(meter, which, span.name, n=_count(_together((rows,)), which))
            for meter, rows in meters.items()
        )
    rows, parts = meters[subject], span.parts()
    if not parts or parts[0].is_interval:
        return beside(*_not_read(subject, rows, span))
    return added(
        _input(subject, which, part.name, n=_count(_together((inside,)), which))
        for part in parts
        if len((inside := _within(rows, part))["wh"])
    )


def _within(rows: Columns, part: Span) -> dict[str, np.ndarray]:
    first, last = np.searchsorted(rows["time_s"], [part.period.start_s, part.period.end_s])
    return {name: column[first:last] for name, column in rows.items()}


def _not_read(meter: str, rows: Columns, span: Span) -> Iterable[FigureInput]:
    """Yield the intervals in which a substitute or nothing stands."""
    odd = (rows["quality"] == Quality.ESTIMATED) | (rows["quality"] >= Quality.MISSING)
    for at in np.flatnonzero(odd).tolist():
        quality = int(rows["quality"][at])
        start_s = int(rows["time_s"][at]) // STEP_S * STEP_S
        yield settled_input(
            meter,
            interval_span(start_s, span.zone).name,
            value_wh=int(rows["wh"][at]) if quality < Quality.MISSING else None,
            flag=quality_word(quality),
        )
