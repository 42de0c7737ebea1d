"""Quantities times factors: the change of units is found exactly, or said not to be."""

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

import pytest

import small_park
from taihang.core.figure.story import Ground
from taihang.core.seal.canonical import JsonValue
from taihang.services.account import Draft, issue_statements
from taihang.services.figure_factored import by_facts, named_facts
from taihang.services.figure_stated import Explained, Place, Stated
from taihang.services.ports import Ports
from year_kit import state

_FACTS: list[JsonValue] = [
    "guide-2015/fuel.diesel.ncv/CN/2015-01-01=43.330",
    "guide-2015/fuel.diesel.carbon/CN/2015-01-01=0.02020",
    "guide-2015/fuel.diesel.oxidation/CN/2015-01-01=0.98",
]


@pytest.fixture(scope="module")
def ports(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ports]:
    with small_park.opened(small_park.make(tmp_path_factory.mktemp("f") / "park")) as found:
        state(found, "product-footprint", {"value": "1.5"}, year="2026")
        yield found


def told(
    ports: Ports, quantity: str, result: str, facts: list[JsonValue], *digits: int | None
) -> Explained:
    body: dict[str, JsonValue] = {
        "format": "taihang-account/v1",
        "quantity": quantity,
        "result": result,
        "facts": facts,
        "inputs": {"statements": ["product-footprint.park.2026.v1"]},
    }
    issue_statements([Draft("cbam", "E01", "2026", body)], period="2026", ports=ports)
    of = Stated.of(ports.registry.statement("cbam.E01.2026"), ports=ports)
    return by_facts("quantity", "facts", digits=digits or (None,))(Place(of, ("result",)))


def test_by_facts__carbon_burnt_is_44_over_12_of_its_carbon_to_the_gram(ports: Ports) -> None:
    found = told(ports, "134.49", "422.987524", _FACTS, None, 6)

    assert found.ground is Ground.FORMULA
    assert found.derivation.result == Fraction("422.987524")


@pytest.mark.parametrize("result", ["422.987525", "423", "0.422987524"])
def test_by_facts__a_result_that_no_change_of_units_gives_is_only_stated(
    ports: Ports, result: str
) -> None:
    found = told(ports, "134.49", result, _FACTS, None)

    assert found.ground is Ground.STATED
    assert found.derivation.formula is None
    assert len(found.derivation.beside) == 4


@pytest.mark.parametrize(
    ("quantity", "result", "fact"),
    [
        ("1000", "0.6634", "mee-grid-2023/grid.average/Shanxi/2025-12-31=0.6634"),
        ("2", "56", "ar5/gwp.ch4/CN/2015-01-01=28"),
        ("1.5", "18000000", "park.toml/precursors.M1.footprint/park.toml/2026-01-01=12"),
    ],
)
def test_by_facts__finds_the_power_of_ten_between_units(
    ports: Ports, quantity: str, result: str, fact: str
) -> None:
    found = told(ports, quantity, result, [fact])

    assert found.ground is Ground.FORMULA
    assert found.derivation.result == Decimal(result)


def test_by_facts__a_mark_up_is_put_on_the_factor_before_it(ports: Ports) -> None:
    found = told(
        ports,
        "2",
        "3.3",
        ["park.toml/x/park.toml/2026-01-01=1.5", "eu/cbam.mark-up/EU/2026-01-01=0.1"],
    )

    assert found.derivation.result == Decimal("3.3")


def test_named_facts__of_a_product_of_the_park_is_a_number_of_its_statement(ports: Ports) -> None:
    told(ports, "1", "1", [])
    of = Stated.of(ports.registry.statement("cbam.E01.2026"), ports=ports)
    series = "product-footprint.park.2026"

    same, other = (
        named_facts([f"park.toml/{series}/park.toml/2026-01-01={value}"], of)[0].key
        for value in ("1.5", "1.6")
    )

    assert same == "statement/product-footprint.park.2026.v1/value"
    # The statement says another number by now: then the value stands as it was declared.
    assert other == f"fact/park.toml/{series}/park.toml/2026-01-01=1.6"
