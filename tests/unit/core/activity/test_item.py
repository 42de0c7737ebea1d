"""Items come from the tables of facts: what no table knows is none, and a unit meets its table."""

import pytest

from taihang.adapters.facts import load_facts
from taihang.core.activity.item import GAS, PROCESS_ITEMS, ItemTable
from taihang.core.activity.record import Flow

TABLE = ItemTable(load_facts())


def test_all__holds_what_the_tables_hold() -> None:
    items = {item.name: item for item in TABLE.all()}

    assert len(items) >= 55
    assert {"natural-gas", "anthracite", "heat", "electricity", "medium.fresh-water"} <= set(items)
    assert not [name for name in items if name.endswith((".min", ".max", ".equal-value", ".ef"))]
    assert all(item.units and item.flows for item in items.values())


@pytest.mark.parametrize(
    ("given", "name", "meets", "never"),
    [
        ("天然气", "natural-gas", "10⁴Nm³", "t"),
        ("natural-gas", "natural-gas", "m³", "kg"),
        ("无烟煤", "anthracite", "t", "10⁴Nm³"),
        ("热力", "heat", "GJ", "t"),
        ("电力", "electricity", "kWh", "t"),
        ("新水", "medium.fresh-water", "t", "m³"),
        ("蒸汽", "low-pressure-steam", "t", "GJ"),
        ("石灰石", "limestone", "t", "GJ"),
        ("增加值", "value-added", "10⁴CNY", "t"),
        ("余热", "waste-heat", "GJ", "t"),
        ("增加值（不变价）", "value-added.base-prices", "CNY", "t"),
        ("product-energy.lfp-cathode", "product-energy.lfp-cathode", "tce", "t"),
        ("product.lfp-cathode", "product.lfp-cathode", "t", "GJ"),
        ("gas.ch4", "gas.ch4", "kg", "GJ"),
        ("gas.hfc-134a", "gas.hfc-134a", "t", "m³"),
        ("水泥熟料", "clinker", "t", "GJ"),
        ("aluminium-anode", "aluminium-anode", "t", "GJ"),
    ],
)
def test_find__knows_names_in_both_languages_and_their_units(
    given: str, name: str, meets: str, never: str
) -> None:
    item = TABLE.find(given)

    assert item is not None
    assert item.name == name
    assert meets in item.units
    assert never not in item.units


@pytest.mark.parametrize(
    "given", ["", "gas", "原料", "product.", "product-energy.", "product.A", "Natural-Gas", "fuel"]
)
def test_find__guesses_nothing(given: str) -> None:
    assert TABLE.find(given) is None


def test_find__leaves_a_name_of_two_items_to_the_whole_name() -> None:
    assert TABLE.find("氮气") is None
    whole = TABLE.find("氮气（做副产品时）")
    assert whole is not None
    assert whole.name == "medium.nitrogen-by-product"


def test_flows__of_products_and_money_are_no_energy() -> None:
    value_added, gas = TABLE.find("value-added"), TABLE.find("natural-gas")

    assert value_added is not None
    assert gas is not None
    assert value_added.flows == (Flow.OUTPUT,)
    assert Flow.OUTPUT not in gas.flows


def test_all__holds_every_gas_of_the_tables_and_what_processes_make() -> None:
    gases = {fact.code for fact in load_facts().all() if fact.code.startswith("gwp.")}
    items = {item.name: item for item in TABLE.all()}

    assert len(gases) >= 13
    assert {f"gas.{code.removeprefix('gwp.').lower()}" for code in gases} == {
        name for name in items if name.startswith(GAS)
    }
    assert all(items[name].flows == (Flow.OUTPUT,) for name in items if name.startswith(GAS))
    assert all(items[name].flows == (Flow.OUTPUT,) for name in PROCESS_ITEMS)
