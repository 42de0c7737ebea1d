"""The factor and the green deduction are the caller's; bad electricity is refused."""

from datetime import date
from decimal import Decimal

import pytest

from taihang.adapters.facts import load_facts
from taihang.standards.ndrc_910 import ParkElectricityError, received_electricity

BOOK = load_facts()
ON = date(2026, 12, 31)


@pytest.mark.parametrize(
    ("code", "green", "kg"),
    [
        ("grid.average", "0", "53060"),
        ("grid.fossil-only", "0", "82730"),
        ("grid.fossil-only", "60", "33092"),
        ("grid.excl-market", "100", "0"),
    ],
)
def test_received_electricity__takes_the_chosen_factor(code: str, green: str, kg: str) -> None:
    factor = BOOK.in_force(code, on=ON, region="CN")

    line = received_electricity(Decimal(100), green_mwh=Decimal(green), factor=factor)

    assert line.kg_co2e == Decimal(kg)


def test_received_electricity__may_be_sent_out() -> None:
    factor = BOOK.in_force("grid.average", on=ON, region="CN")

    line = received_electricity(Decimal(-10), green_mwh=Decimal(0), factor=factor)

    assert line.kg_co2e == Decimal(-5306)


@pytest.mark.parametrize(
    ("net", "green", "code"),
    [("100", "101", "grid.average"), ("100", "-1", "grid.average"), ("1", "0", "grid.footprint")],
)
def test_received_electricity__refuses(net: str, green: str, code: str) -> None:
    factor = BOOK.in_force(code, on=ON, region="CN")

    with pytest.raises(ParkElectricityError):
        received_electricity(Decimal(net), green_mwh=Decimal(green), factor=factor)
