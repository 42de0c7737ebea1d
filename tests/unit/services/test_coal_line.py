"""One amount in standard coal: vectors of the handbook, units that convert, and what is refused."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

import small_park
from taihang.core.activity.record import Flow
from taihang.services.coal_line import coal_amount, coal_line, facts_of, is_energy, is_medium
from taihang.standards.gbt_2589 import CoefficientChoiceError

ON = date(2026, 6, 30)


@pytest.mark.parametrize(
    ("item", "amount", "unit", "tce"),
    [
        # Vector 1 of the handbook, section 16.1.
        ("electricity", "18540000", "kWh", "2278.566"),
        ("washed-coal", "10", "t", "9"),
        ("raw-coal", "1", "t", "0.7143"),
        ("heat", "1", "GJ", "0.03412"),
    ],
)
def test_coal_line__agrees_with_the_handbook(
    tmp_path: Path, item: str, amount: str, unit: str, tce: str
) -> None:
    with small_park.opened(small_park.make(tmp_path / "p")) as ports:
        line = coal_line(item, Decimal(amount), unit, on=ON, ports=ports)
        counted = coal_amount(item, Flow.CONSUMED, line, sources=["a.v1"])

    assert line.equivalent_tce == Decimal(tce)
    assert counted.facts == tuple(facts_of(line))
    assert counted.sources == ("a.v1",)


def test_coal_line__a_range_without_a_choice_is_refused(tmp_path: Path) -> None:
    with small_park.opened(small_park.make(tmp_path / "p")) as ports:
        with pytest.raises(CoefficientChoiceError, match="natural-gas"):
            coal_line("natural-gas", Decimal(1), "10⁴Nm³", on=ON, ports=ports)
        assert is_energy("natural-gas", ON, ports)
        assert not is_energy("limestone", ON, ports)
    assert is_medium("medium.fresh-water")
    assert not is_medium("heat")
