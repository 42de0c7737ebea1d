"""Quantities that forms and meters of other media say: sums of lines of activity data.

A statement names the lines that it was made from, and each of its own lines names an item. Which
flows of the item add to a quantity and which take from it is a matter of its rule (what burnt is
what was consumed less what became feedstock); it is found by working it out, exactly or not at all.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import product
from typing import Final

from taihang.core.activity.record import Flow
from taihang.core.activity.unit import UnknownUnitError, converted
from taihang.core.figure.derive import beside
from taihang.core.figure.formula import (
    Constant,
    Formula,
    Given,
    Less,
    Product,
    Quotient,
    Sum,
    evaluate,
)
from taihang.core.figure.number import at
from taihang.core.figure.story import Derivation, FigureInput, Ground, Label
from taihang.core.park.park import PARK_SUBJECT
from taihang.core.seal.activity_line import ActivityLine
from taihang.services.figure_source import activity_input
from taihang.services.figure_stated import Body, Explain, Explained, Place, unit_at

Chosen = Callable[[ActivityLine], bool]
_TAKEN: Final = frozenset((Flow.FEEDSTOCK, Flow.CONVERSION_INPUT, Flow.SUPPLIED))
"""Flows that are usually taken off what was consumed or bought."""
_FLOWS_MOST: Final = 4
_GAS: Final = "gas."


def said(chosen: Callable[[Place], Chosen] | None = None) -> Explain:
    """Say that a quantity is the sum of lines of activity data.

    Args:
        chosen: Which lines of those that the statement was made from; None for those of the item
            that its own line names.
    """

    def explain(place: Place) -> Explained:
        wanted = (of_line if chosen is None else chosen)(place)
        lines = [line for line in place.of.said_lines() if wanted(line)]
        inputs = tuple(activity_input(line) for line in lines)
        value = place.value
        if value is not None:
            terms = [*_terms(lines, unit_at(place.of.body, place.path))]
            formula = _adding_up_to(value, terms, inputs) if len(terms) == len(lines) else None
            if formula is not None and lines:
                return Explained(Derivation(formula, inputs))
        return Explained(beside(*inputs), Ground.ACTIVITY, (Label("said_by_forms"),))

    return explain


def of_line(place: Place) -> Chosen:
    """Choose the lines of activity data that a line of a statement names by id, or by its item.

    Args:
        place: The quantity.
    """
    element = at(place.of.body, place.path[:-1])
    own: Body = element if isinstance(element, Mapping) else {}
    named = own.get("activities")
    if isinstance(named, list) and named:
        ids = {str(each) for each in named}
        return lambda line: line.id in ids
    item, flow = str(own.get("item") or own.get("code", "")), own.get("flow")
    subject = str(own.get("subject") or place.of.issued.subject)

    def wanted(line: ActivityLine) -> bool:
        record = line.record
        is_item = record.item in {item, f"{_GAS}{item.lower()}"}
        is_flow = flow is None or record.flow.value == flow
        # The line of an account of the whole park sums what all of its members said.
        is_own = record.subject == subject or (flow is not None and subject == PARK_SUBJECT)
        return is_item and is_flow and is_own

    return wanted


# -- which flows add, which take -----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Term:
    """One line in the unit of the quantity."""

    flow: Flow
    formula: Formula


def _terms(lines: Iterable[ActivityLine], unit: str) -> Iterator[_Term]:
    for n, line in enumerate(lines):
        record = line.record
        scale = _scale(record.unit, unit)
        if scale is not None:
            yield _Term(record.flow, _scaled(Given(n), scale))


def _scale(unit: str, to: str) -> Decimal | None:
    if unit == to:
        return Decimal(1)
    try:
        return converted(Decimal(1), unit=unit, to=to)
    except UnknownUnitError:
        return None


def _scaled(formula: Formula, scale: Decimal) -> Formula:
    exact = Fraction(scale)
    if exact == 1:
        return formula
    if exact.numerator == 1:
        return Quotient(formula, Constant(Decimal(exact.denominator)))
    return Product((formula, Constant(scale)))


def _adding_up_to(
    value: Decimal, terms: list[_Term], inputs: tuple[FigureInput, ...]
) -> Formula | None:
    """Return the sum that gives a quantity; None where no choice of signs by flow does."""
    numbers = [one.value or Decimal(0) for one in inputs]
    flows = [*dict.fromkeys(term.flow for term in terms)]
    for signs in _signs(flows):
        added, taken = (
            Sum(tuple(term.formula for term in terms if signs[term.flow] == sign))
            for sign in (1, -1)
        )
        formula: Formula = Less(added, taken) if taken.parts else added
        if evaluate(formula, numbers) == Fraction(value):
            return formula
    return None


def _signs(flows: list[Flow]) -> Iterator[dict[Flow, int]]:
    """Yield signs by flow, the usual ones first."""
    yield {flow: -1 if flow in _TAKEN else 1 for flow in flows}
    if len(flows) <= _FLOWS_MOST:
        for signs in product((1, -1, 0), repeat=len(flows)):
            yield dict(zip(flows, signs, strict=True))
