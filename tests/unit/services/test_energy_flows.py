"""The flow table of a subject: meters for electricity, forms for all else, and it closes."""

from collections import defaultdict
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

import pytest

import small_park
from carbon_kit import state_load
from taihang.core.activity.record import Flow
from taihang.services.energy_account import NETWORK, drafts
from taihang.services.energy_flows import PLANTS, network_flows
from taihang.services.ports import Ports
from year_kit import hand_in, lines

MONTH = "2026-06"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """E02 burns coal for heat and passes some on to E01; both have meters."""
    folder = small_park.make(tmp_path / "park")
    with small_park.opened(folder) as ports:
        month = [MONTH]
        hand_in(
            ports,
            lines("raw-coal", Flow.PURCHASED, "100", subject="E02", periods=month),
            lines("raw-coal", Flow.CONSUMED, "90", subject="E02", periods=month),
            lines("raw-coal", Flow.CONVERSION_INPUT, "80", subject="E02", periods=month),
            lines("heat", Flow.CONVERSION_OUTPUT, "1500", unit="GJ", subject="E02", periods=month),
            lines("heat", Flow.CONSUMED, "900", unit="GJ", subject="E02", periods=month),
            lines("heat", Flow.SUPPLIED, "500", unit="GJ", subject="E02", periods=month),
            lines("heat", Flow.PURCHASED, "500", unit="GJ", periods=month),
            lines("heat", Flow.CONSUMED, "500", unit="GJ", periods=month),
            lines("diesel", Flow.CONSUMED, "3", periods=month),
            lines("medium.fresh-water", Flow.CONSUMED, "9", periods=month),
            lines("electricity", Flow.CONSUMED, "7", unit="MWh", periods=month),
        )
        for subject in ("E01", "E02"):
            state_load(ports, subject=subject, months=month, load_wh=9_000_000, line_wh=4_000_000)
    return folder


def flows(ports: Ports) -> dict[str, dict[str, Any]]:
    return {d.subject: cast("dict[str, Any]", d.body["flows"]) for d in drafts(MONTH, ports=ports)}


def test_flows__close_at_every_inner_node_of_every_subject(root: Path) -> None:
    with small_park.opened(root, writing=False) as ports:
        found = flows(ports)

    assert set(found) == {"E01", "E02", "park"}
    for table in found.values():
        left: dict[str, Decimal] = defaultdict(Decimal)
        for row in table["rows"]:
            left[row["to"]] += Decimal(row["equivalent_tce"])
            left[row["from"]] -= Decimal(row["equivalent_tce"])
        inner = {node: rest for node, rest in left.items() if node.startswith(("medium:", "conv"))}
        inner.pop("conversion-loss", None)
        assert len(inner) >= 3
        assert set(inner.values()) == {Decimal(0)}


def test_flows__of_the_park_are_the_sum_of_its_members(root: Path) -> None:
    with small_park.opened(root, writing=False) as ports:
        found = flows(ports)

    def at(name: str, end: str) -> Decimal:
        rows = found[name]["rows"]
        return sum(
            (Decimal(row["equivalent_tce"]) for row in rows if row["to"] == end), start=Decimal(0)
        )

    for end in ("final-use", "conversion-loss", "supplied", "unexplained-loss"):
        assert at("park", end) == at("E01", end) + at("E02", end)
        assert at("park", end) > 0


def test_flows__electricity_is_that_of_the_meters_and_water_is_no_energy(root: Path) -> None:
    with small_park.opened(root, writing=False) as ports:
        rows = flows(ports)["E01"]["rows"]

    assert {row["item"] for row in rows} == {
        "heat",
        "diesel",
        "electricity.grid",
        "electricity.green",
    }
    (green,) = (row for row in rows if row["from"] == PLANTS)
    assert (green["to"], green["amount"]) == ("medium:electricity.green", "4")
    assert ("source-not-stated", "3") in [(row["from"], row["amount"]) for row in rows]


def test_network_flows__of_nothing_is_nothing() -> None:
    assert network_flows([]).rows == ()
    assert NETWORK.startswith("electricity.")
