"""Who may stand in a heat network: enterprises, each at one end of one network."""

from dataclasses import replace

from taihang.config.park_file import read_park
from taihang.config.templates import template_text
from taihang.core.park.check_heat import check_heat
from taihang.core.park.heat_network import HeatSupply
from taihang.core.park.problem import path_text

PARK = read_park(template_text("changzhi"), source="changzhi")


def network(id_: str, supplier: str, *users: str) -> HeatSupply:
    return HeatSupply(id=id_, supplier=supplier, users=users, source="test")


def paths(*networks: HeatSupply) -> list[str]:
    park = replace(PARK, heat_networks={each.id: each for each in networks})
    return [path_text(problem.path) for problem in check_heat(park)]


def test_check_heat__takes_networks_apart_by_who_stands_in_them() -> None:
    assert paths(network("H1", "E02", "E05"), network("H2", "E03", "E09")) == []
    # One enterprise may take from one network and feed another.
    assert paths(network("H1", "E02", "E05"), network("H2", "E05", "E09")) == []


def test_check_heat__refuses_who_stands_twice() -> None:
    one = network("H1", "E02", "E05")
    assert paths(one, network("H2", "E03", "E05")) == ["heat_networks.H2.users"]
    assert paths(one, network("H2", "E02", "E09")) == ["heat_networks.H2.supplier"]
    assert paths(network("H1", "E02", "E05", "E05")) == ["heat_networks.H1.users"]


def test_check_heat__refuses_strangers_and_a_supplier_of_itself() -> None:
    assert paths(network("H1", "X", "E05")) == ["heat_networks.H1.supplier"]
    assert paths(network("H1", "E02", "park")) == ["heat_networks.H1.users"]
    assert paths(network("H1", "E02", "E02")) == ["heat_networks.H1.users"]
