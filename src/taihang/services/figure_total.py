"""The sum over users of what their statements of one kind say: ``total/scope2-market/2026-09``.

Not every kind has a statement of the whole park; where it has none, this is the figure of the park,
and every user's part of it is a number of record that opens.
"""

from collections.abc import Iterable
from decimal import Decimal, localcontext
from typing import Final

from taihang.core.figure.derive import added
from taihang.core.figure.key import NoSuchFigureError, key_of, taken
from taihang.core.figure.story import (
    FigureInput,
    FigureStory,
    Ground,
    Label,
    ProofOf,
)
from taihang.core.park.park import PARK_SUBJECT
from taihang.core.quantities import EXACT
from taihang.services.figure_rule import rule_named
from taihang.services.figure_stated import Stated, stated_input
from taihang.services.figure_statement import term_of
from taihang.services.ports import Ports

TOTAL: Final = "total"
_VALUE: Final = ("value",)


def open_total(parts: tuple[str, ...], ports: Ports) -> FigureStory:
    """Open the sum over users of the statements of a kind.

    Args:
        parts: Kind, period.
        ports: The outside world; of whoever sees a part, the sum is over that part.

    Raises:
        NoSuchFigureError: If no user has such a statement.
    """
    kind, period = taken(TOTAL, parts, names=("kind", "period"))
    inputs, rule, unit = _inputs(kind, period, ports)
    if not inputs:
        raise NoSuchFigureError(
            key_of(TOTAL, *parts), expected="a kind and a period of which statements are issued"
        )
    return FigureStory(
        key=key_of(TOTAL, *parts),
        name=Label("total", {"statements": kind, "period": period}),
        value=_sum(inputs),
        unit=unit,
        ground=Ground.FORMULA,
        term=term_of(kind),
        derivation=added(inputs),
        rule=rule_named(rule),
        code_version=ports.version,
        proof=ProofOf("", Label("proof_of_sum")),
    )


def total_input(kind: str, period: str, *, ports: Ports) -> FigureInput | None:
    """Return the sum over users as an input, or None where no user has a statement.

    Args:
        kind: The kind of the statements.
        period: Their period.
        ports: The outside world.
    """
    inputs, _, unit = _inputs(kind, period, ports)
    if not inputs:
        return None
    return FigureInput(
        key=key_of(TOTAL, kind, period),
        name=Label("total", {"statements": kind, "period": period}),
        value=_sum(inputs),
        unit=unit,
        flag="missing" if any(each.value is None for each in inputs) else "",
    )


def _sum(inputs: Iterable[FigureInput]) -> Decimal:
    with localcontext(EXACT):
        return sum((each.value for each in inputs if each.value is not None), start=Decimal(0))


def _inputs(kind: str, period: str, ports: Ports) -> tuple[list[FigureInput], str, str]:
    stated = [
        Stated.of(issued, ports=ports)
        for issued in ports.registry.latest_statements(period, [kind])
        if issued.subject != PARK_SUBJECT
    ]
    rule = str(stated[0].body.get("rule", "")) if stated else ""
    unit = str(stated[0].body.get("unit", "")) if stated else ""
    return [stated_input(one, _VALUE) for one in stated], rule, unit
