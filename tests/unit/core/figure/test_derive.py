"""Derivations: exact results, and nothing missing inside a sum."""

from decimal import Decimal

from taihang.core.figure.derive import added, beside, divided, less, multiplied, same, signed
from taihang.core.figure.story import FigureInput, Label


def number(value: str | None) -> FigureInput:
    known = None if value is None else Decimal(value)
    return FigureInput(key="park/a/b", name=Label("x"), value=known, unit="Wh")


def test_added__leaves_out_what_is_missing() -> None:
    found = added([number("1"), number(None), number("2.5")])

    assert found.result == Decimal("3.5")
    assert [each.value for each in found.beside] == [None]


def test_added__of_nothing_known_is_not_zero() -> None:
    assert added([number(None)]).result is None


def test_less__takes_every_part_away() -> None:
    assert less(number("10"), number("1"), number("2")).result == 7


def test_signed__counts_some_against_others() -> None:
    parts = [(1, number("10")), (-1, number("3")), (1, number("1")), (-1, number(None))]

    assert signed(parts).result == 8
    assert len(signed(parts).beside) == 1


def test_multiplied__rounds_once() -> None:
    assert multiplied(number("3"), number("0.335"), digits=2).result == Decimal(1)
    assert multiplied(number("1500"), number("0.5"), over=1_000).result == Decimal("0.75")


def test_divided__is_exact_unless_a_rule_rounds() -> None:
    assert divided(number("1"), number("3")).result != Decimal("0.333333")
    assert divided(number("1"), number("3"), digits=6).result == Decimal("0.333333")


def test_same__and_beside() -> None:
    assert same(number("4")).result == 4
    assert beside(number("4")).result is None
