"""Carbon evaluation of a project: the line of exemption, the sums, the levels."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from admission_case import ON, project
from taihang.adapters.facts import load_facts
from taihang.core.admission.project import Product, Project
from taihang.core.facts import FactOutOfForceError
from taihang.standards.ndrc_order_31 import EvaluationError, EvaluationSheet, evaluate

BOOK = load_facts()


def product(carbon_t: str, output: str = "100", national_t: str = "2") -> Product:
    return Product(
        id="P1",
        name_zh="产品",
        name_en="product",
        output=Decimal(output),
        unit="t",
        carbon_t=Decimal(carbon_t),
        levels_t={"national": Decimal(national_t)},
    )


def sheet(asking: Project, energy_tce: str = "1500", on: date = ON) -> EvaluationSheet:
    return evaluate(asking, energies_tce={"electricity": Decimal(energy_tce)}, book=BOOK, on=on)


@pytest.mark.parametrize(
    ("energy_tce", "coal_t", "is_exempt"),
    [
        ("999.999", "999.999", True),
        ("1000", "0", False),
        ("0", "1000", False),
        ("0", "0", True),
    ],
)
def test_evaluate__exempts_only_below_both_lines(
    energy_tce: str, coal_t: str, *, is_exempt: bool
) -> None:
    found = sheet(replace(project(), coal_t=Decimal(coal_t)), energy_tce)

    assert found.is_exempt is is_exempt
    assert found.lacks_evaluation is not is_exempt


def test_evaluate__closes_and_names_what_no_product_bears() -> None:
    asking = replace(
        project(carbon="4000"),
        process_carbon_t=Decimal(100),
        products={"P1": product("3000")},
    )

    found = sheet(asking)

    assert (found.carbon_t, found.unassigned_carbon_t) == (4_100, 1_100)
    assert not found.lacks_evaluation
    (line,) = found.products
    assert line.carbon_t_per_unit == 30
    assert line.better_than == {"national": False}
    (part,) = found.parts
    assert part.energy_ratio == 1


@given(level=st.decimals("0.001", 100, places=3), output=st.integers(1, 10**6))
def test_evaluate__holds_products_against_levels_exactly(level: Decimal, output: int) -> None:
    just_t = level * output
    asking = replace(
        project(carbon=str(just_t + 1)),
        products={"P1": product(str(just_t), str(output), str(level))},
    )
    worse = replace(
        asking,
        products={"P1": product(str(just_t + Decimal("0.001")), str(output), str(level))},
    )

    assert sheet(asking).products[0].better_than == {"national": True}
    assert sheet(worse).products[0].better_than == {"national": False}


def test_evaluate__refuses_products_that_bear_too_much() -> None:
    with pytest.raises(EvaluationError):
        sheet(replace(project(carbon="10"), products={"P1": product("10.001")}))


def test_evaluate__of_a_project_without_energy_has_no_structure() -> None:
    (part,) = sheet(project(), "0").parts

    assert part.energy_ratio is None


def test_evaluate__is_not_in_force_before_the_order() -> None:
    with pytest.raises(FactOutOfForceError):
        sheet(project(), on=date(2025, 8, 31))
