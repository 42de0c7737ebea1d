"""Derivations of the usual kinds: a sum, a difference, a product over a constant."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from taihang.core.figure.formula import (
    Constant,
    Formula,
    Given,
    Less,
    Product,
    Quotient,
    Rounded,
    Sum,
)
from taihang.core.figure.story import Derivation, FigureInput


def added(inputs: Iterable[FigureInput]) -> Derivation:
    """Return a sum; what is missing is in no sum and stands beside it.

    Args:
        inputs: The parts.
    """
    parts = tuple(inputs)
    known = tuple(each for each in parts if each.value is not None)
    missing = tuple(each for each in parts if each.value is None)
    formula = Sum(tuple(Given(at) for at in range(len(known)))) if known else None
    return Derivation(formula, known, missing)


def less(whole: FigureInput, *parts: FigureInput) -> Derivation:
    """Return a whole less some parts.

    Args:
        whole: What is taken from.
        *parts: What is taken away.
    """
    taken = Sum(tuple(Given(at) for at in range(1, len(parts) + 1)))
    return Derivation(Less(Given(0), taken), (whole, *parts))


def signed(inputs: Sequence[tuple[int, FigureInput]]) -> Derivation:
    """Return a sum in which some parts count against the others.

    Args:
        inputs: 1 or −1, and the part; what is missing stands beside the sum.
    """
    known = [(sign, each) for sign, each in inputs if each.value is not None]
    if all(sign > 0 for sign, _ in known):
        return added(each for _, each in inputs)
    plus = Sum(tuple(Given(at) for at, (sign, _) in enumerate(known) if sign > 0))
    minus = Sum(tuple(Given(at) for at, (sign, _) in enumerate(known) if sign < 0))
    operands = tuple(each for _, each in known)
    beside = tuple(each for _, each in inputs if each.value is None)
    return Derivation(Less(plus, minus), operands, beside)


def multiplied(*inputs: FigureInput, over: int = 1, digits: int | None = None) -> Derivation:
    """Return a product, over a constant, rounded where a rule rounds it.

    Args:
        *inputs: The factors.
        over: What it is divided by: how many Wh a kWh is.
        digits: Digits after the point; None where nothing is rounded.
    """
    formula: Formula = Product(tuple(Given(at) for at in range(len(inputs))))
    if over != 1:
        formula = Quotient(formula, Constant(Decimal(over)))
    if digits is not None:
        formula = Rounded(formula, digits)
    return Derivation(formula, inputs)


def divided(over: FigureInput, under: FigureInput, *, digits: int | None = None) -> Derivation:
    """Return a share, rounded where a rule rounds it.

    Args:
        over: What is divided.
        under: By what.
        digits: Digits after the point; None where nothing is rounded.
    """
    formula: Formula = Quotient(Given(0), Given(1))
    return Derivation(formula if digits is None else Rounded(formula, digits), (over, under))


def same(one: FigureInput) -> Derivation:
    """Return what is the same number under another name."""
    return Derivation(Given(0), (one,))


def beside(*inputs: FigureInput) -> Derivation:
    """Return what a figure rests on without a sum that leads to it."""
    return Derivation(None, (), inputs)
