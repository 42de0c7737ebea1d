from dataclasses import replace
from decimal import Decimal

from admission_case import project


def test_carbon_t__is_that_of_energy_and_process() -> None:
    assert replace(project(), process_carbon_t=Decimal("0.5")).carbon_t == Decimal("4000.5")
