"""A footprint takes factors of the life cycle only, of the edition that was chosen."""

from datetime import date
from decimal import Decimal

import pytest

from taihang.adapters.facts import load_facts
from taihang.core.facts import FactOutOfForceError
from taihang.standards.gbt_24067 import (
    FootprintFactorError,
    electricity_kg,
    grid_factor,
    source_factor,
    upstream_kg,
)

BOOK = load_facts()


# Origin: section 2.4 of the domain handbook.
@pytest.mark.parametrize(("year", "value"), [(2023, "0.6205"), (2024, "0.5777")])
def test_grid_factor__is_of_the_chosen_edition(year: int, value: str) -> None:
    assert grid_factor(BOOK, data_year=year).value == Decimal(value)


def test_source_factor__puts_no_other_edition_in_place() -> None:
    assert source_factor(BOOK, kind="wind", data_year=2023).value == Decimal("0.0336")
    assert source_factor(BOOK, kind="pv", data_year=2023).value == Decimal("0.0545")
    with pytest.raises(FactOutOfForceError):
        source_factor(BOOK, kind="wind", data_year=2024)


def test_electricity_kg__by_hand() -> None:
    # By hand: 1 GWh at 0.5777 and at 0.0545 kg/kWh.
    assert electricity_kg(10**9, grid_factor(BOOK, data_year=2024)) == Decimal(577_700)
    pv = source_factor(BOOK, kind="pv", data_year=2023)
    assert electricity_kg(10**9, pv) == Decimal(54_500)


def test_electricity_kg__refuses_a_factor_of_scope_2() -> None:
    average = BOOK.in_force("grid.average", on=date(2026, 6, 1), region="CN")

    with pytest.raises(FootprintFactorError, match="kgCO2e/kWh"):
        electricity_kg(1, average)


def test_upstream_kg__names_the_input_that_nobody_stated() -> None:
    assert upstream_kg(Decimal(3), Decimal(1850), parameter="p") == Decimal(5550)
    with pytest.raises(FootprintFactorError, match=r"precursors\.M1\.footprint_kg_per_unit"):
        upstream_kg(Decimal(3), None, parameter="precursors.M1.footprint_kg_per_unit")
