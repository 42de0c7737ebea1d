"""Sizes and results of measures in words."""

from decimal import Decimal
from fractions import Fraction

import pytest

from taihang.core.park.score import MeasureKind, ScoreMeasure
from taihang.interfaces.score_words import result_told, size_told
from taihang.services.raise_score import RaiseAnswer, Raised


def raised(kind: MeasureKind, size: int | None, *, served_wh: int = 5) -> Raised:
    measure = ScoreMeasure(
        id="M",
        name_zh="措施",
        name_en="Measure",
        kind=kind,
        price_cny=Decimal(1),
        source="test",
        energy_h=Decimal(4),
    )
    return Raised(
        measure=measure,
        size=size,
        cost_cny=None if size is None else Decimal(1),
        reached_ratio=Fraction(1, 10),
        served_wh=served_wh,
    )


def answer(*each: Raised) -> RaiseAnswer:
    return RaiseAnswer(
        subject="park",
        points=Decimal(5),
        now_ratio=Fraction(1, 20),
        target_ratio=Fraction(1, 10),
        needed_wh=1,
        each=each,
    )


@pytest.mark.parametrize(
    ("kind", "size", "told"),
    [
        (MeasureKind.PV, 42_900, "42.9 MW"),
        (MeasureKind.BATTERY, 2_500, "2.5 MW / 10.0 MWh"),
        (MeasureKind.SHIFT, 1_250, "12.50 % of the load that is not green"),
        (MeasureKind.CERTIFICATES, 57_920_500_000, "57,920.5 MWh/a"),
        (MeasureKind.WIND, None, "–"),
    ],
)
def test_size_told__is_in_the_unit_of_the_kind(
    kind: MeasureKind, size: int | None, told: str
) -> None:
    assert size_told(raised(kind, size), "en") == told


def test_result_told__names_the_cheapest_once() -> None:
    one, other = raised(MeasureKind.PV, 1), raised(MeasureKind.WIND, 1)
    both = answer(one, other)

    assert result_told(one, both, "en") == "reaches it, cheapest"
    assert result_told(other, both, "en") == "reaches it"


def test_result_told__says_why_nothing_can_be_stored() -> None:
    nothing = raised(MeasureKind.BATTERY, None, served_wh=0)
    little = raised(MeasureKind.BATTERY, None)

    assert "no surplus" in result_told(nothing, answer(nothing), "en")
    assert result_told(little, answer(little), "en") == "cannot: 10.00 % at its limit"
