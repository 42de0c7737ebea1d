"""Electricity of a process by plant: whole Wh that add up, proven only by whole evidence."""

from decimal import Decimal
from pathlib import Path

import pytest

import small_park
from carbon_kit import state_load
from product_kit import JUNE, TABLES, fill_june, matched, written
from taihang.core.park.carbon import ElectricitySource
from taihang.services.ports import Ports
from taihang.services.product_power import Power, power_of


def power(ports: Ports, claimed: ElectricitySource, share: str = "1") -> Power:
    return power_of("E01", JUNE, share_ratio=Decimal(share), claimed=claimed, ports=ports)


@pytest.mark.parametrize("share", ["0", "0.333333", "0.8", "1"])
@pytest.mark.parametrize("claimed", [*ElectricitySource])
def test_power_of__adds_up_to_the_share_of_the_meters(
    root: Path, share: str, claimed: ElectricitySource
) -> None:
    with small_park.opened(written(root, TABLES)) as ports:
        fill_june(ports)
        load_wh, _, _ = matched(ports)

        found = power(ports, claimed, share)

    assert abs(found.load_wh - load_wh * Decimal(share)) <= 1
    assert sum(found.proven_wh.values()) + found.rest_wh == found.load_wh
    assert found.rest_wh >= 0
    assert found.gaps == ()


def test_power_of__proves_no_more_than_was_matched(root: Path) -> None:
    with small_park.opened(written(root, TABLES)) as ports:
        fill_june(ports)
        _, line_wh, pool_wh = matched(ports)

        by_line = power(ports, ElectricitySource.DIRECT_LINE)
        by_contract = power(ports, ElectricitySource.PPA)
        by_default = power(ports, ElectricitySource.DEFAULT)

    assert by_line.proven_wh == {"PV01": line_wh}
    assert by_contract.proven_wh == {"PV01": line_wh + pool_wh}
    assert by_default.proven_wh == {}


def test_power_of__believes_no_statement_that_the_intervals_do_not_bear_out(root: Path) -> None:
    with small_park.opened(written(root, TABLES)) as ports:
        fill_june(ports)
        load_wh, line_wh, pool_wh = matched(ports)
        state_load(ports, months=[JUNE], load_wh=load_wh, line_wh=line_wh + 1_000, pool_wh=pool_wh)

        found = power(ports, ElectricitySource.DIRECT_LINE)

    assert [gap.unknown.reason for gap in found.gaps] == ["matching-differs"]
    assert found.judged.used is ElectricitySource.DEFAULT
    assert found.proven_wh == {}


def test_power_of__needs_the_settled_intervals_themselves(root: Path) -> None:
    with small_park.opened(written(root, TABLES)) as ports:
        fill_june(ports)
        state_load(ports, months=["2026-05"], load_wh=100, line_wh=50)

        found = power_of(
            "E01",
            "2026-05",
            share_ratio=Decimal(1),
            claimed=ElectricitySource.DIRECT_LINE,
            ports=ports,
        )

    assert [gap.unknown.reason for gap in found.gaps] == ["unsettled"]
    assert found.rest_wh == found.load_wh == 100
