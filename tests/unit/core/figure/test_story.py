"""Stories: a figure adds up or it does not."""

from decimal import Decimal

import pytest

from taihang.core.figure.derive import added
from taihang.core.figure.story import Coverage, FigureInput, FigureStory, Ground, Label


def story(value: str | None, *parts: str) -> FigureStory:
    inputs = [
        FigureInput(key="a/b", name=Label("x"), value=Decimal(part), unit="Wh") for part in parts
    ]
    return FigureStory(
        key="a/c",
        name=Label("x"),
        value=None if value is None else Decimal(value),
        unit="Wh",
        ground=Ground.FORMULA,
        derivation=added(inputs),
    )


@pytest.mark.parametrize(("value", "expected"), [("3", True), ("3.0000001", False), (None, None)])
def test_adds_up__compares_exactly(value: str | None, *, expected: bool | None) -> None:
    assert story(value, "1", "2").adds_up is expected


def test_adds_up__says_nothing_without_a_formula() -> None:
    assert story("3").adds_up is None


def test_coverage__counts_what_was_read() -> None:
    assert Coverage(n_intervals=96, n_missing=2, n_estimated=3).n_measured == 91
