"""Shares and peaks of one user, or of all of them, as figures that stand in no statement.

``green-share/E17/2026-09``   matched green energy over load, ``park`` for all users together
``peak/E17/2026-09``          the greatest mean power of an interval, whatever it came through
"""

from decimal import Decimal
from typing import Final

import numpy as np

from taihang.core.figure.derive import added
from taihang.core.figure.formula import (
    Constant,
    Formula,
    Given,
    Largest,
    Product,
    Quotient,
    Rounded,
    Sum,
)
from taihang.core.figure.key import NoSuchFigureError, key_of, taken
from taihang.core.figure.story import Derivation, FigureInput, FigureStory, Ground, Label, ProofOf
from taihang.core.park.park import PARK_SUBJECT
from taihang.core.periods import STEP_S
from taihang.core.quantities import SECONDS_PER_HOUR, WH_PER_KWH
from taihang.core.series import Quality
from taihang.services.figure_matching import matched_input
from taihang.services.figure_meter import coverage_of
from taihang.services.figure_park import users_input
from taihang.services.figure_rule import rule_named
from taihang.services.figure_span import Span, span_of
from taihang.services.match_period import rule_name
from taihang.services.ports import Columns, Ports

GREEN_SHARE: Final = "green-share"
PEAK: Final = "peak"
_PER_HOUR: Final = int(SECONDS_PER_HOUR) // STEP_S
_DIGITS: Final = 6


def open_green_share(parts: tuple[str, ...], ports: Ports) -> FigureStory:
    """Open which share of a user's load was matched green energy.

    Args:
        parts: User or ``park``, stretch.
        ports: The outside world.

    Raises:
        NoSuchFigureError: If there is no such user, or nothing of it was settled then.
    """
    subject, name = taken(GREEN_SHARE, parts, names=("user", "stretch"))
    span = span_of(name, ports.park.zone)
    line, pool, load = (_energy(subject, column, span, ports) for column in _COLUMNS)
    if load is None or line is None or pool is None:
        raise NoSuchFigureError(key_of(GREEN_SHARE, *parts), expected="a user and settled days")
    share: Formula = Quotient(Sum((Given(0), Given(1))), Given(2))
    formula = Rounded(share, _DIGITS) if load.value else None
    derivation = Derivation(formula, (line, pool, load))
    result = derivation.result
    return FigureStory(
        key=key_of(GREEN_SHARE, *parts),
        name=Label("green_share", {"subject": subject, "span": name}),
        value=None if result is None else Decimal(round(result * 10**_DIGITS)).scaleb(-_DIGITS),
        unit="1",
        ground=Ground.FORMULA,
        term="matching",
        derivation=derivation,
        rule=rule_named(rule_name(span.period, ports.park)),
        code_version=ports.version,
        proof=ProofOf("", Label("proof_of_matching")),
    )


_COLUMNS: Final = ("line_wh", "pool_wh", "total_wh")


def _energy(subject: str, column: str, span: Span, ports: Ports) -> FigureInput | None:
    if subject == PARK_SUBJECT:
        rows = [
            each
            for (role, _), each in ports.lake.read("matching", span.period).items()
            if role == "user"
        ]
        if not rows:
            return None
        return users_input(column, span.name, value_wh=sum(_sum_wh(r, column) for r in rows))
    own = ports.lake.read("matching", span.period, subject).get(("user", subject))
    if own is None or not len(own["time_s"]):
        return None
    return matched_input("user", subject, column, span.name, value_wh=_sum_wh(own, column))


def _sum_wh(rows: Columns, column: str) -> int:
    if column != "total_wh":
        return int(rows[column].sum())
    return int(rows[column][rows["quality"] < Quality.MISSING].sum())


# -- the peak ------------------------------------------------------------------------------------


def open_peak(parts: tuple[str, ...], ports: Ports) -> FigureStory:
    """Open the greatest mean power of a user in any interval of a stretch.

    Args:
        parts: User, stretch.
        ports: The outside world.

    Raises:
        NoSuchFigureError: If there is no such user, or nothing of it was settled then.
    """
    user, name = taken(PEAK, parts, names=("user", "stretch"))
    span = span_of(name, ports.park.zone)
    rows = ports.lake.read("matching", span.period, user).get(("user", user))
    if rows is None or not len(rows["time_s"]):
        raise NoSuchFigureError(key_of(PEAK, *parts), expected="a user and settled days")
    derivation = _of_interval(user, span, rows) if span.is_interval else _of_parts(user, span, rows)
    return FigureStory(
        key=key_of(PEAK, *parts),
        name=Label("peak", {"user": user, "span": name}),
        value=_kw(rows),
        unit="kW",
        ground=Ground.FORMULA,
        term="load",
        derivation=derivation,
        coverage=coverage_of(rows["quality"], rows["total_wh"]),
        rule=rule_named("settled-interval/v1"),
        code_version=ports.version,
        proof=ProofOf("", Label("proof_of_sum")),
    )


def _kw(rows: Columns) -> Decimal | None:
    usable_wh = rows["total_wh"][rows["quality"] < Quality.MISSING]
    if not len(usable_wh):
        return None
    return Decimal(int(usable_wh.max())) * _PER_HOUR / WH_PER_KWH


def _of_parts(user: str, span: Span, rows: Columns) -> Derivation:
    inputs: list[FigureInput] = []
    for part in span.parts():
        first, last = np.searchsorted(rows["time_s"], [part.period.start_s, part.period.end_s])
        kw = _kw({name: column[first:last] for name, column in rows.items()})
        if kw is not None:
            inputs.append(
                FigureInput(
                    key=key_of(PEAK, user, part.name),
                    name=Label("peak", {"user": user, "span": part.name}),
                    value=kw,
                    unit="kW",
                )
            )
    parts = tuple(Given(at) for at in range(len(inputs)))
    return Derivation(Largest(parts) if parts else None, tuple(inputs))


def _of_interval(user: str, span: Span, rows: Columns) -> Derivation:
    usable = int(rows["quality"][0]) < Quality.MISSING
    value_wh = int(rows["total_wh"][0]) if usable else None
    one = matched_input("user", user, "total_wh", span.name, value_wh=value_wh)
    if value_wh is None:
        return added((one,))
    hours, kwh = Constant(Decimal(_PER_HOUR)), Constant(Decimal(WH_PER_KWH))
    return Derivation(Quotient(Product((Given(0), hours)), kwh), (one,))
