"""Every point of every gateway: what came last, and how much of the last days is measured."""

from decimal import Decimal
from pathlib import Path

import pytest

import small_park
from small_park import DAY
from taihang.services.meters_of_gateways import (
    LOOKED_AT_DAYS,
    GatewayPoints,
    PointState,
    meters_of_gateways,
)
from taihang.services.ports import Ports


def points(ports: Ports) -> dict[str, PointState]:
    return {each.id: each for found in meters_of_gateways(ports=ports) for each in found.points}


def test_meters_of_gateways__of_a_new_park_know_nothing(root: Path) -> None:
    with small_park.opened(root) as ports:
        found = meters_of_gateways(ports=ports)

    assert [each.gateway for each in found] == ["GW1", "GW2"]
    assert all(each.last_s is None and each.known_ratio is None for each in found)
    assert [point.measures for point in found[0].points] == ["consumption", "generation"]


def test_meters_of_gateways__tell_the_register_and_when_it_was(root: Path) -> None:
    with small_park.opened(root) as ports:
        block = small_park.registers("M-E02", DAY, first=100)
        small_park.ingested(ports, [small_park.sealed(ports, "GW2", 1, block)])
        found = points(ports)
        total = int(small_park.step_counts("M-E02", DAY).sum())

    assert found["M-E02"].last_s == DAY.end_s
    assert found["M-E02"].last_value == Decimal((100 + total) * small_park.SCALE_WH)
    assert (found["M-E02"].unit, found["M-E02"].node) == ("Wh", "E02")
    assert found["M-E01"].last_s is None


def test_meters_of_gateways__count_what_is_measured_of_the_last_days(root: Path) -> None:
    with small_park.opened(root) as ports:
        block = small_park.registers("M-E02", DAY)
        small_park.ingested(ports, [small_park.sealed(ports, "GW2", 1, block)])
        found = points(ports)

    # One day out of seven has come, and nobody has settled any.
    assert found["M-E02"].known_ratio == pytest.approx(1 / LOOKED_AT_DAYS, abs=0.002)
    assert found["M-E01"].known_ratio is None


def test_gateway_points__take_the_newest_and_the_mean() -> None:
    def point(last_s: int | None, ratio: float | None) -> PointState:
        return PointState(
            id="M",
            node="E",
            measures="consumption",
            unit="Wh",
            last_s=last_s,
            last_value=None,
            known_ratio=ratio,
        )

    found = GatewayPoints("GW1", (point(5, 0.5), point(9, 1.0), point(None, None)))

    assert (found.last_s, found.known_ratio) == (9, 0.75)
