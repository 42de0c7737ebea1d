"""Amounts times the factors that a line names: emissions, standard coal, grams.

A line keeps its quantity, its factors by key and the result. Between them lies a change of units,
a power of ten, and for carbon burnt 44/12, the mass of CO2 over that of carbon. Which of them one
takes follows from the units of its factors, and is found by working it out: exactly or not at all.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Final

from taihang.core.facts import DECLARED_SET
from taihang.core.figure.derive import beside
from taihang.core.figure.formula import (
    Constant,
    Formula,
    Given,
    Product,
    Quotient,
    Rounded,
    Sum,
    evaluate,
)
from taihang.core.figure.number import Document
from taihang.core.figure.story import Derivation, FigureInput, Ground, Label
from taihang.services.figure_source import SourceName, source_input
from taihang.services.figure_stated import Explain, Explained, Place, Stated, stated_input

_CARBON_TO_CO2: Final = (Decimal(44), Decimal(12))
_POWERS: Final = range(-9, 7)
"""Powers of ten between units: from grams to tonnes of a ten thousandth part, and back."""
_WITH_MARK_UP: Final = 3
"""Inputs of a line whose last factor is a mark-up on the one before."""


def by_facts(quantity: str, facts: str, *, digits: Sequence[int | None] = (None,)) -> Explain:
    """Say that a number is a quantity times the factors that its line names.

    Args:
        quantity: Path of the quantity.
        facts: Path of the keys of the factors.
        digits: Digits after the point, where the result is rounded; None where it is exact. The
            first that gives the number is taken: some rules round a line and some do not.
    """

    def explain(place: Place) -> Explained:
        inputs = (place.input(quantity), *named_facts(place.at(facts), place.of))
        value = place.value
        if value is None or any(one.value is None for one in inputs):
            return Explained(beside(*inputs), Ground.STATED, (Label("stated_only"),))
        formula = _fitting(inputs, Fraction(value), digits)
        if formula is None:
            return Explained(beside(*inputs), Ground.STATED, (Label("factored"),))
        return Explained(Derivation(formula, inputs))

    return explain


def named_facts(facts: Document, of: Stated) -> list[FigureInput]:
    """Return the factors of a line; what another statement says is a number of that statement.

    Args:
        facts: Their keys, as a line names them.
        of: The statement of the line.
    """
    keys = [str(key) for key in facts] if isinstance(facts, list) else []
    found: list[FigureInput] = []
    for key in keys:
        one = _of_statement(SourceName.of(key), of) or source_input(key)
        if one.value is not None:
            found.append(one)
    return found


def _of_statement(name: SourceName, of: Stated) -> FigureInput | None:
    """Return a declared factor that is the number of a statement: of a product made in the park."""
    if name.names[0] != DECLARED_SET:
        return None
    series = name.names[1]
    for issued in of.behind(series.partition(".")[0]):
        own = issued.issued.series
        if series == own:
            return _if_same(stated_input(issued, ("value",)), name)
        if series.startswith(f"{own}."):
            part = series.removeprefix(f"{own}.")
            return _if_same(stated_input(issued, (f"{part}_t_per_t",)), name)
    return None


def _if_same(one: FigureInput, name: SourceName) -> FigureInput | None:
    number = name.number
    same = number is not None and one.value is not None and Fraction(number) == one.value
    return one if same else None


# -- the change of units -------------------------------------------------------------------------


def _fitting(
    inputs: tuple[FigureInput, ...], value: Fraction, digits: Sequence[int | None]
) -> Formula | None:
    """Return the product that gives the value exactly; None where no change of units does."""
    numbers = [one.value for one in inputs if one.value is not None]
    for each in digits:
        for formula in _candidates(len(inputs)):
            rounded = formula if each is None else Rounded(formula, each)
            if evaluate(rounded, numbers) == value:
                return rounded
    return None


def _candidates(n: int) -> Iterator[Formula]:
    """Yield products of a quantity and its factors, the smallest change of units first."""
    whole = Product(tuple(Given(at) for at in range(n)))
    products = [whole]
    if n == _WITH_MARK_UP:
        marked_up = Sum((Constant(Decimal(1)), Given(n - 1)))
        products.append(Product((*(Given(at) for at in range(n - 1)), marked_up)))
    for power in sorted(_POWERS, key=abs):
        for each in products:
            yield _scaled(each, power)
        carbon = Product((*whole.parts, Constant(_CARBON_TO_CO2[0])))
        yield Quotient(_scaled(carbon, power), Constant(_CARBON_TO_CO2[1]))


def _scaled(formula: Product, power: int) -> Formula:
    if not power:
        return formula
    scale = Constant(Decimal(10 ** abs(power)))
    return Quotient(formula, scale) if power < 0 else Product((*formula.parts, scale))
