"""A formula over the inputs of a figure: it can be worked out exactly, and written down.

A story says ``3 × 0.6634 ÷ 1000`` and the same object works it out: what a reader sees is what was
checked. Everything is exact (fractions); rounding is a step of its own, where a rule has one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Final, TypeAlias, assert_never

from taihang.core.errors import InputError

MINUS: Final = "\N{MINUS SIGN}"
TIMES: Final = "\N{MULTIPLICATION SIGN}"
OVER: Final = "\N{DIVISION SIGN}"
_SHOWN: Final = 6
"""Operands of a sum that are written out; of more only the first ones and the last one."""


class FormulaError(InputError):
    """A formula does not fit its inputs, or divides by nothing."""

    code = "input.figure-formula"


@dataclass(frozen=True, slots=True)
class Given:
    """The input at a place."""

    at: int


@dataclass(frozen=True, slots=True)
class Constant:
    """A number that needs no source: how many watt-hours a kilowatt-hour is."""

    value: Decimal


@dataclass(frozen=True, slots=True)
class Sum:
    """Everything added up; of nothing it is 0."""

    parts: "tuple[Formula, ...]"


@dataclass(frozen=True, slots=True)
class Less:
    """The first less the second."""

    whole: "Formula"
    part: "Formula"


@dataclass(frozen=True, slots=True)
class Product:
    """Everything multiplied."""

    parts: "tuple[Formula, ...]"


@dataclass(frozen=True, slots=True)
class Quotient:
    """The first over the second."""

    over: "Formula"
    under: "Formula"


class Way(StrEnum):
    """How the last digit comes about."""

    HALF_EVEN = "half-even"
    DOWN = "down"
    """Towards zero."""
    SIGNIFICANT = "significant"
    """Half to even, counting digits from the first that is not 0."""


@dataclass(frozen=True, slots=True)
class Rounded:
    """Rounded once, at a named step."""

    of: "Formula"
    digits: int
    """Digits after the point; of ``SIGNIFICANT`` digits in all."""
    way: Way = Way.HALF_EVEN


@dataclass(frozen=True, slots=True)
class Largest:
    """The largest of several."""

    parts: "tuple[Formula, ...]"


@dataclass(frozen=True, slots=True)
class Least:
    """The least of several."""

    parts: "tuple[Formula, ...]"


Formula: TypeAlias = Given | Constant | Sum | Less | Product | Quotient | Rounded | Largest | Least


def evaluate(formula: Formula, values: Sequence[Decimal]) -> Fraction:
    """Work a formula out, exactly.

    Args:
        formula: What is to be worked out.
        values: The inputs, in order.

    Returns:
        The exact result.

    Raises:
        FormulaError: If it names an input that is not there, or divides by 0.

    Example:
        >>> priced = Rounded(Product((Given(0), Given(1))), 2)
        >>> evaluate(priced, [Decimal("12908.98"), Decimal("0.5312")])
        Fraction(27429, 4)
    """
    match formula:
        case Given(at):
            return _given(at, values)
        case Constant(value):
            return Fraction(value)
        case Rounded(of, digits, way):
            return rounded(evaluate(of, values), digits=digits, way=way)
        case Less(whole, part):
            return evaluate(whole, values) - evaluate(part, values)
        case Quotient(over, under):
            return _quotient(evaluate(over, values), evaluate(under, values))
        case _:
            return _of_several(formula, values)


def _of_several(formula: Sum | Product | Largest | Least, values: Sequence[Decimal]) -> Fraction:
    parts = [evaluate(part, values) for part in formula.parts]
    match formula:
        case Sum():
            return sum(parts, start=Fraction(0))
        case Product():
            result = Fraction(1)
            for part in parts:
                result *= part
            return result
        case Largest():
            return max(parts)
        case Least():
            return min(parts)
        case _:
            assert_never(formula)


def _given(at: int, values: Sequence[Decimal]) -> Fraction:
    if not 0 <= at < len(values):
        raise FormulaError(
            given=f"input {at} of {len(values)}",
            expected="an input of the figure",
            remedy="report it: a formula and its inputs do not belong together",
        )
    return Fraction(values[at])


def _quotient(over: Fraction, under: Fraction) -> Fraction:
    if not under:
        raise FormulaError(
            given=f"{over} over 0",
            expected="something to divide by",
            remedy="a share of nothing has no value; show it as missing",
        )
    return over / under


def rounded(exact: Fraction, *, digits: int, way: Way) -> Fraction:
    """Round a number as a formula says.

    Args:
        exact: The number.
        digits: Digits after the point, or in all.
        way: How.

    Returns:
        The rounded number.

    Example:
        >>> rounded(Fraction(5, 2), digits=0, way=Way.HALF_EVEN)
        Fraction(2, 1)
        >>> rounded(Fraction(12345, 10), digits=3, way=Way.SIGNIFICANT)
        Fraction(1230, 1)
    """
    if way is Way.SIGNIFICANT:
        digits -= _magnitude(exact)
    scale = Fraction(10) ** digits
    scaled = exact * scale
    whole = int(scaled) if way is Way.DOWN else round(scaled)
    return Fraction(whole) / scale


def _magnitude(exact: Fraction) -> int:
    """Return how many digits stand before the point; 0 or less where the first is behind it."""
    size, digits = abs(exact), 0
    while size >= 1:
        size, digits = size / 10, digits + 1
    while size and size * 10 < 1:
        size, digits = size * 10, digits - 1
    return digits


def written(formula: Formula, operands: Sequence[str]) -> str:
    """Write a formula down with its numbers put in, in signs that every language knows.

    Args:
        formula: The formula.
        operands: Each input as it is to be read.

    Returns:
        One line; a long sum names its first operands and its last one.

    Example:
        >>> written(Quotient(Product((Given(0), Given(1))), Constant(Decimal(1000))), ["7", "0.1"])
        '7 × 0.1 ÷ 1,000'
        >>> written(Less(Given(0), Sum((Given(1), Given(2)))), ["9", "1", "2"])
        '9 − (1 + 2)'
    """
    return _written(formula, operands, binds=0)


_ADDS: Final = 1
_MULTIPLIES: Final = 2
_DIVIDES: Final = 3


def _written(formula: Formula, operands: Sequence[str], *, binds: int) -> str:
    """Write a part; one that binds less than its surroundings stands in brackets."""
    match formula:
        case Given() | Constant() | Rounded() | Largest() | Least():
            return _closed(formula, operands)
        case Sum((only,)) | Product((only,)):
            return _written(only, operands, binds=binds)
        case _:
            own, text = _operation(formula, operands)
            return f"({text})" if own < binds else text


def _closed(formula: Given | Constant | Rounded | Largest | Least, operands: Sequence[str]) -> str:
    """Write a part that never needs brackets around it."""
    match formula:
        case Given(at):
            return operands[at]
        case Constant(value):
            return f"{value:,f}".replace("-", MINUS)
        case Rounded(of, digits, way):
            return _rounding(_written(of, operands, binds=0), digits, way)
        case Largest(parts):
            return f"max({_listed(parts, operands)})"
        case Least(parts):
            return f"min({_listed(parts, operands)})"


def _rounding(inner: str, digits: int, way: Way) -> str:
    if way is Way.SIGNIFICANT:
        return f"round({inner}; {digits} digits)"
    unit = format(Decimal(1).scaleb(-digits), "f")
    return f"{'floor' if way is Way.DOWN else 'round'}({inner}; {unit})"


def _listed(parts: Sequence[Formula], operands: Sequence[str]) -> str:
    return "; ".join(_shown([_written(part, operands, binds=0) for part in parts]))


def _operation(
    formula: Sum | Less | Product | Quotient, operands: Sequence[str]
) -> tuple[int, str]:
    match formula:
        case Sum(parts):
            each = [_written(part, operands, binds=_ADDS) for part in parts]
            return _ADDS, " + ".join(_shown(each)) or "0"
        case Less(whole, part):
            left = _written(whole, operands, binds=_ADDS)
            return _ADDS, f"{left} {MINUS} {_written(part, operands, binds=_MULTIPLIES)}"
        case Product(parts):
            each = [_written(part, operands, binds=_MULTIPLIES) for part in parts]
            return _MULTIPLIES, f" {TIMES} ".join(_shown(each))
        case Quotient(over, under):
            top = _written(over, operands, binds=_MULTIPLIES)
            return _MULTIPLIES, f"{top} {OVER} {_written(under, operands, binds=_DIVIDES)}"
        case _:
            assert_never(formula)


def _shown(each: Sequence[str]) -> list[str]:
    if len(each) <= _SHOWN:
        return [*each]
    return [*each[: _SHOWN - 2], "…", each[-1]]
