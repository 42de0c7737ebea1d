"""Waste heat and shared heat: what is supplied is received or lost, and what lacks is named."""

from collections.abc import Generator, Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

import small_park
from activity_kit import put, record
from taihang import wiring
from taihang.config.templates import template_text
from taihang.core.activity.record import ActivityRecord, Flow
from taihang.core.park.heat_network import HeatReference
from taihang.services.account import issue_statements
from taihang.services.audit_years import wrong_years
from taihang.services.ports import Ports, Registry
from taihang.services.renew_accounts import renew_accounts
from taihang.services.waste_heat_account import drafts
from year_kit import MONTHS, YEAR, hand_in, lines

Body = Mapping[str, Any]
MONTH = MONTHS[8]
REFERENCE = HeatReference(
    boiler_efficiency_ratio=Decimal("0.85"),
    drive_kwh_per_gj=Decimal(0),
    tco2_per_tce=Decimal("2.66"),
    source="test",
)
SERIES = (
    ("waste-heat", Flow.RECOVERABLE, "E02"),
    ("waste-heat", Flow.RECOVERED, "E02"),
    ("heat", Flow.SUPPLIED, "E02"),
    ("heat", Flow.PURCHASED, "E05"),
    ("heat", Flow.PURCHASED, "E09"),
)
"""What the network of the demo park asks for: E02 feeds E05 and E09."""


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("heat") / "park"
    wiring.make_park(path, text=template_text("changzhi"))
    return path


@pytest.fixture(scope="module")
def ports(root: Path) -> Generator[Ports]:
    with small_park.opened(root, writing=False) as opened:
        yield replace(opened, park=replace(opened.park, heat_reference=REFERENCE))


@dataclass(frozen=True)
class Said:
    """A register of activity data and nothing else."""

    records: tuple[ActivityRecord, ...]

    def activity_records(self) -> tuple[ActivityRecord, ...]:
        return self.records


def told(
    ports: Ports, *amounts_gj: str | None, period: str = MONTH, months: Iterable[str] = (MONTH,)
) -> dict[str, Body]:
    """The accounts by subject where each series says the same amount every month, or nothing."""
    said = [
        line.record
        for (item, flow, subject), gj in zip(SERIES, amounts_gj, strict=True)
        if gj is not None
        for line in lines(item, flow, gj, unit="GJ", subject=subject, periods=months)
    ]
    return bodies(replace(ports, registry=cast("Registry", Said(tuple(said)))), period)


def bodies(ports: Ports, period: str) -> dict[str, Body]:
    return {draft.subject: draft.body for draft in drafts(period, ports=ports)}


def whats(body: Body) -> list[str]:
    return [gap["what"] for gap in body["not_assessed"]]


def test_waste_heat__of_the_handbook(ports: Ports) -> None:
    """S20: 300 000 GJ a year are near 12 000 tce, and 29 500 to 31 900 tCO2 by the factor."""
    gj = ("60000", "30000", "26400", "10000", "15000")
    body = told(ports, *gj, period=YEAR, months=MONTHS)["E02"]

    exact_tce = Fraction(300_000) * Fraction("0.03412") / Fraction("0.85")
    assert (body["value"], body["unit"]) == ("300000", "GJ")
    assert body["recovered_ratio"] == "0.5"
    assert (body["supplied_gj"], body["loss_gj"]) == ("316800", "16800")
    assert body["received_gj"] == {"E05": "120000", "E09": "180000"}
    assert body["saved_tce"] == "12042.353"
    assert abs(Fraction(body["saved_tce"]) - exact_tce) <= Fraction(1, 2_000)
    assert abs(Fraction(body["avoided_tco2"]) - exact_tce * Fraction("2.66")) <= Fraction(1, 2_000)
    assert 29_500 < Decimal(body["avoided_tco2"]) < 32_100
    assert (body["served"], body["not_assessed"]) == (2, [])
    assert [fact["code"] for fact in body["factors"]] == [
        "coal-equivalent.heat",
        "coal-equivalent.electricity",
    ]


def test_waste_heat__takes_the_drive_of_the_network_off(ports: Ports) -> None:
    driven = replace(REFERENCE, drive_kwh_per_gj=Decimal("2.5"))
    driven_ports = replace(ports, park=replace(ports.park, heat_reference=driven))
    gj = ("3000", "2000", "2000", "1000", "900")

    with_drive, without = (told(each, *gj)["E02"] for each in (driven_ports, ports))

    # 2 000 GJ × 2.5 kWh/GJ × 0.1229 kgce/kWh.
    assert (with_drive["drive_tce"], without["drive_tce"]) == ("0.614", "0")
    difference_tce = Decimal(without["saved_tce"]) - Decimal(with_drive["saved_tce"])
    assert abs(difference_tce - Decimal("0.6145")) <= Decimal("0.001")


AMOUNTS = st.decimals(0, 10_000, places=3).map(str)


@given(st.tuples(*[st.none() | AMOUNTS] * len(SERIES)))
def test_waste_heat__closes_or_says_why_not(
    ports: Ports, amounts_gj: tuple[str | None, ...]
) -> None:
    """Property: supplied = received + loss wherever a loss is told; else there is a gap."""
    found = told(ports, *amounts_gj)
    for body in found.values():
        lacks = [gj for gj in (body["supplied_gj"], *body["received_gj"].values()) if gj is None]
        if body["loss_gj"] is None:
            assert body["not_assessed"] != []
        else:
            received = sum(Decimal(gj) for gj in body["received_gj"].values())
            assert Decimal(body["supplied_gj"]) == received + Decimal(body["loss_gj"])
            assert Decimal(body["loss_gj"]) >= 0
        assert body["loss_gj"] is None or not lacks
        assert (body["saved_tce"] is None) is (body["avoided_tco2"] is None)
        assert body["saved_tce"] is not None or body["not_assessed"] != []
    # The demo has one supplier: the park says what it says.
    assert {name: found["park"][name] for name in ("value", "loss_gj", "saved_tce")} == {
        name: found["E02"][name] for name in ("value", "loss_gj", "saved_tce")
    }


@pytest.mark.parametrize("silent", range(len(SERIES)))
def test_waste_heat__names_what_nobody_said(ports: Ports, silent: int) -> None:
    gj: list[str | None] = ["30", "20", "20", "10", "9"]
    gj[silent] = None
    item, flow, subject = SERIES[silent]

    body = told(ports, *gj)["E02"]

    assert f"{subject} {item} {flow.value}" in whats(body)
    assert (body["loss_gj"] is None) is (item == "heat")
    assert (body["saved_tce"] is None) is (item == "heat" or flow is Flow.RECOVERED)
    assert (body["recovered_ratio"] is None) is (item == "waste-heat")


def test_waste_heat__of_a_year_that_lacks_a_month_has_its_months_and_no_sum(ports: Ports) -> None:
    body = told(ports, "30", "20", "20", "10", "9", period=YEAR, months=MONTHS[:9])["E02"]

    assert [body[name] for name in ("value", "supplied_gj", "loss_gj", "saved_tce")] == [None] * 4
    assert [month["loss_gj"] for month in body["months"].values()] == ["1"] * 9 + [None] * 3
    assert len(whats(body)) == len(SERIES)


@pytest.mark.parametrize(
    ("gj", "what", "unknown"),
    [
        (("30", "20", "20", "10", "11"), "E02 network", ("loss_gj", "saved_tce")),
        (("30", "19", "20", "10", "9"), "E02 saving", ("saved_tce", "avoided_tco2")),
        (("19", "20", "20", "10", "9"), "E02 waste-heat", ("recovered_ratio",)),
    ],
)
def test_waste_heat__tells_figures_that_contradict_each_other(
    ports: Ports, gj: tuple[str, ...], what: str, unknown: tuple[str, ...]
) -> None:
    body = told(ports, *gj)["E02"]

    assert whats(body) == [what]
    assert [body[name] for name in unknown] == [None] * len(unknown)


def test_waste_heat__without_reference_or_network_is_not_assessed_by_name(ports: Ports) -> None:
    gj = ("30", "20", "20", "10", "9")
    no_reference = replace(ports, park=replace(ports.park, heat_reference=None))
    no_network = replace(ports, park=replace(ports.park, heat_networks={}))

    of_supplier, alone = told(no_reference, *gj)["E02"], told(no_network, *gj)

    assert (of_supplier["loss_gj"], of_supplier["saved_tce"]) == ("1", None)
    assert whats(of_supplier) == ["[heat_reference]"]
    assert (alone["E02"]["supplied_gj"], alone["E02"]["value"]) == ("20", None)
    assert whats(alone["E02"]) == ["[heat_networks]"]
    assert "E05, E09" in alone["park"]["not_assessed"][-1]["en"]


def test_waste_heat__of_nobody_is_no_account(ports: Ports) -> None:
    bare = replace(ports, park=replace(ports.park, heat_networks={}))
    assert told(bare, None, None, None, None, None) == {}


def test_waste_heat__issued_is_restated_and_audited(tmp_path: Path) -> None:
    wiring.make_park(tmp_path / "park", text=template_text("changzhi"))
    with small_park.opened(tmp_path / "park") as ports:
        for (item, flow, subject), gj in zip(SERIES, ("30", "20", "20", "10", "9"), strict=True):
            hand_in(ports, lines(item, flow, gj, unit="GJ", subject=subject, periods=[MONTH]))
        issue_statements(drafts(MONTH, ports=ports), period=MONTH, ports=ports)
        assert dict(wrong_years(ports=ports)) == {}

        id_ = f"E09-heat-purchased-{MONTH}"
        more = record(
            id_,
            subject="E09",
            period=MONTH,
            item="heat",
            flow=Flow.PURCHASED,
            amount="9.5",
            unit="GJ",
            version=2,
        )
        put(ports, more)
        found = dict(wrong_years(ports=ports))
        assert set(found) == {f"waste-heat.{name}.{MONTH}.v1" for name in ("E02", "park")}
        assert all("is behind" in what for what in found.values())

        assert renew_accounts([YEAR], ports=ports) == 2
        assert dict(wrong_years(ports=ports)) == {}
