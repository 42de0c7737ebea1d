"""Formulas: what is written is what is worked out."""

from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taihang.core.figure.formula import (
    Constant,
    Formula,
    FormulaError,
    Given,
    Largest,
    Least,
    Less,
    Product,
    Quotient,
    Rounded,
    Sum,
    Way,
    evaluate,
    rounded,
    written,
)

_VALUES = [Decimal(2), Decimal("-3.5"), Decimal("0.25"), Decimal(7)]
_LEAVES = st.integers(0, 3).map(Given) | st.integers(1, 9).map(lambda n: Constant(Decimal(n)))


def _of(inner: st.SearchStrategy[Formula]) -> st.SearchStrategy[Formula]:
    several = st.lists(inner, min_size=1, max_size=3).map(tuple)
    return st.one_of(
        several.map(Sum),
        several.map(Product),
        several.map(Largest),
        several.map(Least),
        st.tuples(inner, inner).map(lambda pair: Less(*pair)),
        st.tuples(inner, inner).map(lambda pair: Quotient(*pair)),
        inner.map(lambda one: Rounded(one, 2)),
    )


_FORMULAS = st.recursive(_LEAVES, _of, max_leaves=8)


def _again(text: str) -> Fraction:
    """Work the written line out with Python's own arithmetic."""
    code = text.replace("−", "-").replace("×", "*").replace("÷", "/").replace(";", ",")
    names: dict[str, object] = {
        "F": Fraction,
        "max": _largest,
        "min": _least,
        "round": _to_unit,
    }
    tokens = "".join(f"F('{part}')" if part[0].isdigit() else part for part in _tokens(code))
    return Fraction(eval(tokens, {"__builtins__": {}}, names))  # noqa: S307 (the test wrote it)


def _largest(*parts: Fraction) -> Fraction:
    return max(parts)


def _least(*parts: Fraction) -> Fraction:
    return min(parts)


def _to_unit(value: Fraction, unit: Fraction) -> Fraction:
    return round(value / unit) * unit


def _tokens(code: str) -> list[str]:
    cuts = [
        at
        for at, (one, other) in enumerate(pairwise(code), start=1)
        if (one.isdigit() or one == ".") != (other.isdigit() or other == ".")
    ]
    edges = [0, *cuts, len(code)]
    return [code[first:last] for first, last in pairwise(edges)]


@given(_FORMULAS)
def test_written__says_what_evaluate_works_out(formula: Formula) -> None:
    operands = [f"({value})" if value < 0 else str(value) for value in _VALUES]
    try:
        expected = evaluate(formula, _VALUES)
    except FormulaError:
        return

    assert _again(written(formula, operands)) == expected


def test_evaluate__is_exact_where_floats_are_not() -> None:
    formula = Sum(tuple(Given(0) for _ in range(10)))

    assert evaluate(formula, [Decimal("0.1")]) == 1


def test_evaluate__refuses_a_share_of_nothing() -> None:
    with pytest.raises(FormulaError, match="something to divide by"):
        evaluate(Quotient(Given(0), Given(1)), [Decimal(1), Decimal(0)])


def test_evaluate__refuses_an_input_that_is_not_there() -> None:
    with pytest.raises(FormulaError, match="input 2 of 1"):
        evaluate(Given(2), [Decimal(1)])


@pytest.mark.parametrize(
    ("exact", "digits", "way", "expected"),
    [
        ("0.125", 2, Way.HALF_EVEN, "0.12"),
        ("0.135", 2, Way.HALF_EVEN, "0.14"),
        ("-1.9", 0, Way.DOWN, "-1"),
        ("0.00123456", 3, Way.SIGNIFICANT, "0.00123"),
        ("99.96", 3, Way.SIGNIFICANT, "100"),
    ],
)
def test_rounded__follows_its_way(exact: str, digits: int, way: Way, expected: str) -> None:
    assert rounded(Fraction(exact), digits=digits, way=way) == Fraction(expected)


def test_written__names_the_first_and_the_last_of_a_long_sum() -> None:
    formula = Sum(tuple(Given(at) for at in range(30)))

    assert written(formula, [str(at) for at in range(30)]) == "0 + 1 + 2 + 3 + … + 29"
